//! Uploaded files and where they stand.

use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::import::{FileReading, Import, ImportColumn, ImportState, VerdictCounts};
use aicmo_shared::{CampaignId, ImportId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::session::{Session, WriteTx};

/// An import as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRecord {
    pub id: ImportId,
    pub version: i64,
    pub file_name: String,
    pub size_bytes: u64,
    pub sha256: String,
    /// Where the file lies, below the data directory.
    pub storage_path: String,
    pub same_file_as: Option<ImportId>,
    pub state: ImportState,
    pub reading: Option<FileReading>,
    pub mapping: Vec<ImportColumn>,
    pub campaign: Option<CampaignId>,
    pub counts: VerdictCounts,
    pub committed: u64,
    pub error: Option<String>,
    pub uploaded_by: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ImportRecord {
    /// The import as the wire shows it.
    pub fn into_import(self) -> Import {
        Import {
            id: self.id,
            version: self.version,
            file_name: self.file_name,
            size_bytes: self.size_bytes,
            sha256: self.sha256,
            same_file_as: self.same_file_as,
            state: self.state,
            reading: self.reading,
            mapping: self.mapping,
            campaign: self.campaign,
            counts: self.counts,
            committed: self.committed,
            error: self.error,
            uploaded_by: self.uploaded_by,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// A page of imports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportPage {
    /// The good rows, newest first.
    pub rows: Vec<ImportRecord>,
    /// Rows of this page that hold a value which no enum knows.
    pub corrupt: Vec<CorruptRow>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<ImportPosition>,
}

/// A place in the import history: behind this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPosition {
    /// The last import shown.
    pub id: ImportId,
}

/// A page of at most `limit` imports behind `after`, newest first.
pub async fn list(
    session: &impl Session,
    after: Option<&ImportPosition>,
    limit: u32,
) -> Result<ImportPage, StoreError> {
    todo!("{:?} {after:?} {limit}", session.database())
}

/// How many imports there are.
pub async fn count(session: &impl Session) -> Result<u64, StoreError> {
    todo!("{:?}", session.database())
}

/// An import.
///
/// # Errors
/// `NotFound` or `Corrupt`.
pub async fn get(session: &impl Session, id: ImportId) -> Result<ImportRecord, StoreError> {
    todo!("{:?} {id}", session.database())
}

/// Every import that stands in `state`, oldest first; bad rows are left to the integrity check.
pub async fn in_state(session: &impl Session, state: ImportState) -> Result<Vec<ImportRecord>, StoreError> {
    todo!("{:?} {state}", session.database())
}

/// The newest committed import of the very same bytes.
pub async fn find_committed_by_sha256(
    session: &impl Session,
    sha256: &str,
) -> Result<Option<ImportId>, StoreError> {
    todo!("{:?} {sha256}", session.database())
}

/// Adds an import.
pub async fn insert(tx: &WriteTx, import: &ImportRecord) -> Result<(), StoreError> {
    todo!("{tx:?} {import:?}")
}

/// Writes `after` over `before` if the row still has the version of `before`; answers the new
/// version, which is one higher.
///
/// # Errors
/// `Stale` when someone else was faster.
pub async fn replace(tx: &WriteTx, before: &ImportRecord, after: &ImportRecord) -> Result<i64, StoreError> {
    todo!("{tx:?} {before:?} {after:?}")
}
