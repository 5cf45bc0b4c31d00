//! The activity feed: what happened, newest first.

use aicmo_shared::Sourced;
use aicmo_shared::activity::ActivityEvent;
use aicmo_shared::api::ActivityQuery;
use aicmo_shared::status::ServiceName;

use crate::context::Operations;
use crate::error::OperationError;

/// A page of the feed, newest first; 25 lines when the query does not say.
///
/// # Errors
/// `InvalidCursor` when the cursor is of another kind of events or tampered with; `Unavailable` when
/// the database does not answer.
pub async fn list_activity(
    ops: &Operations,
    query: &ActivityQuery,
) -> Result<Sourced<Vec<ActivityEvent>>, OperationError> {
    ops.reads(Some(ServiceName::Activity))?.activity(query).await
}
