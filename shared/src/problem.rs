//! The problem document (RFC 9457) and its closed codes.
//!
//! One struct for every failure that leaves the server. `detail` is the public face in our own
//! words; an internal cause has no field here, so it cannot leave the building.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::closed_enum;

closed_enum! {
    /// What went wrong, for a program. A new code needs a status, a title and a hint.
    pub enum ErrorCode {
        MalformedRequest = "malformed_request",
        InvalidCursor = "invalid_cursor",
        InvalidFilter = "invalid_filter",
        Unauthenticated = "unauthenticated",
        SessionExpired = "session_expired",
        InvalidCredentials = "invalid_credentials",
        SecondFactorRequired = "second_factor_required",
        RoleRequired = "role_required",
        ScopeRequired = "scope_required",
        CsrfFailed = "csrf_failed",
        HostNotAllowed = "host_not_allowed",
        NotFound = "not_found",
        FeatureDisabled = "feature_disabled",
        MethodNotAllowed = "method_not_allowed",
        NotAcceptable = "not_acceptable",
        EntryPointRetired = "entry_point_retired",
        LinkInvalid = "link_invalid",
        MockModeReadOnly = "mock_mode_read_only",
        IllegalTransition = "illegal_transition",
        IdentityConflict = "identity_conflict",
        DuplicateName = "duplicate_name",
        EmailTaken = "email_taken",
        LastAdmin = "last_admin",
        AlreadySetUp = "already_set_up",
        ConsentMonotonic = "consent_monotonic",
        ImportState = "import_state",
        JobState = "job_state",
        IdempotencyInProgress = "idempotency_in_progress",
        AnswerNotKept = "answer_not_kept",
        VersionConflict = "version_conflict",
        PreconditionRequired = "precondition_required",
        RequestTimeout = "request_timeout",
        HeadTooLarge = "head_too_large",
        PayloadTooLarge = "payload_too_large",
        UnsupportedMediaType = "unsupported_media_type",
        ValidationFailed = "validation_failed",
        InvalidEnumValue = "invalid_enum_value",
        ReasonRequired = "reason_required",
        IdempotencyKeyReused = "idempotency_key_reused",
        RateLimited = "rate_limited",
        Internal = "internal",
        Integrity = "integrity",
        DatabaseUnavailable = "database_unavailable",
        ServiceUnavailable = "service_unavailable",
    }
}

impl ErrorCode {
    /// The HTTP status that goes with this code.
    pub const fn status(self) -> u16 {
        match self {
            Self::MalformedRequest | Self::InvalidCursor | Self::InvalidFilter => 400,
            Self::Unauthenticated
            | Self::SessionExpired
            | Self::InvalidCredentials
            | Self::SecondFactorRequired => 401,
            Self::RoleRequired | Self::ScopeRequired | Self::CsrfFailed => 403,
            Self::NotFound | Self::FeatureDisabled => 404,
            Self::MethodNotAllowed => 405,
            Self::NotAcceptable => 406,
            Self::RequestTimeout => 408,
            Self::MockModeReadOnly
            | Self::IllegalTransition
            | Self::IdentityConflict
            | Self::DuplicateName
            | Self::EmailTaken
            | Self::LastAdmin
            | Self::AlreadySetUp
            | Self::ConsentMonotonic
            | Self::ImportState
            | Self::JobState
            | Self::IdempotencyInProgress
            | Self::AnswerNotKept => 409,
            Self::EntryPointRetired | Self::LinkInvalid => 410,
            Self::VersionConflict => 412,
            Self::PayloadTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::HostNotAllowed => 421,
            Self::ValidationFailed
            | Self::InvalidEnumValue
            | Self::ReasonRequired
            | Self::IdempotencyKeyReused => 422,
            Self::PreconditionRequired => 428,
            Self::RateLimited => 429,
            Self::HeadTooLarge => 431,
            Self::Internal | Self::Integrity => 500,
            Self::DatabaseUnavailable | Self::ServiceUnavailable => 503,
        }
    }

