//! Campaigns: the list, single ones, creation and status.

use aicmo_shared::campaign::{Campaign, CampaignMode, CampaignObjective, CampaignStatus};
use aicmo_shared::closed_enum::Transition;
use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::{CampaignId, DateText, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::session::{Session, WriteTx};

/// A campaign as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignRecord {
    pub id: CampaignId,
    pub version: i64,
    pub name: String,
    pub client: Option<String>,
    pub objective: CampaignObjective,
    pub description: Option<String>,
    pub status: CampaignStatus,
    pub status_reason: Option<String>,
    pub mode: CampaignMode,
    pub kill_switch: bool,
    pub time_zone: String,
    pub start_on: Option<DateText>,
    pub end_on: Option<DateText>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A page of campaigns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CampaignPage {
    /// The good rows, newest first.
    pub rows: Vec<Campaign>,
    /// Rows of this page that hold a value which no enum knows.
    pub corrupt: Vec<CorruptRow>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<CampaignPosition>,
}

/// A place in the campaign list: behind this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignPosition {
    /// The last campaign shown.
    pub id: CampaignId,
}

/// A page of at most `limit` campaigns behind `after`, newest first, each with its leads by status.
pub async fn list(
    session: &impl Session,
    status: Option<CampaignStatus>,
    after: Option<&CampaignPosition>,
    limit: u32,
) -> Result<CampaignPage, StoreError> {
    todo!("{:?} {status:?} {after:?} {limit}", session.database())
}

/// How many campaigns stand in `status`, or exist.
pub async fn count(session: &impl Session, status: Option<CampaignStatus>) -> Result<u64, StoreError> {
    todo!("{:?} {status:?}", session.database())
}

/// A campaign with its leads by status.
///
/// # Errors
/// `NotFound` or `Corrupt`.
pub async fn get(session: &impl Session, id: CampaignId) -> Result<Campaign, StoreError> {
    todo!("{:?} {id}", session.database())
}

/// A campaign as it is kept.
///
/// # Errors
/// `NotFound` or `Corrupt`.
pub async fn record(session: &impl Session, id: CampaignId) -> Result<CampaignRecord, StoreError> {
    todo!("{:?} {id}", session.database())
}

/// Adds a campaign.
///
/// # Errors
/// `Duplicate("campaign name")` when another has the name, without regard to case.
pub async fn insert(tx: &WriteTx, campaign: &CampaignRecord) -> Result<(), StoreError> {
    todo!("{tx:?} {campaign:?}")
}

/// Takes `step` if the row still is as `before`; answers the new version.
///
/// # Errors
/// `Stale` when someone else was faster.
pub async fn change_status(
    tx: &WriteTx,
    before: &CampaignRecord,
    step: Transition<CampaignStatus>,
    reason: Option<&str>,
    at: Timestamp,
) -> Result<i64, StoreError> {
    todo!("{tx:?} {before:?} {step:?} {reason:?} {at}")
}
