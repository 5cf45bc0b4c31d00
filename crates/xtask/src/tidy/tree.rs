//! The files that git knows or would add, as text, so that rules can be tested without a disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::job::Job;

/// Relative path with forward slashes → contents. Files that are not text are absent.
#[derive(Debug, Default)]
pub struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    /// Reads what `git ls-files` names, new files included, ignored ones not.
    pub fn of_repository(root: &Path) -> Result<Self, Failure> {
        let list = Job::new("git", "git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard"])
            .dir(root)
            .answer()
            .ok_or_else(|| Failure::new("git cannot list the files: run this inside a clone"))?;
        let files = list
            .lines()
            .filter_map(|path| Some((path.to_owned(), fs::read_to_string(root.join(path)).ok()?)))
            .collect();
        Ok(Self { files })
    }

    /// An invented tree.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        let files = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        Self { files }
    }

    /// Every file, in order of path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The files with one of `extensions`.
    pub fn with_extension<'a>(&'a self, extensions: &'a [&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files().filter(move |(path, _)| {
            path.rsplit_once('.')
                .is_some_and(|(_, end)| extensions.contains(&end))
        })
    }

    /// The text of one file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Whether a file stands at `path`, or something below it.
    pub fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.files.contains_key(path) || self.files.keys().any(|file| file.starts_with(&folder))
    }

    /// The manifests of the workspace's crates: folder and parsed text. The root's is not one.
    pub fn manifests(&self) -> impl Iterator<Item = (&str, toml::Table)> {
        self.files().filter_map(|(path, text)| {
            let folder = path.strip_suffix("/Cargo.toml")?;
            Some((folder, text.parse().ok()?))
        })
    }
}
