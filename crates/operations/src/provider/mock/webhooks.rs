//! Two mock webhooks with their deliveries: one that works, one that was disabled.

use aicmo_shared::event::EventKind;
use aicmo_shared::webhook::{
    AttemptFault, DeliveryState, DisabledReason, EventFilter, FAILURES_TO_DISABLE, Webhook, WebhookDelivery,
    WebhookState,
};
use aicmo_shared::{DeliveryId, WebhookId};

use super::{DAY, HOUR, MINUTE, ago, id, some};

fn webhook(number: u16, name: &str, days_old: i64) -> Webhook {
    let created_at = ago(days_old * DAY);
    Webhook {
        id: WebhookId::new(id(created_at, number)),
        version: 1,
        url: format!("https://hooks.example/{number}"),
        description: some(name),
        filter: EventFilter::default(),
        state: WebhookState::Active,
        disabled_reason: None,
        disabled_at: None,
        old_secret_until: None,
        failed_in_a_row: 0,
        last_success_at: Some(ago(5 * MINUTE)),
        last_failure_at: None,
        created_by: "mock".to_owned(),
        created_at,
        updated_at: created_at,
    }
}

/// Newest first.
pub fn all() -> Vec<Webhook> {
    let broken = Webhook {
        state: WebhookState::Disabled,
        disabled_reason: Some(DisabledReason::Failing),
        disabled_at: Some(ago(3 * HOUR)),
        failed_in_a_row: FAILURES_TO_DISABLE,
        last_success_at: Some(ago(2 * DAY)),
        last_failure_at: Some(ago(3 * HOUR)),
        ..webhook(2, "Mock old warehouse", 9)
    };
    vec![webhook(1, "Mock data warehouse", 4), broken]
}

/// Newest first; none when there is no such webhook.
pub fn deliveries(webhook: WebhookId) -> Option<Vec<WebhookDelivery>> {
    let webhook = all().into_iter().find(|known| known.id == webhook)?;
    let works = webhook.state == WebhookState::Active;
    let delivery = |number: u16, minutes_old: i64, kind: EventKind| {
        let created_at = ago(minutes_old * MINUTE);
        WebhookDelivery {
            id: DeliveryId::new(id(created_at, number)),
            webhook: webhook.id,
            event_seq: Some(u64::from(number)),
            kind,
            state: if works {
                DeliveryState::Delivered
            } else {
                DeliveryState::Failed
            },
            attempts: if works { 1 } else { 7 },
            next_attempt_at: None,
            last_attempt_at: Some(created_at),
            last_duration_ms: Some(if works { 84 } else { 15_000 }),
            last_status: works.then_some(204),
            last_fault: (!works).then_some(AttemptFault::Timeout),
            last_answer: None,
            created_at,
        }
    };
    let minutes = if works { [5, 25] } else { [180, 200] };
    Some(vec![
        delivery(12, minutes[0], EventKind::LeadCreated),
        delivery(11, minutes[1], EventKind::ImportCommitted),
    ])
}
