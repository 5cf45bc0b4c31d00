//! Stopping a running commit between two of its chunks, and letting it go on.
//!
//! A pause is a state and no more: the worker reads it before each chunk, and a chunk that was being
//! written when it came is either whole or not there.

use std::sync::Arc;

use aicmo_shared::ImportId;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::import::{Import, ImportState};
use aicmo_shared::status::ServiceName;
use aicmo_store::Store;
use aicmo_store::imports::{self, ImportRecord};
use serde_json::json;

use super::commit::Worker;
use super::{entry, require_state};
use crate::context::{Operations, Operator};
use crate::error::OperationError;

/// How often a step is tried again while chunks are being written.
const ATTEMPTS: u32 = 10;

/// What moves an import in or out of its pause.
#[derive(Clone, Copy)]
struct Turn {
    from: ImportState,
    to: ImportState,
    action: AuditAction,
    needs: &'static str,
}

const PAUSE: Turn = Turn {
    from: ImportState::Committing,
    to: ImportState::Paused,
    action: AuditAction::ImportPaused,
    needs: "only one that is being committed can be paused",
};
const RESUME: Turn = Turn {
    from: ImportState::Paused,
    to: ImportState::Committing,
    action: AuditAction::ImportResumed,
    needs: "only a paused one can be resumed",
};

/// Stops a running commit behind the chunk that is being written. Stopping needs no service.
///
/// # Errors
/// `ImportState` unless it is being committed.
pub async fn pause_import(
    ops: &Operations,
    operator: &Operator,
    id: ImportId,
) -> Result<Import, OperationError> {
    let store = ops.live(None)?;
    let record = turn(ops, &store, operator, id, PAUSE).await?;
    super::shown(&store, record).await
}

/// Lets a paused commit go on behind its last chunk.
///
/// # Errors
/// `ImportState` unless it is paused.
pub async fn resume_import(
    ops: &Arc<Operations>,
    operator: &Operator,
    id: ImportId,
) -> Result<Import, OperationError> {
    let store = ops.live(Some(ServiceName::Imports))?;
    let record = turn(ops, &store, operator, id, RESUME).await?;
    Worker::new(Arc::clone(ops), store.clone(), operator.clone(), id).spawn();
    super::shown(&store, record).await
}

/// Takes a turn. A chunk that slips in between is read and judged anew.
async fn turn(
    ops: &Operations,
    store: &Store,
    operator: &Operator,
    id: ImportId,
    turn: Turn,
) -> Result<ImportRecord, OperationError> {
    let mut attempt = 1;
    let outcome = loop {
        match turn_once(ops, store, operator, id, turn).await {
            Err(OperationError::Conflict { .. }) if attempt < ATTEMPTS => attempt += 1,
            outcome => break outcome,
        }
    };
    ops.wrote(&outcome);
    outcome
}

async fn turn_once(
    ops: &Operations,
    store: &Store,
    operator: &Operator,
    id: ImportId,
    turn: Turn,
) -> Result<ImportRecord, OperationError> {
    let now = ops.now();
    let tx = store.begin_write().await?;
    let before = imports::get(&tx, id).await?;
    require_state(&before, &[turn.from], turn.needs)?;
    let mut after = before.clone();
    after.state = turn.to;
    after.updated_at = now;
    after.version = imports::replace(&tx, &before, &after).await?;
    let facts = json!({ "state": after.state, "committed": after.committed });
    tx.commit(entry(operator, turn.action, &after, Some(facts), now))
        .await?;
    Ok(after)
}
