//! The undo: takes back what a commit wrote, in chunks that survive a kill.
//!
//! Like the commit, one transaction per chunk holds its leads, touches, rows, progress and audit row,
//! and whoever picks the undo up goes on with the first row that is not undone. A lead is settled as a
//! whole in the chunk of its first row, with every row of the import that has to do with it. What may
//! go and what stays is decided in `decide`. A lead that is taken back is removed: its rows keep what
//! the file said, and the same file brings the person again.

pub mod chunk;
mod decide;

use std::sync::Arc;

use aicmo_shared::ImportId;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::import::{Import, ImportState, ImportUndo, ImportUndoRequest};
use aicmo_shared::status::ServiceName;
use aicmo_store::imports::{self, ImportRecord};
use aicmo_store::{AuditEntry, Store};
use serde_json::json;

use super::commit::Worker;
use super::{entry, require_state};
use crate::context::{Operations, Operator};
use crate::error::OperationError;
use crate::text;

/// How often beginning is tried again when somebody else wrote the import.
const ATTEMPTS: u32 = 5;

/// Starts taking back what an import wrote; it goes on after this returns, and `get_import` follows it.
/// One that stands still after a failure goes on.
///
/// # Errors
/// `ReasonRequired`; `ImportState` when nothing was written, or longer than 30 days ago.
pub async fn undo_import(
    ops: &Arc<Operations>,
    operator: &Operator,
    id: ImportId,
    request: ImportUndoRequest,
) -> Result<Import, OperationError> {
    let store = ops.live(Some(ServiceName::Imports))?;
    let reason = text::required_reason(
        request.reason,
        "Undoing an import needs a reason of 3 to 500 characters.",
    )?;
    let mut outcome = start(ops, &store, operator, id, &reason).await;
    for _ in 1..ATTEMPTS {
        if !matches!(outcome, Err(OperationError::Conflict { .. })) {
            break;
        }
        outcome = start(ops, &store, operator, id, &reason).await;
    }
    ops.wrote(&outcome);
    let record = outcome?;
    Worker::new(Arc::clone(ops), store.clone(), operator.clone(), id).spawn();
    super::shown(&store, record).await
}

/// Makes the import one that is being undone; a worker does the rest.
///
/// # Errors
/// `ImportState`, `Conflict`.
pub async fn start(
    ops: &Operations,
    store: &Store,
    operator: &Operator,
    id: ImportId,
    reason: &str,
) -> Result<ImportRecord, OperationError> {
    let now = ops.now();
    // Nobody adds to the rows of an import that has ended, so they may be counted before the lock.
    let total = imports::count_undoable(&store.reader(), id).await?;
    let tx = store.begin_write().await?;
    let before = imports::get(&tx, id).await?;
    require_state(
        &before,
        &[
            ImportState::Committed,
            ImportState::Cancelled,
            ImportState::Failed,
            ImportState::Undoing,
        ],
        "only one whose commit has ended can be undone",
    )?;
    let mut after = before.clone();
    if before.state != ImportState::Undoing {
        require_time(&before, now)?;
        after.undo = Some(ImportUndo {
            reason: reason.to_owned(),
            total,
            taken_back: 0,
            restored: 0,
            kept: 0,
        });
    }
    after.state = ImportState::Undoing;
    after.error = None;
    after.updated_at = now;
    after.version = imports::replace(&tx, &before, &after).await?;
    let facts = json!({ "state": after.state, "rows": after.undo.as_ref().map(|undo| undo.total) });
    tx.commit(AuditEntry {
        reason: Some(reason.to_owned()),
        ..entry(operator, AuditAction::ImportUndoStarted, &after, Some(facts), now)
    })
    .await?;
    Ok(after)
}

fn require_time(import: &ImportRecord, now: aicmo_shared::Timestamp) -> Result<(), OperationError> {
    let refused = |needs| {
        Err(OperationError::ImportState {
            state: import.state,
            needs,
        })
    };
    match import.undo_until() {
        Some(until) if now <= until => Ok(()),
        Some(_) => refused("an import can be undone for 30 days after its commit, and they are over"),
        None if import.committed == 0 => refused("it wrote no lead, so there is nothing to undo"),
        None => refused("its rows were written before they kept what they changed, so it cannot be undone"),
    }
}
