//! `cargo xtask test`: every check there is, cheap ones first, each of them in any case.
//!
//! A failed step does not end the run, because one run should tell everything that is wrong; a step
//! that needs what a failed one would have made fails with that reason.

use std::collections::BTreeSet;
use std::time::Instant;

use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::job::Job;
use crate::narrator::{Narrator, Step, spelled};
use crate::tools::cargo_tools::NEXTEST;
use crate::{console, dependencies, journeys, places, server, tidy, tools};

/// The steps in their order, with what they are called on the command line and on screen.
pub const STEPS: &[(&str, &str)] = &[
    ("fmt", "checking the format"),
    ("tidy", "checking arrows, files and documents"),
    ("dependencies", "checking the dependency graph"),
    ("deny", "checking licences and sources"),
    ("clippy", "linting every crate"),
    ("console", "building the console and weighing it"),
    ("tests", "running the tests on SQLite and PostgreSQL"),
    ("doctests", "running the examples in the documentation"),
    ("docs", "building the documentation of every item"),
    ("e2e", "walking the journeys in a browser"),
    ("traces", "running the build that makes traces"),
];

/// How many checks passed and failed, and why the first failed.
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
    why: Option<Failure>,
}

impl Tally {
    /// A plain count.
    pub const fn new(passed: u64, failed: u64) -> Self {
        Self {
            passed,
            failed,
            why: None,
        }
    }

    /// Adds why some failed.
    pub fn because(mut self, why: Failure) -> Self {
        self.why = Some(why);
        self
    }

    /// Both together; the first reason of the two.
    pub fn and(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            why: self.why.or(other.why),
        }
    }

    const ONE: Self = Self::new(1, 0);

    /// Prints why, if so, and the counts; answers whether all passed.
    pub fn report(&self) -> bool {
        if let Some(why) = &self.why {
            println!("{why}");
        }
        println!("{} passed, {} failed", self.passed, self.failed);
        self.failed == 0
    }
}

/// What was asked for on the command line.
pub struct Order {
    pub only: Vec<String>,
    pub skip: Vec<String>,
    pub filters: Vec<String>,
    pub verbose: bool,
}

/// Runs the suite and prints the closing line; answers whether all passed.
pub fn run(order: &Order) -> Result<bool, Failure> {
    let chosen = chosen(order)?;
    let started = Instant::now();
    let mut narrator = Narrator::new(chosen.len(), order.verbose);
    let mut suite = Suite {
        filters: &order.filters,
        cluster: None,
        console_failed: false,
        server_is_built: false,
    };
    let (mut passed, mut failed) = (0, 0);
    let mut broken = Vec::new();
    for (name, title) in STEPS.iter().filter(|(name, _)| chosen.contains(name)) {
        let mut counts = (0, 1);
        let outcome = narrator.step(title, |step| {
            let tally = suite.perform(name, step)?;
            counts = (tally.passed, tally.failed);
            if tally.passed + tally.failed > 1 {
                step.note(format!("{} passed, {} failed", tally.passed, tally.failed));
            }
            tally.why.map_or(Ok(()), Err)
        });
        passed += counts.0;
        failed += counts.1;
        if let Err(failure) = outcome {
            println!("{failure}");
            suite.console_failed |= *name == "console";
            broken.push(*name);
        }
    }
    drop(suite);
    println!();
    if !broken.is_empty() {
        println!(
            "failed: {}; repeat one with `cargo xtask test --only {}`",
            broken.join(", "),
            broken[0]
        );
    }
    println!(
        "{passed} passed, {failed} failed (in {})",
        spelled(started.elapsed())
    );
    Ok(failed == 0)
}

/// The names of the steps to run. Words after `test` filter tests, so nothing else is run then.
fn chosen(order: &Order) -> Result<BTreeSet<&'static str>, Failure> {
    let known = |name: &String| {
        STEPS
            .iter()
            .map(|(step, _)| *step)
            .find(|step| step == name)
            .ok_or_else(|| {
                Failure::new(format!(
                    "there is no step {name}: `cargo xtask test --list` names them"
                ))
            })
    };
    let only: BTreeSet<_> = order.only.iter().map(known).collect::<Result<_, _>>()?;
    let skip: BTreeSet<_> = order.skip.iter().map(known).collect::<Result<_, _>>()?;
    Ok(STEPS
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| only.is_empty() || only.contains(name))
        .filter(|name| order.filters.is_empty() || !only.is_empty() || *name == "tests")
        .filter(|name| !skip.contains(name))
        .collect())
}

