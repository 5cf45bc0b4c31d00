//! Processes of this product, each with an environment of its own and gone when dropped.
//!
//! The tests of the process start theirs in the same way.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aicmo_client::Client;

/// How long a process may take to be ready, or to refuse. Far above any promise: only against hanging.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often a process is asked whether it has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Lines of a process's log that stand in the message of a failure.
const SHOWN_LINES: usize = 12;

/// A command line of this binary, without the settings of the one who calls.
pub fn command(program: &Path, environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(environment.iter().copied());
    for kept in ["PATH", "HOME", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
        if let Some(value) = std::env::var_os(kept) {
            command.env(kept, value);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// A running `aicmo serve`.
pub struct Server {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
    key: String,
    lines: Mutex<Receiver<String>>,
    /// Where it listens.
    pub url: String,
    /// Its first line on stdout.
    pub ready_line: String,
    /// From the start of the process to the ready line.
    pub start_took: Duration,
}

impl Server {
    /// Starts `serve` of `program` with data in `data_dir`, on a free port, and waits until it is
    /// ready.
    ///
    /// # Errors
    /// A sentence with the end of its log, when it ends or does not become ready.
    pub fn start(program: &Path, data_dir: &Path, environment: &[(&str, &str)]) -> Result<Self, String> {
        let data_dir = data_dir
            .to_str()
            .ok_or("the temporary directory has no UTF-8 name")?;
        let given = environment.iter().find(|(name, _)| *name == KEY_SETTING);
        let key = match given {
            Some((_, key)) => (*key).to_owned(),
            None => one_time_key()?,
        };
        let mut all = vec![
            ("AICMO_BIND", "127.0.0.1:0"),
            ("AICMO_DATA_DIR", data_dir),
            (KEY_SETTING, key.as_str()),
        ];
        all.extend_from_slice(environment);
        let mut command = command(program, &all);
        command.arg("serve").stdout(Stdio::piped()).stderr(Stdio::piped());
        let began = Instant::now();
        let mut child = command
            .spawn()
            .map_err(|cause| format!("`aicmo serve` could not be started: {cause}"))?;
        let log = Arc::default();
        keep_log(&mut child, &log);
        let lines = stdout_lines(&mut child);
        let mut server = Self {
            child,
            log,
            key,
            lines: Mutex::new(lines),
            url: String::new(),
            ready_line: String::new(),
            start_took: Duration::ZERO,
        };
        let first = server
            .lines
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .recv_timeout(PATIENCE);
        match first {
            Ok(line) => {
                server.start_took = began.elapsed();
                server.url =
                    field(&line, "url").ok_or_else(|| server.failure("said something else than ready"))?;
                server.ready_line = line;
                Ok(server)
            }
            Err(RecvTimeoutError::Timeout) => Err(server.failure("did not become ready")),
            Err(RecvTimeoutError::Disconnected) => Err(server.failure("ended before it was ready")),
        }
    }

    /// A client of it that may do what an administrator may.
    ///
    /// # Errors
    /// When HTTP cannot be set up.
    pub fn client(&self) -> Result<Client, String> {
        Client::new(&self.url)
            .map(|client| client.with_key(&self.key))
            .map_err(|error| error.to_string())
    }

    /// The key that its client sends, for commands that ask it.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The next line that it has written on stdout since it was ready, if there is one.
    pub fn line_after_ready(&self) -> Option<String> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.try_recv().ok()
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    /// When it does not.
    pub fn wait(&mut self) -> Result<ExitStatus, String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) if Instant::now() < deadline => std::thread::park_timeout(LOOK_AGAIN),
                Ok(None) => return Err(self.failure("does not end")),
                Err(cause) => return Err(cause.to_string()),
            }
        }
    }

    /// Its log so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).join("\n")
    }

    fn failure(&self, what: &str) -> String {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let end = log.len().saturating_sub(SHOWN_LINES);
        format!("`aicmo serve` {what}; its log ends: {}", log[end..].join(" / "))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a process left when it ended.
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a process to its end.
///
/// # Errors
/// When it cannot be started, or does not end.
pub fn run_to_end(mut command: Command) -> Result<Ended, String> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|cause| format!("the process could not be started: {cause}"))?;
    let pid = child.id();
    let (sender, ended) = channel();
    let outputs = (child.stdout.take(), child.stderr.take());
    std::thread::spawn(move || {
        // Both at once: a process that fills one pipe while we wait for the other would never end.
        let stderr = std::thread::spawn(move || outputs.1.map_or_else(String::new, read_all));
        let stdout = outputs.0.map_or_else(String::new, read_all);
        let stderr = stderr.join().unwrap_or_default();
        let _ = sender.send((stdout, stderr));
    });
    let Ok((stdout, stderr)) = ended.recv_timeout(PATIENCE) else {
        let _ = child.kill();
        let _ = child.wait();
        return Err(format!(
            "process {pid} did not end within {} s",
            PATIENCE.as_secs()
        ));
    };
    let status = child.wait().map_err(|cause| cause.to_string())?;
    Ok(Ended {
        status,
        stdout,
        stderr,
    })
}

/// The setting by which a server without accounts can be asked anything.
const KEY_SETTING: &str = "AICMO_BOOTSTRAP_ADMIN_KEY";

/// A key for the life of one server.
fn one_time_key() -> Result<String, String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|cause| format!("no key can be made: {cause}"))?;
    Ok(bytes.iter().fold(String::with_capacity(64), |mut key, byte| {
        let _ = write!(key, "{byte:02x}");
        key
    }))
}

/// The value of `name=value` in a ready line.
pub fn field(line: &str, name: &str) -> Option<String> {
    let line = line.strip_prefix("aicmo ready ")?;
    line.split(' ')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}

fn read_all(mut from: impl std::io::Read) -> String {
    let mut bytes = Vec::new();
    let _ = from.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn stdout_lines(child: &mut Child) -> Receiver<String> {
    let (sender, lines) = channel();
    if let Some(stdout) = child.stdout.take() {
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
    }
    lines
}

fn keep_log(child: &mut Child, log: &Arc<Mutex<Vec<String>>>) {
    let Some(stderr) = child.stderr.take() else { return };
    let log = Arc::clone(log);
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            log.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn the_ready_line_is_taken_apart_by_name() {
        let line = "aicmo ready url=http://127.0.0.1:8000 build=B database=sqlite mode=live";
        assert_eq!(field(line, "url").as_deref(), Some("http://127.0.0.1:8000"));
        assert_eq!(field(line, "mode").as_deref(), Some("live"));
        assert_eq!(field(line, "nothing"), None);
        assert_eq!(field("something else", "url"), None);
    }
}
