//! Why an operation did not happen, and its public face.
//!
//! `Display` and `to_problem` are the public face, in our own words. The cause is the internal face:
//! it has a path to the log, through `source`, and none to a response. Every 5xx says one fixed
//! sentence per code. Who can act: the operator on everything below 500, support on the rest.

use std::error::Error;
use std::fmt;

use aicmo_shared::closed_enum::IllegalTransition;
use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::import::ImportState;
use aicmo_shared::job::JobState;
use aicmo_shared::{ErrorCode, FieldProblem, LeadId, MockReason, Problem};
use aicmo_store::idempotency::Change;
use aicmo_store::{StoreError, Subject};

use crate::accounts::Refusal;

/// A cause that only the log sees.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// What an operation needs and cannot reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dependency {
    /// The database does not answer.
    Database,
    /// The disk is full, or may not be written.
    Storage,
    /// No stream can be opened: all are taken, or the process is ending.
    Streams,
}

impl fmt::Display for Dependency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Database => "the database",
            Self::Storage => "the storage",
            Self::Streams => "the event stream",
        })
    }
}

/// When a caller with too many streams may ask again.
const STREAM_RETRY_SECONDS: u64 = 5;

/// Why an operation did not happen, sorted by who can act on it.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    /// Nothing has this id.
    #[error("there is no {0}")]
    NotFound(Subject),
    /// The cursor was made by another list, another filter, another server, or by hand.
    #[error("the cursor does not belong to this list, filter and order")]
    InvalidCursor,
    /// Fields or parameters are at fault; never empty.
    #[error("{}", fields_sentence(.0))]
    Validation(Vec<FieldProblem>),
    /// The transition table does not have the step.
    #[error(transparent)]
    IllegalTransition(#[from] IllegalTransition),
    /// The table has the step, but this action is not the way to take it.
    #[error("{sentence}")]
    WrongAction {
        /// What stands where, and which action fits.
        sentence: String,
        /// Where the row stands.
        current: &'static str,
        /// What it may become.
        legal: Vec<&'static str>,
    },
    /// The step needs a reason, in words or as a code.
    #[error("{sentence}")]
    ReasonRequired {
        /// What needs the reason.
        sentence: String,
        /// The field in which it belongs.
        pointer: &'static str,
        /// The legal codes, when it is a code.
        legal: Vec<&'static str>,
    },
    /// The change would lift do-not-contact, or lower consent.
    #[error("{0}")]
    ConsentMonotonic(String),
    /// The identities of one person are held by several leads.
    #[error("the identities belong to different leads: {}", ids_text(.0))]
    IdentityConflict(Vec<LeadId>),
    /// The name is taken.
    #[error("{noun} {name:?} exists already; names are compared without regard to case")]
    DuplicateName {
        /// What has names.
        noun: &'static str,
        /// The name that was asked for.
        name: String,
    },
    /// The import is in a state in which this cannot be done.
    #[error("this import is {}; {needs}", .state.as_str())]
    ImportState {
        /// Where it stands.
        state: ImportState,
        /// What the action needs, as half a sentence: "only a previewed one can be committed".
        needs: &'static str,
    },
    /// The bulk change is in a state in which this cannot be done.
    #[error("this bulk change is {}; {needs}", .state.as_str())]
    JobState {
        /// Where it stands.
        state: JobState,
        /// What the action needs, as half a sentence.
        needs: &'static str,
    },
    /// Somebody is not let in, or not to that.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Someone else changed it first.
    #[error("the {subject} was changed by someone else")]
    Conflict {
        /// What was changed.
        subject: Subject,
        /// Its version now, when known.
        current: Option<i64>,
    },
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request; nothing was changed")]
    KeyReused,
    /// The first request with this idempotency key has not ended.
    #[error("a request with this idempotency key is under way")]
    KeyInProgress,
    /// A request with this idempotency key changed data, and its answer is not there any more.
    #[error(
        "a request with this idempotency key changed data already, and its answer was not kept; it is \
         not run again"
    )]
    AnswerNotKept {
        /// What it changed.
        change: Option<Change>,
        /// The request that did it.
        request_id: String,
    },
    /// Mock data cannot be changed.
    #[error("{}", .0.sentence())]
    MockMode(MockReason),
    /// A setting switches the feature off.
    #[error("{feature} is switched off: {setting} {because}")]
    FeatureDisabled {
        /// The feature.
        feature: &'static str,
        /// The setting.
        setting: &'static str,
        /// What is the matter with it, as the end of a sentence: "is false".
        because: &'static str,
    },
    /// The file or body is larger than allowed.
    #[error("{what} is larger than {limit_bytes} bytes")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// The limit.
        limit_bytes: u64,
    },
    /// The caller holds as many streams as one may have.
    #[error("this session or key has {limit} streams open already; share one, or close one")]
    TooManyStreams {
        /// How many one may have.
        limit: usize,
    },
    /// The same call may succeed later.
    #[error("{0} does not answer")]
    Unavailable(Dependency, #[source] BoxError),
    /// A stored row holds a value that no enum knows.
    #[error("{}.{} of row {} holds a value that is not legal", .0.table, .0.column, .0.id)]
    Integrity(CorruptRow),
    /// A defect of ours.
    #[error("{0} failed")]
    Internal(&'static str, #[source] BoxError),
}

impl OperationError {
    /// One field at fault.
    pub fn field(pointer: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self::Validation(vec![FieldProblem {
            pointer: pointer.into(),
            code: code.to_owned(),
            message: message.into(),
        }])
    }

    /// There is no `noun` with this id.
    pub fn not_found(noun: &'static str, id: impl fmt::Display) -> Self {
        Self::NotFound(Subject::new(noun, id))
    }

    /// The closed code of this failure.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NotFound(_) => ErrorCode::NotFound,
            Self::InvalidCursor => ErrorCode::InvalidCursor,
            Self::Validation(_) => ErrorCode::ValidationFailed,
            Self::IllegalTransition(_) | Self::WrongAction { .. } => ErrorCode::IllegalTransition,
            Self::ReasonRequired { .. } => ErrorCode::ReasonRequired,
            Self::ConsentMonotonic(_) => ErrorCode::ConsentMonotonic,
            Self::IdentityConflict(_) => ErrorCode::IdentityConflict,
            Self::DuplicateName { .. } => ErrorCode::DuplicateName,
            Self::ImportState { .. } => ErrorCode::ImportState,
            Self::JobState { .. } => ErrorCode::JobState,
            Self::Refused(refusal) => refusal.code(),
            Self::Conflict { .. } => ErrorCode::VersionConflict,
            Self::KeyReused => ErrorCode::IdempotencyKeyReused,
            Self::KeyInProgress => ErrorCode::IdempotencyInProgress,
            Self::AnswerNotKept { .. } => ErrorCode::AnswerNotKept,
            Self::MockMode(_) => ErrorCode::MockModeReadOnly,
            Self::FeatureDisabled { .. } => ErrorCode::FeatureDisabled,
            Self::TooLarge { .. } => ErrorCode::PayloadTooLarge,
            Self::TooManyStreams { .. } => ErrorCode::RateLimited,
            Self::Unavailable(Dependency::Database, _) => ErrorCode::DatabaseUnavailable,
            Self::Unavailable(Dependency::Storage | Dependency::Streams, _) => ErrorCode::ServiceUnavailable,
            Self::Integrity(_) => ErrorCode::Integrity,
            Self::Internal(..) => ErrorCode::Internal,
        }
    }

    /// The public face as a problem document; the HTTP skin adds path and request id.
    pub fn to_problem(&self) -> Problem {
        let problem = Problem::new(self.code(), self.detail());
        match self {
            Self::NotFound(subject) => problem.with_extra("noun", subject.noun),
            Self::Validation(fields) => fields.iter().cloned().fold(problem, Problem::with_field),
            Self::IllegalTransition(step) => problem
                .with_extra("current", step.from)
                .with_extra("legal", step.legal.clone()),
            Self::WrongAction { current, legal, .. } => problem
                .with_extra("current", *current)
                .with_extra("legal", legal.clone()),
            Self::ReasonRequired {
                sentence,
                pointer,
                legal,
            } => {
                let problem = problem.with_field(FieldProblem {
                    pointer: (*pointer).to_owned(),
                    code: ErrorCode::ReasonRequired.as_str().to_owned(),
                    message: sentence.clone(),
                });
                if legal.is_empty() {
                    problem
                } else {
                    problem.with_extra("legal", legal.clone())
                }
            }
            Self::IdentityConflict(leads) => {
                problem.with_extra("leads", leads.iter().map(ToString::to_string).collect::<Vec<_>>())
            }
            Self::DuplicateName { .. } => problem.with_field(FieldProblem {
                pointer: "/name".to_owned(),
                code: ErrorCode::DuplicateName.as_str().to_owned(),
                message: "Choose another name.".to_owned(),
            }),
            Self::ImportState { state, .. } => problem.with_extra("current", state.as_str()),
            Self::JobState { state, .. } => problem.with_extra("current", state.as_str()),
            Self::Refused(refusal) => refusal.explain(problem),
            Self::Conflict {
                current: Some(version),
                ..
            } => problem.with_extra("current", *version),
            Self::AnswerNotKept { change, request_id } => {
                let problem = problem.with_extra("changed_by", request_id.clone());
                match change {
                    Some(change) => problem
                        .with_extra("subject_type", change.subject_type.as_str())
                        .with_extra("subject_id", change.subject_id.clone())
                        .with_extra("changed_at", change.at.to_string()),
                    None => problem,
                }
            }
            Self::MockMode(reason) => problem.with_extra("mock_reason", reason.as_str()),
            Self::FeatureDisabled { setting, .. } => problem.with_extra("setting", *setting),
            Self::TooLarge { limit_bytes, .. } => problem.with_extra("limit_bytes", *limit_bytes),
            Self::TooManyStreams { limit } => problem
                .with_extra("limit", *limit)
                .with_extra("retry_after", STREAM_RETRY_SECONDS),
            Self::Integrity(row) => problem
                .with_extra("table", row.table.clone())
                .with_extra("column", row.column.clone())
                .with_extra("row", row.id.clone()),
            Self::InvalidCursor
            | Self::ConsentMonotonic(_)
            | Self::Conflict { current: None, .. }
            | Self::KeyReused
            | Self::KeyInProgress
            | Self::Unavailable(..)
            | Self::Internal(..) => problem,
        }
    }

    /// This occurrence, as a sentence for a person. A 5xx has one fixed sentence per code.
    fn detail(&self) -> String {
        let code = self.code();
        match self {
            Self::Integrity(_) => "A stored row holds a value that no enum knows. It is left as it is; \
                                   Diagnostics names table, column and row."
                .to_owned(),
            Self::Unavailable(Dependency::Database, _) => {
                "The database does not answer. Nothing was changed.".to_owned()
            }
            Self::Unavailable(Dependency::Storage, _) => {
                "The storage of the server is full or may not be written. Nothing was changed.".to_owned()
            }
            Self::Unavailable(Dependency::Streams, _) => {
                "No stream can be opened now: all are taken, or the server is stopping. Nothing was changed."
                    .to_owned()
            }
            Self::Internal(..) => "The server made a mistake. Nothing was changed.".to_owned(),
            Self::MockMode(reason) => format!("Nothing was changed. {}", reason.sentence()),
            Self::ImportState { needs, state } => {
                format!("This import is {}; {needs}.", state.as_str())
            }
            Self::JobState { needs, state } => {
                format!("This bulk change is {}; {needs}.", state.as_str())
            }
            _ => {
                debug_assert!(code.status() < 500, "{code} needs a fixed sentence");
                as_sentence(&self.to_string())
            }
        }
    }
}

