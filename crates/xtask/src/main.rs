//! `cargo xtask`: one door to everything that is done to this repository.
//!
//! `run` starts the product, `test` passes the whole suite, the rest are their parts. Each sets up
//! what it is missing, says what it does, and fails with one sentence that says what to do.

mod attack;
mod bench;
mod cluster;
mod console;
mod dependencies;
mod digest;
mod failure;
mod job;
mod journeys;
mod marker;
mod narrator;
mod openapi;
mod places;
mod run;
mod sbom;
mod server;
mod suite;
mod tidy;
mod tools;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;
use crate::narrator::Narrator;

/// Builds, starts, tests and measures AICMO Operator.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
    /// Pass everything that children print through.
    #[arg(long, short, global = true)]
    verbose: bool,
}

#[derive(Subcommand)]
enum Task {
    /// Set up what is missing, build console and server, and start the server.
    Run {
        /// Build optimised.
        #[arg(long)]
        release: bool,
        /// Arguments for `aicmo serve`.
        #[arg(last = true)]
        args: Vec<String>,
    },
    /// Set up what tests need and pass the whole suite; with words, run the tests whose names contain one.
    Test {
        /// Only tests whose names contain one of these.
        filters: Vec<String>,
        /// Only this step; may be given several times.
        #[arg(long)]
        only: Vec<String>,
        /// Not this step; may be given several times.
        #[arg(long)]
        skip: Vec<String>,
        /// Name the steps and stop.
        #[arg(long)]
        list: bool,
    },
    /// Set up every tool that any of these tasks needs, and stop.
    Setup,
    /// Build the console into frontend/dist.
    BuildUi {
        /// Compile even when nothing changed.
        #[arg(long)]
        force: bool,
    },
    /// Check arrows, files and documents.
    Tidy,
    /// Walk the journeys in a browser; with words, those whose file names contain one.
    E2e {
        /// Only journeys whose file names contain one of these.
        filters: Vec<String>,
    },
    /// Move what is kept of the OpenAPI document, or attack a server by it.
    Openapi(openapi::Options),
    /// Write what a release is made of as a CycloneDX document.
    Sbom {
        /// Where it goes.
        #[arg(default_value = "target/aicmo.cdx.json")]
        file: PathBuf,
    },
    /// Measure, and write docs/BENCHMARKS.md.
    Bench(bench::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Everything below speaks of paths relative to the workspace.
    if std::env::set_current_dir(places::root()).is_err() {
        eprintln!("the workspace of this xtask is gone: run it from a clone");
        return ExitCode::FAILURE;
    }
    match perform(cli) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// Answers whether all was well; a failure carries its sentence.
fn perform(cli: Cli) -> Result<bool, Failure> {
    let verbose = cli.verbose;
    match cli.task {
        Task::Run { release, args } => match run::run(release, verbose, &args)? {},
        Task::Test { list: true, .. } => {
            for (name, title) in suite::STEPS {
                println!("{name:14}{title}");
            }
            Ok(true)
        }
        Task::Test {
            filters, only, skip, ..
        } => suite::run(&suite::Order {
            only,
            skip,
            filters,
            verbose,
        }),
        Task::Setup => set_up(verbose),
        Task::BuildUi { force } => {
            Narrator::new(1, verbose).step("building the console", |step| console::build(step, force))?;
            for (name, size) in console::files_with_sizes(&places::dist())? {
                println!("{size:>10}  {name}");
            }
            Ok(true)
        }
        Task::Sbom { file } => {
            let count = sbom::write(&file)?;
            println!("{count} components stand in {}", file.display());
            Ok(true)
        }
        Task::Tidy => {
            Narrator::new(1, verbose).step("checking arrows, files and documents", tidy::run)?;
            Ok(true)
        }
        Task::E2e { filters } => e2e(verbose, &filters),
        Task::Openapi(options) => openapi::run(&options, verbose),
        Task::Bench(options) => bench::run(&options, verbose),
    }
}

fn set_up(verbose: bool) -> Result<bool, Failure> {
    let mut narrator = Narrator::new(6, verbose);
    narrator.step("a compiler for wasm32", |step| {
        tools::wasm::ensure(step).map(|_| ())
    })?;
    for (title, tool) in [
        ("trunk", tools::cargo_tools::TRUNK),
        ("wasm-bindgen", tools::cargo_tools::WASM_BINDGEN),
        ("nextest", tools::cargo_tools::NEXTEST),
    ] {
        narrator.step(title, |step| tool.ensure(step).map(|_| ()))?;
    }
    narrator.step("node packages", |step| tools::node::packages(step).map(|_| ()))?;
    narrator.step("Chromium and PostgreSQL", |step| {
        tools::chromium(step)?;
        tools::postgres(step).map(|_| ())
    })?;
    Ok(true)
}

fn e2e(verbose: bool, filters: &[String]) -> Result<bool, Failure> {
    let mut narrator = Narrator::new(4, verbose);
    narrator.step("building the console", |step| console::build(step, false))?;
    let binary = narrator.step("building the server", |step| server::build(step, false))?;
    let cluster = narrator.step("starting a throw-away PostgreSQL", cluster::Cluster::start)?;
    let tally = narrator.step("walking the journeys", |step| {
        journeys::run(step, &binary, Some(&cluster.url()), filters)
    })?;
    drop(cluster);
    Ok(tally.report())
}
