//! What builds and tests need beside rustup's toolchain, found or set up.
//!
//! Each tool is looked for first and installed only when it is missing, into the cache directory
//! under its version, so that a second run takes seconds. Where we may not install (no root, no
//! Debian) one sentence says what the person has to do.

pub mod cargo_tools;
pub mod debian;
pub mod node;
pub mod wasm;

use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::job::Job;
use crate::narrator::Step;
use crate::places;

/// Chromium for the journeys; on Debian it is installed when it is missing.
pub fn chromium(step: &mut Step) -> Result<PathBuf, Failure> {
    if let Some(found) = find_chromium() {
        return Ok(found);
    }
    debian::install(
        step,
        &["chromium", "fonts-liberation"],
        "Chromium is missing: install it, or set CHROMIUM to the path of a Chrome or Chromium",
    )?;
    find_chromium().ok_or_else(|| {
        Failure::new("Chromium was installed but is not in PATH: set CHROMIUM to its path and run this again")
    })
}

fn find_chromium() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("CHROMIUM").map(PathBuf::from)
        && path.is_file()
    {
        return Some(path);
    }
    [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ]
    .into_iter()
    .find_map(places::in_path)
}

/// The folder of PostgreSQL's server programs; on Debian it is installed when it is missing.
pub fn postgres(step: &mut Step) -> Result<PathBuf, Failure> {
    if let Some(found) = find_postgres() {
        return Ok(found);
    }
    debian::install(
        step,
        &["postgresql"],
        "PostgreSQL's server programs are missing: install PostgreSQL 15 or newer and put the folder of initdb into PATH",
    )?;
    find_postgres().ok_or_else(|| {
        Failure::new(
            "PostgreSQL was installed but initdb is not found: put its folder into PATH and run this again",
        )
    })
}

/// PATH first, then Debian's folders, newest version first.
fn find_postgres() -> Option<PathBuf> {
    if let Some(initdb) = places::in_path("initdb") {
        return initdb.parent().map(Path::to_path_buf);
    }
    let mut folders: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version = path.file_name()?.to_str()?.parse().ok()?;
            Some((version, path.join("bin")))
        })
        .filter(|(_, bin)| bin.join("initdb").is_file())
        .collect();
    folders.sort();
    folders.pop().map(|(_, bin)| bin)
}

/// What runs the examples of docs/API.md; on Debian it is installed when it is missing.
pub fn interpreters(step: &mut Step) -> Result<(), Failure> {
    node::require(step)?;
    for (program, advice) in [
        ("python3", "Python is missing: install Python 3.9 or newer"),
        ("curl", "curl is missing: install it"),
    ] {
        if places::in_path(program).is_none() {
            debian::install(step, &[program], advice)?;
        }
    }
    Ok(())
}

/// Whether we are root: `initdb` refuses root and apt needs it.
pub fn is_root() -> bool {
    Job::new("id", "id").args(["-u"]).answer().as_deref() == Some("0")
}
