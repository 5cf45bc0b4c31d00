//! The history of lead statuses: every step with who took it and why. Append-only.

use aicmo_shared::lead::{LeadStatus, LostReason};
use aicmo_shared::{LeadId, Timestamp};

use crate::audit::Actor;
use crate::error::StoreError;
use crate::session::WriteTx;

/// One step of one lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusStep {
    pub lead: LeadId,
    /// Where it stood; none for a new lead.
    pub from: Option<LeadStatus>,
    pub to: LeadStatus,
    pub actor: Actor,
    pub reason_code: Option<LostReason>,
    pub reason: Option<String>,
    pub at: Timestamp,
}

/// Adds steps.
pub async fn append(tx: &WriteTx, steps: &[StatusStep]) -> Result<(), StoreError> {
    todo!("{tx:?} {steps:?}")
}
