//! Webhooks out: who is told of what, and what is on its way to them.

mod deliveries;
mod queue;
mod subscriptions;

pub use deliveries::{
    DeliveryRecord, add, cursor, find_delivery, list_deliveries, lock_cursor, move_cursor, prune_deliveries,
    remove_settled, replay, replay_failed_since,
};
pub use queue::{Claim, Outcome, claim, due, explain_due, overloaded, settle};
pub use subscriptions::{
    SaltRecord, WebhookRecord, active, count_to_add, delete, get, hold, hold_active, insert, list,
    note_failure, note_success, replace,
};
