//! Bulk changes of leads over HTTP.

use actix_web::http::header::HeaderValue;
use aicmo_operations::bulk;
use aicmo_shared::JobId;
use aicmo_shared::api::{JobItemQuery, NoQuery, PageQuery};
use aicmo_shared::job::{BulkDraft, BulkPreview, BulkQuestion, Job, JobItem};

use super::Ops;
use crate::http::answer::{CommandResult, Done, Read, ReadResult, version_etag};
use crate::http::extract::{Body, Caller, Id, Query};

fn etag(job: &Job) -> HeaderValue {
    version_etag(job.version)
}

fn done(job: Job) -> Done<Job> {
    Done::from(job).with_etag(etag)
}

/// `PreviewBulk`
pub async fn preview_bulk(
    ops: Ops,
    _: Caller,
    _: Query<NoQuery>,
    body: Body<BulkQuestion>,
) -> CommandResult<BulkPreview> {
    Ok(bulk::preview_bulk(&ops, body.0).await?.into())
}

/// `StartBulk`
pub async fn start_bulk(
    ops: Ops,
    caller: Caller,
    _: Query<NoQuery>,
    body: Body<BulkDraft>,
) -> CommandResult<Job> {
    Ok(done(bulk::start_bulk(&ops, &caller.0, body.0).await?))
}

/// `ListJobs`
pub async fn list_jobs(ops: Ops, query: Query<PageQuery>) -> ReadResult<Vec<Job>> {
    Ok(bulk::list_jobs(&ops, &query.0).await?.into())
}

/// `GetJob`
pub async fn get_job(ops: Ops, id: Id<JobId>, _: Query<NoQuery>) -> ReadResult<Job> {
    Ok(Read::from(bulk::get_job(&ops, id.0).await?).with_etag(etag))
}

/// `ListJobItems`
pub async fn list_job_items(ops: Ops, id: Id<JobId>, query: Query<JobItemQuery>) -> ReadResult<Vec<JobItem>> {
    Ok(bulk::list_job_items(&ops, id.0, &query.0).await?.into())
}

/// `CancelJob`
pub async fn cancel_job(ops: Ops, caller: Caller, id: Id<JobId>, _: Query<NoQuery>) -> CommandResult<Job> {
    Ok(done(bulk::cancel_job(&ops, &caller.0, id.0).await?))
}

/// `RetryJob`
pub async fn retry_job(ops: Ops, caller: Caller, id: Id<JobId>, _: Query<NoQuery>) -> CommandResult<Job> {
    Ok(done(bulk::retry_job(&ops, &caller.0, id.0).await?))
}

/// `UndoJob`
pub async fn undo_job(ops: Ops, caller: Caller, id: Id<JobId>, _: Query<NoQuery>) -> CommandResult<Job> {
    Ok(done(bulk::undo_job(&ops, &caller.0, id.0).await?))
}
