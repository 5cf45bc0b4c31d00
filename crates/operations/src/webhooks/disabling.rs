//! When a webhook is given up on, and the notice that it leaves.

use aicmo_shared::audit::AuditAction;
use aicmo_shared::webhook::{
    AttemptFault, DeliveryState, DisabledReason, FAILING_HOURS, FAILURES_TO_DISABLE, WebhookState,
};
use aicmo_shared::{Timestamp, WebhookId};
use aicmo_store::webhooks::{self, Outcome, WebhookRecord};
use aicmo_store::{Store, StoreError};

use super::trail::{entry, shown};
use crate::context::{Operations, Operator};
use crate::error::OperationError;

/// The status by which a receiver says that it is gone for good.
pub(super) const GONE: u16 = 410;

const FAILING_MS: i64 = FAILING_HOURS * 60 * 60 * 1_000;

/// Why `webhook` is given up on after an attempt that failed with `outcome`, if it is.
pub(super) fn reason_after(webhook: &WebhookRecord, outcome: &Outcome) -> Option<DisabledReason> {
    let deliveries_fail =
        outcome.state == DeliveryState::Failed && webhook.failed_in_a_row >= u64::from(FAILURES_TO_DISABLE);
    let fails_for_long = webhook
        .failing_since
        .is_some_and(|since| outcome.at.since(since) >= FAILING_MS);
    match (outcome.status, outcome.fault) {
        (Some(GONE), _) => Some(DisabledReason::Gone),
        (_, Some(AttemptFault::SecretLost)) => Some(DisabledReason::SecretLost),
        _ if deliveries_fail || fails_for_long => Some(DisabledReason::Failing),
        _ => None,
    }
}

/// Switches a webhook off if it is on and there is a reason, and leaves a notice.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn disable(
    ops: &Operations,
    store: &Store,
    id: WebhookId,
    reason_of: impl Fn(&WebhookRecord) -> Option<DisabledReason>,
) -> Result<(), OperationError> {
    let now = ops.now();
    match try_to_disable(store, id, &reason_of, now).await {
        // Somebody changed it just then: what they made of it is looked at anew.
        Err(StoreError::Stale(_)) => try_to_disable(store, id, &reason_of, now).await?,
        tried => tried?,
    }
    Ok(())
}

async fn try_to_disable(
    store: &Store,
    id: WebhookId,
    reason_of: &impl Fn(&WebhookRecord) -> Option<DisabledReason>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let before = match webhooks::get(&store.reader(), id).await {
        // Somebody removed it meanwhile.
        Err(StoreError::NotFound(_)) => return Ok(()),
        found => found?,
    };
    let Some(reason) = reason_of(&before).filter(|_| before.state == WebhookState::Active) else {
        return Ok(());
    };
    let mut after = before.clone();
    after.state = WebhookState::Disabled;
    after.disabled_reason = Some(reason);
    after.disabled_at = Some(now);
    after.updated_at = now;
    let tx = store.begin_write().await?;
    webhooks::replace(&tx, &before, &after).await?;
    let facts = (Some(shown(&before)), Some(shown(&after)));
    let mut row = entry(&Operator::process(), AuditAction::WebhookDisabled, id, facts, now);
    row.reason = Some(reason.sentence().to_owned());
    tx.commit(row).await?;
    tracing::warn!(webhook.id = %id, reason = reason.as_str(), "webhook {id} was disabled");
    Ok(())
}
