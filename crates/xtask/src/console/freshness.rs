//! Whether the console has to be compiled again: a stamp over the contents it is made from.
//!
//! Contents and not times, because a fresh clone has fresh times everywhere.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::digest::sha256_hex;
use crate::failure::{Because, Failure};
use crate::places;

/// The name of the stamp beside the files that it vouches for; never copied to `dist`.
pub const STAMP: &str = ".stamp";

/// Everything the console is made from, in one digest.
pub fn stamp_of_sources(compiler: &str) -> Result<String, Failure> {
    let root = places::root();
    let mut contents = BTreeMap::new();
    for folder in ["frontend", "shared"] {
        collect(&root.join(folder), &root, &mut contents)?;
    }
    for file in ["Cargo.lock", "Cargo.toml", "e2e/package-lock.json"] {
        let path = root.join(file);
        let bytes = fs::read(&path).because(|| format!("cannot read {}", path.display()))?;
        contents.insert(file.to_owned(), sha256_hex(&bytes));
    }
    let mut text = compiler.to_owned();
    for (path, digest) in contents {
        text.push('\n');
        text.push_str(&path);
        text.push(' ');
        text.push_str(&digest);
    }
    Ok(sha256_hex(text.as_bytes()))
}

fn collect(folder: &Path, root: &Path, contents: &mut BTreeMap<String, String>) -> Result<(), Failure> {
    let what = || format!("cannot read {}", folder.display());
    for entry in fs::read_dir(folder).because(what)? {
        let path = entry.because(what)?.path();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        if path.is_dir() {
            if !matches!(name.as_str(), "dist" | "target" | "node_modules") {
                collect(&path, root, contents)?;
            }
        } else if let Ok(relative) = path.strip_prefix(root) {
            let bytes = fs::read(&path).because(what)?;
            contents.insert(relative.to_string_lossy().into_owned(), sha256_hex(&bytes));
        }
    }
    Ok(())
}

/// Whether `folder` holds what `stamp` describes.
pub fn matches(folder: &Path, stamp: &str) -> bool {
    fs::read_to_string(folder.join(STAMP)).is_ok_and(|found| found == stamp)
        && folder.join("index.html").is_file()
}

/// Vouches for `folder`.
pub fn keep(folder: &Path, stamp: &str) -> Result<(), Failure> {
    fs::write(folder.join(STAMP), stamp).because(|| format!("cannot write into {}", folder.display()))
}
