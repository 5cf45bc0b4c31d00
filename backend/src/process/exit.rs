//! How a command ends: the exit codes that the outside may rely on, and why.

use std::process::ExitCode;

use crate::settings::SettingError;

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Fine = 0,
    /// A check failed.
    Failed = 1,
    /// The command line was not understood.
    Usage = 2,
    /// A retired entry point was asked for.
    Retired = aicmo_legacy_guard::EXIT_CODE,
    /// The database is required and absent.
    DatabaseAbsent = 69,
    /// Something broke that should not.
    Fatal = 70,
    /// Another instance holds the database.
    AnotherInstance = 75,
    /// A setting, or the database that it names, cannot be used.
    Configuration = 78,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command ended without doing its work: one sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct Stop {
    /// What the process exits with.
    pub exit: Exit,
    /// What a person reads.
    pub sentence: String,
}

impl Stop {
    /// Ends with `exit`, saying `sentence`.
    pub fn new(exit: Exit, sentence: impl Into<String>) -> Self {
        Self {
            exit,
            sentence: sentence.into(),
        }
    }

    /// Ends with 78.
    pub fn configuration(sentence: impl Into<String>) -> Self {
        Self::new(Exit::Configuration, sentence)
    }

    /// Ends with 70.
    pub fn fatal(sentence: impl Into<String>) -> Self {
        Self::new(Exit::Fatal, sentence)
    }
}

impl From<SettingError> for Stop {
    fn from(error: SettingError) -> Self {
        Self::configuration(error.to_string())
    }
}
