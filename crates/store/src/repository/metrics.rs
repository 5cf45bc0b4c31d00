//! The attention figures, in time that does not depend on the number of leads.

use aicmo_shared::Timestamp;
use aicmo_shared::metrics::Attention;

use crate::error::StoreError;
use crate::session::Session;

/// What needs the operator at `now`.
pub async fn attention(session: &impl Session, now: Timestamp) -> Result<Attention, StoreError> {
    todo!("{:?} {now}", session.database())
}
