//! Webhooks out: telling whoever asked for it what moved.
//!
//! Owns: who is told of what, the secrets that sign, which event becomes which delivery, when an
//! attempt is made again and when a webhook is switched off. Does not own how a message travels:
//! that is behind `WebhookPort`. A delivery is made exactly once per webhook and event and is
//! attempted until it arrives, so a receiver may hear of it more than once and knows it by its id.

mod attempt;
mod courier;
mod disabling;
mod plan;
mod port;
mod secret;
mod trail;

pub use courier::Courier;
pub use port::{Answer, BrokenWayOut, Message, NoWayOut, WayOut, WebhookPort};

use aicmo_shared::activity::SubjectType;
use aicmo_shared::api::DeliveryQuery;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::event::{Event, EventFacts, EventKind};
use aicmo_shared::webhook::{
    MAX_WEBHOOKS, OVERLAP_HOURS, REPLAYED_AT_ONCE, Webhook, WebhookDelivery, WebhookDraft, WebhookMessage,
    WebhookPatch, WebhookReplay, WebhookReplayed, WebhookState, WebhookWithSecret,
};
use aicmo_shared::{DeliveryId, Sourced, Timestamp, WebhookId};
use aicmo_store::webhooks::{self, DeliveryRecord, WebhookRecord};
use aicmo_store::{Store, StoreError, WriteTx, events};
use serde_json::json;

use crate::context::{Operations, Operator};
use crate::error::OperationError;
use crate::text::{self, Faults};
use secret::SecretMaker;
use trail::{entry, shown};

const DESCRIPTION: usize = 200;

/// Deliveries that one step of a removal takes.
const REMOVED: u64 = 1_000;

/// Webhooks without their secrets, newest first.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub async fn list_webhooks(ops: &Operations) -> Result<Sourced<Vec<Webhook>>, OperationError> {
    ops.reads(None)?.webhooks().await
}

/// A webhook without its secret.
///
/// # Errors
/// `NotFound`; `Unavailable` when the database does not answer.
pub async fn get_webhook(ops: &Operations, id: WebhookId) -> Result<Sourced<Webhook>, OperationError> {
    ops.reads(None)?.webhook(id).await
}

/// The delivery log of a webhook, newest first.
///
/// # Errors
/// `NotFound`, `InvalidCursor`; `Unavailable` when the database does not answer.
pub async fn list_webhook_deliveries(
    ops: &Operations,
    id: WebhookId,
    query: &DeliveryQuery,
) -> Result<Sourced<Vec<WebhookDelivery>>, OperationError> {
    ops.reads(None)?.webhook_deliveries(id, query).await
}

/// Creates a webhook, which hears of everything from now on, and shows its secret once.
///
/// # Errors
/// `Validation` when the address may not be called, or there are enough webhooks.
pub async fn create_webhook(
    ops: &Operations,
    operator: &Operator,
    draft: WebhookDraft,
) -> Result<WebhookWithSecret, OperationError> {
    let store = ops.live(None)?;
    let outcome = create(ops, &store, operator, draft).await;
    ops.wrote(&outcome);
    outcome
}

async fn create(
    ops: &Operations,
    store: &Store,
    operator: &Operator,
    draft: WebhookDraft,
) -> Result<WebhookWithSecret, OperationError> {
    let now = ops.now();
    let mut faults = Faults::default();
    let url = checked_url(ops, &mut faults, draft.url);
    let description = faults.line("/description", draft.description, DESCRIPTION);
    faults.finish()?;
    let id = WebhookId::new(ops.new_id(now));
    let (secret, kept) = SecretMaker::new(&ops.secrets).make(id, ops.new_id(now));
    let tx = store.begin_write().await?;
    let known = webhooks::count_to_add(&tx).await?;
    if usize::try_from(known).unwrap_or(usize::MAX) >= MAX_WEBHOOKS {
        let message = format!("There are {known} webhooks already; remove one first.");
        return Err(OperationError::field("/url", "too_many", message));
    }
    let record = WebhookRecord {
        id,
        version: 1,
        url,
        description,
        filter: draft.filter,
        state: WebhookState::Active,
        disabled_reason: None,
        disabled_at: None,
        secret: kept,
        old_secret: None,
        old_secret_until: None,
        from_seq: events::head(&tx).await?,
        failed_in_a_row: 0,
        failing_since: None,
        last_success_at: None,
        last_failure_at: None,
        created_by: operator.actor.id.clone(),
        created_at: now,
        updated_at: now,
    };
    webhooks::insert(&tx, &record).await?;
    let after = shown(&record);
    tx.commit(entry(
        operator,
        AuditAction::WebhookCreated,
        id,
        (None, Some(after)),
        now,
    ))
    .await?;
    Ok(WebhookWithSecret {
        webhook: record.into_webhook(now),
        secret: secret.shown(),
    })
}

