//! Webhooks out: who is told of what, and what is on its way to them.

mod deliveries;
mod subscriptions;

pub use deliveries::{
    Claim, DeliveryRecord, Outcome, add, claim, cursor, due, find_delivery, list_deliveries, lock_cursor,
    move_cursor, next_due, prune_deliveries, replay, replay_failed_since, settle,
};
pub use subscriptions::{
    SaltRecord, WebhookRecord, active, count, delete, get, insert, list, note_failure, note_success, replace,
};
