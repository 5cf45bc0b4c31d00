//! What can go wrong with a call, in words for the operator.
//!
//! The server's own failures arrive as problem documents and keep their code, hint and request id.
//! What never reached the server, or came back unreadable, gets a code of the console's own.

use aicmo_shared::{ErrorCode, Problem, Timestamp};

/// Why a call failed.
#[derive(Clone, Debug, PartialEq)]
pub enum Cause {
    /// The server said so, in a problem document.
    Problem(Box<Problem>),
    /// An error status whose body is no problem document: a proxy, or a server of another kind.
    Status {
        /// The HTTP status.
        status: u16,
        /// `X-Request-Id`, when there was one.
        request_id: Option<String>,
    },
    /// A success whose body is not what the endpoint promises.
    Malformed {
        /// Where and what, as the parser says.
        what: String,
        /// `X-Request-Id`, when there was one.
        request_id: Option<String>,
    },
    /// No answer in time.
    Timeout {
        /// How long we waited, in seconds.
        seconds: u32,
    },
    /// The server could not be reached.
    Network(String),
    /// Nobody waits for the answer any more; never shown.
    Cancelled,
}

/// A failed call.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientError {
    /// Why.
    pub cause: Cause,
    /// Method and address.
    pub route: String,
    /// When, by the browser's clock.
    pub at: Timestamp,
    /// Whether the call may have changed something.
    pub was_write: bool,
    /// How long the server asks to wait, in seconds.
    pub retry_after: Option<u32>,
}

impl ClientError {
    /// The problem document, when there is one.
    pub fn problem(&self) -> Option<&Problem> {
        match &self.cause {
            Cause::Problem(problem) => Some(problem),
            _ => None,
        }
    }

    /// The closed code of the server, when it gave one.
    pub fn error_code(&self) -> Option<ErrorCode> {
        self.problem().map(|problem| problem.code)
    }

    /// The code as text; where the server gave none, one of the console's own.
    pub fn code(&self) -> &'static str {
        match &self.cause {
            Cause::Problem(problem) => problem.code.as_str(),
            Cause::Status { .. } => "unexpected_status",
            Cause::Malformed { .. } => "unreadable_answer",
            Cause::Timeout { .. } => "timeout",
            Cause::Network(_) => "network",
            Cause::Cancelled => "cancelled",
        }
    }

    /// What happened, in a few words.
    pub fn title(&self) -> String {
        match &self.cause {
            Cause::Problem(problem) => problem.title.clone(),
            Cause::Status { status, .. } => format!("The server answered with status {status}"),
            Cause::Malformed { .. } => "The answer could not be read".to_owned(),
            Cause::Timeout { .. } => "The server did not answer in time".to_owned(),
            Cause::Network(_) => "The server could not be reached".to_owned(),
            Cause::Cancelled => "The request was given up".to_owned(),
        }
    }

    /// What happened, in a sentence.
    pub fn detail(&self) -> String {
        match &self.cause {
            Cause::Problem(problem) => problem.detail.clone(),
            Cause::Status { .. } => "The body was not one of this server's.".to_owned(),
            Cause::Malformed { .. } => "What came back is not what this page expects.".to_owned(),
            Cause::Timeout { seconds } => format!("There was no answer within {seconds} s."),
            Cause::Network(_) => "The connection failed before an answer came.".to_owned(),
            Cause::Cancelled => String::new(),
        }
    }

    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match &self.cause {
            Cause::Problem(problem) => problem.code.hint(),
            Cause::Timeout { .. } | Cause::Network(_) | Cause::Status { .. } if self.was_write => {
                "It is not known whether the change was made: reload and look before you repeat it."
            }
            Cause::Timeout { .. } | Cause::Network(_) => {
                "Nothing was changed. Retry; if it stays, check that the server runs."
            }
            Cause::Status { .. } => "Nothing was changed. Retry; if it stays, look at what stands between.",
            Cause::Malformed { .. } => {
                "Reload the page: console and server may be of different builds. If it stays, report the request id."
            }
            Cause::Cancelled => "",
        }
    }

    /// Finds the log lines of this request.
    pub fn request_id(&self) -> Option<&str> {
        match &self.cause {
            Cause::Problem(problem) if problem.request_id.is_empty() => None,
            Cause::Problem(problem) => Some(&problem.request_id),
            Cause::Status { request_id, .. } | Cause::Malformed { request_id, .. } => request_id.as_deref(),
            Cause::Timeout { .. } | Cause::Network(_) | Cause::Cancelled => None,
        }
    }

    /// What the parser or the network layer said, for the debug details.
    pub fn raw(&self) -> Option<String> {
        match &self.cause {
            Cause::Malformed { what, .. } => Some(what.clone()),
            Cause::Network(what) => Some(what.clone()),
            Cause::Problem(problem) if !problem.extras.is_empty() => {
                serde_json::to_string(&problem.extras).ok()
            }
            _ => None,
        }
    }

    /// The sentence for the field whose JSON pointer ends in `field`, when that field is at fault.
    pub fn field(&self, field: &str) -> Option<&str> {
        self.problem()?
            .errors
            .iter()
            .find(|error| error.pointer.trim_start_matches('/') == field)
            .map(|error| error.message.as_str())
    }

    /// The session had ended: the shell asks for it again, and a read is then repeated.
    pub fn is_session_end(&self) -> bool {
        matches!(
            self.error_code(),
            Some(ErrorCode::Unauthenticated | ErrorCode::SessionExpired)
        )
    }

    /// No server was met on the way.
    pub const fn is_unreached(&self) -> bool {
        matches!(self.cause, Cause::Network(_))
    }

    /// Nobody waits for it any more.
    pub fn is_cancelled(&self) -> bool {
        self.cause == Cause::Cancelled
    }

    /// Title, detail, code and request id in one line, for a toast or a live region.
    pub fn line(&self) -> String {
        let mut line = format!("{}: {}", self.title(), self.detail());
        if let Some(id) = self.request_id() {
            line = format!("{line} (request {id})");
        }
        line
    }
}

impl std::fmt::Display for ClientError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.line())
    }
}

impl std::error::Error for ClientError {}

#[cfg(test)]
mod tests {
    use aicmo_shared::problem::FieldProblem;

    use super::*;

    fn failed(cause: Cause) -> ClientError {
        ClientError {
            cause,
            route: "GET /api/v1/leads".to_owned(),
            at: Timestamp::from_millis(0),
            was_write: false,
            retry_after: None,
        }
    }

    #[test]
    fn a_problem_keeps_its_own_words() {
        let mut problem =
            Problem::new(ErrorCode::ValidationFailed, "One field is not valid.").with_field(FieldProblem {
                pointer: "/email".to_owned(),
                code: "email_invalid".to_owned(),
                message: "This is not an address.".to_owned(),
            });
        problem.request_id = "7f3a".to_owned();
        let error = failed(Cause::Problem(Box::new(problem)));
        assert_eq!(error.code(), "validation_failed");
        assert_eq!(error.field("email"), Some("This is not an address."));
        assert_eq!(error.field("name"), None);
        assert!(error.line().ends_with("(request 7f3a)"));
    }

    #[test]
    fn a_write_without_an_answer_says_that_it_may_have_happened() {
        let mut error = failed(Cause::Timeout { seconds: 30 });
        assert!(error.hint().starts_with("Nothing was changed"));
        error.was_write = true;
        assert!(error.hint().starts_with("It is not known"));
    }
}