    /// The short summary, the same for every occurrence of the code.
    pub const fn title(self) -> &'static str {
        match self {
            Self::MalformedRequest => "The request could not be read",
            Self::InvalidCursor => "The cursor does not fit this list",
            Self::InvalidFilter => "The filter could not be understood",
            Self::Unauthenticated => "Nobody is signed in",
            Self::SessionExpired => "The session has ended",
            Self::InvalidCredentials => "E-mail address and password do not fit",
            Self::SecondFactorRequired => "A code is needed",
            Self::RoleRequired => "Your role does not allow this",
            Self::ScopeRequired => "The key does not allow this",
            Self::CsrfFailed => "The request came from another site",
            Self::HostNotAllowed => "This server does not answer to that host name",
            Self::NotFound => "There is no such thing",
            Self::FeatureDisabled => "This feature is switched off",
            Self::MethodNotAllowed => "This address does not take that method",
            Self::NotAcceptable => "No form of the answer is one that you take",
            Self::EntryPointRetired => "This entry point is retired",
            Self::LinkInvalid => "The link does not work any more",
            Self::MockModeReadOnly => "Mock data cannot be changed",
            Self::IllegalTransition => "That step is not legal from here",
            Self::IdentityConflict => "The identities belong to different leads",
            Self::DuplicateName => "The name is taken",
            Self::EmailTaken => "The e-mail address has an account",
            Self::LastAdmin => "An administrator must stay",
            Self::AlreadySetUp => "The workspace is set up",
            Self::ConsentMonotonic => "Consent cannot be raised again",
            Self::JobState => "The bulk change is not in a state for that",
            Self::ImportState => "The import is not in a state for that",
            Self::IdempotencyInProgress => "The same request is still under way",
            Self::AnswerNotKept => "The change was made, but its answer was not kept",
            Self::IdempotencyKeyReused => "The idempotency key belongs to another request",
            Self::RateLimited => "Too many requests",
            Self::VersionConflict => "Someone else changed it first",
            Self::PreconditionRequired => "The version you saw is missing",
            Self::RequestTimeout => "The request did not come in time",
            Self::HeadTooLarge => "The head of the request is too large",
            Self::PayloadTooLarge => "The body is too large",
            Self::UnsupportedMediaType => "This content type is not understood",
            Self::ValidationFailed => "Some fields are not valid",
            Self::InvalidEnumValue => "A value is not one of the legal ones",
            Self::ReasonRequired => "A reason is needed",
            Self::Internal => "The server made a mistake",
            Self::Integrity => "Stored data is damaged",
            Self::DatabaseUnavailable => "The database does not answer",
            Self::ServiceUnavailable => "A service does not answer",
        }
    }

    /// What the operator can do next, in one sentence.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::MalformedRequest
            | Self::UnsupportedMediaType
            | Self::MethodNotAllowed
            | Self::NotAcceptable => "Compare the request with /api/v1/openapi.json.",
            Self::InvalidCursor => "Start again from the first page.",
            Self::InvalidFilter => "Clear the filter and set it again.",
            Self::Unauthenticated => "Sign in, or send a key as Authorization: Bearer.",
            Self::SessionExpired => "Sign in again; what you typed is kept.",
            Self::InvalidCredentials => "Try again, or ask an administrator for a reset link.",
            Self::SecondFactorRequired => "Send a code of the authenticator app, or a recovery code.",
            Self::RoleRequired => "Ask an administrator for the role that is named.",
            Self::ScopeRequired => "Use a key with the scope that is named.",
            Self::IdempotencyInProgress => {
                "Wait for the first request to end, then ask again with the same key."
            }
            Self::AnswerNotKept => "Read what is named; it shows what the request did.",
            Self::IdempotencyKeyReused => "Make a new key for every new request.",
            Self::RateLimited => "Wait as long as Retry-After says.",
            Self::CsrfFailed | Self::HostNotAllowed => {
                "Open the console at the address that the server printed."
            }
            Self::NotFound => "It may have been removed; go back to the list.",
            Self::FeatureDisabled => "An administrator can switch it on and restart the server.",
            Self::EntryPointRetired => "Use the replacement that is named.",
            Self::LinkInvalid => "Ask for a new link.",
            Self::MockModeReadOnly => "Leave mock mode first; the banner says how.",
            Self::IllegalTransition => "Choose one of the legal steps.",
            Self::IdentityConflict => "Open both leads and decide which one is right.",
            Self::DuplicateName => "Choose another name.",
            Self::EmailTaken => "Look for the person in the list.",
            Self::LastAdmin => "Make somebody else an administrator first.",
            Self::AlreadySetUp => "Sign in, or ask an administrator for an invitation.",
            Self::ConsentMonotonic => "Do-not-contact stays; nothing can lift it.",
            Self::JobState => "Reload the bulk change and look at its state.",
            Self::ImportState => "Reload the import and look at its state.",
            Self::VersionConflict => "Reload, look at what changed, and apply your change again.",
            Self::PreconditionRequired => "Send If-Match with the ETag of the version you saw.",
            Self::RequestTimeout => "Send the request again.",
            Self::HeadTooLarge | Self::PayloadTooLarge => {
                "Send less at once; the limit is named in the detail."
            }
            Self::ValidationFailed | Self::InvalidEnumValue => "Correct the fields that are named.",
            Self::ReasonRequired => "Give a reason of 3 to 500 characters.",
            Self::Internal => "Nothing was changed. Retry; if it stays, report the request id.",
            Self::Integrity => "Open Diagnostics: it names table, column and row.",
            Self::DatabaseUnavailable => "Nothing was changed. Retry, or open Diagnostics.",
            Self::ServiceUnavailable => "Retry shortly, or open Diagnostics.",
        }
    }
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldProblem {
    /// JSON pointer into the body, or the name of the query parameter.
    pub pointer: String,
    /// Snake-case word for a program.
    pub code: String,
    /// Sentence for a person.
    pub message: String,
}

