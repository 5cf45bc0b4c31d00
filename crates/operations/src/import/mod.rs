//! Bringing in a file of leads: upload, mapping, dry run, commit; and taking it back.
//!
//! Owns the path of a file from its bytes to rows with verdicts and from there to leads: nothing but
//! import rows is written before the commit. Does not own what merging means (`merge`) or what an
//! identity is (`identity`). `file` reads bytes, `suggest` reads headers, `row` turns a record into a
//! person, `book` judges it; `preview` and `commit` let it judge, the second against the database of
//! that moment and in chunks that survive a kill. `undo` takes back what a commit wrote.

mod book;
mod cell;
mod commit;
mod failed;
mod file;
mod map;
mod pause;
mod preview;
mod row;
mod suggest;
mod undo;
mod upload;

pub use commit::{commit_import, resume_interrupted};
pub use failed::{FailedRows, failed_rows};
pub use map::{cancel_import, map_import};
pub use pause::{pause_import, resume_import};
pub use preview::preview_import;
pub use undo::undo_import;
pub use upload::upload_import;

use std::io;
use std::path::PathBuf;

use aicmo_shared::activity::SubjectType;
use aicmo_shared::api::{ImportQuery, ImportRowQuery};
use aicmo_shared::audit::AuditAction;
use aicmo_shared::import::{FileReading, Import, ImportRow, ImportState};
use aicmo_shared::status::ServiceName;
use aicmo_shared::{CampaignId, ImportId, Sourced, Timestamp};
use aicmo_store::imports::ImportRecord;
use aicmo_store::{AuditEntry, Store, imports};
use serde_json::Value;

use crate::context::{Operations, Operator};
use crate::error::{Dependency, OperationError};
use crate::identity::Identities;
use row::RowReader;

/// A file that the HTTP skin has already written to disk.
#[derive(Clone, Debug)]
pub struct ImportUpload {
    /// As the browser named it; shown, never used as a path.
    pub file_name: String,
    /// A temporary file; it is taken over on success and removed on refusal.
    pub path: PathBuf,
    /// Where its leads shall go; the mapping may say otherwise later.
    pub campaign: Option<CampaignId>,
}

/// The import as the wire shows it.
pub(crate) async fn shown(store: &Store, record: ImportRecord) -> Result<Import, OperationError> {
    let id = record.id;
    imports::shown(&store.reader(), vec![record])
        .await?
        .pop()
        .ok_or_else(|| OperationError::not_found(ImportId::NOUN, id))
}

/// A page of imports, newest first.
///
/// # Errors
/// `InvalidCursor`; `Unavailable` when the database does not answer.
pub async fn list_imports(
    ops: &Operations,
    query: &ImportQuery,
) -> Result<Sourced<Vec<Import>>, OperationError> {
    ops.reads(Some(ServiceName::Imports))?.imports(query).await
}

/// An import with its counts and progress.
///
/// # Errors
/// `NotFound`; `Unavailable` when the database does not answer.
pub async fn get_import(ops: &Operations, id: ImportId) -> Result<Sourced<Import>, OperationError> {
    ops.reads(Some(ServiceName::Imports))?.import(id).await
}

/// A page of an import's rows with their verdicts, in file order.
///
/// # Errors
/// `NotFound`, `InvalidCursor`; `Unavailable` when the database does not answer.
pub async fn list_import_rows(
    ops: &Operations,
    id: ImportId,
    query: &ImportRowQuery,
) -> Result<Sourced<Vec<ImportRow>>, OperationError> {
    ops.reads(Some(ServiceName::Imports))?
        .import_rows(id, query)
        .await
}

/// The reader of an import's rows; their touches are of `now`.
fn row_reader(ops: &Operations, record: &ImportRecord, reading: &FileReading, now: Timestamp) -> RowReader {
    RowReader::new(
        record.id,
        reading.headers.clone(),
        record.mapping.clone(),
        record.campaign,
        Identities::new(&ops.secrets().identity_key),
        now,
    )
    .accepting_without_identity(record.accepts_without_identity)
}

fn require_state(
    record: &ImportRecord,
    legal: &[ImportState],
    needs: &'static str,
) -> Result<(), OperationError> {
    if legal.contains(&record.state) {
        Ok(())
    } else {
        Err(OperationError::ImportState {
            state: record.state,
            needs,
        })
    }
}

/// The audit row of a change of an import. It names states and numbers, never a person.
fn entry(
    operator: &Operator,
    action: AuditAction,
    record: &ImportRecord,
    after: Option<Value>,
    at: Timestamp,
) -> AuditEntry {
    AuditEntry {
        actor: operator.actor.clone(),
        action,
        subject_type: SubjectType::Import,
        subject_id: Some(record.id.to_string()),
        campaign: record.campaign,
        before: None,
        after,
        reason: None,
        request_id: operator.request_id.clone(),
        at,
    }
}

fn storage_failed(cause: io::Error) -> OperationError {
    OperationError::Unavailable(Dependency::Storage, cause.into())
}
