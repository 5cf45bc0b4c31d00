//! The work that commits or undoes one import, chunk after chunk, until nothing is left or it is told
//! to stop.
//!
//! It keeps no state that a kill could lose: before each chunk it reads where the import stands. A
//! failure is written at the import with its reason, and a person may start it again. How it runs is
//! `work`'s.

use std::sync::Arc;

use aicmo_shared::ImportId;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::import::ImportState;
use aicmo_store::imports::{self, ImportRecord};
use aicmo_store::{Store, StoreError};
use async_trait::async_trait;
use serde_json::json;

use super::chunk::{self, Chunk};
use crate::context::{Operations, Operator};
use crate::error::OperationError;
use crate::import::row::RowReader;
use crate::import::{entry, row_reader, undo};
pub use crate::work::Step;
use crate::work::{Work, spawn};

/// Rows of one transaction.
const CHUNK: u32 = 500;
/// How often a chunk is tried again when other writers met the same people.
const ATTEMPTS: u32 = 5;

/// Commits or undoes one import, as its state says.
#[derive(Clone)]
pub struct Worker {
    ops: Arc<Operations>,
    store: Store,
    operator: Operator,
    id: ImportId,
    /// The last row that this worker settled.
    after_row: Option<u64>,
    n_overtaken: u32,
}

impl Worker {
    /// A worker for `id`, which acts in the name of `operator`.
    pub fn new(ops: Arc<Operations>, store: Store, operator: Operator, id: ImportId) -> Self {
        Self {
            ops,
            store,
            operator,
            id,
            after_row: None,
            n_overtaken: 0,
        }
    }

    /// Lets it work until it is done.
    pub fn spawn(self) {
        spawn(self);
    }

    async fn commit(&mut self, record: ImportRecord) -> Result<Step, OperationError> {
        let rows = imports::uncommitted_rows(&self.store.reader(), self.id, self.after_row, CHUNK).await?;
        let is_last = rows.len() < CHUNK as usize;
        let last_row = rows.last().map(|row| row.row_number).or(self.after_row);
        let chunk = self.read(&record, rows, is_last).await?;
        let written = chunk::write(&self.ops, &self.store, &self.operator, &record, chunk).await;
        self.wrote(&record, written, last_row, is_last).await
    }

    async fn undo(&mut self, record: ImportRecord) -> Result<Step, OperationError> {
        let rows = imports::rows_to_undo(&self.store.reader(), self.id, self.after_row, CHUNK).await?;
        let is_last = rows.len() < CHUNK as usize;
        let last_row = rows.last().map(|row| row.row_number).or(self.after_row);
        let reader = self.reader(&record)?;
        let written = undo::chunk::write(
            &self.ops,
            &self.store,
            &self.operator,
            &record,
            &reader,
            &rows,
            is_last,
        );
        let written = written.await;
        self.wrote(&record, written, last_row, is_last).await
    }

    async fn wrote(
        &mut self,
        seen: &ImportRecord,
        written: Result<ImportRecord, StoreError>,
        last_row: Option<u64>,
        is_last: bool,
    ) -> Result<Step, OperationError> {
        match written {
            Ok(_) => {
                self.after_row = last_row;
                self.n_overtaken = 0;
                Ok(if is_last { Step::Ended } else { Step::Wrote })
            }
            Err(StoreError::Stale(_) | StoreError::Duplicate(_)) => self.overtaken(seen).await,
            Err(other) => Err(other.into()),
        }
    }

    fn reader(&self, record: &ImportRecord) -> Result<RowReader, OperationError> {
        let Some(reading) = &record.reading else {
            return Err(OperationError::Internal(
                "reading the rows",
                "the import has no reading".into(),
            ));
        };
        Ok(row_reader(&self.ops, record, reading, self.ops.now()))
    }

    /// Understands the rows on a blocking thread: a thousand keyed hashes are no work for this one.
    async fn read(
        &self,
        record: &ImportRecord,
        rows: Vec<imports::ImportRowRecord>,
        is_last: bool,
    ) -> Result<Chunk, OperationError> {
        let reader = self.reader(record)?;
        tokio::task::spawn_blocking(move || Chunk::read(&reader, rows, is_last))
            .await
            .map_err(|cause| OperationError::Internal("reading the rows", cause.into()))
    }

    /// Somebody wrote the import, or one of its people, between our reading and our writing.
    async fn overtaken(&mut self, seen: &ImportRecord) -> Result<Step, OperationError> {
        let now = imports::get(&self.store.reader(), self.id).await?;
        if now.state != seen.state || progress(&now) > progress(seen) {
            // Another process works on it; it has what we have.
            return Ok(Step::Ended);
        }
        self.n_overtaken += 1;
        if self.n_overtaken < ATTEMPTS {
            Ok(Step::Wrote)
        } else {
            Err(OperationError::Internal(
                "writing the rows",
                "other writers kept changing the same people".into(),
            ))
        }
    }
}

#[async_trait]
impl Work for Worker {
    fn ops(&self) -> &Arc<Operations> {
        &self.ops
    }

    fn name(&self) -> String {
        format!("import {}", self.id)
    }

    async fn step(&mut self) -> Result<Step, OperationError> {
        let record = imports::get(&self.store.reader(), self.id).await?;
        match record.state {
            ImportState::Committing => self.commit(record).await,
            ImportState::Undoing => self.undo(record).await,
            _ => Ok(Step::Ended),
        }
    }

    async fn fail(&self, error: &OperationError) -> Result<(), OperationError> {
        let now = self.ops.now();
        let tx = self.store.begin_write().await?;
        let before = imports::get(&tx, self.id).await?;
        let mut after = before.clone();
        after.updated_at = now;
        let public = error.to_problem().detail.replace(" Nothing was changed.", "");
        match before.state {
            ImportState::Committing => {
                after.state = ImportState::Failed;
                // What was written can be undone, or gone on with.
                after.committed_at = (before.committed > 0).then_some(now);
                after.error = Some(format!(
                    "The commit stopped after {} of {} rows. {public} What was committed stays; commit again to \
                     go on.",
                    before.committed, before.counts.total,
                ));
            }
            // There is no way back from an undo, so it stays one and goes on when asked again.
            ImportState::Undoing => {
                after.error = Some(format!(
                    "The undo stopped after {} rows. {public} What was taken back stays so; undo again to go on.",
                    progress(&before),
                ));
            }
            _ => return Ok(tx.rollback().await?),
        }
        after.version = imports::replace(&tx, &before, &after).await?;
        let facts = json!({ "state": after.state, "committed": after.committed, "code": error.code() });
        tx.commit(entry(
            &self.operator,
            AuditAction::ImportFailed,
            &after,
            Some(facts),
            now,
        ))
        .await?;
        Ok(())
    }
}

/// How many rows an import is through with, on its way there or back.
fn progress(import: &ImportRecord) -> u64 {
    match (&import.undo, import.state) {
        (Some(undo), ImportState::Undoing | ImportState::Undone) => undo.done(),
        _ => import.committed,
    }
}

#[cfg(test)]
mod tests;
