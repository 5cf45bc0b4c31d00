//! Keys for tools: what they may do, for how long, and whose they are.
//!
//! A key belongs to an account and can do what its scopes allow and its owner's role allows. Its
//! secret is shown once and kept as a hash.

use serde::{Deserialize, Serialize};

use crate::access::Scope;
use crate::account::UserRef;
use crate::closed_enum;
use crate::id::{ApiKeyId, UserId};
use crate::session::SecretText;
use crate::time::Timestamp;

/// What every key begins with, so that scanners for leaked secrets know one.
pub const PREFIX: &str = "aicmo_";

closed_enum! {
    /// Whether a key works, and why not.
    pub enum ApiKeyState {
        Active = "active", Expired = "expired", Revoked = "revoked", OwnerInactive = "owner_inactive",
    }
}

impl ApiKeyState {
    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Expired => "Expired",
            Self::Revoked => "Revoked",
            Self::OwnerInactive => "Owner inactive",
        }
    }
}

/// A key without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub name: String,
    /// The first characters of the secret, to tell keys apart.
    pub prefix: String,
    pub scopes: Vec<Scope>,
    pub state: ApiKeyState,
    pub owner: UserRef,
    /// Null when it does not expire.
    pub expires_at: Option<Timestamp>,
    /// To the minute; null when it was never used.
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// A key to be created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKeyDraft {
    /// 1 to 80 characters.
    pub name: String,
    /// At least one.
    pub scopes: Vec<Scope>,
    /// The account it belongs to, a service account or a person; the caller's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    /// In the future; absent when it does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// A key with its secret, shown this once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKeyCreated {
    pub key: ApiKey,
    /// Sent as `Authorization: Bearer <secret>`.
    pub secret: SecretText,
}
