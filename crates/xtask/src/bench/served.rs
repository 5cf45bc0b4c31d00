//! A server under measurement: started on a data directory of its own, stopped when dropped.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Because, Failure};
use crate::job::Job;

/// The key of every request: what is measured includes knowing who asks.
pub const KEY: &str = "the-key-of-the-benchmark-and-of-nobody-else";

/// The settings of the product in our own environment, which no measured process may see.
pub fn settings_around_us() -> Vec<String> {
    std::env::vars_os()
        .map(|(key, _)| key.to_string_lossy().into_owned())
        .filter(|name| name.starts_with("AICMO_") || name == "DATABASE_URL")
        .collect()
}

/// A running `aicmo serve`.
pub struct Served {
    child: Child,
    /// `127.0.0.1:41234`.
    pub host: String,
    /// From the start of the process to its ready line.
    pub start: Duration,
}

impl Served {
    /// Starts `binary` on the embedded database in `data_dir`, with no setting of ours but these. The
    /// budgets of callers are counted but never used up.
    pub fn start(binary: &Path, data_dir: &Path) -> Result<Self, Failure> {
        const PLENTY: &str = "1000000000";
        Self::start_with(
            binary,
            data_dir,
            &[
                ("AICMO_READS_PER_MINUTE", PLENTY),
                ("AICMO_WRITES_PER_MINUTE", PLENTY),
            ],
        )
    }

    /// Starts `binary` with data in `data_dir` and these settings.
    pub fn start_with(binary: &Path, data_dir: &Path, settings: &[(&str, &str)]) -> Result<Self, Failure> {
        let mut command = Command::new(binary);
        command
            .arg("serve")
            .current_dir(data_dir)
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        for name in settings_around_us() {
            command.env_remove(name);
        }
        command
            .env("AICMO_DATA_DIR", data_dir)
            .env("AICMO_BIND", "127.0.0.1:0")
            .env("AICMO_BOOTSTRAP_ADMIN_KEY", KEY)
            .env("AICMO_LOG_LEVEL", "warn")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped());
        let started = Instant::now();
        let mut child = command
            .spawn()
            .because(|| format!("cannot start {}", binary.display()))?;
        let (sender, receiver) = channel();
        if let Some(out) = child.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(out).lines().map_while(Result::ok) {
                    let _nobody_listens_any_more = sender.send((Instant::now(), line));
                }
            });
        }
        loop {
            let Ok((at, line)) = receiver.recv_timeout(Duration::from_mins(1)) else {
                let _killed = child.kill();
                let _ended = child.wait();
                return Err(Failure::new(format!(
                    "the server gave no ready line within 60 s: start `{} serve` with AICMO_DATA_DIR={} and read what it says",
                    binary.display(),
                    data_dir.display()
                )));
            };
            if let Some(host) = line
                .strip_prefix("aicmo ready url=http://")
                .and_then(|rest| rest.split(' ').next())
            {
                return Ok(Self {
                    child,
                    host: host.to_owned(),
                    start: at.duration_since(started),
                });
            }
        }
    }

    /// Resident memory in bytes, where the system tells it.
    pub fn resident(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
        Some(kilobytes * 1024)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _asked = Job::new("kill", "kill")
            .args(["-TERM", &self.child.id().to_string()])
            .answer();
        let _ended = self.child.wait();
    }
}
