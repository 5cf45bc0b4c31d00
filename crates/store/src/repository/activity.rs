//! The activity feed: one union of what happened, newest first.

use aicmo_shared::Timestamp;
use aicmo_shared::activity::{ActivityEvent, ActivityKind};
use aicmo_shared::diagnostics::CorruptRow;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::session::Session;

/// A page of the feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityPage {
    /// Events, by time and id, newest first.
    pub rows: Vec<ActivityEvent>,
    /// Rows of this page that hold a value which no enum knows.
    pub corrupt: Vec<CorruptRow>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<ActivityPosition>,
}

/// A place in the feed: behind the event with this time and id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityPosition {
    /// The event's time in epoch milliseconds.
    pub at: i64,
    /// The event's id.
    pub id: String,
}

/// A page of at most `limit` events behind `after`, of one kind or of all.
pub async fn list(
    session: &impl Session,
    kind: Option<ActivityKind>,
    after: Option<&ActivityPosition>,
    limit: u32,
) -> Result<ActivityPage, StoreError> {
    todo!(
        "{:?} {kind:?} {after:?} {limit} {}",
        session.database(),
        Timestamp::default()
    )
}