struct Suite<'a> {
    filters: &'a [String],
    cluster: Option<Cluster>,
    console_failed: bool,
    /// The tests have compiled the binary, with the console that was built before them.
    server_is_built: bool,
}

impl Suite<'_> {
    fn perform(&mut self, name: &str, step: &mut Step) -> Result<Tally, Failure> {
        match name {
            "fmt" => cargo(
                step,
                &["fmt", "--all", "--check"],
                "the format differs: run `cargo fmt --all` and look at what it changed",
            ),
            "tidy" => tidy::run(step).map(|()| Tally::ONE),
            "dependencies" => dependencies::check(step).map(|()| Tally::ONE),
            "deny" => dependencies::deny(step).map(|()| Tally::ONE),
            "clippy" => cargo(
                step,
                // Warnings are denied here and not by RUSTFLAGS, which would silence the flags of the wasm build.
                &[
                    "clippy",
                    "--workspace",
                    "--all-targets",
                    "--all-features",
                    "--locked",
                    "--",
                    "-D",
                    "warnings",
                ],
                "clippy has objections: mend them, or expect one with a reason",
            ),
            "console" => build_and_weigh_console(step),
            "tests" => self.tests(step),
            "doctests" => doctests(step),
            "docs" => cargo(
                step,
                &[
                    "doc",
                    "--workspace",
                    "--no-deps",
                    "--document-private-items",
                    "--locked",
                ],
                "the documentation does not build: mend what rustdoc says above",
            ),
            "e2e" => self.e2e(step),
            "traces" => traces(step),
            _ => Err(Failure::new(format!("the step {name} is not wired up"))),
        }
    }

    /// The address of the throw-away cluster, which lives until the suite ends.
    fn postgres(&mut self, step: &mut Step) -> Result<String, Failure> {
        if let Some(cluster) = &self.cluster {
            return Ok(cluster.url());
        }
        let cluster = Cluster::start(step)?;
        let url = cluster.url();
        self.cluster = Some(cluster);
        Ok(url)
    }

    fn tests(&mut self, step: &mut Step) -> Result<Tally, Failure> {
        let nextest = NEXTEST.ensure(step)?;
        tools::interpreters(step)?;
        let url = self.postgres(step)?;
        let printed = Job::new(nextest.join("cargo-nextest"), "tests")
            .args([
                "nextest",
                "run",
                "--workspace",
                "--locked",
                "--color",
                "never",
                "--no-fail-fast",
            ])
            .args(self.filters)
            .env("TEST_POSTGRES_URL", url)
            .attempt(step)?;
        let tally = nextest_tally(&printed.lines);
        self.server_is_built = tally.is_some() && self.filters.is_empty();
        let advice = "tests failed: repeat one alone with `cargo xtask test NAME`";
        match (printed.fine, tally) {
            (true, Some(tally)) => Ok(tally),
            (false, Some(tally)) if tally.failed > 0 => Ok(tally.because(printed.into_failure(advice))),
            _ => {
                Err(printed.into_failure("the tests did not run: mend what is said above and run this again"))
            }
        }
    }

    fn e2e(&mut self, step: &mut Step) -> Result<Tally, Failure> {
        if self.console_failed {
            return Err(Failure::new(
                "the journeys were not walked, because the console was not built",
            ));
        }
        let binary = if self.server_is_built {
            server::path(false)?
        } else {
            console::build(step, false)?;
            server::build(step, false)?
        };
        let url = self.postgres(step)?;
        journeys::run(step, &binary, Some(&url), &[])
    }
}

fn cargo(step: &mut Step, args: &[&str], advice: &str) -> Result<Tally, Failure> {
    let log = args.first().copied().unwrap_or("cargo");
    Job::cargo(log).args(args).advice(advice).run(step)?;
    Ok(Tally::ONE)
}

