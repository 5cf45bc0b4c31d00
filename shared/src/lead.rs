//! Leads: their closed words, their life, and how they look on the wire.
//!
//! What may follow what is decided here; whether a particular step is
//! allowed to a particular lead (a reason, consent) is a rule of the operations crate.

use serde::{Deserialize, Serialize};

use crate::closed_enum;
use crate::closed_enum::Lifecycle;
use crate::id::{CampaignId, LeadId, TouchId};
use crate::patch::Patch;
use crate::time::Timestamp;

closed_enum! {
    /// Where a lead stands. Exactly eight values; won business is a deal, not a status.
    pub enum LeadStatus {
        New = "NEW",
        Enriched = "ENRICHED",
        Contacted = "CONTACTED",
        Replied = "REPLIED",
        Qualified = "QUALIFIED",
        Routed = "ROUTED",
        ManualReview = "MANUAL_REVIEW",
        Lost = "LOST",
    }
}

impl LeadStatus {
    /// Statuses that wait for a person: the triage figure counts these, and flagged leads.
    pub const TRIAGE: &'static [Self] = &[Self::New, Self::ManualReview];

    /// The status behind the figure `high_intent` (the name is part of the API's contract).
    pub const HIGH_INTENT: Self = Self::Contacted;

    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Enriched => "Enriched",
            Self::Contacted => "Contacted",
            Self::Replied => "Replied",
            Self::Qualified => "Qualified",
            Self::Routed => "Routed",
            Self::ManualReview => "Needs review",
            Self::Lost => "Lost",
        }
    }

    /// What the status means, in one line.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::New => "known, not enriched",
            Self::Enriched => "enrichment data present",
            Self::Contacted => "first message sent, no answer",
            Self::Replied => "human positive reply",
            Self::Qualified => "passed qualification",
            Self::Routed => "enrolled in a sequence",
            Self::ManualReview => "needs a human decision",
            Self::Lost => "rejected, negative, unsubscribed or exhausted",
        }
    }
}

impl Lifecycle for LeadStatus {
    fn successors(self) -> &'static [Self] {
        match self {
            Self::New => &[
                Self::Enriched,
                Self::Qualified,
                Self::ManualReview,
                Self::Contacted,
                Self::Lost,
            ],
            Self::Enriched => &[Self::Qualified, Self::ManualReview, Self::Contacted, Self::Lost],
            Self::Contacted => &[Self::Replied, Self::Qualified, Self::Lost],
            Self::Replied | Self::ManualReview => &[Self::Qualified, Self::Lost],
            Self::Qualified => &[Self::Routed, Self::Replied, Self::Lost],
            Self::Routed => &[Self::Contacted, Self::Replied, Self::Qualified, Self::Lost],
            Self::Lost => &[Self::New],
        }
    }
}

closed_enum! {
    /// Which door a lead came through.
    pub enum LeadSource { Other = "other", Csv = "csv", Apollo = "apollo", Manual = "manual" }
}

impl LeadSource {
    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Other => "Other",
            Self::Csv => "File import",
            Self::Apollo => "Apollo",
            Self::Manual => "Entered by hand",
        }
    }
}

closed_enum! {
    /// How promising a lead is, from fit; null until graded.
    pub enum LeadGrade { A = "A", B = "B", C = "C", D = "D" }
}

closed_enum! {
    /// Score band that picks the sequence; null until scored.
    pub enum LeadTier { Hot = "HOT", Warm = "WARM", Cool = "COOL", Cold = "COLD" }
}

closed_enum! {
    /// Why a lead was lost.
    pub enum LostReason {
        LowIcpFit = "low_icp_fit",
        InvalidEmail = "invalid_email",
        SpamBot = "spam_bot",
        RoleAccount = "role_account",
        Competitor = "competitor",
        FreeMail = "free_mail",
        NegativeReply = "negative_reply",
        Unsubscribed = "unsubscribed",
        Bounced = "bounced",
        SequenceExhausted = "sequence_exhausted",
        OperatorSkip = "operator_skip",
        OperatorReject = "operator_reject",
        Duplicate = "duplicate",
        Other = "other",
    }
}

