//! People of the workspace: accounts, invitations and one-time links.
//!
//! Owns how accounts look to an administrator and how one comes to be. What a person does with
//! their own account is in `session`; keys are in `api_key`. A one-time link carries its token in
//! the fragment, which a browser sends to nobody.

use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::closed_enum;
use crate::id::{InvitationId, UserId};
use crate::session::{SecondFactor, SecretText};
use crate::time::Timestamp;

/// The console's page for the first start; the token follows as `#token=…`.
pub const SET_UP_PAGE: &str = "/setup";

/// The console's page for an invitation; the token follows as `#token=…`.
pub const INVITATION_PAGE: &str = "/invitation";

/// The console's page for a new password; the token follows as `#token=…`.
pub const PASSWORD_RESET_PAGE: &str = "/reset-password";

closed_enum! {
    /// Who is behind an account.
    pub enum AccountKind {
        /// Somebody who signs in.
        Person = "person",
        /// A tool that owns keys and never signs in.
        Service = "service",
    }
}

impl AccountKind {
    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Person => "Person",
            Self::Service => "Service account",
        }
    }
}

closed_enum! {
    /// What a link that works once is for.
    pub enum LinkKind {
        SetUp = "set_up", Invitation = "invitation", PasswordReset = "password_reset",
    }
}

impl LinkKind {
    /// The console's page behind the link; the token follows as `#token=…`.
    pub const fn page(self) -> &'static str {
        match self {
            Self::SetUp => SET_UP_PAGE,
            Self::Invitation => INVITATION_PAGE,
            Self::PasswordReset => PASSWORD_RESET_PAGE,
        }
    }
}

closed_enum! {
    /// What became of an invitation.
    pub enum InvitationState {
        Open = "open", Accepted = "accepted", Revoked = "revoked", Expired = "expired",
    }
}

impl InvitationState {
    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Accepted => "Accepted",
            Self::Revoked => "Revoked",
            Self::Expired => "Expired",
        }
    }
}

/// An account as an administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    pub id: UserId,
    pub version: i64,
    pub kind: AccountKind,
    /// Null for a service account.
    pub email: Option<String>,
    pub display_name: String,
    pub role: Role,
    /// An inactive one cannot sign in, and its keys are refused.
    pub active: bool,
    pub second_factor: SecondFactor,
    /// Sessions that have neither ended nor expired.
    pub sessions: u32,
    pub last_sign_in_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// An account as another row names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserRef {
    pub id: UserId,
    pub display_name: String,
}

/// A service account to be created. People are invited instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceAccountDraft {
    /// 1 to 80 characters.
    pub display_name: String,
    /// Its keys can do no more than this role.
    pub role: Role,
}

/// A JSON merge patch of an account; an absent field is unchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserPatch {
    /// 1 to 80 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Another role ends every session of the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// False ends every session and refuses every key. The last active administrator stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// An invitation to be sent by whoever asks for it; the server sends no mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationDraft {
    pub email: String,
    pub role: Role,
}

/// An invitation without its link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    pub id: InvitationId,
    pub email: String,
    pub role: Role,
    pub state: InvitationState,
    /// Who invited; null when the command line did.
    pub invited_by: Option<UserRef>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// An invitation with its link, shown this once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationCreated {
    pub invitation: Invitation,
    pub link: SecretText,
}

/// A link that works once, shown this once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OneTimeLink {
    pub link: SecretText,
    pub expires_at: Timestamp,
}

/// The first administrator, by the set-up link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetUpRequest {
    /// What follows `#token=` in the link.
    pub token: SecretText,
    pub email: String,
    /// 1 to 80 characters.
    pub display_name: String,
    /// 12 to 128 characters.
    pub password: SecretText,
}

/// An invitation taken up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationAcceptance {
    /// What follows `#token=` in the link.
    pub token: SecretText,
    /// 1 to 80 characters.
    pub display_name: String,
    /// 12 to 128 characters.
    pub password: SecretText,
}

/// A new password by a reset link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordResetRequest {
    /// What follows `#token=` in the link.
    pub token: SecretText,
    /// 12 to 128 characters.
    pub password: SecretText,
}

/// The account whose password was set; the person signs in with it next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordSet {
    pub email: String,
}

/// How many sessions were ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionsEnded {
    pub ended: u32,
}
