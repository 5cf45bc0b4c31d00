//! How a lead looks on the wire: rows, the whole lead, drafts, patches, steps and its timeline.

use serde::{Deserialize, Serialize};

use super::{
    CompanySize, ConsentOrigin, ConsentStatus, IdentityKind, LeadEventKind, LeadGrade, LeadOutcome,
    LeadSource, LeadStatus, LeadTier, LostReason, ReviewType,
};
use crate::id::{CampaignId, LeadId, TouchId};
use crate::patch::Patch;
use crate::time::Timestamp;

/// One row of the lead list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeadRow {
    pub id: LeadId,
    pub version: i64,
    pub name: String,
    /// The name was made from company or e-mail because the record had none.
    pub name_derived: bool,
    pub company: Option<String>,
    pub title: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub source: LeadSource,
    pub source_channel: Option<String>,
    pub status: LeadStatus,
    pub requires_human_review: bool,
    pub review_reason: Option<String>,
    pub consent_status: ConsentStatus,
    pub grade: Option<LeadGrade>,
    pub tier: Option<LeadTier>,
    /// 0..1; null until scored.
    pub lead_score: Option<f64>,
    /// 0..1; null until scored.
    pub intent_score: Option<f64>,
    pub campaign: Option<CampaignRef>,
    pub owner: Option<String>,
    pub tags: Vec<String>,
    pub created_at: Timestamp,
    pub last_touch_at: Timestamp,
    pub next_action_at: Option<Timestamp>,
}

/// A campaign as another row names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignRef {
    pub id: CampaignId,
    pub name: String,
}

/// A lead with every field that this surface offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lead {
    #[serde(flatten)]
    pub row: LeadRow,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    /// E.164, when the country is known.
    pub phone_e164: Option<String>,
    pub linkedin_url: Option<String>,
    pub website: Option<String>,
    pub company_size: Option<CompanySize>,
    pub industry: Option<String>,
    pub location: Option<String>,
    pub lost_reason: Option<LostReason>,
    pub review_type: Option<ReviewType>,
    pub consent_at: Option<Timestamp>,
    pub consent_origin: Option<ConsentOrigin>,
    /// 0..1: share of score weight that rests on known data.
    pub score_coverage: Option<f64>,
    pub grade_reason: Option<String>,
    /// 0..1; null until graded.
    pub conversion_probability: Option<f64>,
    pub source_ref: Option<String>,
    pub first_touch_at: Timestamp,
    pub last_contacted_at: Option<Timestamp>,
    pub last_replied_at: Option<Timestamp>,
    pub notes: Option<String>,
    pub updated_at: Timestamp,
    /// Identities that find this lead again; a telephone may be contact data only.
    pub identities: Vec<IdentityKind>,
    /// What the status may become from here.
    pub legal_targets: Vec<LeadStatus>,
}

/// A lead to be created, or merged into the one that has its identity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeadDraft {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linkedin_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(default, skip_serializing_if = "Utm::is_empty")]
    pub utm: Utm,
}

/// Campaign tracking data of a touch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Utm {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

impl Utm {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The answer to a lead draft.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeadCreated {
    pub outcome: LeadOutcome,
    /// The names of the fields that a merge filled.
    pub filled: Vec<String>,
    pub touch_id: TouchId,
    /// Optional fields that could not be used, one sentence each.
    pub warnings: Vec<String>,
    pub lead: Lead,
}

/// A JSON merge patch of the fields that an operator may edit. Status has its own route.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeadPatch {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub company: Patch<String>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub title: Patch<String>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub phone: Patch<String>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub website: Patch<String>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub industry: Patch<String>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub location: Patch<String>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<CompanySize>))]
    pub company_size: Patch<CompanySize>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub owner: Patch<String>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<CampaignId>))]
    pub campaign: Patch<CampaignId>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub notes: Patch<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Only DNC: CONSENTED needs evidence and has its own route. A step back is 409
    /// `consent_monotonic`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent_status: Option<ConsentStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires_human_review: Option<bool>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<ReviewType>))]
    pub review_type: Patch<ReviewType>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub review_reason: Patch<String>,
}

/// A step of a lead along its table. LOST needs `reason_code`; LOST to NEW needs `reason`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeadStatusChange {
    pub to: LeadStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<LostReason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One line of a lead's timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeadEvent {
    pub at: Timestamp,
    pub kind: LeadEventKind,
    /// One sentence.
    pub title: String,
    /// Reason, source or fields, when there are any.
    pub detail: Option<String>,
    pub actor: String,
}
