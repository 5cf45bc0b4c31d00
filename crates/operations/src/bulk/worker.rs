//! The work that goes through the leads of one bulk change, or of its undo, chunk after chunk.
//!
//! It keeps no state that a kill could lose: before each chunk it reads where the job stands. A failure
//! is written at the job with its reason, and a person may start it again. How it runs is `work`'s.

use std::sync::Arc;

use aicmo_shared::JobId;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::job::JobState;
use aicmo_shared::status::ServiceName;
use aicmo_store::jobs::{self, JobItemRecord, JobRecord};
use aicmo_store::{Store, StoreError};
use async_trait::async_trait;
use serde_json::json;

use super::{chunk, entry};
use crate::context::{Operations, Operator};
use crate::error::OperationError;
use crate::work::{Step, Work, spawn};

/// Leads of one transaction.
pub(super) const CHUNK: u32 = 1_000;
/// How often a chunk is tried again when other writers met it.
const ATTEMPTS: u32 = 5;

/// Goes through one job, there or back, as its state says.
#[derive(Clone)]
pub(super) struct Worker {
    ops: Arc<Operations>,
    store: Store,
    id: JobId,
    /// The last lead that this worker settled.
    after: Option<u64>,
    n_overtaken: u32,
}

impl Worker {
    pub fn new(ops: Arc<Operations>, store: Store, id: JobId) -> Self {
        Self {
            ops,
            store,
            id,
            after: None,
            n_overtaken: 0,
        }
    }

    /// Lets it work until it is done.
    pub fn spawn(self) {
        spawn(self);
    }

    async fn forth(&mut self, job: &JobRecord) -> Result<Step, OperationError> {
        let items = jobs::items_to_settle(&self.store.reader(), self.id, self.after, CHUNK).await?;
        let place = Place::of(&items, self.after);
        let (operator, now) = (in_the_name_of(job), self.ops.now());
        let written = chunk::write(&self.store, &operator, job, items, place.is_last, now).await;
        self.wrote(job, written, place).await
    }

    async fn back(&mut self, job: &JobRecord) -> Result<Step, OperationError> {
        let items = jobs::items_to_undo(&self.store.reader(), self.id, self.after, CHUNK).await?;
        let place = Place::of(&items, self.after);
        let (operator, now) = (in_the_name_of(job), self.ops.now());
        let written = chunk::write_back(&self.store, &operator, job, items, place.is_last, now).await;
        self.wrote(job, written, place).await
    }

    async fn wrote(
        &mut self,
        seen: &JobRecord,
        written: Result<JobRecord, StoreError>,
        place: Place,
    ) -> Result<Step, OperationError> {
        match written {
            Ok(_) => {
                self.after = place.last;
                self.n_overtaken = 0;
                Ok(if place.is_last { Step::Ended } else { Step::Wrote })
            }
            Err(StoreError::Stale(_)) => self.overtaken(seen).await,
            Err(other) => Err(other.into()),
        }
    }

    /// Somebody wrote the job, or one of its leads, between our reading and our writing.
    async fn overtaken(&mut self, seen: &JobRecord) -> Result<Step, OperationError> {
        let now = jobs::get(&self.store.reader(), self.id).await?;
        if now.state != seen.state || now.done() > seen.done() {
            // It was stopped, or another process works on it and has what we have.
            return Ok(Step::Ended);
        }
        self.n_overtaken += 1;
        if self.n_overtaken < ATTEMPTS {
            Ok(Step::Wrote)
        } else {
            Err(OperationError::Internal(
                "changing the leads",
                "other writers kept changing the same ones".into(),
            ))
        }
    }
}

/// Where a chunk ends.
#[derive(Clone, Copy)]
struct Place {
    last: Option<u64>,
    is_last: bool,
}

impl Place {
    fn of(items: &[JobItemRecord], before: Option<u64>) -> Self {
        Self {
            last: items.last().map(|item| item.number).or(before),
            is_last: items.len() < CHUNK as usize,
        }
    }
}

/// The work goes on in the name of who set it going, also after a restart.
fn in_the_name_of(job: &JobRecord) -> Operator {
    Operator {
        actor: job.actor.clone(),
        ..Operator::process()
    }
}

#[async_trait]
impl Work for Worker {
    fn ops(&self) -> &Arc<Operations> {
        &self.ops
    }

    fn name(&self) -> String {
        format!("bulk change {}", self.id)
    }

    async fn step(&mut self) -> Result<Step, OperationError> {
        let job = jobs::get(&self.store.reader(), self.id).await?;
        match job.state {
            JobState::Running => self.forth(&job).await,
            JobState::Undoing if job.error.is_none() => self.back(&job).await,
            _ => Ok(Step::Ended),
        }
    }

    async fn fail(&self, error: &OperationError) -> Result<(), OperationError> {
        let now = self.ops.now();
        let tx = self.store.begin_write().await?;
        let before = jobs::get(&tx, self.id).await?;
        if !before.state.is_under_way() || before.error.is_some() {
            return Ok(tx.rollback().await?);
        }
        let mut after = before.clone();
        after.updated_at = now;
        let public = error.to_problem().detail.replace(" Nothing was changed.", "");
        let (done, total) = (before.done(), before.total);
        after.error = Some(if before.state == JobState::Running {
            after.state = JobState::Failed;
            after.ended_at = Some(now);
            format!("It stopped after {done} of {total} leads. {public} What was changed stays.")
        } else {
            // There is no way back from an undo, so it stays one and goes on when asked again.
            format!("The undo stopped after {done} leads. {public} What was taken back stays so.")
        });
        after.version = jobs::replace(&tx, &before, &after).await?;
        let facts = json!({ "state": after.state, "done": done, "code": error.code() });
        let operator = in_the_name_of(&before);
        tx.commit(entry(&operator, AuditAction::JobFailed, &after, facts, now))
            .await?;
        Ok(())
    }
}

/// Picks up every bulk change that was under way when its process ended; answers how many.
///
/// # Errors
/// `Unavailable` when the database does not answer; then nothing was picked up.
pub async fn resume_interrupted(ops: Arc<Operations>) -> Result<usize, OperationError> {
    // A process or service that serves mock data writes nothing.
    let Ok(store) = ops.live(Some(ServiceName::Leads)) else {
        return Ok(0);
    };
    let interrupted = jobs::under_way(&store.reader()).await?;
    for job in &interrupted {
        tracing::info!(
            job.id = %job.id,
            done = job.done(),
            total = job.total,
            "going on with bulk change {}, which is {}",
            job.id,
            job.state
        );
        Worker::new(Arc::clone(&ops), store.clone(), job.id).spawn();
    }
    Ok(interrupted.len())
}

#[cfg(test)]
mod tests;
