//! Why a request did not end in the answer that was asked for.

use aicmo_shared::{ErrorCode, Problem};

/// Why a request did not end in its answer, sorted by who can act on it.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server refused, and says why.
    #[error("{}", .0.detail)]
    Problem(Box<Problem>),
    /// No answer came: the server is not there, or the way to it is broken.
    #[error("the server does not answer: {0}")]
    Transport(String),
    /// An answer came that is not what the endpoint table promises.
    #[error("the answer (HTTP {status}) cannot be read: {why}")]
    Unreadable {
        /// The HTTP status of the answer.
        status: u16,
        /// What is wrong with its body.
        why: String,
    },
}

impl ClientError {
    /// The problem document, when the server sent one.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Problem(problem) => Some(problem),
            Self::Transport(_) | Self::Unreadable { .. } => None,
        }
    }

    /// The closed code, when the server refused.
    pub fn code(&self) -> Option<ErrorCode> {
        self.problem().map(|problem| problem.code)
    }

    /// The innermost cause is the one a person can act on ("connection refused").
    pub(crate) fn transport(cause: reqwest::Error) -> Self {
        let cause = cause.without_url();
        let mut innermost: &dyn std::error::Error = &cause;
        while let Some(deeper) = innermost.source() {
            innermost = deeper;
        }
        Self::Transport(innermost.to_string())
    }

    pub(crate) fn unreadable(status: u16, cause: &serde_json::Error) -> Self {
        Self::Unreadable {
            status,
            why: cause.to_string(),
        }
    }
}
