//! Fatal errors: what is left behind when the process ends against its will.
//!
//! A panic in a request is caught by the HTTP skin and ends nothing. A panic that reaches the top
//! of the process, and every other end with exit code 70, leaves a line marked `AICMO_FATAL` on
//! stderr and `fatal_error.json` in the data directory, which diagnostics show after the restart.

use std::backtrace::Backtrace;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use aicmo_operations::{Clock as _, SystemClock};
use aicmo_shared::Timestamp;
use aicmo_shared::diagnostics::FatalError;
use serde::{Deserialize, Serialize};

use super::{Exit, Stop, build, data_dir};

const FILE: &str = "fatal_error.json";

/// What is written; diagnostics show the first three.
#[derive(Debug, Serialize, Deserialize)]
struct Evidence {
    at: Timestamp,
    build: String,
    message: String,
    error_type: String,
    backtrace: Option<String>,
    request_id: Option<String>,
}

/// The last panic of this process, for the moment it turns out to be the end of it.
static LAST_PANIC: Mutex<Option<(String, Option<String>)>> = Mutex::new(None);

/// Where evidence goes, once the settings are known.
static FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// Says where evidence goes; the first call counts.
pub fn keep_evidence_in(folder: PathBuf) {
    let _ = FOLDER.set(folder);
}

/// Logs every panic with its place instead of printing it, and remembers it.
pub fn install_hook() {
    std::panic::set_hook(Box::new(|panic| {
        let message = describe(panic);
        // Only the main thread takes the process with it; elsewhere a backtrace would cost for nothing.
        let is_main = std::thread::current().name() == Some("main");
        let backtrace = is_main.then(|| Backtrace::force_capture().to_string());
        tracing::error!(panic = %message, "a thread panicked");
        *LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner) = Some((message, backtrace));
    }));
}

/// Runs the whole of a command; a panic that comes out of it is fatal.
pub fn guard(command: impl FnOnce() -> Result<Exit, Stop>) -> Exit {
    let ended = catch_unwind(AssertUnwindSafe(command));
    let (stop, error_type, backtrace) = match ended {
        Ok(Ok(exit)) => return exit,
        Ok(Err(stop)) => (stop, "error", None),
        Err(_) => {
            let last = LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner).take();
            let (message, backtrace) = last.unwrap_or_else(|| ("a panic without a message".into(), None));
            (Stop::fatal(message), "panic", backtrace)
        }
    };
    let mut stderr = std::io::stderr().lock();
    if stop.exit != Exit::Fatal {
        let _ = writeln!(stderr, "aicmo: {stop}");
        return stop.exit;
    }
    let evidence = Evidence {
        at: SystemClock.now(),
        build: build::marker().to_string(),
        message: stop.sentence,
        error_type: error_type.to_owned(),
        backtrace,
        request_id: None,
    };
    let kept = FOLDER.get().and_then(|folder| write(folder, &evidence).ok());
    let place = kept.map_or_else(String::new, |path| format!(" Evidence: {}", path.display()));
    let _ = writeln!(stderr, "AICMO_FATAL {}{place}", evidence.message);
    Exit::Fatal
}

/// The last fatal error of a process on this data directory.
pub fn last(folder: &Path) -> Option<FatalError> {
    let text = std::fs::read(folder.join(FILE)).ok()?;
    let evidence: Evidence = serde_json::from_slice(&text).ok()?;
    Some(FatalError {
        at: evidence.at,
        build: evidence.build,
        message: evidence.message,
    })
}

/// All that was written down about it, with its backtrace; for the support bundle.
pub fn evidence(folder: &Path) -> Option<serde_json::Value> {
    let text = std::fs::read(folder.join(FILE)).ok()?;
    serde_json::from_slice(&text).ok()
}

/// Appears whole or not at all, readable by its owner alone.
fn write(folder: &Path, evidence: &Evidence) -> std::io::Result<PathBuf> {
    data_dir::prepare(folder).map_err(std::io::Error::other)?;
    let mut file = aicmo_operations::drafts::make_in(folder)?;
    serde_json::to_writer_pretty(&mut file, evidence)?;
    let path = folder.join(FILE);
    file.persist(&path)?;
    Ok(path)
}

fn describe(panic: &PanicHookInfo<'_>) -> String {
    let payload = panic.payload();
    let words = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    match panic.location() {
        Some(place) => format!("{words} ({}:{})", place.file(), place.line()),
        None => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_that_reaches_the_top_is_fatal_and_a_stop_is_what_it_says() {
        assert_eq!(guard(|| panic!("the top")), Exit::Fatal);
        assert_eq!(guard(|| Err(Stop::configuration("no"))), Exit::Configuration);
        assert_eq!(guard(|| Ok(Exit::Failed)), Exit::Failed);
    }

    #[test]
    fn evidence_is_written_for_its_owner_and_read_back() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().expect("a directory");
        let folder = dir.path().join("diagnostics");
        assert_eq!(last(&folder), None);
        let evidence = Evidence {
            at: Timestamp::from_millis(0),
            build: "B".into(),
            message: "the disk is full".into(),
            error_type: "error".into(),
            backtrace: None,
            request_id: None,
        };
        let path = write(&folder, &evidence).expect("written");
        let mode = std::fs::metadata(path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(
            last(&folder).map(|error| error.message),
            Some("the disk is full".into())
        );
    }
}
