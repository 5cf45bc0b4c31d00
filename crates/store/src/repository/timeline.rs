//! What happened to one lead: touches, status steps and edits in one order.

use aicmo_shared::LeadId;
use aicmo_shared::lead::LeadEvent;

use crate::error::StoreError;
use crate::listed::Listed;
use crate::session::Session;

/// The newest `limit` events of a lead, newest first. A lead that does not exist has none.
pub async fn list(session: &impl Session, lead: LeadId, limit: u32) -> Result<Listed<LeadEvent>, StoreError> {
    todo!("{:?} {lead} {limit}", session.database())
}
