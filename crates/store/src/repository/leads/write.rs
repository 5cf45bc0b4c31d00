//! Writes of leads. The counters follow from what a lead was and is; nobody counts by hand.

use super::LeadRecord;
use crate::error::StoreError;
use crate::session::WriteTx;

/// Adds leads. Their ids are new.
pub async fn insert(tx: &WriteTx, leads: &[LeadRecord]) -> Result<(), StoreError> {
    todo!("{tx:?} {leads:?}")
}

/// Writes `after` over `before` if the row still has the version of `before`; answers the new
/// version, which is one higher.
///
/// # Errors
/// `Stale` when someone else was faster.
pub async fn replace(tx: &WriteTx, before: &LeadRecord, after: &LeadRecord) -> Result<i64, StoreError> {
    todo!("{tx:?} {before:?} {after:?}")
}
