//! Touches: every contact of a lead with the workspace. Append-only.

use aicmo_shared::lead::{LeadSource, Utm};
use aicmo_shared::{CampaignId, ImportId, LeadId, Timestamp, TouchId};

use crate::error::StoreError;
use crate::session::WriteTx;

/// One touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TouchRecord {
    pub id: TouchId,
    pub lead: LeadId,
    pub campaign: Option<CampaignId>,
    pub source: LeadSource,
    pub source_channel: Option<String>,
    /// Makes the touch idempotent: a second one with the same text is not written.
    pub source_ref: Option<String>,
    pub utm: Utm,
    pub import: Option<ImportId>,
    pub touched_at: Timestamp,
}

/// Adds touches, except those whose `source_ref` is there already; answers how many were added.
pub async fn append(tx: &WriteTx, touches: &[TouchRecord]) -> Result<u64, StoreError> {
    todo!("{tx:?} {touches:?}")
}
