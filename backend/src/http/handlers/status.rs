//! The state of the process over HTTP.

use aicmo_operations::status;
use aicmo_shared::api::NoQuery;
use aicmo_shared::status::Status;

use super::Ops;
use crate::http::answer::ReadResult;
use crate::http::extract::Query;

/// `GetStatus`
pub async fn get_status(ops: Ops, _: Query<NoQuery>) -> ReadResult<Status> {
    Ok(status::get_status(&ops).await?.into())
}