/// Changes a webhook. One that is switched on again hears of what happens from then on, and goes on
/// with what was on its way.
///
/// # Errors
/// `Conflict` with the current version when it is not `expected_version`; `Validation`.
pub async fn patch_webhook(
    ops: &Operations,
    operator: &Operator,
    id: WebhookId,
    expected_version: i64,
    patch: WebhookPatch,
) -> Result<Webhook, OperationError> {
    let store = ops.live(None)?;
    let mut faults = Faults::default();
    let url = patch.url.map(|url| checked_url(ops, &mut faults, url));
    let description = faults.patched_line("/description", patch.description, DESCRIPTION);
    faults.finish()?;
    let now = ops.now();
    let change = async |tx: &WriteTx, before: &WebhookRecord| {
        let mut after = before.clone();
        after.url = url.unwrap_or(after.url);
        after.description = description.applied_to(after.description);
        after.filter = patch.filter.unwrap_or(after.filter);
        match patch.active {
            Some(true) if after.state != WebhookState::Active => {
                after.state = WebhookState::Active;
                after.disabled_reason = None;
                after.disabled_at = None;
                after.failed_in_a_row = 0;
                after.failing_since = None;
                after.from_seq = events::head(tx).await?;
            }
            Some(false) if after.state == WebhookState::Active => after.state = WebhookState::Paused,
            _ => {}
        }
        Ok(after)
    };
    let outcome = rewrite(
        &store,
        operator,
        (id, Some(expected_version)),
        AuditAction::WebhookEdited,
        now,
        change,
    )
    .await;
    ops.wrote(&outcome);
    Ok(outcome?.into_webhook(now))
}

/// Removes a webhook with its deliveries and answers what it was.
///
/// # Errors
/// `Conflict` with the current version when it is not `expected_version`.
pub async fn delete_webhook(
    ops: &Operations,
    operator: &Operator,
    id: WebhookId,
    expected_version: i64,
) -> Result<Webhook, OperationError> {
    let store = ops.live(None)?;
    let now = ops.now();
    let outcome = async {
        let known = webhooks::get(&store.reader(), id).await?;
        require_version(&known, Some(expected_version))?;
        // The log may be long: it goes step by step, and only what waits goes with the webhook itself.
        while remove_some(&store, id).await? == REMOVED {}
        let tx = store.begin_write().await?;
        let before = webhooks::get(&tx, id).await?;
        require_version(&before, Some(expected_version))?;
        webhooks::delete(&tx, &before).await?;
        let was = shown(&before);
        tx.commit(entry(
            operator,
            AuditAction::WebhookDeleted,
            id,
            (Some(was), None),
            now,
        ))
        .await?;
        Ok(before.into_webhook(now))
    }
    .await;
    ops.wrote(&outcome);
    outcome
}

async fn remove_some(store: &Store, id: WebhookId) -> Result<u64, StoreError> {
    let notes = store.begin_notes().await?;
    let removed = webhooks::remove_settled(&notes, id, REMOVED).await?;
    notes.commit().await?;
    Ok(removed)
}

/// Makes a new secret and shows it once; the old one signs beside it for a day.
///
/// # Errors
/// `NotFound`.
pub async fn rotate_webhook_secret(
    ops: &Operations,
    operator: &Operator,
    id: WebhookId,
) -> Result<WebhookWithSecret, OperationError> {
    let store = ops.live(None)?;
    let now = ops.now();
    let (secret, kept) = SecretMaker::new(&ops.secrets).make(id, ops.new_id(now));
    let change = async |_: &WriteTx, before: &WebhookRecord| {
        let mut after = before.clone();
        after.old_secret = Some(after.secret);
        after.old_secret_until = Some(now.plus_millis(OVERLAP_HOURS * 60 * 60 * 1_000));
        after.secret = kept;
        Ok(after)
    };
    let outcome = rewrite(
        &store,
        operator,
        (id, None),
        AuditAction::WebhookSecretRotated,
        now,
        change,
    )
    .await;
    ops.wrote(&outcome);
    Ok(WebhookWithSecret {
        webhook: outcome?.into_webhook(now),
        secret: secret.shown(),
    })
}

