//! Bringing in a file of leads: upload, mapping, dry run, commit.
//!
//! Owns the path of a file from its bytes to rows with verdicts and from there to leads: nothing but
//! import rows is written before the commit. Does not own what merging means (`merge`) or what an
//! identity is (`identity`). `file` reads bytes, `suggest` reads headers, `record` turns a record
//! into a person, `preview` and `commit` judge the records, the second against the database of that
//! moment and in chunks that survive a kill.

use std::path::PathBuf;
use std::sync::Arc;

use aicmo_shared::api::{ImportQuery, ImportRowQuery};
use aicmo_shared::import::{Import, ImportMapping, ImportRow};
use aicmo_shared::{CampaignId, ImportId, Sourced};

use crate::context::{Operations, Operator};
use crate::error::OperationError;

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

pub async fn upload_import(
    _ops: &Operations,
    _operator: &Operator,
    _upload: ImportUpload,
) -> Result<Import, OperationError> {
    todo!()
}

pub async fn list_imports(
    _ops: &Operations,
    _query: &ImportQuery,
) -> Result<Sourced<Vec<Import>>, OperationError> {
    todo!()
}

pub async fn get_import(_ops: &Operations, _id: ImportId) -> Result<Sourced<Import>, OperationError> {
    todo!()
}

pub async fn map_import(
    _ops: &Operations,
    _operator: &Operator,
    _id: ImportId,
    _mapping: ImportMapping,
) -> Result<Import, OperationError> {
    todo!()
}

pub async fn preview_import(
    _ops: &Operations,
    _operator: &Operator,
    _id: ImportId,
) -> Result<Import, OperationError> {
    todo!()
}

pub async fn list_import_rows(
    _ops: &Operations,
    _id: ImportId,
    _query: &ImportRowQuery,
) -> Result<Sourced<Vec<ImportRow>>, OperationError> {
    todo!()
}

pub async fn commit_import(
    _ops: &Arc<Operations>,
    _operator: &Operator,
    _id: ImportId,
) -> Result<Import, OperationError> {
    todo!()
}

pub async fn cancel_import(
    _ops: &Operations,
    _operator: &Operator,
    _id: ImportId,
) -> Result<Import, OperationError> {
    todo!()
}

/// Picks up every import that was committing when its process ended.
pub async fn resume_interrupted(_ops: Arc<Operations>) -> Result<usize, OperationError> {
    todo!()
}
