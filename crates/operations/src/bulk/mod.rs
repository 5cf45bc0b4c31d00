//! Bulk changes: one change of many leads, as a job that is followed, stopped and taken back.
//!
//! Owns the way of a bulk change: `draft` checks what is asked for, `preview` says what it would do,
//! `start` writes down which leads are meant, `worker` goes through them in chunks that survive a kill,
//! and `turn` stops it, lets it go on or takes it back. What the change does to one lead is decided in
//! `judge`. Does not own what a status, a tag or consent means: the rules are those of a single lead.

mod chunk;
mod draft;
mod judge;
mod preview;
mod start;
mod turn;
mod worker;

pub use preview::preview_bulk;
pub use start::start_bulk;
pub use turn::{cancel_job, retry_job, undo_job};
pub use worker::resume_interrupted;

use aicmo_shared::activity::SubjectType;
use aicmo_shared::api::{JobItemQuery, PageQuery};
use aicmo_shared::audit::AuditAction;
use aicmo_shared::job::{Job, JobItem};
use aicmo_shared::status::ServiceName;
use aicmo_shared::{JobId, Sourced, Timestamp};
use aicmo_store::jobs::{self, JobRecord};
use aicmo_store::{AuditEntry, Store};
use serde_json::{Value, json};

use crate::context::{Operations, Operator};
use crate::error::OperationError;

/// A page of bulk changes, newest first.
///
/// # Errors
/// `InvalidCursor`; `Unavailable` when the database does not answer.
pub async fn list_jobs(ops: &Operations, query: &PageQuery) -> Result<Sourced<Vec<Job>>, OperationError> {
    ops.reads(Some(ServiceName::Leads))?.jobs(query).await
}

/// A bulk change and how far it is.
///
/// # Errors
/// `NotFound`; `Unavailable` when the database does not answer.
pub async fn get_job(ops: &Operations, id: JobId) -> Result<Sourced<Job>, OperationError> {
    ops.reads(Some(ServiceName::Leads))?.job(id).await
}

/// A page of the leads of a bulk change with what became of each, in the order of the change.
///
/// # Errors
/// `NotFound`, `InvalidCursor`; `Unavailable` when the database does not answer.
pub async fn list_job_items(
    ops: &Operations,
    id: JobId,
    query: &JobItemQuery,
) -> Result<Sourced<Vec<JobItem>>, OperationError> {
    ops.reads(Some(ServiceName::Leads))?.job_items(id, query).await
}

/// The bulk change as the wire shows it.
pub(crate) async fn shown(store: &Store, record: JobRecord) -> Result<Job, OperationError> {
    let id = record.id;
    jobs::shown(&store.reader(), vec![record])
        .await?
        .pop()
        .ok_or_else(|| OperationError::not_found(JobId::NOUN, id))
}

/// The audit row of a step of a bulk change. It names states and numbers, never a person who is a lead.
fn entry(
    operator: &Operator,
    action: AuditAction,
    record: &JobRecord,
    facts: Value,
    at: Timestamp,
) -> AuditEntry {
    AuditEntry {
        actor: operator.actor.clone(),
        action,
        subject_type: SubjectType::Job,
        subject_id: Some(record.id.to_string()),
        campaign: None,
        before: None,
        after: Some(facts),
        reason: record.reason.clone(),
        request_id: operator.request_id.clone(),
        at,
    }
}

/// Where a bulk change stands, for the audit trail.
fn standing(record: &JobRecord) -> Value {
    json!({
        "state": record.state,
        "done": record.done(),
        "total": record.total,
        "changed": record.changed,
        "unchanged": record.unchanged,
        "refused": record.refused,
        "taken_back": record.taken_back,
        "kept": record.kept,
    })
}
