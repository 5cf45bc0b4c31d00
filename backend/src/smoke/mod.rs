//! `aicmo smoke`: does this very binary do what it promises, on this machine, now?
//!
//! Twelve checks run against processes that are started for them, over a temporary database. A
//! check that could not run has failed. `check` is what a check is, `server` starts the processes,
//! `report` writes the evidence.

mod canary;
mod check;
mod console;
mod data;
mod report;
mod retired;
pub mod server;

use std::path::Path;

pub(crate) use check::run_all;
pub use check::{Outcome, Smoke};
pub use server::Server;

use crate::cli::block_on;
use crate::process::{Exit, Stop};

/// Runs the twelve checks, prints the table, and writes evidence to `report` when it is given.
///
/// # Errors
/// When there is no place for temporary files, or the evidence cannot be written.
pub fn run(report: Option<&Path>) -> Result<Exit, Stop> {
    if let Some(path) = report {
        report::require_format(path)?;
    }
    let smoke = block_on(run_all())??;
    crate::cli::print_text(&report::table(&smoke))?;
    if let Some(path) = report {
        report::write(&smoke, path)?;
    }
    Ok(if smoke.passed() { Exit::Fine } else { Exit::Failed })
}