fn build_and_weigh_console(step: &mut Step) -> Result<Tally, Failure> {
    console::build(step, false)?;
    let size = console::first_screen_size(&places::dist())?;
    if size > console::BUDGET_BYTES {
        return Err(Failure::new(format!(
            "the first screen weighs {} KB compressed and may weigh {}: look for what grew with `cargo xtask build-ui`",
            size.div_ceil(1024),
            console::BUDGET_BYTES / 1024
        )));
    }
    if !console::is_whole(&places::dist()) {
        return Err(Failure::new(
            "frontend/dist differs from its list of hashes: run `cargo xtask build-ui --force`",
        ));
    }
    Ok(Tally::new(2, 0))
}

/// The build with the feature `otel`, last: it writes its binary where that of the journeys was.
fn traces(step: &mut Step) -> Result<Tally, Failure> {
    let nextest = NEXTEST.ensure(step)?;
    let printed = Job::new(nextest.join("cargo-nextest"), "traces")
        .args([
            "nextest",
            "run",
            // As a part of the workspace, so that what it stands on is not compiled once more.
            "--workspace",
            "--features",
            "aicmo-backend/otel",
            "--test",
            "process",
            "--locked",
            "--color",
            "never",
            "--no-fail-fast",
            "traces",
        ])
        .advice("the build that makes traces fails: repeat it with `cargo xtask test --only traces`")
        .run(step)?;
    Ok(nextest_tally(&printed.lines).unwrap_or(Tally::ONE))
}

fn doctests(step: &mut Step) -> Result<Tally, Failure> {
    let printed = Job::cargo("doctests")
        .args(["test", "--doc", "--workspace", "--locked"])
        .advice("an example in the documentation fails: mend it or the code it shows")
        .run(step)?;
    let passed = printed
        .lines
        .iter()
        .filter_map(|line| counted_before(line, " passed"))
        .sum();
    Ok(Tally::new(passed, 0))
}

/// Reads nextest's line `Summary [ 1.2s] 12 tests run: 10 passed (1 slow), 2 failed, 0 skipped`.
fn nextest_tally(lines: &[String]) -> Option<Tally> {
    let line = lines
        .iter()
        .rev()
        .find(|line| line.trim_start().starts_with("Summary ["))?;
    let failed: u64 = [" failed", " timed out", " exec failed"]
        .iter()
        .filter_map(|word| counted_before(line, word))
        .sum();
    Some(Tally::new(counted_before(line, " passed").unwrap_or(0), failed))
}

/// The number that stands right before `word`.
fn counted_before(line: &str, word: &str) -> Option<u64> {
    line[..line.find(word)?]
        .rsplit(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(u64, u64)> {
        nextest_tally(&[line.to_owned()]).map(|tally| (tally.passed, tally.failed))
    }

    #[test]
    fn the_summary_of_nextest_is_read() {
        assert_eq!(
            read("     Summary [   0.012s] 4 tests run: 4 passed, 0 skipped"),
            Some((4, 0))
        );
        assert_eq!(
            read("     Summary [  12.1s] 9 tests run: 6 passed (1 slow), 2 failed, 1 timed out, 3 skipped"),
            Some((6, 3))
        );
        assert_eq!(read("nothing of the kind"), None);
    }

    #[test]
    fn words_after_test_choose_tests_alone() {
        let order = |filters: &[&str], only: &[&str], skip: &[&str]| Order {
            only: only.iter().map(ToString::to_string).collect(),
            skip: skip.iter().map(ToString::to_string).collect(),
            filters: filters.iter().map(ToString::to_string).collect(),
            verbose: false,
        };
        let names = |order: Order| chosen(&order).map(Vec::from_iter).unwrap_or_default();
        assert_eq!(names(order(&["leads"], &[], &[])), ["tests"]);
        assert_eq!(names(order(&[], &["fmt"], &[])), ["fmt"]);
        assert_eq!(names(order(&[], &[], &["e2e"])).len(), STEPS.len() - 1);
        assert!(chosen(&order(&[], &["nonsense"], &[])).is_err());
    }
}
