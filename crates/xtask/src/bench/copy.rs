//! A copy of a filled database, for measurements that change it: what they write does not grow the one
//! that the other figures are measured on.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Because, Failure};
use crate::places;

/// Measures on a copy of `data_dir`, which is gone afterwards.
pub fn with_a_copy<T>(
    data_dir: &Path,
    measure: impl FnOnce(&Path) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let copy = copied(data_dir)?;
    let measured = measure(&copy);
    fs::remove_dir_all(&copy).because(|| format!("cannot remove {}", copy.display()))?;
    measured
}

/// A copy of a data directory whose server has ended, or at least writes nothing.
fn copied(data_dir: &Path) -> Result<PathBuf, Failure> {
    let copy = places::target().join("bench/copy");
    if copy.exists() {
        fs::remove_dir_all(&copy).because(|| format!("cannot remove {}", copy.display()))?;
    }
    let because = || format!("cannot copy {} to {}", data_dir.display(), copy.display());
    fs::create_dir_all(copy.join("keys")).because(because)?;
    for name in [
        "aicmo.db",
        "aicmo.db-wal",
        "keys/identity.key",
        "keys/session.key",
    ] {
        let from = data_dir.join(name);
        if from.is_file() {
            fs::copy(&from, copy.join(name)).because(because)?;
        }
    }
    Ok(copy)
}
