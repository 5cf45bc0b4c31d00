//! Stopping a bulk change, letting it go on after a failure, and taking it back.
//!
//! Each is a state and no more: the worker reads it before each chunk, and a chunk that was being
//! written when it came is either whole or not there.

use std::sync::Arc;

use aicmo_shared::audit::AuditAction;
use aicmo_shared::job::{Job, JobState, UNDO_MINUTES};
use aicmo_shared::status::ServiceName;
use aicmo_shared::{JobId, Timestamp};
use aicmo_store::Store;
use aicmo_store::jobs::{self, JobRecord};

use super::worker::Worker;
use super::{entry, standing};
use crate::context::{Operations, Operator};
use crate::error::OperationError;

/// How often a turn is tried again while chunks are being written.
const ATTEMPTS: u32 = 10;

/// What moves a bulk change on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Cancel,
    Retry,
    Undo,
}

/// Stops a bulk change behind the chunk that is being written. Stopping needs no service.
///
/// # Errors
/// `NotFound`; `JobState` unless it is running.
pub async fn cancel_job(ops: &Operations, operator: &Operator, id: JobId) -> Result<Job, OperationError> {
    let store = ops.live(None)?;
    let record = turn(ops, &store, operator, id, Turn::Cancel).await?;
    super::shown(&store, record).await
}

/// Lets a bulk change, or its undo, go on that stands still after a failure.
///
/// # Errors
/// `NotFound`; `JobState` when it did not fail.
pub async fn retry_job(ops: &Arc<Operations>, operator: &Operator, id: JobId) -> Result<Job, OperationError> {
    go_on(ops, operator, id, Turn::Retry).await
}

/// Starts giving the changed leads their former value again; it goes on after this returns.
///
/// # Errors
/// `NotFound`; `JobState` when the change cannot be taken back, changed nothing, has not ended, or
/// ended more than ten minutes ago.
pub async fn undo_job(ops: &Arc<Operations>, operator: &Operator, id: JobId) -> Result<Job, OperationError> {
    go_on(ops, operator, id, Turn::Undo).await
}

async fn go_on(
    ops: &Arc<Operations>,
    operator: &Operator,
    id: JobId,
    what: Turn,
) -> Result<Job, OperationError> {
    let store = ops.live(Some(ServiceName::Leads))?;
    let record = turn(ops, &store, operator, id, what).await?;
    Worker::new(Arc::clone(ops), store.clone(), id).spawn();
    super::shown(&store, record).await
}

/// Takes a turn. A chunk that slips in between is read and judged anew.
async fn turn(
    ops: &Operations,
    store: &Store,
    operator: &Operator,
    id: JobId,
    what: Turn,
) -> Result<JobRecord, OperationError> {
    let mut outcome = write(ops, store, operator, id, what).await;
    for _ in 1..ATTEMPTS {
        if !matches!(outcome, Err(OperationError::Conflict { .. })) {
            break;
        }
        outcome = write(ops, store, operator, id, what).await;
    }
    ops.wrote(&outcome);
    outcome
}

/// Writes the state after a turn.
///
/// # Errors
/// As the turns; `Conflict` when somebody else wrote the job.
pub(super) async fn write(
    ops: &Operations,
    store: &Store,
    operator: &Operator,
    id: JobId,
    what: Turn,
) -> Result<JobRecord, OperationError> {
    let now = ops.now();
    let tx = store.begin_write().await?;
    let before = jobs::get(&tx, id).await?;
    let (mut after, action) = match what {
        Turn::Cancel => (cancelled(&before, now)?, AuditAction::JobCancelled),
        Turn::Retry => retried(&before, operator)?,
        Turn::Undo => (undoing(&before, operator, now)?, AuditAction::JobUndoStarted),
    };
    after.updated_at = now;
    after.version = jobs::replace(&tx, &before, &after).await?;
    tx.commit(entry(operator, action, &after, standing(&after), now))
        .await?;
    Ok(after)
}

fn cancelled(job: &JobRecord, now: Timestamp) -> Result<JobRecord, OperationError> {
    match job.state {
        JobState::Running => Ok(JobRecord {
            state: JobState::Cancelled,
            ended_at: Some(now),
            ..job.clone()
        }),
        _ => refused(job, "only one that is running can be stopped"),
    }
}

fn retried(job: &JobRecord, operator: &Operator) -> Result<(JobRecord, AuditAction), OperationError> {
    let again = |state| JobRecord {
        state,
        error: None,
        ended_at: None,
        actor: operator.actor.clone(),
        ..job.clone()
    };
    match job.state {
        JobState::Failed => Ok((again(JobState::Running), AuditAction::JobStarted)),
        JobState::Undoing if job.error.is_some() => {
            Ok((again(JobState::Undoing), AuditAction::JobUndoStarted))
        }
        _ => refused(job, "only one that failed can be set going again"),
    }
}

fn undoing(job: &JobRecord, operator: &Operator, now: Timestamp) -> Result<JobRecord, OperationError> {
    const OVER: &str = "a bulk change can be undone for ten minutes after its end, and they are over";
    const { assert!(UNDO_MINUTES == 10, "the sentence says ten minutes") };
    if !job.change.can_be_undone() {
        return refused(job, "what says that people must be left alone cannot be undone");
    }
    if !matches!(
        job.state,
        JobState::Completed | JobState::Cancelled | JobState::Failed
    ) {
        return refused(job, "only one that has ended can be undone");
    }
    match job.undo_until() {
        None => refused(job, "it changed no lead, so there is nothing to undo"),
        Some(until) if until < now => refused(job, OVER),
        Some(_) => Ok(JobRecord {
            state: JobState::Undoing,
            error: None,
            actor: operator.actor.clone(),
            ..job.clone()
        }),
    }
}

fn refused<T>(job: &JobRecord, needs: &'static str) -> Result<T, OperationError> {
    Err(OperationError::JobState {
        state: job.state,
        needs,
    })
}
