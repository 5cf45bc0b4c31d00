//! Backups: made while the work goes on, and never called made before they were unpacked again.
//!
//! A backup appears under its name whole or not at all, never in the place of another, readable by
//! its owner alone. What one holds is decided in the store. Uploaded files of leads do not lie in
//! it: what was read from them does.

use std::io;
use std::path::{Path, PathBuf};

use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::backup::Backup;
use aicmo_shared::{Sourced, Timestamp};
use aicmo_store::{AuditEntry, BackupManifest, BackupSource, TransferError, back_up, read_manifest, unpack};
use serde_json::json;

use crate::context::{Operations, Operator};
use crate::drafts;
use crate::error::{Dependency, OperationError};

/// Where the server keeps its backups, in the data directory.
pub const FOLDER: &str = "backups";

/// How the names of backups end; nothing else in the folder is touched.
const ENDING: &str = ".backup.db";

/// The backups in the data directory, newest first. A file there that is none is left out.
///
/// # Errors
/// `Unavailable` when the directory cannot be read.
pub async fn list_backups(ops: &Operations) -> Result<Sourced<Vec<Backup>>, OperationError> {
    let mode = ops.mode();
    let mut backups = Vec::new();
    // Forced mock data touches no directory.
    if mode.store().is_some() {
        for path in files(&ops.data_dir().join(FOLDER)).map_err(storage)? {
            match read_manifest(&path).await {
                Ok(manifest) => backups.push(described(&path, &manifest)),
                Err(error) => tracing::warn!(%error, "a file among the backups is none"),
            }
        }
    }
    backups.sort_by_key(|backup| std::cmp::Reverse(backup.made_at));
    Ok(ops.about_process(&mode, backups))
}

/// Makes a backup in the data directory and lets go of those beyond the number that is kept.
///
/// # Errors
/// `MockMode`; `Unavailable` when the database or the disk fails.
pub async fn create_backup(ops: &Operations, operator: &Operator) -> Result<Backup, OperationError> {
    ops.live(None)?;
    let folder = ops.data_dir().join(FOLDER);
    make_folder(&folder).map_err(storage)?;
    let path = folder.join(name_of(ops.now()));
    let backup = make(ops, operator, &path, Vec::new()).await?;
    let mut kept = files(&folder).map_err(storage)?;
    // The time stands in the name.
    kept.sort();
    kept.reverse();
    for old in kept.iter().skip(ops.backups_kept()) {
        match std::fs::remove_file(old) {
            Ok(()) => tracing::info!(backup = %old.display(), "let go of an old backup"),
            Err(error) => tracing::warn!(%error, backup = %old.display(), "an old backup stays"),
        }
    }
    Ok(backup)
}

/// The name of a backup made at `at`.
pub fn name_of(at: Timestamp) -> String {
    let stamp: String = at
        .to_string()
        .chars()
        .filter(|sign| !matches!(sign, ':' | '-'))
        .collect();
    format!("aicmo-{stamp}{ENDING}")
}

/// Makes a backup at `path`, with `files` in it, unpacks a copy of it, and only then gives it its
/// name and writes it into the audit trail.
///
/// # Errors
/// `Validation` when something is at `path` already; `Unavailable` when the database or the disk
/// fails; `Internal` when what was made could not be unpacked.
pub async fn make(
    ops: &Operations,
    operator: &Operator,
    path: &Path,
    files: Vec<(String, Vec<u8>)>,
) -> Result<Backup, OperationError> {
    let taken = || {
        OperationError::field(
            "path",
            "exists",
            "A file of that name is there already; it was not touched.",
        )
    };
    if path.exists() {
        return Err(taken());
    }
    let store = ops.live(None)?;
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let draft = drafts::make_in(folder).map_err(storage)?;
    let source = BackupSource {
        made_at: ops.now(),
        build: ops.facts().build.to_string(),
        files,
    };
    let manifest = back_up(&store, draft.path(), source).await.map_err(failed)?;
    rehearse(draft.path(), folder).await?;
    draft.persist_noclobber(path).map_err(|error| {
        if error.error.kind() == io::ErrorKind::AlreadyExists {
            taken()
        } else {
            storage(error.error)
        }
    })?;
    let named = tokio::fs::File::open(folder).await.map_err(storage)?;
    named.sync_all().await.map_err(storage)?;
    let backup = described(path, &manifest);
    let tx = store.begin_write().await?;
    tx.commit(AuditEntry {
        actor: operator.actor.clone(),
        action: AuditAction::BackupMade,
        subject_type: SubjectType::System,
        subject_id: None,
        campaign: None,
        before: None,
        after: Some(
            json!({ "name": backup.name, "rows": backup.rows, "bytes": backup.bytes,
            "has_keys": backup.has_keys }),
        ),
        reason: None,
        request_id: operator.request_id.clone(),
        at: ops.now(),
    })
    .await?;
    Ok(backup)
}

/// Restores a copy into a file that is thrown away, which checks every row, the references and the
/// audit trail.
async fn rehearse(draft: &Path, folder: &Path) -> Result<(), OperationError> {
    let copy = drafts::make_in(folder).map_err(storage)?;
    // Whole databases: away from the threads that answer.
    tokio::fs::copy(draft, copy.path()).await.map_err(storage)?;
    unpack(copy.path()).await.map(drop).map_err(failed)
}

fn described(path: &Path, manifest: &BackupManifest) -> Backup {
    Backup {
        name: path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
        made_at: manifest.made_at,
        bytes: std::fs::metadata(path).map_or(0, |data| data.len()),
        rows: manifest.rows(),
        database: manifest.database,
        schema: manifest.schema.clone(),
        build: manifest.build.clone(),
        has_keys: !manifest.files.is_empty(),
    }
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(cause),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().ends_with(ENDING))
        {
            found.push(path);
        }
    }
    Ok(found)
}

fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

fn storage(cause: io::Error) -> OperationError {
    OperationError::Unavailable(Dependency::Storage, cause.into())
}

fn failed(error: TransferError) -> OperationError {
    match error {
        TransferError::Store(error) => error.into(),
        TransferError::Refused(_) | TransferError::InUse(_) | TransferError::Differs(_) => {
            OperationError::Internal("making a backup that can be restored", error.into())
        }
    }
}
