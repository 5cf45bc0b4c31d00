//! `cargo xtask bench`: how fast, in ratios within one run, written down with machine and date.
//!
//! Never a test: a number depends on the machine, so it is reported and not asserted. What is
//! measured is the release binary over loopback; the databases are filled once and kept in the
//! target directory until the schema or the seeding changes.

mod access;
mod bulk;
mod copy;
mod finding;
mod load;
mod measure;
mod mixed;
mod moving;
mod report;
pub mod served;
mod streams;
pub mod wire;

use std::fs;
use std::path::{Path, PathBuf};

use crate::digest::sha256_hex;
use crate::failure::{Because, Failure};
use crate::job::Job;
use crate::narrator::{Narrator, Step};
use crate::{console, places, server};
use measure::Measurement;

/// What to measure.
#[derive(clap::Args)]
pub struct Options {
    /// Leads in the big database.
    #[arg(long, default_value_t = FULL)]
    leads: u64,
    /// Fewer samples and 20,000 leads: to see whether the bench itself works.
    #[arg(long)]
    quick: bool,
    /// Measure this binary instead of building one; the report then goes to the target directory.
    #[arg(long)]
    binary: Option<PathBuf>,
    /// Measure only the listeners of the event stream, which need no leads; nothing is written down.
    #[arg(long)]
    streams: bool,
}

/// The size for which the promises are made.
const FULL: u64 = 1_000_000;
const SMALL: u64 = 1_000;

/// Measures and writes the report; a missed goal is told and is not a failure of the task.
pub fn run(options: &Options, verbose: bool) -> Result<bool, Failure> {
    let leads = if options.quick { 20_000 } else { options.leads };
    let mut narrator = Narrator::new(4, verbose);
    let binary = match &options.binary {
        Some(binary) => narrator.step("finding the binary", |_| {
            binary
                .canonicalize()
                .because(|| format!("there is no {}", binary.display()))
        })?,
        None => narrator.step("building console and server, optimised", |step| {
            console::build(step, false)?;
            server::build(step, true)
        })?,
    };
    if options.streams {
        let found = narrator.step("measuring", |_| streams::measure(&binary, options.quick))?;
        for measurement in &found {
            println!("{}", measurement.line());
            for detail in &measurement.details {
                println!("      {detail}");
            }
        }
        return Ok(true);
    }
    let optimised = options.binary.is_none();
    let big = narrator.step(&format!("filling a database with {leads} leads"), |step| {
        database(step, leads, optimised)
    })?;
    let small = narrator.step(&format!("filling a database with {SMALL} leads"), |step| {
        database(step, SMALL, optimised)
    })?;
    let plan = measure::Plan {
        binary,
        big,
        small,
        leads,
        small_leads: SMALL,
        quick: options.quick,
    };
    let measurements: Vec<Measurement> = narrator.step("measuring", |step| measure::all(step, &plan))?;
    let text = report::render(&plan, &measurements);
    let for_the_record = optimised && !options.quick && leads == FULL;
    let file = if for_the_record {
        places::root().join("docs/BENCHMARKS.md")
    } else {
        places::target().join("bench/BENCHMARKS.md")
    };
    fs::write(&file, &text).because(|| format!("cannot write {}", file.display()))?;
    for measurement in &measurements {
        println!("{}", measurement.line());
    }
    println!("written to {}", file.display());
    Ok(true)
}

/// The data directory of a database with `leads` leads: filled once per schema.
fn database(step: &mut Step, leads: u64, optimised: bool) -> Result<PathBuf, Failure> {
    let folder = places::target().join(format!("bench/{}/leads-{leads}", seed_key()?));
    let done = folder.join("seeded");
    if done.is_file() {
        step.note("it is there already");
        return Ok(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).because(|| format!("cannot remove {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).because(|| format!("cannot create {}", folder.display()))?;
    let profile: &[&str] = if optimised { &["--release"] } else { &[] };
    Job::cargo("seed")
        .args([
            "run",
            "--locked",
            "--package",
            "xtask",
            "--features",
            "seed",
            "--bin",
            "seed-leads",
        ])
        .args(profile)
        .args(["--", "--leads", &leads.to_string(), "--database"])
        .args([folder.join("aicmo.db")])
        .advice("the database for the bench could not be filled: look at the message above")
        .run(step)?;
    fs::write(&done, "").because(|| format!("cannot write {}", done.display()))?;
    Ok(folder)
}

/// Changes when the schema or the way of seeding does.
fn seed_key() -> Result<String, Failure> {
    let root = places::root();
    let mut text = Vec::new();
    let mut paths = vec![root.join("crates/xtask/src/bin/seed_leads.rs")];
    let migrations = root.join("migrations/src");
    let list = fs::read_dir(&migrations).because(|| format!("cannot read {}", migrations.display()))?;
    let mut found: Vec<PathBuf> = list
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    found.sort();
    paths.extend(found);
    for path in paths {
        text.extend(read(&path)?);
    }
    Ok(sha256_hex(&text)[..12].to_owned())
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).because(|| format!("cannot read {}", path.display()))
}
