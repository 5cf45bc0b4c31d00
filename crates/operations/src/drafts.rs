//! Files in the making: backups, their rehearsals, uploads, keys, bundles.
//!
//! Each has a name that nothing else has and is locked by the process that makes it, for as long as
//! it lives; the operating system lets the lock go however that process ends. So a draft that can be
//! locked belongs to nobody any more, and whoever makes the next one in that folder removes it. Does
//! not own what becomes of a draft: it is renamed into its place, or removed when it is dropped.

use std::fs::{DirEntry, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use tempfile::NamedTempFile;

/// How every draft is named, with letters and digits behind it.
const PREFIX: &str = ".aicmo-draft-";

/// How many letters and digits.
const RANDOM: usize = 6;

/// What a database puts beside its file.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// How often another name is tried when somebody tidied up in the very moment of making one.
const ATTEMPTS: u32 = 8;

/// A new, empty draft in `folder`, for its owner's eyes alone. Removes those that nobody owns.
///
/// # Errors
/// When the folder cannot be written.
pub fn make_in(folder: &Path) -> io::Result<NamedTempFile> {
    remove_abandoned(folder);
    for _ in 0..ATTEMPTS {
        let draft = tempfile::Builder::new()
            .prefix(PREFIX)
            .rand_bytes(RANDOM)
            .tempfile_in(folder)?;
        // Between its making and its locking somebody may have taken it for abandoned.
        if draft.as_file().try_lock().is_ok() && draft.as_file().metadata()?.nlink() > 0 {
            return Ok(draft);
        }
    }
    Err(io::Error::other("every draft was taken for an abandoned one"))
}

/// Removes the drafts in `folder` whose makers are gone, with what lies beside them; answers how many.
/// What cannot be read or removed stays, and is tried again the next time.
pub fn remove_abandoned(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return 0;
    };
    entries
        .filter_map(Result::ok)
        .filter(|entry| remove_if_abandoned(folder, entry))
        .count()
}

/// Looks at one entry, and removes it if it is an abandoned draft or belonged to one.
fn remove_if_abandoned(folder: &Path, entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let Some((draft, beside)) = name.to_str().and_then(draft_of) else {
        return false;
    };
    // Opening something else, such as a pipe, could wait for ever.
    if !entry.file_type().is_ok_and(|kind| kind.is_file()) {
        return false;
    }
    let path = folder.join(draft);
    if !beside.is_empty() {
        // With its draft gone nobody needs it; otherwise it goes with its draft.
        return !path.exists() && std::fs::remove_file(entry.path()).is_ok();
    }
    let Ok(file) = File::open(&path) else {
        return false;
    };
    if file.try_lock().is_err() {
        return false;
    }
    for ending in BESIDE {
        let _ = std::fs::remove_file(folder.join(format!("{draft}{ending}")));
    }
    let is_removed = std::fs::remove_file(&path).is_ok();
    if is_removed {
        tracing::info!(file = %path.display(), "removed what a process that is gone had begun");
    }
    is_removed
}

/// The draft that a name is of, and what stands behind it.
fn draft_of(name: &str) -> Option<(&str, &str)> {
    let random = name.strip_prefix(PREFIX)?;
    let (letters, beside) = random.split_at_checked(RANDOM)?;
    let is_draft = letters.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_known = beside.is_empty() || BESIDE.contains(&beside);
    (is_draft && is_known).then(|| (&name[..PREFIX.len() + RANDOM], beside))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .expect("a folder")
            .filter_map(Result::ok)
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_nobody_owns_goes_and_everything_else_stays() {
        let dir = tempfile::tempdir().expect("a directory");
        let write = |name: &str| std::fs::write(dir.path().join(name), "x").expect("written");
        let gone = [
            ".aicmo-draft-abc123",
            ".aicmo-draft-abc123-wal",
            ".aicmo-draft-abc123-shm",
            ".aicmo-draft-zzzzzz-journal",
        ];
        let kept = [
            ".aicmo-draft-",
            ".aicmo-draft-abc12",
            ".aicmo-draft-abc123.db",
            ".aicmo-draft-abc-12",
            ".backup-abc123",
            "aicmo.db",
            "aicmo.db-wal",
        ];
        gone.iter().chain(&kept).for_each(|name| write(name));
        let ours = make_in(dir.path()).expect("a draft");
        let mut expected: Vec<String> = kept.iter().map(ToString::to_string).collect();
        let own = ours.path().file_name().expect("a name").to_string_lossy();
        expected.push(own.into_owned());
        expected.sort();
        assert_eq!(names(dir.path()), expected);
        assert_eq!(remove_abandoned(dir.path()), 0);
        assert!(ours.path().exists(), "ours is locked");
    }

    #[test]
    fn a_draft_that_became_something_is_out_of_reach() {
        let dir = tempfile::tempdir().expect("a directory");
        let draft = make_in(dir.path()).expect("a draft");
        draft
            .persist_noclobber(dir.path().join("one.backup.db"))
            .expect("renamed");
        remove_abandoned(dir.path());
        assert_eq!(names(dir.path()), ["one.backup.db"]);
    }

    #[test]
    fn makers_and_removers_never_take_each_others_drafts() {
        let dir = tempfile::tempdir().expect("a directory");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let draft = make_in(dir.path()).expect("a draft");
                        assert!(draft.path().exists(), "made, locked and there");
                        remove_abandoned(dir.path());
                        assert!(draft.path().exists(), "and there still");
                    }
                });
            }
        });
        assert!(names(dir.path()).is_empty());
    }
}