closed_enum! {
    /// Size band of a company by head count: 1-9, 10-49, 50-499, 500 and more.
    pub enum CompanySize {
        Startup = "startup", Small = "small", Medium = "medium", Enterprise = "enterprise",
    }
}

closed_enum! {
    /// Whether we may contact a person. It only ever moves towards DNC.
    pub enum ConsentStatus { Unknown = "UNKNOWN", Consented = "CONSENTED", Dnc = "DNC" }
}

impl ConsentStatus {
    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Unknown => "Unknown",
            Self::Consented => "Consented",
            Self::Dnc => "Do not contact",
        }
    }
}

impl Lifecycle for ConsentStatus {
    fn successors(self) -> &'static [Self] {
        match self {
            Self::Unknown => &[Self::Consented, Self::Dnc],
            Self::Consented => &[Self::Dnc],
            Self::Dnc => &[],
        }
    }
}

closed_enum! {
    /// Where a consent status came from.
    pub enum ConsentOrigin {
        Import = "import", Form = "form", Reply = "reply",
        Operator = "operator", Provider = "provider", Erasure = "erasure",
    }
}

closed_enum! {
    /// What a flagged lead waits for.
    pub enum ReviewType {
        Message = "MESSAGE", Proposal = "PROPOSAL", Pricing = "PRICING",
        Identity = "IDENTITY", Other = "OTHER",
    }
}

closed_enum! {
    /// Which kind of identity finds a lead again.
    pub enum IdentityKind { Email = "email", Phone = "phone", Linkedin = "linkedin" }
}

closed_enum! {
    /// Named selections of leads; each is the list behind one figure.
    pub enum LeadView {
        /// NEW or MANUAL_REVIEW, or flagged: the rows of `triage`.
        Triage = "triage",
        /// Not LOST, with intent score of at least 0.5 or grade A: the rows of `intent_detected`.
        Intent = "intent",
    }
}

closed_enum! {
    /// Orders of the lead list. Every order ends in the id, so it is total.
    pub enum LeadSort {
        /// Review flag first, then grade A to D, ungraded, conversion probability, newest id.
        Priority = "priority",
        Newest = "newest",
        Oldest = "oldest",
        Name = "name",
        LastTouch = "last_touch",
    }
}

impl LeadSort {
    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Priority => "Most urgent first",
            Self::Newest => "Newest first",
            Self::Oldest => "Oldest first",
            Self::Name => "Name A to Z",
            Self::LastTouch => "Last touch first",
        }
    }
}

closed_enum! {
    /// Grade as a filter: one of the four, or none yet.
    pub enum GradeFilter { A = "A", B = "B", C = "C", D = "D", Ungraded = "ungraded" }
}

/// What the lead list is narrowed to. Every condition given must hold. `api::LeadQuery` is its
/// spelling on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeadFilter {
    pub status: Option<LeadStatus>,
    pub grade: Option<GradeFilter>,
    pub source: Option<LeadSource>,
    pub campaign: Option<CampaignId>,
    pub consent: Option<ConsentStatus>,
    /// Flagged for a person, or not.
    pub review: Option<bool>,
    pub view: Option<LeadView>,
    /// The whole address, compared without case.
    pub email: Option<String>,
}

impl LeadFilter {
    /// How many conditions are set.
    pub fn conditions(&self) -> usize {
        [
            self.status.is_some(),
            self.grade.is_some(),
            self.source.is_some(),
            self.campaign.is_some(),
            self.consent.is_some(),
            self.review.is_some(),
            self.view.is_some(),
            self.email.is_some(),
        ]
        .into_iter()
        .filter(|set| *set)
        .count()
    }
}

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

closed_enum! {
    /// What became of a lead draft.
    pub enum LeadOutcome { New = "new", Merged = "merged", Unchanged = "unchanged", Suppressed = "suppressed" }
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
    /// Only DNC or CONSENTED forward; a step back is 409 `consent_monotonic`.
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

closed_enum! {
    /// What a line of a lead's timeline tells.
    pub enum LeadEventKind { Touch = "touch", Status = "status", Edit = "edit" }
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