impl From<StoreError> for OperationError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound(subject) => Self::NotFound(subject),
            StoreError::Stale(subject) => Self::Conflict {
                subject,
                current: None,
            },
            StoreError::KeyTakenOver => Self::KeyInProgress,
            StoreError::Corrupt(row) => Self::Integrity(row),
            unavailable @ StoreError::Unavailable(_) => {
                Self::Unavailable(Dependency::Database, unavailable.into())
            }
            blocked @ (StoreError::ReadOnly(_) | StoreError::DiskFull(_)) => {
                Self::Unavailable(Dependency::Storage, blocked.into())
            }
            // The operations that can meet a duplicate name it themselves; elsewhere it is a defect.
            duplicate @ StoreError::Duplicate(_) => Self::Internal("writing a row", duplicate.into()),
            wrong @ (StoreError::NotADatabase(_)
            | StoreError::Foreign { .. }
            | StoreError::SchemaTooNew { .. }
            | StoreError::Rehearsal(_)) => Self::Unavailable(Dependency::Database, wrong.into()),
            query @ StoreError::Query { .. } => Self::Internal("a query", query.into()),
        }
    }
}

/// One sentence for all fields at fault; their own messages stand beside the fields.
fn fields_sentence(fields: &[FieldProblem]) -> String {
    match fields {
        [one] => one.message.clone(),
        several => format!("{} fields are not valid", several.len()),
    }
}

fn ids_text(ids: &[LeadId]) -> String {
    ids.iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" and ")
}

/// Upper-case first letter and a full stop, for a text that is half a sentence.
fn as_sentence(text: &str) -> String {
    let mut letters = text.chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    let mut sentence: String = first.to_uppercase().chain(letters).collect();
    if !sentence.ends_with('.') {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests;
