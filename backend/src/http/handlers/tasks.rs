//! My work over HTTP.

use aicmo_operations::tasks;
use aicmo_shared::api::NoQuery;
use aicmo_shared::task::MyWork;

use super::Ops;
use crate::http::answer::ReadResult;
use crate::http::extract::Query;

/// `GetMyWork`
pub async fn get_my_work(ops: Ops, _: Query<NoQuery>) -> ReadResult<MyWork> {
    Ok(tasks::get_my_work(&ops).await?.into())
}
