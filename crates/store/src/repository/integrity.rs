//! Rows that hold a value which no enum knows.

use aicmo_shared::diagnostics::CorruptRow;

use crate::error::StoreError;
use crate::session::Session;

/// The first `limit` corrupt values, by table and id, and the number of corrupt rows in all.
pub async fn corrupt_rows(session: &impl Session, limit: u32) -> Result<(Vec<CorruptRow>, u64), StoreError> {
    todo!("{:?} {limit}", session.database())
}
