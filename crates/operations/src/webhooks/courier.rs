//! The worker that carries events to webhooks. It keeps no state that a kill could lose.
//!
//! It wakes with every commit and whenever a delivery falls due. A slow receiver holds up nobody
//! else: a webhook has at most two attempts under way at a time, one once an attempt has failed, and
//! those whose last one failed share half of the hands, however many they are. While the workspace is killed
//! nothing is attempted, and nothing is lost; a pause does not stop it (decision 0015).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use aicmo_shared::WebhookId;
use aicmo_shared::webhook::{DisabledReason, PENDING_TO_DISABLE};
use aicmo_store::webhooks::{self, Claim, DeliveryRecord};
use aicmo_store::{Store, control};
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::attempt::{Receiver, attempt};
use super::disabling::disable;
use super::plan::Planner;
use super::port::WayOut;
use crate::context::Operations;
use crate::error::OperationError;

/// Attempts under way at a time, in all and of one webhook.
const HANDS: usize = 8;
const HANDS_EACH: usize = 2;

/// As much for the webhooks whose last attempt failed, which may each take as long as an attempt may.
const HANDS_FOR_AILING: usize = 4;
const HANDS_EACH_AILING: usize = 1;

/// How long a claim holds, in milliseconds: longer than any attempt takes.
const LEASE_MS: i64 = 60_000;

/// After so many new deliveries it is looked whether too many wait for one webhook.
const LOOKED_AFTER: usize = 1_000;

/// How often the worker looks for what has fallen due.
const LOOK: Duration = Duration::from_secs(1);

/// How often old deliveries are removed, and how many at a time.
const SWEEP: Duration = Duration::from_mins(30);
const SWEPT: u64 = 1_000;

/// How long a delivery is shown in the log, in milliseconds.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1_000;

/// Carries events to webhooks.
pub struct Courier {
    ops: Arc<Operations>,
    store: Store,
    planner: Planner,
    /// Deliveries made since it was looked whether too many wait.
    unlooked: usize,
    under_way: JoinSet<Attempted>,
    of: HashMap<Id, WebhookId>,
    /// Webhooks whose last attempt here failed.
    ailing: HashSet<WebhookId>,
}

/// How an attempt ended.
type Attempted = Result<Receiver, OperationError>;

impl Courier {
    /// A courier for the database of a live process.
    pub fn new(ops: Arc<Operations>, store: Store) -> Self {
        Self {
            ops,
            store,
            planner: Planner::default(),
            unlooked: 0,
            under_way: JoinSet::new(),
            of: HashMap::new(),
            ailing: HashSet::new(),
        }
    }

    /// Works until it is dropped, which calls off what is under way. Where nothing can leave it does
    /// nothing: events and deliveries wait, and no attempt of theirs is used up.
    pub async fn run(mut self) {
        if self.ops.webhook_port.way_out() != WayOut::Open {
            return;
        }
        let mut changes = self.store.changes();
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut sweep = interval(SWEEP);
        loop {
            if let Err(cause) = self.begin().await {
                tracing::debug!(
                    error = &cause as &dyn std::error::Error,
                    "webhooks wait for the database"
                );
                look.tick().await;
            }
            match wait(&mut changes, &mut look, &mut sweep, &mut self.under_way).await {
                Wake::Moved => {}
                // One step a wake: deliveries do not wait for all that is old.
                Wake::Sweep => {
                    if self.sweep().await >= SWEPT {
                        sweep.reset_immediately();
                    }
                }
                Wake::Ended(ended) => {
                    if let Err(cause) = self.note(ended) {
                        tracing::warn!(
                            error = &cause as &dyn std::error::Error,
                            "how an attempt went could not be written; it is made again"
                        );
                    }
                }
                Wake::Closed => return,
            }
        }
    }

