//! The workspace's control flags and the epoch that fences writes made under older ones.

use aicmo_shared::control::ControlFlags;

use crate::error::StoreError;
use crate::session::{Session, WriteTx};

/// The flags as they are.
pub async fn flags(session: &impl Session) -> Result<ControlFlags, StoreError> {
    todo!("{:?}", session.database())
}

/// Raises the epoch and answers it before and after; for a check that rolls its transaction back.
pub async fn epoch_probe(tx: &WriteTx) -> Result<(i64, i64), StoreError> {
    todo!("{tx:?}")
}
