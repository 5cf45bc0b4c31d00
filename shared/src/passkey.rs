//! Passkeys: how one is added, listed, renamed, removed and signed in with.
//!
//! What a browser is asked and what it answers is the JSON of Web Authentication; it goes through
//! here as it is, because the browser writes it and a library of the server reads it. The session
//! that a passkey begins is in `session`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::PasskeyId;
use crate::session::{CurrentSession, SecretText};
use crate::time::Timestamp;

/// The most characters of a passkey's name.
pub const NAME_MAX: u16 = 80;

/// What a browser is asked, for adding a passkey or for signing in with one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyChallenge {
    /// Goes back with the answer; good once, and for five minutes.
    pub token: SecretText,
    /// For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub options: Value,
}

/// A new passkey, as the browser made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyDraft {
    pub token: SecretText,
    /// By which its owner tells it apart.
    pub name: String,
    /// `PublicKeyCredential.toJSON()`.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub credential: Value,
}

/// What somebody signs in with who has a passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeySignIn {
    pub token: SecretText,
    /// `PublicKeyCredential.toJSON()`.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub credential: Value,
}

/// Another name for a passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyName {
    pub name: String,
}

/// A passkey as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Passkey {
    pub id: PasskeyId,
    pub name: String,
    pub created_at: Timestamp,
    /// Null when nobody has signed in with it yet.
    pub last_used_at: Option<Timestamp>,
}

/// A passkey that was added. The session was renewed with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyAdded {
    pub passkey: Passkey,
    pub session: CurrentSession,
}
