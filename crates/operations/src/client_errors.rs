//! Crashes of consoles: counted, and logged within bounds.
//!
//! A page that crashes in a loop must not fill the log, so only so many reports per minute get a
//! line; all are counted. The report is text from a browser: it is cut, and control characters are
//! taken out before it is logged.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use aicmo_shared::fault::{ClientErrorCount, ClientErrorReport};

use crate::context::Operations;
use crate::error::OperationError;
use crate::text::Faults;

/// Log lines per minute.
const LINES_PER_MINUTE: u32 = 30;

const MESSAGE: usize = 2_000;
const PLACE: usize = 500;
const WORD: usize = 100;

/// The counter and the log's budget.
#[derive(Debug, Default)]
pub struct ClientErrors {
    since_start: AtomicU64,
    budget: Mutex<Budget>,
}

#[derive(Debug, Default)]
struct Budget {
    minute: u64,
    lines: u32,
}

impl ClientErrors {
    /// How many were reported since start.
    pub fn since_start(&self) -> u64 {
        self.since_start.load(Ordering::Relaxed)
    }

    fn count(&self) -> u64 {
        self.since_start.fetch_add(1, Ordering::Relaxed).saturating_add(1)
    }

    fn may_log(&self, monotonic_ms: u64) -> bool {
        let mut budget = self.budget.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = monotonic_ms / 60_000;
        if budget.minute != minute {
            *budget = Budget { minute, lines: 0 };
        }
        budget.lines += 1;
        budget.lines <= LINES_PER_MINUTE
    }
}

/// Counts a crash and writes one log line. Works in mock mode and while the database is down: it
/// changes no data.
///
/// # Errors
/// `Validation` when tab or build is missing or far too long.
#[expect(
    clippy::unused_async,
    reason = "every operation is async, so that handlers are alike"
)]
pub async fn report_client_error(
    ops: &Operations,
    report: ClientErrorReport,
) -> Result<ClientErrorCount, OperationError> {
    let mut faults = Faults::default();
    let tab = faults.required_line("/tab", report.tab, WORD);
    let build = faults.required_line("/build", report.build, WORD);
    faults.finish()?;
    let since_start = ops.client_errors.count();
    if ops.client_errors.may_log(ops.clock.monotonic_ms()) {
        tracing::warn!(
            tab,
            client.build = build,
            recovered = report.recovered,
            location = report.location.as_deref().map(|place| printable(place, PLACE)),
            message = printable(&report.message, MESSAGE),
            since_start,
            "a console crashed in tab {tab}"
        );
    }
    Ok(ClientErrorCount { since_start })
}

/// At most `longest` characters, with a space for each control character.
fn printable(text: &str, longest: usize) -> String {
    text.chars()
        .take(longest)
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_loop_gets_a_bounded_number_of_log_lines_per_minute() {
        let errors = ClientErrors::default();
        let logged = (0..1_000).filter(|_| errors.may_log(5)).count();
        assert_eq!(logged, 30);
        assert!(errors.may_log(60_005), "the next minute has its own budget");
    }

    #[test]
    fn a_message_is_cut_and_made_printable() {
        assert_eq!(printable("a\nb\u{1b}c", 3), "a b");
        assert_eq!(printable(&"x".repeat(5_000), MESSAGE).len(), 2_000);
    }
}