/// Sends a test event: once, also while the webhook is off, and without counting for or against it.
///
/// # Errors
/// `NotFound`.
pub async fn test_webhook(
    ops: &Operations,
    operator: &Operator,
    id: WebhookId,
) -> Result<WebhookDelivery, OperationError> {
    let store = ops.live(None)?;
    let now = ops.now();
    let delivery = DeliveryId::new(ops.new_id(now));
    let outcome = async {
        let tx = store.begin_write().await?;
        webhooks::hold(&tx, id).await?;
        let event = Event {
            seq: 0,
            at: now,
            topic: EventKind::WebhookTested.topic(),
            kind: EventKind::WebhookTested,
            subject_type: SubjectType::Webhook,
            subject_id: Some(id.to_string()),
            facts: EventFacts::default(),
        };
        let record = DeliveryRecord::due(delivery, id, None, event.kind, body_of(event)?, now);
        webhooks::add(&tx, std::slice::from_ref(&record)).await?;
        let after = json!({ "delivery": delivery });
        tx.commit(entry(
            operator,
            AuditAction::WebhookTested,
            id,
            (None, Some(after)),
            now,
        ))
        .await?;
        Ok(record.into_delivery())
    }
    .await;
    ops.wrote(&outcome);
    outcome
}

/// Puts deliveries back to be attempted from the start: one of them, or every failed one since a
/// time. What is under way just then is left alone.
///
/// # Errors
/// `NotFound` for the webhook or the delivery; `Validation` unless exactly one of the two is given.
pub async fn replay_webhook(
    ops: &Operations,
    operator: &Operator,
    id: WebhookId,
    replay: WebhookReplay,
) -> Result<WebhookReplayed, OperationError> {
    let store = ops.live(None)?;
    let now = ops.now();
    let outcome = async {
        let tx = store.begin_write().await?;
        webhooks::get(&tx, id).await?;
        let (n_deliveries, has_more) = match (replay.delivery, replay.failed_since) {
            (Some(delivery), None) => {
                webhooks::find_delivery(&tx, id, delivery).await?;
                (webhooks::replay(&tx, id, delivery, now).await?, false)
            }
            (None, Some(since)) => {
                webhooks::replay_failed_since(&tx, id, since, now, REPLAYED_AT_ONCE).await?
            }
            _ => {
                let message = "Give either a delivery or failed_since.";
                return Err(OperationError::field("/delivery", "one_of_two", message));
            }
        };
        let after = json!({
            "delivery": replay.delivery,
            "failed_since": replay.failed_since,
            "n_deliveries": n_deliveries,
        });
        tx.commit(entry(
            operator,
            AuditAction::WebhookReplayed,
            id,
            (None, Some(after)),
            now,
        ))
        .await?;
        Ok(WebhookReplayed {
            n_deliveries,
            has_more,
        })
    }
    .await;
    ops.wrote(&outcome);
    outcome
}

/// Changes one webhook and writes down what was and what is.
async fn rewrite(
    store: &Store,
    operator: &Operator,
    (id, expected_version): (WebhookId, Option<i64>),
    action: AuditAction,
    now: Timestamp,
    change: impl AsyncFnOnce(&WriteTx, &WebhookRecord) -> Result<WebhookRecord, StoreError>,
) -> Result<WebhookRecord, OperationError> {
    let tx = store.begin_write().await?;
    let before = webhooks::get(&tx, id).await?;
    require_version(&before, expected_version)?;
    let mut after = change(&tx, &before).await?;
    if after == before {
        tx.rollback().await?;
        return Ok(before);
    }
    after.updated_at = now;
    after.version = webhooks::replace(&tx, &before, &after).await?;
    let facts = (Some(shown(&before)), Some(shown(&after)));
    tx.commit(entry(operator, action, id, facts, now)).await?;
    Ok(after)
}

fn require_version(record: &WebhookRecord, expected: Option<i64>) -> Result<(), OperationError> {
    if expected.is_none_or(|expected| expected == record.version) {
        return Ok(());
    }
    Err(OperationError::Conflict {
        subject: aicmo_store::Subject::new(WebhookId::NOUN, record.id),
        current: Some(record.version),
    })
}

fn checked_url(ops: &Operations, faults: &mut Faults, url: String) -> String {
    let url = faults.required_line("/url", url, text::URL);
    if !url.is_empty()
        && let Err(sentence) = ops.webhook_port.check(&url)
    {
        faults.add("/url", "url_refused", sentence);
    }
    url
}

/// The body of the message that tells of `event`.
fn body_of(event: Event) -> Result<String, OperationError> {
    let message = WebhookMessage {
        kind: event.kind,
        timestamp: event.at,
        data: event,
    };
    serde_json::to_string(&message)
        .map_err(|cause| OperationError::Internal("writing a message", cause.into()))
}