/// A failure, as `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `urn:aicmo:problem:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same for every occurrence of the code.
    pub title: String,
    /// The HTTP status, repeated.
    pub status: u16,
    /// The closed code.
    pub code: ErrorCode,
    /// This occurrence, for a person.
    pub detail: String,
    /// The path that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Finds the log lines of this request.
    #[serde(default)]
    pub request_id: String,
    /// One entry per field at fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// Named extras: `legal`, `current`, `replacement`, `setting`, ….
    #[serde(flatten)]
    pub extras: BTreeMap<String, serde_json::Value>,
}

impl Problem {
    /// A problem of `code` with its sentence; the HTTP skin adds instance and request id.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:aicmo:problem:{code}"),
            title: code.title().to_owned(),
            status: code.status(),
            code,
            detail: detail.into(),
            instance: None,
            request_id: String::new(),
            errors: Vec::new(),
            extras: BTreeMap::new(),
        }
    }

    /// Adds a field at fault.
    #[must_use]
    pub fn with_field(mut self, field: FieldProblem) -> Self {
        self.errors.push(field);
        self
    }

    /// Adds a named extra.
    #[must_use]
    pub fn with_extra(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.extras.insert(name.to_owned(), value.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extras_stand_beside_the_fixed_fields() {
        let problem = Problem::new(ErrorCode::IllegalTransition, "no")
            .with_extra("current", "LOST")
            .with_extra("legal", vec!["NEW"]);
        let wire = serde_json::to_value(&problem).expect("serialises");
        assert_eq!(wire["type"], "urn:aicmo:problem:illegal_transition");
        assert_eq!(wire["legal"], serde_json::json!(["NEW"]));
        assert_eq!(
            serde_json::from_value::<Problem>(wire).expect("reads back"),
            problem
        );
    }

    #[test]
    fn every_code_has_an_error_status_and_its_own_title() {
        let mut titles = std::collections::BTreeSet::new();
        for code in ErrorCode::ALL {
            assert!((400..600).contains(&code.status()), "{code}");
            assert!(titles.insert(code.title()), "{code} shares its title");
            assert!(code.hint().ends_with('.'), "{code}");
        }
    }
}
