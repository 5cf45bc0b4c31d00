//! Answers on stdout.

use std::io::Write as _;

use crate::process::{Exit, Stop};

/// Prints an answer for a program.
pub(crate) fn print_json<T: serde::Serialize>(answer: &T) -> Result<Exit, Stop> {
    let text = serde_json::to_string_pretty(answer)
        .map_err(|cause| Stop::fatal(format!("The answer cannot be written as JSON: {cause}.")))?;
    print_text(&format!("{text}\n"))
}

/// Prints an answer. A reader that has gone away (`aicmo inventory | head`) is no failure.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the last step of commands that can fail before it"
)]
pub(crate) fn print_text(text: &str) -> Result<Exit, Stop> {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    Ok(Exit::Fine)
}
