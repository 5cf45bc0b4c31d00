//! Moving a whole database from SQLite to PostgreSQL by `aicmo move-to`, checksums included.
//!
//! The PostgreSQL is a new one with its own defaults, so what is written is on the disk.

use std::path::Path;
use std::time::{Duration, Instant};

use super::copy::with_a_copy;
use super::measure::{Measurement, Plan};
use super::served::settings_around_us;
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::job::Job;
use crate::narrator::Step;

/// How long the move of the big database takes, from the start of the command to its end.
pub fn move_to_postgres(step: &mut Step, plan: &Plan) -> Result<Measurement, Failure> {
    let cluster = Cluster::start_durable(step)?;
    let (took, said) = with_a_copy(&plan.big, |copy| moved(step, &plan.binary, copy, &cluster.url()))?;
    Ok(Measurement {
        what: format!("move-to of {} leads with all that belongs to them", plan.leads),
        goal: "at most 60 s".to_owned(),
        found: format!("{:.1} s", took.as_secs_f64()),
        met: took <= Duration::from_mins(1),
        details: said,
    })
}

fn moved(
    step: &mut Step,
    binary: &Path,
    data_dir: &Path,
    url: &str,
) -> Result<(Duration, Vec<String>), Failure> {
    let mut job = Job::new(binary, "move-to")
        .args(["move-to", url])
        .advice("the big database could not be moved: look at the message above");
    for name in settings_around_us() {
        job = job.without_env(&name);
    }
    let job = job.env("AICMO_DATA_DIR", data_dir);
    let started = Instant::now();
    let printed = job.run(step)?;
    let took = started.elapsed();
    // Neither the address of the cluster nor a folder of this machine says anything to a reader.
    let folder = data_dir.display().to_string();
    let said = printed
        .lines
        .iter()
        .filter(|line| !line.contains("127.0.0.1") && !line.contains(&folder));
    let last: Vec<String> = said.rev().take(3).cloned().collect();
    Ok((took, last.into_iter().rev().collect()))
}
