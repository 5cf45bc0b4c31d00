//! What a check is, and the twelve of them in order.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use aicmo_operations::{Clock as _, SystemClock};
use aicmo_shared::Timestamp;
use serde::Serialize;

use super::server::Server;
use super::{canary, console, data, retired};
use crate::process::{Stop, build};

/// What a passed check found, or why it failed or could not run.
pub type Verdict = Result<String, String>;

/// How one check came out.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    pub number: usize,
    pub name: String,
    pub passed: bool,
    /// What was found; when it failed, why.
    pub finding: String,
    pub duration_ms: u64,
}

/// The outcome of all checks, with when and where they ran.
#[derive(Clone, Debug, Serialize)]
pub struct Smoke {
    pub at: Timestamp,
    pub build: String,
    pub version: String,
    pub git_commit: String,
    pub machine: String,
    /// From the start of a process to its ready line; null when it did not get there.
    pub start_to_ready_ms: Option<u64>,
    pub checks: Vec<Outcome>,
}

impl Smoke {
    /// Whether every check passed.
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.passed)
    }
}

/// What the checks share: a live server over a new database, and room for more.
pub struct Ground {
    /// What is checked: the program that runs now.
    pub binary: PathBuf,
    pub live: Result<Server, String>,
    /// The data directory of the live server.
    pub data_dir: PathBuf,
    /// A directory in which a check may do what it likes.
    pub scratch: PathBuf,
}

impl Ground {
    /// The live server, or why there is none.
    pub fn server(&self) -> Result<&Server, String> {
        self.live.as_ref().map_err(Clone::clone)
    }
}

/// Runs the twelve checks one after the other.
///
/// # Errors
/// When there is no place for temporary files.
pub async fn run_all() -> Result<Smoke, Stop> {
    let no_room = |cause| Stop::fatal(format!("There is no place for temporary files: {cause}."));
    let room = tempfile::tempdir().map_err(no_room)?;
    let at = SystemClock.now();
    let data_dir = room.path().join("live");
    let scratch = room.path().join("scratch");
    std::fs::create_dir(&scratch).map_err(no_room)?;
    let binary = std::env::current_exe()
        .map_err(|cause| Stop::fatal(format!("This program does not find itself: {cause}.")))?;
    let ground = Ground {
        live: Server::start(&binary, &data_dir, &[]),
        binary,
        data_dir,
        scratch,
    };
    let mut checks = Vec::with_capacity(12);
    let mut note = |name: String, began: Instant, verdict: Verdict| {
        let (passed, finding) = match verdict {
            Ok(finding) => (true, finding),
            Err(why) => (false, why),
        };
        checks.push(Outcome {
            number: checks.len() + 1,
            name,
            passed,
            finding,
            duration_ms: milliseconds(began.elapsed()),
        });
    };

    let began = Instant::now();
    note(
        "console served, of the binary's build".into(),
        began,
        console::check(&ground).await,
    );
    for name in aicmo_legacy_guard::RETIRED {
        let began = Instant::now();
        note(
            format!("{} refuses", name.name),
            began,
            retired::check(&ground, name).await,
        );
    }
    let began = Instant::now();
    note(
        "database opens, schema current".into(),
        began,
        data::schema(&ground).await,
    );
    let began = Instant::now();
    note(
        "attention figures live, mock labelled".into(),
        began,
        data::attention(&ground).await,
    );
    let began = Instant::now();
    note(
        "control flags and pause epoch".into(),
        began,
        data::control(&ground).await,
    );
    let began = Instant::now();
    note(
        "diagnostics builds and is redacted".into(),
        began,
        canary::check(&ground).await,
    );
    let began = Instant::now();
    note(
        "Campaign Ops answers, or is off".into(),
        began,
        data::campaign_ops(&ground).await,
    );

    Ok(Smoke {
        at,
        build: build::marker().to_string(),
        version: build::VERSION.to_owned(),
        git_commit: build::GIT_COMMIT.to_owned(),
        machine: machine(),
        start_to_ready_ms: ground
            .live
            .as_ref()
            .ok()
            .map(|live| milliseconds(live.start_took)),
        checks,
    })
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Operating system, architecture, cores and memory, as far as this machine tells.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let kib: u64 = text.lines().next()?.split_whitespace().nth(1)?.parse().ok()?;
        Some(format!(", {} MiB of memory", kib / 1024))
    });
    format!(
        "{} {}, {cores} cores{}",
        std::env::consts::OS,
        std::env::consts::ARCH,
        memory.unwrap_or_default()
    )
}
