//! Idempotency keys: the same request under the same key runs once, wherever and whenever it is sent.
//!
//! A key is claimed before its request runs. Each commit inside the run marks the key in the
//! transaction of the change itself, and is refused when another run has the key; so of two runs
//! under one key at most one can change data, whatever clocks, crashes and replicas do. The claim's
//! deadline decides only how soon a request may try again whose process has died. Decision 0010 has
//! the reasons. What a request is, and how its answer travels, is for the HTTP skin.

use std::future::Future;
use std::time::Duration;

use aicmo_shared::diagnostics::DatabaseKind;
use aicmo_shared::idempotency::KeyState;
use aicmo_store::idempotency::{self, KeyRecord};
use aicmo_store::{Claim, NotesTx, Store, StoreError};
use tokio::sync::oneshot;
use tokio::time::{MissedTickBehavior, interval_at};

pub use aicmo_store::idempotency::{Change, KeptAnswer};

use crate::context::{Operations, Operator};
use crate::error::OperationError;

/// How long a key and its answer are kept.
pub const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// How long a run counts as alive without a sign of life.
pub const LEASE_MS: i64 = 20_000;

/// How often a run gives a sign of life.
const RENEW_EVERY: Duration = Duration::from_secs(5);

/// How often a claim starts anew when the key changed hands in between.
const ATTEMPTS: u32 = 4;

/// A request that carries a key.
#[derive(Clone, Debug)]
pub struct KeyedRequest {
    /// Who sends it; keys of different actors have nothing to do with each other.
    pub operator: Operator,
    /// The key.
    pub key: String,
    /// The name of the endpoint.
    pub endpoint: &'static str,
    /// SHA-256 of all that the request asks for, in hexadecimal.
    pub sha256: String,
}

/// What is to be done about a request that carries a key.
#[derive(Debug)]
pub enum Begun {
    /// It is the first: run it.
    Run(Run),
    /// It ran already, and this is its answer.
    Replay(KeptAnswer),
}

/// One run of a request under its key.
#[derive(Debug)]
pub struct Run {
    store: Store,
    claim: Claim,
}

/// Claims the key of a request, or finds the answer of the one that has it.
///
/// # Errors
/// `KeyReused` when the key belongs to another request, `KeyInProgress` while the first one runs,
/// `AnswerNotKept` when it changed data and the process died before its answer was kept.
pub async fn begin(ops: &Operations, request: &KeyedRequest) -> Result<Begun, OperationError> {
    let store = ops.live(None)?;
    for _ in 0..ATTEMPTS {
        if let Some(begun) = try_begin(ops, &store, request).await? {
            return Ok(begun);
        }
    }
    Err(OperationError::KeyInProgress)
}

/// One attempt; `None` when the key changed hands meanwhile.
async fn try_begin(
    ops: &Operations,
    store: &Store,
    request: &KeyedRequest,
) -> Result<Option<Begun>, OperationError> {
    let now = ops.now();
    let actor = &request.operator.actor;
    let record = KeyRecord {
        claim: Claim {
            actor: format!("{}:{}", actor.kind, actor.id),
            key: request.key.clone(),
            token: ops.new_id(now),
        },
        endpoint: request.endpoint.to_owned(),
        sha256: request.sha256.clone(),
        state: KeyState::Running,
        request_id: request.operator.request_id.clone(),
        change: None,
        answer: None,
        lease_until: now.plus_millis(LEASE_MS),
        expires_at: now.plus_millis(KEPT_MS),
    };
    let claim = record.claim.clone();
    let run = |store: &Store| {
        Some(Begun::Run(Run {
            store: store.clone(),
            claim,
        }))
    };
    let tx = store.begin_notes().await?;
    if idempotency::insert(&tx, &record).await? {
        tx.commit().await?;
        return Ok(run(store));
    }
    let Some(known) = idempotency::find(&tx, &record.claim.actor, &record.claim.key).await? else {
        return Ok(None);
    };
    let expired = known.expires_at <= now;
    if !expired && (known.sha256 != record.sha256 || known.endpoint != record.endpoint) {
        return Err(OperationError::KeyReused);
    }
    let abandoned = known.state == KeyState::Running && known.lease_until <= now;
    if expired || abandoned {
        let taken = idempotency::take_over(&tx, &known, &record).await?;
        tx.commit().await?;
        return Ok(if taken { run(store) } else { None });
    }
    match (known.state, known.answer) {
        (KeyState::Done, Some(answer)) => Ok(Some(Begun::Replay(answer))),
        // Between its commit and its answer a living run needs a moment more.
        (KeyState::Committed, _) if known.lease_until <= now => Err(OperationError::AnswerNotKept {
            change: known.change,
            request_id: known.request_id,
        }),
        (KeyState::Running | KeyState::Committed, _) => Err(OperationError::KeyInProgress),
        (KeyState::Done, None) => Err(OperationError::AnswerNotKept {
            change: known.change,
            request_id: known.request_id,
        }),
    }
}

