//! The maintained counters: applied at commit, read by figures, compared with the rows they count.

use aicmo_shared::Timestamp;
use aicmo_shared::diagnostics::CounterCheck;
use sea_orm::ConnectionTrait;

use crate::counter_keys::Deltas;
use crate::error::StoreError;
use crate::session::{Session, WriteTx};

/// Adds what a unit of work did, in key order.
pub(crate) async fn apply(connection: &impl ConnectionTrait, deltas: Deltas) -> Result<(), StoreError> {
    todo!("{:?} {deltas:?}", connection.get_database_backend())
}

/// Counts the rows and compares every counter with them, in one snapshot.
pub async fn compare(session: &impl Session, now: Timestamp) -> Result<CounterCheck, StoreError> {
    todo!("{:?} {now}", session.database())
}

/// Writes every counter anew from the rows.
pub async fn rebuild(tx: &WriteTx) -> Result<(), StoreError> {
    todo!("{tx:?}")
}
