//! Why a task stopped: one sentence that says what to do, and what a child printed before it.

use std::fmt;
use std::path::PathBuf;

/// A task that stopped. The sentence comes last on screen, because that is where a person looks.
#[derive(Debug)]
pub struct Failure {
    sentence: String,
    tail: Vec<String>,
    log: Option<PathBuf>,
}

impl Failure {
    /// A failure that needs no more than its sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            tail: Vec::new(),
            log: None,
        }
    }

    /// Adds the last lines of a child and where all of them stand.
    pub fn with_output(mut self, tail: Vec<String>, log: PathBuf) -> Self {
        self.tail = tail;
        self.log = Some(log);
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.tail {
            writeln!(f, "    {line}")?;
        }
        if let Some(log) = &self.log {
            writeln!(f, "    (everything it printed: {})", log.display())?;
        }
        f.write_str(&self.sentence)
    }
}

/// Turns an IO error into a failure with the sentence `what: cause`.
pub trait Because<T> {
    /// Says what was being done.
    fn because(self, what: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T, E: fmt::Display> Because<T> for Result<T, E> {
    fn because(self, what: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|cause| Failure::new(format!("{}: {cause}", what())))
    }
}
