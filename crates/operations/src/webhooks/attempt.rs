//! One attempt of one delivery, and what follows from how it went.

use std::sync::Arc;

use aicmo_shared::activity::SubjectType;
use aicmo_shared::event::{EventFacts, EventKind};
use aicmo_shared::webhook::{AttemptFault, DeliveryState, RETRY_SECONDS};
use aicmo_shared::{DeliveryId, Timestamp};
use aicmo_store::webhooks::{self, Claim, DeliveryRecord, Outcome, WebhookRecord};
use aicmo_store::{NewEvent, Store, StoreError};
use tokio::task::JoinSet;

use super::disabling::{GONE, disable, reason_after};
use super::port::{Answer, Message};
use super::secret::{SecretLost, SecretMaker};
use crate::context::Operations;
use crate::error::OperationError;

/// What an attempt tells of its receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// It took what it was sent.
    Takes,
    /// It did not, or could not be reached.
    Ails,
    /// Nothing was sent: the webhook was removed.
    Gone,
}

/// Attempts a delivery that was claimed and writes down how it went.
///
/// # Errors
/// When that could not be written; the lease runs out and it is attempted again.
pub async fn attempt(
    ops: Arc<Operations>,
    store: Store,
    record: DeliveryRecord,
    claim: Claim,
) -> Result<Receiver, OperationError> {
    let began = ops.clock.monotonic_ms();
    let answer = match webhooks::get(&store.reader(), record.webhook).await {
        // It was removed with all that was on its way.
        Err(StoreError::NotFound(_)) => return Ok(Receiver::Gone),
        found => send(&ops, &record, found?).await,
    };
    let at = ops.now();
    let duration_ms = ops.clock.monotonic_ms().saturating_sub(began);
    let outcome = outcome_of(&record, answer, at, duration_ms);
    let is_test = record.event_seq.is_none();
    let receiver = match outcome.state {
        DeliveryState::Delivered => Receiver::Takes,
        DeliveryState::Failed | DeliveryState::Pending => Receiver::Ails,
    };

    let notes = store.begin_notes().await?;
    // The webhook before its delivery, the order in which a removal takes them.
    if !is_test {
        match outcome.state {
            DeliveryState::Delivered => webhooks::note_success(&notes, record.webhook, at).await?,
            DeliveryState::Failed => webhooks::note_failure(&notes, record.webhook, at, true).await?,
            DeliveryState::Pending => webhooks::note_failure(&notes, record.webhook, at, false).await?,
        }
    }
    if !webhooks::settle(&notes, claim, &outcome).await? {
        drop(notes);
        tell_lost_lease(&store, &record).await?;
        return Ok(receiver);
    }
    notes.raise(NewEvent {
        at,
        kind: EventKind::WebhookAttempted,
        subject_type: SubjectType::Webhook,
        subject_id: Some(record.webhook.to_string()),
        facts: EventFacts {
            status: Some(outcome.state.to_string()),
            done: None,
        },
    });
    notes.commit().await?;
    if !is_test && receiver == Receiver::Ails {
        let reason = |webhook: &WebhookRecord| reason_after(webhook, &outcome);
        disable(&ops, &store, record.webhook, reason).await?;
    }
    Ok(receiver)
}

/// Says that another settles the attempt, unless it was removed with its webhook.
async fn tell_lost_lease(store: &Store, record: &DeliveryRecord) -> Result<(), OperationError> {
    match webhooks::find_delivery(&store.reader(), record.webhook, record.id).await {
        Err(StoreError::NotFound(_)) => {}
        found => {
            found?;
            tracing::warn!(delivery.id = %record.id, "an attempt took longer than its lease; another settles it");
        }
    }
    Ok(())
}

/// Signs and sends. A panic behind the port is a failed attempt and harms nothing else.
async fn send(
    ops: &Arc<Operations>,
    record: &DeliveryRecord,
    webhook: WebhookRecord,
) -> Result<Answer, AttemptFault> {
    let now = ops.now();
    let secrets = match SecretMaker::new(&ops.secrets).signing(&webhook, now) {
        Ok(secrets) => secrets,
        Err(SecretLost) => return Err(AttemptFault::SecretLost),
    };
    let id = record.id.to_string();
    let timestamp = now.as_millis() / 1_000;
    let signatures: Vec<String> = secrets
        .iter()
        .map(|secret| secret.sign(&id, timestamp, &record.body))
        .collect();
    let message = Message {
        url: webhook.url,
        id,
        timestamp,
        signatures: signatures.join(" "),
        body: record.body.clone(),
    };
    // Dropped with this future, so an attempt that is called off does not go on by itself.
    let mut sending = JoinSet::new();
    let port = Arc::clone(&ops.webhook_port);
    sending.spawn(async move { port.post(message).await });
    match sending.join_next().await {
        Some(Ok(answer)) => answer,
        Some(Err(crash)) => {
            tracing::error!(delivery.id = %record.id, error = %crash, "an attempt crashed");
            Err(AttemptFault::Crashed)
        }
        None => Err(AttemptFault::Crashed),
    }
}

fn outcome_of(
    record: &DeliveryRecord,
    answer: Result<Answer, AttemptFault>,
    at: Timestamp,
    duration_ms: u64,
) -> Outcome {
    let (status, said, fault) = match answer {
        Ok(answer) => {
            let fault = match answer.status {
                200..=299 => None,
                300..=399 => Some(AttemptFault::Redirect),
                _ => Some(AttemptFault::Status),
            };
            // No text column takes a NUL.
            let said = answer.beginning.replace('\0', "\u{fffd}");
            (Some(answer.status), Some(said), fault)
        }
        Err(fault) => (None, None, Some(fault)),
    };
    let is_hopeless = status == Some(GONE) || fault == Some(AttemptFault::SecretLost);
    let next_attempt_at = fault
        .filter(|_| !is_hopeless && record.event_seq.is_some())
        .and_then(|_| wait_after(record.id, record.attempts))
        .map(|wait| at.plus_millis(wait));
    let state = match (fault, next_attempt_at) {
        (None, _) => DeliveryState::Delivered,
        (Some(_), Some(_)) => DeliveryState::Pending,
        (Some(_), None) => DeliveryState::Failed,
    };
    Outcome {
        state,
        at,
        duration_ms,
        status,
        fault,
        answer: said,
        next_attempt_at,
    }
}

/// Milliseconds to wait when `attempts` were made before the one that failed; `None` when it was the
/// last. A tenth more or less, by delivery, so that what failed together is not tried together.
fn wait_after(delivery: DeliveryId, attempts: u64) -> Option<i64> {
    let seconds = *RETRY_SECONDS.get(usize::try_from(attempts).ok()?)?;
    let dice = i64::from(delivery.get().as_bytes()[15]) - 128;
    Some(seconds * 1_000 + seconds * dice * 100 / 128)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_waits_grow_from_seconds_to_hours_and_end() {
        for (attempts, seconds) in RETRY_SECONDS.iter().enumerate() {
            for last in [0_u8, 128, 255] {
                let delivery = DeliveryId::new(Uuid::from_u128(u128::from(last)));
                let wait = wait_after(delivery, attempts as u64).expect("another attempt");
                assert!(
                    (seconds * 900..=seconds * 1_100).contains(&wait),
                    "{attempts}: {wait}"
                );
            }
        }
        let delivery = DeliveryId::new(Uuid::from_u128(1));
        assert_eq!(wait_after(delivery, RETRY_SECONDS.len() as u64), None);
    }
}
