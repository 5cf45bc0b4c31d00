//! Being signed in: what a caller is to the server, and the sessions of a person.
//!
//! Owns the wire types of signing in and out, of passwords and of the second factor. People as an
//! administrator sees them are in `account`; keys of tools in `api_key`. A secret that a caller
//! sends lives in `SecretText`, which prints as `***`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::access::{Capability, Role, Scope};
use crate::closed_enum;
use crate::id::{ApiKeyId, SessionId, UserId};
use crate::time::Timestamp;

/// The request header that a write with the session's cookie must carry.
pub const CSRF_HEADER: &str = "X-CSRF-Token";

/// The header of a request that a page makes by itself, while nobody uses it: such a request does not
/// keep a session from ending.
pub const BACKGROUND_HEADER: &str = "X-Aicmo-Background";

/// The fewest characters of a password.
pub const PASSWORD_MIN: usize = 12;

/// The most characters of a password.
pub const PASSWORD_MAX: usize = 128;

/// A secret on its way between a person and the server. It is sent as it is and never printed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretText(String);

impl SecretText {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for SecretText {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for SecretText {
    fn name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed("SecretText")
    }
}

closed_enum! {
    /// What a caller is to the server.
    pub enum Standing {
        /// Not signed in.
        Nobody = "nobody",
        /// Not signed in, and nobody can be: the workspace has no administrator yet.
        SetUpNeeded = "set_up_needed",
        /// A person with a session.
        SignedIn = "signed_in",
        /// A tool with a key.
        Key = "key",
        /// The built-in read-only viewer of a process that serves mock data.
        MockViewer = "mock_viewer",
    }
}

closed_enum! {
    /// What a person has beside the password.
    pub enum SecondFactor {
        /// Nothing.
        Off = "off",
        /// A secret was shown and no code of it has been seen yet.
        Pending = "pending",
        /// Codes of an authenticator app, and recovery codes.
        On = "on",
    }
}

/// Who the caller is; answers everybody, so that a console knows what to show first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CurrentSession {
    pub standing: Standing,
    /// The person; there exactly when `standing` is `signed_in` or `mock_viewer`.
    pub user: Option<SignedInUser>,
    /// The key; there exactly when `standing` is `key`.
    pub key: Option<CallingKey>,
    /// What the caller may do; empty for nobody.
    pub capabilities: Vec<Capability>,
    /// The session; there exactly when `standing` is `signed_in`.
    pub session: Option<SessionTicket>,
    /// The address at which passkeys work, as browsers write an origin; null where none can.
    pub passkey_origin: Option<String>,
}

impl CurrentSession {
    /// Whether the caller may do it. A console hides what this denies.
    pub fn can(&self, capability: Capability) -> bool {
        self.capabilities.contains(&capability)
    }
}

/// The person behind a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedInUser {
    pub id: UserId,
    pub email: String,
    pub display_name: String,
    pub role: Role,
    pub second_factor: SecondFactor,
    /// Recovery codes that have not been used.
    pub recovery_codes_left: u32,
}

/// The key behind a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallingKey {
    /// Null for the bootstrap key, which is a setting and no row.
    pub id: Option<ApiKeyId>,
    pub name: String,
    pub scopes: Vec<Scope>,
    pub expires_at: Option<Timestamp>,
}

/// The session of the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionTicket {
    pub id: SessionId,
    /// Every write sends it as `X-CSRF-Token`. Another one after every renewal of the session.
    pub csrf_token: String,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// After so many seconds without a request it ends sooner.
    pub idle_seconds: u32,
}

/// What a person signs in with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInRequest {
    pub email: String,
    pub password: SecretText,
    /// Six digits of the authenticator app, or a recovery code. Asked for by
    /// 401 `second_factor_required`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<SecretText>,
}

/// A session as its owner sees it in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionInfo {
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// Browser and system in a few words, as the browser named itself.
    pub device: String,
    pub signed_in_at: Timestamp,
    /// To the minute.
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A change of the caller's own password. Ends every other session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordChange {
    pub current_password: SecretText,
    /// 12 to 128 characters.
    pub new_password: SecretText,
}

/// A change of the caller's own name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnNameChange {
    /// 1 to 80 characters.
    pub display_name: String,
}

/// The password again, before something that weakens or replaces the second factor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordAgain {
    pub password: SecretText,
}

/// A new secret for an authenticator app; it counts only once a code of it was confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecondFactorOffer {
    /// The secret in base32, for typing.
    pub secret: SecretText,
    /// `otpauth://totp/…`, for a link or a QR code.
    pub otpauth_uri: SecretText,
}

/// A code of the authenticator app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecondFactorCode {
    /// Six digits.
    pub code: SecretText,
}

/// Recovery codes, shown this once; each works once. The session was renewed with them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryCodes {
    pub codes: Vec<SecretText>,
    pub session: CurrentSession,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_travels_and_is_never_printed() {
        let request: SignInRequest =
            serde_json::from_str(r#"{"email":"a@example.org","password":"canary"}"#).expect("reads");
        assert_eq!(request.password.expose(), "canary");
        assert!(!format!("{request:?}").contains("canary"));
        assert_eq!(request.password.to_string(), "***");
        let sent = serde_json::to_string(&request).expect("serialises");
        assert!(sent.contains("canary"), "it is sent as it is");
    }
}
