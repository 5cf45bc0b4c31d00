//! Says what is being done: numbered steps, the time they took, and a sign of life while they last.
//!
//! On a terminal the current line is rewritten; in a log each line is written once, and a long step
//! reports every half minute with the last thing its child said.

use std::io::{IsTerminal, Write, stdout};
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// Numbers the steps of one task.
pub struct Narrator {
    total: usize,
    current: usize,
    verbose: bool,
    terminal: bool,
}

impl Narrator {
    /// For a task of `total` steps; `verbose` passes the output of children through.
    pub fn new(total: usize, verbose: bool) -> Self {
        Self {
            total,
            current: 0,
            verbose,
            terminal: stdout().is_terminal() && !verbose,
        }
    }

    /// Runs `work` as the next step and prints how long it took.
    pub fn step<T>(
        &mut self,
        title: &str,
        work: impl FnOnce(&mut Step) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.current += 1;
        let mut step = Step {
            prefix: format!("[{}/{}] {title} …", self.current, self.total),
            verbose: self.verbose,
            terminal: self.terminal,
            started: Instant::now(),
            last_sign: Instant::now(),
            notes: Vec::new(),
        };
        if step.verbose {
            println!("{}", step.prefix);
        } else {
            step.rewrite("");
        }
        let outcome = work(&mut step);
        step.close(outcome.is_ok());
        outcome
    }
}

/// The step that is running.
pub struct Step {
    prefix: String,
    verbose: bool,
    terminal: bool,
    started: Instant,
    last_sign: Instant,
    notes: Vec<String>,
}

impl Step {
    /// Adds a remark to the closing line of the step.
    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// A line of its own below the step: something worth knowing while it lasts.
    pub fn say(&mut self, text: &str) {
        self.clear();
        println!("    {text}");
        self.rewrite("");
    }

    /// Called about once a second while a child runs, with the last line it printed.
    pub fn sign_of_life(&mut self, last_line: &str) {
        if self.verbose {
            return;
        }
        if self.terminal {
            self.rewrite(last_line);
        } else if self.last_sign.elapsed() >= Duration::from_secs(30) {
            self.last_sign = Instant::now();
            println!("{} {}: {}", self.prefix, self.elapsed(), short(last_line));
        }
    }

    /// Whether children's lines are passed through.
    pub const fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Starts the half minute of silence anew, so that a warm step is one line.
    fn close(&mut self, fine: bool) {
        self.clear();
        let notes = if self.notes.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.notes.join("; "))
        };
        let failed = if fine { "" } else { ", FAILED" };
        println!("{} {}{failed}{notes}", self.prefix, self.elapsed());
    }

    fn elapsed(&self) -> String {
        spelled(self.started.elapsed())
    }

    fn rewrite(&self, last_line: &str) {
        if self.terminal {
            let line = format!("{} {} {}", self.prefix, self.elapsed(), short(last_line));
            let line: String = line.chars().take(110).collect();
            print!("\r\x1b[2K{line}");
            let _flushed = stdout().flush();
        }
    }

    fn clear(&self) {
        if self.terminal {
            print!("\r\x1b[2K");
        }
    }
}

fn short(line: &str) -> String {
    line.trim().chars().take(70).collect()
}

/// A duration as a person says it: `0.4 s`, `42 s`, `3 min 05 s`.
pub fn spelled(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds >= 60 {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    } else if seconds >= 10 {
        format!("{seconds} s")
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_spelled_for_people() {
        assert_eq!(spelled(Duration::from_millis(420)), "0.4 s");
        assert_eq!(spelled(Duration::from_millis(42_400)), "42 s");
        assert_eq!(spelled(Duration::from_secs(185)), "3 min 05 s");
    }
}
