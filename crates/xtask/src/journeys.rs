//! `cargo xtask e2e`: the journeys in a real browser against the real binary.
//!
//! A journey finds the binary in `AICMO_E2E_BINARY` and the browser in `CHROMIUM`, and leaves what a
//! failure needs (screenshot, console, server log) in `e2e/artifacts`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Because, Failure};
use crate::job::{Job, Printed};
use crate::narrator::Step;
use crate::places;
use crate::suite::Tally;
use crate::tools::{self, node};

/// The files that measure time: from commit to screen, from crash to console.
const TIMED: &[&str] = &["crashes.test.mjs", "live.test.mjs"];

/// Runs every journey, or those whose file name contains one of `filters`.
pub fn run(
    step: &mut Step,
    binary: &Path,
    postgres: Option<&str>,
    filters: &[String],
) -> Result<Tally, Failure> {
    let chromium = tools::chromium(step)?;
    node::packages(step)?;
    let artifacts = places::root().join("e2e/artifacts");
    if artifacts.exists() {
        fs::remove_dir_all(&artifacts).because(|| format!("cannot empty {}", artifacts.display()))?;
    }
    fs::create_dir_all(&artifacts).because(|| format!("cannot create {}", artifacts.display()))?;
    let (alone, beside): (Vec<_>, Vec<_>) = journeys(filters)?.into_iter().partition(|path| is_timed(path));
    let mut tally = Tally::new(0, 0);
    for (log, files, at_once) in [("e2e", beside, 2), ("e2e-timed", alone, 1)] {
        if files.is_empty() {
            continue;
        }
        let mut job = Job::new("node", log)
            .args(["--test", "--test-reporter=spec"])
            .args([format!("--test-concurrency={at_once}")])
            .args(files)
            .dir(&places::root().join("e2e"))
            .env("AICMO_E2E_BINARY", binary)
            .env("CHROMIUM", &chromium)
            .env("NO_COLOR", "1");
        if let Some(url) = postgres {
            job = job.env("TEST_POSTGRES_URL", url);
        }
        tally = tally.and(walked(job.attempt(step)?)?);
    }
    Ok(tally)
}

/// Whether a file measures time, and so is walked with nothing beside it.
fn is_timed(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| TIMED.iter().any(|timed| name == *timed))
}

fn walked(printed: Printed) -> Result<Tally, Failure> {
    let tally = tally(&printed.lines);
    let advice = "journeys failed: each left a screenshot and its logs in e2e/artifacts";
    match (printed.fine, tally) {
        (true, Some(tally)) if tally.failed == 0 && tally.passed > 0 => Ok(tally),
        (_, Some(tally)) if tally.failed > 0 => Ok(tally.because(printed.into_failure(advice))),
        _ => {
            let sentence = format!(
                "the journeys ended without a result ({}): look at node's message above and run this again",
                printed.ending
            );
            Err(printed.into_failure(&sentence))
        }
    }
}

fn journeys(filters: &[String]) -> Result<Vec<PathBuf>, Failure> {
    let folder = places::root().join("e2e/journeys");
    let mut found: Vec<PathBuf> = fs::read_dir(&folder)
        .because(|| format!("cannot read {}", folder.display()))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.to_string_lossy();
            name.ends_with(".test.mjs")
                && (filters.is_empty() || filters.iter().any(|text| name.contains(text)))
        })
        .collect();
    found.sort();
    if found.is_empty() {
        return Err(Failure::new(
            "no journey in e2e/journeys fits: look at the names there",
        ));
    }
    Ok(found)
}

/// Reads node's closing lines: `ℹ pass 12`, `ℹ fail 0`.
fn tally(lines: &[String]) -> Option<Tally> {
    let count = |word: &str| {
        lines.iter().rev().find_map(|line| {
            let mut words = line.split_whitespace().rev();
            let number = words.next()?.parse::<u64>().ok()?;
            (words.next()? == word && words.count() <= 1).then_some(number)
        })
    };
    Some(Tally::new(
        count("pass")?,
        count("fail")? + count("cancelled").unwrap_or(0),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_lines_of_node_are_read() {
        let lines = [
            "✔ a journey (12ms)",
            "ℹ tests 3",
            "ℹ pass 2",
            "ℹ fail 1",
            "ℹ cancelled 0",
        ];
        let found = tally(&lines.map(str::to_owned)).expect("there are closing lines");
        assert_eq!((found.passed, found.failed), (2, 1));
    }
}
