//! Long work in steps that a kill cannot hurt: imports and bulk changes.
//!
//! Owns how such work runs: step after step until there is none left, waiting for a database that does
//! not answer, and stopping between two steps when the process ends. Each step reads where the work
//! stands and keeps what it did in its own transaction; what a step is, and where a failure is written
//! down, is the work's own.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::context::Operations;
use crate::error::{Dependency, OperationError};

/// How long a database that does not answer is left alone.
const WAIT: Duration = Duration::from_secs(2);

/// What a step found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Something was written; there may be more.
    Wrote,
    /// Everything is done, or it is not ours to go on: stopped, failed, or another worker's.
    Ended,
}

/// Work that goes on step by step.
#[async_trait]
pub trait Work: Clone + Send + Sync + 'static {
    /// The context it works in.
    fn ops(&self) -> &Arc<Operations>;

    /// What it is, for the log: "import 0197…".
    fn name(&self) -> String;

    /// Does the next step.
    ///
    /// # Errors
    /// Nothing of the step is kept.
    async fn step(&mut self) -> Result<Step, OperationError>;

    /// Writes down why it stopped, so that a person can see it and start it again.
    ///
    /// # Errors
    /// Nothing is written.
    async fn fail(&self, error: &OperationError) -> Result<(), OperationError>;
}

/// Lets work go on until it is done. A panic in it is written down like any failure.
pub fn spawn<W: Work>(work: W) {
    let last_words = work.clone();
    let running = tokio::spawn(run(work));
    tokio::spawn(async move {
        if let Err(crash) = running.await
            && crash.is_panic()
        {
            let error = OperationError::Internal("going on with the work", crash.into());
            give_up(&last_words, &error).await;
        }
    });
}

async fn run<W: Work>(mut work: W) {
    // Where the process ends, the next one goes on behind the last step.
    while !work.ops().hub().is_closed() {
        match work.step().await {
            Ok(Step::Wrote) => {}
            Ok(Step::Ended) => return,
            Err(_) if work.ops().hub().is_closed() => return,
            Err(error @ OperationError::Unavailable(Dependency::Database, _)) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "{} waits for the database",
                    work.name()
                );
                wait().await;
            }
            Err(error) => return give_up(&work, &error).await,
        }
    }
}

/// Writes down why it stopped, for as long as it takes to reach the database.
pub(crate) async fn give_up(work: &impl Work, error: &OperationError) {
    let name = work.name();
    tracing::error!(error = error as &dyn std::error::Error, "{name} stopped");
    while let Err(failure) = work.fail(error).await {
        if !matches!(
            failure,
            OperationError::Unavailable(..) | OperationError::Conflict { .. }
        ) {
            tracing::error!(
                error = &failure as &dyn std::error::Error,
                "{name} could not be marked as failed; it goes on at the next start"
            );
            return;
        }
        wait().await;
    }
}

/// One tick of an interval; its first tick is immediate.
async fn wait() {
    let mut interval = tokio::time::interval(WAIT);
    interval.tick().await;
    interval.tick().await;
}
