//! Child processes: their output goes to a log file, their last line to the narrator, and their
//! failure into one sentence.
//!
//! A child inherits our environment except for what a job sets or removes: variables that steer a
//! compiler are set here, on the one child that needs them, and nowhere else.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::failure::{Because, Failure};
use crate::narrator::Step;
use crate::places;

/// How many of a failed child's last lines are shown.
const TAIL: usize = 60;

/// A child process to be run.
pub struct Job {
    command: Command,
    program: String,
    log: String,
    advice: String,
}

/// What a child printed, both streams in the order in which they arrived.
pub struct Printed {
    /// The lines without colours.
    pub lines: Vec<String>,
    /// Whether it ended with success.
    pub fine: bool,
    /// How it ended: an exit status, or the signal that killed it.
    pub ending: String,
    log: PathBuf,
}

impl Job {
    /// A job whose output is kept in `<log>.log`.
    pub fn new(program: impl AsRef<OsStr>, log: &str) -> Self {
        let mut command = Command::new(program.as_ref());
        command.current_dir(places::root()).stdin(Stdio::null());
        // What `cargo run` tells us about xtask is no business of children: build scripts that watch
        // these variables would run again, and their crates compile again, after every plain cargo.
        for (key, _) in std::env::vars_os() {
            if is_about_xtask(&key.to_string_lossy()) {
                command.env_remove(key);
            }
        }
        let program = Path::new(program.as_ref())
            .file_name()
            .unwrap_or(program.as_ref())
            .to_string_lossy()
            .into_owned();
        Self {
            command,
            advice: format!("{program} failed: mend what it says above and run the command again"),
            program,
            log: log.to_owned(),
        }
    }

    /// cargo, as the toolchain of this directory provides it.
    pub fn cargo(log: &str) -> Self {
        Self::new("cargo", log)
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets a variable for this child only.
    #[must_use]
    pub fn env(mut self, key: &str, value: impl Into<OsString>) -> Self {
        self.command.env(key, value.into());
        self
    }

    /// Hides a variable from this child.
    #[must_use]
    pub fn without_env(mut self, key: &str) -> Self {
        self.command.env_remove(key);
        self
    }

    /// Runs it in `dir` instead of at the root.
    #[must_use]
    pub fn dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// What to do when it fails, in one sentence.
    #[must_use]
    pub fn advice(mut self, sentence: &str) -> Self {
        sentence.clone_into(&mut self.advice);
        self
    }

    /// Runs it; a failure of the child is a failure of the step.
    pub fn run(self, step: &mut Step) -> Result<Printed, Failure> {
        let advice = self.advice.clone();
        let printed = self.attempt(step)?;
        if printed.fine {
            Ok(printed)
        } else {
            Err(printed.into_failure(&advice))
        }
    }

    /// Runs it and leaves the verdict to the caller.
    pub fn attempt(mut self, step: &mut Step) -> Result<Printed, Failure> {
        let log = places::logs().join(format!("{}.log", self.log));
        fs::create_dir_all(places::logs())
            .because(|| format!("cannot create {}", places::logs().display()))?;
        let mut file = File::create(&log).because(|| format!("cannot write {}", log.display()))?;
        let program = self.program.clone();
        let mut child = self
            .command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .because(|| format!("cannot start {program}, is it installed and in PATH?"))?;

        let (sender, receiver) = channel::<String>();
        let readers: Vec<_> = [
            child
                .stdout
                .take()
                .map(|out| Box::new(out) as Box<dyn Read + Send>),
            child
                .stderr
                .take()
                .map(|err| Box::new(err) as Box<dyn Read + Send>),
        ]
        .into_iter()
        .flatten()
        .map(|stream| {
            let sender = sender.clone();
            thread::spawn(move || forward_lines(stream, &sender))
        })
        .collect();
        drop(sender);

        let mut lines = Vec::new();
        loop {
            match receiver.recv_timeout(Duration::from_secs(1)) {
                Ok(line) => {
                    let line = without_colours(&line);
                    writeln!(file, "{line}").because(|| format!("cannot write {}", log.display()))?;
                    if step.is_verbose() {
                        println!("    {line}");
                    }
                    step.sign_of_life(&line);
                    lines.push(line);
                }
                Err(RecvTimeoutError::Timeout) => {
                    step.sign_of_life(lines.last().map_or("", String::as_str));
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        for reader in readers {
            let _joined = reader.join();
        }
        let status = child.wait().because(|| format!("cannot wait for {program}"))?;
        Ok(Printed {
            lines,
            fine: status.success(),
            ending: status.to_string(),
            log,
        })
    }

    /// Runs a small question and gives its standard output; `None` when it fails or is not there.
    pub fn answer(mut self) -> Option<String> {
        let output = self.command.stderr(Stdio::null()).output().ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

impl Printed {
    /// A failure with the last lines that were printed.
    pub fn into_failure(self, advice: &str) -> Failure {
        let tail = self.lines[self.lines.len().saturating_sub(TAIL)..].to_vec();
        Failure::new(advice).with_output(tail, self.log)
    }
}

/// Whether cargo set this variable for the package that it runs.
fn is_about_xtask(key: &str) -> bool {
    key.starts_with("CARGO_PKG_")
        || key.starts_with("CARGO_MANIFEST_")
        || matches!(
            key,
            "CARGO_BIN_NAME" | "CARGO_CRATE_NAME" | "CARGO_PRIMARY_PACKAGE"
        )
}

fn forward_lines(stream: impl Read, sender: &Sender<String>) {
    let mut reader = BufReader::new(stream);
    let mut bytes = Vec::new();
    while let Ok(1..) = reader.read_until(b'\n', &mut bytes) {
        let text = String::from_utf8_lossy(&bytes);
        let line = text.trim_end_matches(['\n', '\r']);
        let line = line.rsplit('\r').next().unwrap_or(line).to_owned();
        if sender.send(line).is_err() {
            return;
        }
        bytes.clear();
    }
}

/// Removes terminal colours, so that logs and parsed counts are plain.
pub fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(start) = rest.find("\x1b[") {
        plain.push_str(&rest[..start]);
        let code = &rest[start + 2..];
        let end = code
            .find(|c: char| c.is_ascii_alphabetic())
            .map_or(code.len(), |end| end + 1);
        rest = &code[end..];
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_the_person_reach_children_and_facts_about_xtask_do_not() {
        for key in [
            "CARGO_PKG_NAME",
            "CARGO_MANIFEST_DIR",
            "CARGO_MANIFEST_PATH",
            "CARGO_BIN_NAME",
        ] {
            assert!(is_about_xtask(key), "{key}");
        }
        for key in [
            "CARGO_HOME",
            "CARGO_TARGET_DIR",
            "CARGO_INCREMENTAL",
            "RUSTUP_TOOLCHAIN",
            "PATH",
        ] {
            assert!(!is_about_xtask(key), "{key}");
        }
    }

    #[test]
    fn colours_are_removed_and_text_stays() {
        assert_eq!(without_colours("\x1b[32;1mPASS\x1b[0m [0.1s]"), "PASS [0.1s]");
        assert_eq!(without_colours("plain"), "plain");
        assert_eq!(without_colours("cut \x1b["), "cut ");
    }
}