impl Run {
    /// Runs `work` under the key: what it commits is marked, and while it lasts its claim is renewed.
    pub async fn hold<F: Future>(&self, ops: &Operations, work: F) -> F::Output {
        let (ended, has_ended) = oneshot::channel::<()>();
        tokio::spawn(renew(
            self.store.clone(),
            self.claim.clone(),
            ops.clock.clone(),
            has_ended,
        ));
        let outcome = self.claim.hold(work).await;
        // The renewing task ends by itself, never in the middle of a transaction.
        drop(ended);
        outcome
    }

    /// Keeps the answer, so that every later request under the key gets it byte for byte.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer; the change itself stays made.
    pub async fn keep(&self, answer: &KeptAnswer) -> Result<(), OperationError> {
        let tx = self.store.begin_notes().await?;
        idempotency::finish(&tx, &self.claim, answer).await?;
        Ok(tx.commit().await?)
    }

    /// Ends a run whose answer must not be kept, because it shows a secret once: a later request is
    /// told that the change was made.
    ///
    /// # Errors
    /// As `keep`.
    pub async fn end(&self, ops: &Operations) -> Result<(), OperationError> {
        let tx = self.store.begin_notes().await?;
        idempotency::renew(&tx, &self.claim, ops.now()).await?;
        Ok(tx.commit().await?)
    }

    /// Gives the key back, so that the request may run again. A run that has committed keeps it.
    ///
    /// # Errors
    /// As `keep`; then the key is free once its deadline has passed.
    pub async fn release(&self, ops: &Operations) -> Result<(), OperationError> {
        let tx = self.store.begin_notes().await?;
        if !idempotency::release(&tx, &self.claim).await? {
            idempotency::renew(&tx, &self.claim, ops.now()).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// Gives signs of life until the run has ended.
async fn renew(
    store: Store,
    claim: Claim,
    clock: std::sync::Arc<dyn crate::clock::Clock>,
    mut has_ended: oneshot::Receiver<()>,
) {
    let mut pause = interval_at(tokio::time::Instant::now() + RENEW_EVERY, RENEW_EVERY);
    pause.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = &mut has_ended => return,
            _ = pause.tick() => {}
        }
        let until = clock.now().plus_millis(LEASE_MS);
        if let Err(error) = renew_once(&store, &claim, until).await {
            tracing::debug!(%error, "an idempotency key could not be renewed");
        }
    }
}

async fn renew_once(store: &Store, claim: &Claim, until: aicmo_shared::Timestamp) -> Result<(), StoreError> {
    let tx: NotesTx = store.begin_notes().await?;
    idempotency::renew(&tx, claim, until).await?;
    tx.commit().await
}

/// Ends what an earlier process left running, where there can be only one process: an embedded
/// database. To be called before any request is taken.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub async fn recover(store: &Store) -> Result<(), OperationError> {
    if store.kind() == DatabaseKind::Sqlite {
        let tx = store.begin_notes().await?;
        idempotency::end_leases(&tx).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Removes at most `limit` keys whose time is over, and answers how many. Nothing to do on mock data.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub async fn prune(ops: &Operations, limit: u32) -> Result<u64, OperationError> {
    let Some(store) = ops.mode().store().cloned() else {
        return Ok(0);
    };
    let tx = store.begin_notes().await?;
    let removed = idempotency::prune(&tx, ops.now(), limit).await?;
    tx.commit().await?;
    Ok(removed)
}
