//! The commit: writes the rows of a previewed import as leads, in chunks that survive a kill.
//!
//! One transaction per chunk holds its leads, identities, touches, settled rows, progress and audit
//! row, so at any instant a row is either settled with everything it brought or untouched. Whoever
//! picks the import up afterwards goes on with the first row that is not settled. Each row is judged
//! again against the database of that moment, because people may have come in since the dry run;
//! rows that the operator saw as invalid stay out. Two workers on one import cannot both write: each
//! chunk claims the version of the import first.

mod chunk;
mod worker;

use std::sync::Arc;

use aicmo_shared::ImportId;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::import::{Import, ImportState};
use aicmo_shared::status::ServiceName;
use aicmo_store::Store;
use aicmo_store::imports::{self, ImportRecord};
use serde_json::json;

use super::{entry, require_state};
use crate::context::{Operations, Operator};
use crate::error::OperationError;
pub use worker::Worker;

/// Starts writing the rows in chunks; it goes on after this returns, and `get_import` follows it.
///
/// # Errors
/// `ImportState` unless it is previewed, paused or failed; `Conflict` when somebody else changed it.
pub async fn commit_import(
    ops: &Arc<Operations>,
    operator: &Operator,
    id: ImportId,
) -> Result<Import, OperationError> {
    let store = ops.live(Some(ServiceName::Imports))?;
    let outcome = start(ops, &store, operator, id).await;
    ops.wrote(&outcome);
    let record = outcome?;
    Worker::new(Arc::clone(ops), store.clone(), operator.clone(), id).spawn();
    super::shown(&store, record).await
}

async fn start(
    ops: &Operations,
    store: &Store,
    operator: &Operator,
    id: ImportId,
) -> Result<ImportRecord, OperationError> {
    let now = ops.now();
    let tx = store.begin_write().await?;
    let before = imports::get(&tx, id).await?;
    require_state(
        &before,
        &[ImportState::Previewed, ImportState::Paused, ImportState::Failed],
        "only a previewed import can be committed",
    )?;
    let mut after = before.clone();
    after.state = ImportState::Committing;
    after.error = None;
    after.updated_at = now;
    after.version = imports::replace(&tx, &before, &after).await?;
    let facts = json!({ "state": after.state, "rows": after.counts.total, "committed": after.committed });
    tx.commit(entry(
        operator,
        AuditAction::ImportCommitStarted,
        &after,
        Some(facts),
        now,
    ))
    .await?;
    Ok(after)
}

/// Picks up every import that was committing or being undone when its process ended; answers how many.
///
/// # Errors
/// `Unavailable` when the database does not answer; then nothing was picked up.
pub async fn resume_interrupted(ops: Arc<Operations>) -> Result<usize, OperationError> {
    // A process or service that serves mock data writes nothing.
    let Ok(store) = ops.live(Some(ServiceName::Imports)) else {
        return Ok(0);
    };
    let mut interrupted = imports::in_state(&store.reader(), ImportState::Committing).await?;
    interrupted.extend(imports::in_state(&store.reader(), ImportState::Undoing).await?);
    for record in &interrupted {
        tracing::info!(
            import.id = %record.id,
            committed = record.committed,
            total = record.counts.total,
            "going on with import {}, which is {}",
            record.id,
            record.state
        );
        Worker::new(Arc::clone(&ops), store.clone(), Operator::process(), record.id).spawn();
    }
    Ok(interrupted.len())
}
