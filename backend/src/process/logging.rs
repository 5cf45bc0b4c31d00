//! Log lines: to stderr, as text or JSON. stdout belongs to the ready line and to answers.
//!
//! The newest lines are also kept in memory, for the support bundle; nothing writes them to a file.

use std::collections::VecDeque;
use std::io::{self, IsTerminal as _};
use std::sync::{Mutex, PoisonError};

use tracing::Metadata;
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

use crate::settings::LogFormat;
use crate::traces::Traces;

/// What `info` means: our own lines, and of the libraries only what is wrong.
const INFO: &str = "info,actix_server=warn,sea_orm_migration=warn";

/// How many lines are kept, and how many bytes of each.
const LINES_KEPT: usize = 1_000;
const LONGEST_KEPT: usize = 2_000;

static LAST_LINES: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());

/// The newest log lines of this process, oldest first.
pub fn last_lines() -> Vec<String> {
    let lines = LAST_LINES.lock().unwrap_or_else(PoisonError::into_inner);
    lines.iter().cloned().collect()
}

fn keep(line: &str) {
    let line = line.trim_end();
    let end = line.floor_char_boundary(LONGEST_KEPT);
    let mut lines = LAST_LINES.lock().unwrap_or_else(PoisonError::into_inner);
    if lines.len() == LINES_KEPT {
        lines.pop_front();
    }
    lines.push_back(line[..end].to_owned());
}

/// One log line on its way to stderr; the formatter writes each line at once.
struct Line;

impl io::Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        keep(&String::from_utf8_lossy(bytes));
        io::stderr().write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Sets the logger of this process; a second call changes nothing.
pub fn start(filter: &str, format: LogFormat, traces: &Traces) {
    let filter = if filter == "info" { INFO } else { filter };
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new(INFO));
    let lines = fmt::layer().with_writer(|| Line);
    let lines = match format {
        LogFormat::Text => lines.with_ansi(io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    // The filter is that of the lines alone: what is traced does not hang on how much is logged.
    let quiet = filter.and(filter_fn(|metadata| !carries_secrets(metadata)));
    let logger = tracing_subscriber::registry().with(lines.with_filter(quiet));
    let _ = match traces.layer() {
        Some(spans) => logger.with(spans).try_init(),
        None => logger.try_init(),
    };
}

/// What no setting can bring into a log: the spans of the database library hold the URL with its
/// password, and statements with the data of persons; its reader of URLs repeats what it does not
/// understand.
fn carries_secrets(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    (metadata.is_span() && target.starts_with("sea_orm")) || target.starts_with("sqlx_postgres::options")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_lines_are_kept_and_none_without_an_end() {
        for number in 0..LINES_KEPT + 5 {
            keep(&format!("line {number}\n"));
        }
        keep(&"ü".repeat(LONGEST_KEPT));
        let lines = last_lines();
        assert_eq!(lines.len(), LINES_KEPT);
        assert_eq!(lines[0], "line 6");
        assert_eq!(lines[LINES_KEPT - 1].len(), LONGEST_KEPT);
    }
}
