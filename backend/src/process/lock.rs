//! One server per SQLite file.
//!
//! The operating system's lock on `<database>.lock` is what counts, and it ends with the process
//! however that ends; the process id in the file is only there to be named. So a file that a killed
//! server left behind is no obstacle.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::data_dir::unusable;
use super::{Exit, Stop};

/// How often a second server looks for the id that the first one is about to write.
const LOOKS_FOR_PID: usize = 200;

/// Held while this process owns the database file.
#[derive(Debug)]
pub struct InstanceLock {
    file: File,
}

impl InstanceLock {
    /// Takes the lock that belongs to `database`.
    ///
    /// # Errors
    /// 75 with the id of the process that has it; 70 or 78 when the place cannot be written.
    pub fn take(database: &Path) -> Result<Self, Stop> {
        let path = lock_path(database);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(|cause| unusable(database, &cause))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(taken(&mut file, database)),
            Err(TryLockError::Error(cause)) => return Err(unusable(database, &cause)),
        }
        file.set_len(0)
            .and_then(|()| file.write_all(std::process::id().to_string().as_bytes()))
            .and_then(|()| file.flush())
            .map_err(|cause| unusable(database, &cause))?;
        Ok(Self { file })
    }
}

impl Drop for InstanceLock {
    fn drop(&mut self) {
        // The file stays: removing it would let two servers lock two files of one name.
        let _ = self.file.set_len(0);
    }
}

fn taken(file: &mut File, database: &Path) -> Stop {
    let mut pid = String::new();
    for _ in 0..LOOKS_FOR_PID {
        pid.clear();
        let _ = file.seek(SeekFrom::Start(0));
        let _ = file.read_to_string(&mut pid);
        if !pid.is_empty() {
            break;
        }
        std::thread::yield_now();
    }
    let who = match pid.trim() {
        "" => "Another aicmo".to_owned(),
        pid => format!("Another aicmo (process {pid})"),
    };
    Stop::new(
        Exit::AnotherInstance,
        format!(
            "{who} holds {}; stop it first, or give this one a database of its own with AICMO_DATA_DIR or \
             DATABASE_URL.",
            database.display()
        ),
    )
}

/// Next to the file itself, so that two names of one file have one lock.
fn lock_path(database: &Path) -> PathBuf {
    let real = database.canonicalize().unwrap_or_else(|_| {
        let parent = database.parent().filter(|parent| !parent.as_os_str().is_empty());
        match (
            parent.unwrap_or(Path::new(".")).canonicalize(),
            database.file_name(),
        ) {
            (Ok(parent), Some(name)) => parent.join(name),
            _ => database.to_owned(),
        }
    });
    let mut name = real.into_os_string();
    name.push(".lock");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_the_id_of_the_first_and_may_come_when_it_has_gone() {
        let dir = tempfile::tempdir().expect("a directory");
        let database = dir.path().join("aicmo.db");
        let first = InstanceLock::take(&database).expect("free");
        let refused = InstanceLock::take(&database).expect_err("taken");
        assert_eq!(refused.exit, Exit::AnotherInstance);
        assert!(
            refused
                .sentence
                .contains(&format!("process {}", std::process::id())),
            "{refused}"
        );
        drop(first);
        InstanceLock::take(&database).expect("free again");
    }

    #[test]
    fn what_a_killed_server_left_behind_is_no_obstacle() {
        let dir = tempfile::tempdir().expect("a directory");
        let database = dir.path().join("aicmo.db");
        std::fs::write(dir.path().join("aicmo.db.lock"), "4194304999").expect("written");
        let _lock = InstanceLock::take(&database).expect("free");
        let pid = std::fs::read_to_string(dir.path().join("aicmo.db.lock")).expect("read");
        assert_eq!(pid, std::process::id().to_string());
    }

    #[test]
    fn two_names_of_one_file_have_one_lock() {
        let dir = tempfile::tempdir().expect("a directory");
        let database = dir.path().join("aicmo.db");
        std::fs::write(&database, "").expect("written");
        let alias = dir.path().join("alias.db");
        std::os::unix::fs::symlink(&database, &alias).expect("linked");
        let _first = InstanceLock::take(&database).expect("free");
        assert!(InstanceLock::take(&alias).is_err());
    }
}
