//! Gives the schema a stamp: a template database made from other steps is never used again.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

fn main() {
    let steps = Path::new("../../migrations/src");
    println!("cargo::rerun-if-changed={}", steps.display());
    let mut files = BTreeMap::new();
    for file in fs::read_dir(steps).into_iter().flatten().flatten() {
        files.insert(file.file_name(), fs::read(file.path()).unwrap_or_default());
    }
    let mut hasher = DefaultHasher::new();
    files.hash(&mut hasher);
    println!("cargo::rustc-env=AICMO_SCHEMA_STAMP={:016x}", hasher.finish());
}
