//! The data directory, and what is said when a place on disk cannot be used.

use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use super::{Exit, Stop};

/// Makes the directory, readable by its owner alone. An existing one keeps its mode.
///
/// # Errors
/// When it cannot be made, or is not a directory.
pub fn prepare(dir: &Path) -> Result<(), Stop> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(|cause| unusable(dir, &cause))
}

/// Whether a file can be made in the directory. Leaves nothing behind.
pub fn is_writable(dir: &Path) -> bool {
    dir.is_dir() && tempfile::tempfile_in(dir).is_ok()
}

/// The sentence and the exit code for a place that cannot be used.
pub fn unusable(place: &Path, cause: &io::Error) -> Stop {
    let place = place.display();
    let (exit, why, advice) = match cause.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => (
            Exit::Fatal,
            "there is no space left on its disk",
            "make room and start again",
        ),
        ErrorKind::ReadOnlyFilesystem => (
            Exit::Configuration,
            "its file system is read-only",
            "name another directory with AICMO_DATA_DIR or DATABASE_URL",
        ),
        ErrorKind::PermissionDenied => (
            Exit::Configuration,
            "this user may not write there",
            "give the permission or name another directory with AICMO_DATA_DIR or DATABASE_URL",
        ),
        ErrorKind::NotFound => (
            Exit::Configuration,
            "its directory does not exist",
            "make it or name another one with AICMO_DATA_DIR or DATABASE_URL",
        ),
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists | ErrorKind::IsADirectory => (
            Exit::Configuration,
            "something else stands in its place",
            "name another directory with AICMO_DATA_DIR or DATABASE_URL",
        ),
        _ => (
            Exit::Configuration,
            "the file system refuses it",
            "look at the disk or name another directory with AICMO_DATA_DIR or DATABASE_URL",
        ),
    };
    Stop::new(exit, format!("{place} cannot be used because {why}; {advice}."))
}
