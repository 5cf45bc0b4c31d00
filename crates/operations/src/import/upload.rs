//! Takes over an uploaded file: looks at all of it, keeps it, and suggests a mapping.
//!
//! A file that cannot be used leaves nothing behind, neither on disk nor in the database. One that
//! can is synced to disk before its row is written, so a row never names a file that a power cut
//! took away.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use aicmo_shared::audit::AuditAction;
use aicmo_shared::import::{Import, ImportState, VerdictCounts};
use aicmo_shared::status::ServiceName;
use aicmo_shared::{FieldProblem, ImportId};
use aicmo_store::Store;
use aicmo_store::imports::{self, ImportRecord};
use serde_json::json;

use super::file::{self, FileError, Inspection, Refusal};
use super::suggest::suggest_mapping;
use super::{ImportUpload, entry, storage_failed};
use crate::context::{Operations, Operator};
use crate::error::OperationError;
use crate::leads::require_campaign;

/// The folder of uploaded files below the data directory.
const FOLDER: &str = "imports";
/// Characters of a file name that are kept.
const MAX_FILE_NAME: usize = 200;

/// Takes a CSV file, reads it and suggests a mapping by header.
///
/// # Errors
/// `Validation` at `/file` with row, column and reason when it cannot be used, `TooLarge`, or
/// `Validation` at `/campaign`. The temporary file is removed either way.
pub async fn upload_import(
    ops: &Operations,
    operator: &Operator,
    upload: ImportUpload,
) -> Result<Import, OperationError> {
    let temporary = Discarded(upload.path.clone());
    let store = ops.live(Some(ServiceName::Imports))?;
    let outcome = take(ops, &store, operator, &upload).await;
    drop(temporary);
    ops.wrote(&outcome);
    super::shown(&store, outcome?).await
}

async fn take(
    ops: &Operations,
    store: &Store,
    operator: &Operator,
    upload: &ImportUpload,
) -> Result<ImportRecord, OperationError> {
    require_campaign(&store.reader(), "/campaign", upload.campaign).await?;
    let inspection = inspect(upload.path.clone(), ops.import_max_bytes()).await?;
    let now = ops.now();
    let id = ImportId::new(ops.new_id(now));
    let storage_path = format!("{FOLDER}/{id}.csv");
    let kept = ops.data_dir().join(&storage_path);
    keep(upload.path.clone(), kept.clone()).await?;
    // Removed again unless its row is written.
    let kept = Discarded(kept);
    let record = ImportRecord {
        id,
        version: 1,
        file_name: base_name(&upload.file_name),
        size_bytes: inspection.size_bytes,
        same_file_as: imports::find_committed_by_sha256(&store.reader(), &inspection.sha256).await?,
        sha256: inspection.sha256,
        storage_path,
        state: ImportState::Detected,
        mapping: suggest_mapping(&inspection.reading.headers),
        reading: Some(inspection.reading),
        campaign: upload.campaign,
        accepts_without_identity: false,
        counts: VerdictCounts::default(),
        committed: 0,
        error: None,
        committed_at: None,
        undo: None,
        uploaded_by: operator.actor.id.clone(),
        created_at: now,
        updated_at: now,
    };
    let tx = store.begin_write().await?;
    imports::insert(&tx, &record).await?;
    let after = json!({
        "state": record.state,
        "size_bytes": record.size_bytes,
        "sha256": record.sha256,
        "rows": inspection.n_rows,
    });
    tx.commit(entry(
        operator,
        AuditAction::ImportUploaded,
        &record,
        Some(after),
        now,
    ))
    .await?;
    kept.keep();
    Ok(record)
}

async fn inspect(path: PathBuf, max_bytes: u64) -> Result<Inspection, OperationError> {
    let inspected = tokio::task::spawn_blocking(move || {
        let size = fs::metadata(&path)?.len();
        if size > max_bytes {
            Ok(None)
        } else {
            file::inspect(&path).map(Some)
        }
    })
    .await
    .map_err(|cause| OperationError::Internal("reading the file", cause.into()))?;
    match inspected {
        Ok(Some(inspection)) => Ok(inspection),
        Ok(None) => Err(OperationError::TooLarge {
            what: "the file",
            limit_bytes: max_bytes,
        }),
        Err(FileError::Refused(refusal)) => Err(refused(refusal)),
        Err(FileError::Io(cause)) => Err(storage_failed(cause)),
    }
}

/// The place goes into the pointer: `/file`, `/file/rows/7`, `/file/rows/7/columns/2`.
fn refused(refusal: Refusal) -> OperationError {
    let pointer = match (refusal.row, refusal.column) {
        (Some(row), Some(column)) => format!("/file/rows/{row}/columns/{column}"),
        (Some(row), None) => format!("/file/rows/{row}"),
        (None, _) => "/file".to_owned(),
    };
    OperationError::Validation(vec![FieldProblem {
        pointer,
        code: refusal.code.to_owned(),
        message: refusal.sentence,
    }])
}

async fn keep(from: PathBuf, to: PathBuf) -> Result<(), OperationError> {
    tokio::task::spawn_blocking(move || move_durably(&from, &to))
        .await
        .map_err(|cause| OperationError::Internal("keeping the file", cause.into()))?
        .map_err(storage_failed)
}

fn move_durably(from: &Path, to: &Path) -> io::Result<()> {
    let folder = to.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    // The temporary folder may be another file system; then the file is copied.
    if fs::rename(from, to).is_err() {
        fs::copy(from, to)?;
    }
    File::open(to)?.sync_all()?;
    // A folder cannot be opened everywhere; where it can, the new name is made durable too.
    if let Ok(folder) = File::open(folder) {
        folder.sync_all()?;
    }
    Ok(())
}

/// The last part of a name, without anything that is not shown.
fn base_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let shown: String = last
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'))
        .take(MAX_FILE_NAME)
        .collect();
    let shown = shown.trim();
    if shown.is_empty() {
        "file.csv".to_owned()
    } else {
        shown.to_owned()
    }
}

/// Removes a file when it goes out of scope, unless it is kept.
struct Discarded(PathBuf);

impl Discarded {
    fn keep(mut self) {
        self.0 = PathBuf::new();
    }
}

impl Drop for Discarded {
    fn drop(&mut self) {
        if !self.0.as_os_str().is_empty() {
            // It may have been moved already; then there is nothing to remove.
            let _ = fs::remove_file(&self.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_shown_and_never_a_path() {
        assert_eq!(base_name("C:\\fake\\leads.csv"), "leads.csv");
        assert_eq!(base_name("../../etc/passwd"), "passwd");
        assert_eq!(base_name("evil\u{202E}vsc.exe\n"), "evilvsc.exe");
        assert_eq!(base_name("  "), "file.csv");
        assert_eq!(base_name(&"ä".repeat(500)).chars().count(), 200);
    }

    #[test]
    fn the_place_of_a_refusal_stands_in_the_pointer() {
        let error = refused(Refusal {
            row: Some(7),
            column: Some(2),
            code: "field_too_long",
            sentence: "Row 7, column 2 is too long.".to_owned(),
        });
        let problem = error.to_problem();
        assert_eq!(problem.errors[0].pointer, "/file/rows/7/columns/2");
        assert_eq!(problem.detail, "Row 7, column 2 is too long.");
    }
}