    /// Makes deliveries of what is new and begins attempts of what is due; answers how many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin(&mut self) -> Result<usize, OperationError> {
        self.unlooked += self.planner.plan(&self.ops, &self.store).await?;
        if self.unlooked >= LOOKED_AFTER {
            self.shed().await?;
        }
        let mut begun = 0;
        loop {
            let free = HANDS.saturating_sub(self.under_way.len());
            if free == 0 {
                return Ok(begun);
            }
            let now = self.ops.now();
            let due = webhooks::due(&self.store.reader(), now, &self.busy(), free as u64).await?;
            if due.is_empty() {
                return Ok(begun);
            }
            for record in due {
                if !self.may_take(record.webhook) {
                    continue;
                }
                match self.claim(&record).await? {
                    Turn::Ours(claim) => {
                        self.start(record, claim);
                        begun += 1;
                    }
                    Turn::Anothers => {}
                    Turn::Killed => return Ok(begun),
                }
            }
        }
    }

    /// As `begin`, and waits until every attempt has ended; answers how many were made.
    ///
    /// # Errors
    /// When the database does not answer, or how an attempt went could not be written.
    pub async fn step(&mut self) -> Result<usize, OperationError> {
        let mut made = 0;
        loop {
            made += self.begin().await?;
            let Some(ended) = self.under_way.join_next_with_id().await else {
                return Ok(made);
            };
            self.note(ended)?;
        }
    }

    /// Switches webhooks off for which more waits than will ever be sent.
    async fn shed(&mut self) -> Result<(), OperationError> {
        for id in webhooks::overloaded(&self.store.reader(), PENDING_TO_DISABLE).await? {
            disable(&self.ops, &self.store, id, |_| Some(DisabledReason::Failing)).await?;
        }
        self.unlooked = 0;
        Ok(())
    }

    async fn claim(&self, record: &DeliveryRecord) -> Result<Turn, OperationError> {
        let now = self.ops.now();
        let notes = self.store.begin_notes().await?;
        // Held until the claim is written: behind a kill there is none.
        if control::hold_flags(&notes).await?.killed.on {
            return Ok(Turn::Killed);
        }
        let lease = self.ops.new_id(now);
        let claim = webhooks::claim(&notes, record, lease, now, now.plus_millis(LEASE_MS)).await?;
        notes.commit().await?;
        Ok(claim.map_or(Turn::Anothers, Turn::Ours))
    }

    fn start(&mut self, record: DeliveryRecord, claim: Claim) {
        let webhook = record.webhook;
        let work = attempt(Arc::clone(&self.ops), self.store.clone(), record, claim);
        let task = self.under_way.spawn(work);
        self.of.insert(task.id(), webhook);
    }

    fn under_way_of(&self, webhook: WebhookId) -> usize {
        self.of.values().filter(|of| **of == webhook).count()
    }

    fn may_take(&self, webhook: WebhookId) -> bool {
        let its = self.under_way_of(webhook);
        if !self.ailing.contains(&webhook) {
            return its < HANDS_EACH;
        }
        let theirs = self.of.values().filter(|of| self.ailing.contains(of)).count();
        its < HANDS_EACH_AILING && theirs < HANDS_FOR_AILING
    }

    /// Webhooks that have all the attempts they may have.
    fn busy(&self) -> Vec<WebhookId> {
        let concerned: HashSet<WebhookId> = self.of.values().chain(&self.ailing).copied().collect();
        concerned
            .into_iter()
            .filter(|webhook| !self.may_take(*webhook))
            .collect()
    }

    /// What became of an attempt is written at its delivery; here only what it tells of the receiver.
    ///
    /// # Errors
    /// When how it went could not be written; it is made again.
    fn note(&mut self, ended: Result<(Id, Attempted), JoinError>) -> Result<(), OperationError> {
        match ended {
            Ok((task, outcome)) => {
                let webhook = self.of.remove(&task);
                match (outcome?, webhook) {
                    (Receiver::Ails, Some(webhook)) => self.ailing.insert(webhook),
                    (Receiver::Takes | Receiver::Gone, Some(webhook)) => self.ailing.remove(&webhook),
                    (_, None) => false,
                };
            }
            Err(crash) => {
                self.of.remove(&crash.id());
                tracing::error!(error = %crash, "an attempt crashed; it is made again");
            }
        }
        Ok(())
    }

    /// Removes some of the old deliveries; answers how many.
    async fn sweep(&self) -> u64 {
        let before = self.ops.now().plus_millis(-KEPT_MS);
        match self.sweep_some(before).await {
            Ok(removed) => removed,
            Err(cause) => {
                tracing::debug!(
                    error = &cause as &dyn std::error::Error,
                    "old deliveries could not be removed; they wait"
                );
                0
            }
        }
    }

    async fn sweep_some(&self, before: aicmo_shared::Timestamp) -> Result<u64, OperationError> {
        let notes = self.store.begin_notes().await?;
        let removed = webhooks::prune_deliveries(&notes, before, SWEPT).await?;
        notes.commit().await?;
        Ok(removed)
    }
}

/// Whose turn it is to attempt a delivery.
enum Turn {
    Ours(Claim),
    Anothers,
    /// Nobody's, while the workspace is killed.
    Killed,
}

/// Why the courier wakes.
enum Wake {
    Moved,
    Sweep,
    Ended(Result<(Id, Attempted), JoinError>),
    Closed,
}

async fn wait(
    changes: &mut watch::Receiver<u64>,
    look: &mut Interval,
    sweep: &mut Interval,
    under_way: &mut JoinSet<Attempted>,
) -> Wake {
    tokio::select! {
        moved = changes.changed() => if moved.is_ok() { Wake::Moved } else { Wake::Closed },
        Some(ended) = under_way.join_next_with_id() => Wake::Ended(ended),
        _ = look.tick() => Wake::Moved,
        _ = sweep.tick() => Wake::Sweep,
    }
}
