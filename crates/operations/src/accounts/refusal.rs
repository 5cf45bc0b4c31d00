//! Why somebody is not let in, or not to that: the public face of everything about accounts.

use aicmo_shared::access::{Capability, Role, Scope};
use aicmo_shared::{ErrorCode, FieldProblem, Problem};

/// Why somebody is not let in, or not to that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No session and no key.
    #[error("this needs somebody who is signed in, or a key")]
    Unauthenticated,
    /// A key that is not known, has expired, was revoked, or whose owner may not come in.
    #[error("the key is not known, has expired or was revoked")]
    UnknownKey,
    /// A session that has ended.
    #[error("the session has ended; nothing was changed")]
    SessionExpired,
    /// Address and password do not fit, or a code is wrong. It says no more on purpose.
    #[error("e-mail address, password or code are not right")]
    InvalidCredentials,
    /// A passkey that is not known, does not answer what was asked, or belongs to an account that may
    /// not come in. It says no more on purpose.
    #[error("this passkey does not open an account here, or the answer came too late")]
    PasskeyRefused,
    /// Address and password fit, and the account has a second factor.
    #[error("this account needs a code of its authenticator app, or a recovery code")]
    SecondFactorRequired,
    /// The role is too low.
    #[error("this needs the role {} or a higher one", .0.as_str())]
    RoleRequired(Role),
    /// The key has not the scope.
    #[error("this needs a key with the scope {}", .0.as_str())]
    ScopeRequired(Scope),
    /// Only people may do it.
    #[error("only a signed-in person may do this; no key can")]
    PeopleOnly,
    /// A write with a cookie, and without the token of its session.
    #[error("the request carries the session's cookie and not its token; nothing was changed")]
    CsrfFailed,
    /// A link that was used, taken back, has expired or never was.
    #[error("the link was used before, was taken back, has expired or was never made")]
    LinkInvalid,
    /// The address has an account.
    #[error("an account with this e-mail address exists already")]
    EmailTaken,
    /// Nobody could manage the workspace afterwards.
    #[error("this is the last active administrator; one must stay")]
    LastAdmin,
    /// There is an account already.
    #[error("the workspace is set up; the set-up link does not work any more")]
    AlreadySetUp,
    /// Too many failures, or too many at once.
    #[error("too many attempts; try again in {0} seconds")]
    RateLimited(u64),
}

impl Refusal {
    /// What is missing for `capability`, when the role is too low.
    pub const fn role_for(capability: Capability) -> Self {
        Self::RoleRequired(capability.least_role())
    }

    /// The closed code.
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::Unauthenticated | Self::UnknownKey => ErrorCode::Unauthenticated,
            Self::SessionExpired => ErrorCode::SessionExpired,
            Self::InvalidCredentials | Self::PasskeyRefused => ErrorCode::InvalidCredentials,
            Self::SecondFactorRequired => ErrorCode::SecondFactorRequired,
            Self::RoleRequired(_) => ErrorCode::RoleRequired,
            Self::ScopeRequired(_) | Self::PeopleOnly => ErrorCode::ScopeRequired,
            Self::CsrfFailed => ErrorCode::CsrfFailed,
            Self::LinkInvalid => ErrorCode::LinkInvalid,
            Self::EmailTaken => ErrorCode::EmailTaken,
            Self::LastAdmin => ErrorCode::LastAdmin,
            Self::AlreadySetUp => ErrorCode::AlreadySetUp,
            Self::RateLimited(_) => ErrorCode::RateLimited,
        }
    }

    /// Adds what a program needs: the role or the scope that is missing, the field, the seconds.
    pub(crate) fn explain(self, problem: Problem) -> Problem {
        match self {
            Self::RoleRequired(role) => problem.with_extra("role", role.as_str()),
            Self::ScopeRequired(scope) => problem.with_extra("scope", scope.as_str()),
            Self::PeopleOnly => problem.with_extra("scope", serde_json::Value::Null),
            Self::RateLimited(seconds) => problem.with_extra("retry_after", seconds),
            Self::EmailTaken => problem.with_field(FieldProblem {
                pointer: "/email".to_owned(),
                code: ErrorCode::EmailTaken.as_str().to_owned(),
                message: "This address has an account already.".to_owned(),
            }),
            _ => problem,
        }
    }

    /// One of each kind, for walks.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 15] = [
        Self::Unauthenticated,
        Self::UnknownKey,
        Self::SessionExpired,
        Self::InvalidCredentials,
        Self::PasskeyRefused,
        Self::SecondFactorRequired,
        Self::RoleRequired(Role::Admin),
        Self::ScopeRequired(Scope::Read),
        Self::PeopleOnly,
        Self::CsrfFailed,
        Self::LinkInvalid,
        Self::EmailTaken,
        Self::LastAdmin,
        Self::AlreadySetUp,
        Self::RateLimited(3),
    ];
}
