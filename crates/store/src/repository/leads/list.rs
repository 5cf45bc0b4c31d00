//! The lead list: one page under a filter and an order, in time that depends on the page alone.
//!
//! Every order ends in the id, so it is total, and a page continues behind the key of the last row
//! it showed, whatever was written in between.

use aicmo_shared::LeadId;
use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::lead::{LeadFilter, LeadRow, LeadSort};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::session::Session;

/// A page of leads.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeadPage {
    /// The good rows, in order.
    pub rows: Vec<LeadRow>,
    /// Rows of this page that hold a value which no enum knows.
    pub corrupt: Vec<CorruptRow>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<LeadPosition>,
}

/// A place in the lead list: behind the row with this key. It means something only under the order
/// it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadPosition {
    /// The order's own key.
    pub key: PositionKey,
    /// The row.
    pub id: LeadId,
}

/// The key of an order beside the id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PositionKey {
    /// The id alone.
    Id,
    /// Urgency or a time.
    Number(i64),
    /// A search text.
    Text(String),
}

/// A page of at most `limit` leads behind `after`.
///
/// # Errors
/// A place of another order is a defect of the caller's: `Query`.
pub async fn list(
    session: &impl Session,
    filter: &LeadFilter,
    sort: LeadSort,
    after: Option<&LeadPosition>,
    limit: u32,
) -> Result<LeadPage, StoreError> {
    todo!("{:?} {filter:?} {sort} {after:?} {limit}", session.database())
}

/// How many leads match; `None` when only counting rows could tell.
pub async fn count(session: &impl Session, filter: &LeadFilter) -> Result<Option<u64>, StoreError> {
    todo!("{:?} {filter:?}", session.database())
}
