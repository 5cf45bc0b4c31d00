//! Consent on the wire: the change that an operator makes, and what its history tells.
//!
//! The words and what may follow what are in `lead`; what a change needs is decided in the
//! operations crate.

use serde::{Deserialize, Serialize};

use super::{ConsentOrigin, ConsentStatus};
use crate::time::Timestamp;

/// A step of consent, which only ever moves towards DNC. CONSENTED needs `given_at`, `origin` and
/// `evidence`; every step needs `reason`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentChange {
    pub to: ConsentStatus,
    /// Why it is changed, in 3 to 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When the person said so; now when absent and `to` is DNC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_at: Option<Timestamp>,
    /// Where the person said so; the operator when absent and `to` is DNC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<ConsentOrigin>,
    /// What proves it: the text of the form, the number of the mail, a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
}

/// One step of a lead's consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentEvent {
    /// When it was written down.
    pub at: Timestamp,
    pub from_status: ConsentStatus,
    pub to_status: ConsentStatus,
    /// When the person said so.
    pub given_at: Timestamp,
    /// Unknown only for what was set before origins were kept.
    pub origin: Option<ConsentOrigin>,
    /// What proves it; for an import the row of the file.
    pub evidence: Option<String>,
    pub reason: Option<String>,
    pub actor: String,
}
