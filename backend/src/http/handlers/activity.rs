//! The activity feed over HTTP.

use aicmo_operations::activity;
use aicmo_shared::activity::ActivityEvent;
use aicmo_shared::api::ActivityQuery;

use super::Ops;
use crate::http::answer::ReadResult;
use crate::http::extract::Query;

/// `ListActivity`
pub async fn list_activity(ops: Ops, query: Query<ActivityQuery>) -> ReadResult<Vec<ActivityEvent>> {
    Ok(activity::list_activity(&ops, &query.0).await?.into())
}
