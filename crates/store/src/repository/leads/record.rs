//! A lead as it is kept, and its way to the wire.

use aicmo_shared::closed_enum::Lifecycle;
use aicmo_shared::lead::IdentityKind;
use aicmo_shared::lead::{
    CampaignRef, CompanySize, ConsentOrigin, ConsentStatus, Lead, LeadGrade, LeadRow, LeadSource, LeadStatus,
    LeadTier, LostReason, ReviewType,
};
use aicmo_shared::{CampaignId, LeadId, Timestamp};

/// Every fact about a lead. What follows from them (search texts, urgency, counters) is derived by
/// the store when it writes.
#[derive(Clone, Debug, PartialEq)]
pub struct LeadRecord {
    pub id: LeadId,
    /// Grows with every write; what compare-and-swap compares.
    pub version: i64,
    pub campaign: Option<CampaignId>,
    pub name: String,
    /// The name was made from company or e-mail because the record had none.
    pub name_derived: bool,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub company: Option<String>,
    pub title: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub phone_e164: Option<String>,
    pub linkedin_url: Option<String>,
    pub website: Option<String>,
    pub company_size: Option<CompanySize>,
    pub industry: Option<String>,
    pub location: Option<String>,
    pub source: LeadSource,
    pub source_channel: Option<String>,
    pub source_ref: Option<String>,
    pub status: LeadStatus,
    pub lost_reason: Option<LostReason>,
    pub requires_human_review: bool,
    pub review_type: Option<ReviewType>,
    pub review_reason: Option<String>,
    pub consent_status: ConsentStatus,
    pub consent_at: Option<Timestamp>,
    pub consent_origin: Option<ConsentOrigin>,
    /// 0..1; none until scored.
    pub lead_score: Option<f64>,
    /// 0..1: share of score weight that rests on known data.
    pub score_coverage: Option<f64>,
    pub tier: Option<LeadTier>,
    /// 0..1; none until scored.
    pub intent_score: Option<f64>,
    pub grade: Option<LeadGrade>,
    pub grade_reason: Option<String>,
    /// 0..1; none until graded.
    pub conversion_probability: Option<f64>,
    pub tags: Vec<String>,
    pub owner: Option<String>,
    pub notes: Option<String>,
    pub first_touch_at: Timestamp,
    pub last_touch_at: Timestamp,
    pub last_contacted_at: Option<Timestamp>,
    pub last_replied_at: Option<Timestamp>,
    pub next_action_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl LeadRecord {
    /// A lead of which nothing is known but its name and door: version 1, NEW, consent UNKNOWN.
    pub fn new(id: LeadId, name: impl Into<String>, source: LeadSource, at: Timestamp) -> Self {
        Self {
            id,
            version: 1,
            campaign: None,
            name: name.into(),
            name_derived: false,
            first_name: None,
            last_name: None,
            company: None,
            title: None,
            email: None,
            phone: None,
            phone_e164: None,
            linkedin_url: None,
            website: None,
            company_size: None,
            industry: None,
            location: None,
            source,
            source_channel: None,
            source_ref: None,
            status: LeadStatus::New,
            lost_reason: None,
            requires_human_review: false,
            review_type: None,
            review_reason: None,
            consent_status: ConsentStatus::Unknown,
            consent_at: None,
            consent_origin: None,
            lead_score: None,
            score_coverage: None,
            tier: None,
            intent_score: None,
            grade: None,
            grade_reason: None,
            conversion_probability: None,
            tags: Vec::new(),
            owner: None,
            notes: None,
            first_touch_at: at,
            last_touch_at: at,
            last_contacted_at: None,
            last_replied_at: None,
            next_action_at: None,
            created_at: at,
            updated_at: at,
        }
    }

    /// The row of the lead list; `campaign` is the one that `self.campaign` names.
    pub fn into_row(self, campaign: Option<CampaignRef>) -> LeadRow {
        LeadRow {
            id: self.id,
            version: self.version,
            name: self.name,
            name_derived: self.name_derived,
            company: self.company,
            title: self.title,
            email: self.email,
            phone: self.phone,
            source: self.source,
            source_channel: self.source_channel,
            status: self.status,
            requires_human_review: self.requires_human_review,
            review_reason: self.review_reason,
            consent_status: self.consent_status,
            grade: self.grade,
            tier: self.tier,
            lead_score: self.lead_score,
            intent_score: self.intent_score,
            campaign,
            owner: self.owner,
            tags: self.tags,
            created_at: self.created_at,
            last_touch_at: self.last_touch_at,
            next_action_at: self.next_action_at,
        }
    }

    /// The lead with every field of the wire.
    pub fn into_lead(self, campaign: Option<CampaignRef>, identities: Vec<IdentityKind>) -> Lead {
        Lead {
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            phone_e164: self.phone_e164.clone(),
            linkedin_url: self.linkedin_url.clone(),
            website: self.website.clone(),
            company_size: self.company_size,
            industry: self.industry.clone(),
            location: self.location.clone(),
            lost_reason: self.lost_reason,
            review_type: self.review_type,
            consent_at: self.consent_at,
            consent_origin: self.consent_origin,
            score_coverage: self.score_coverage,
            grade_reason: self.grade_reason.clone(),
            conversion_probability: self.conversion_probability,
            source_ref: self.source_ref.clone(),
            first_touch_at: self.first_touch_at,
            last_contacted_at: self.last_contacted_at,
            last_replied_at: self.last_replied_at,
            notes: self.notes.clone(),
            updated_at: self.updated_at,
            identities,
            legal_targets: self.status.successors().to_vec(),
            row: self.into_row(campaign),
        }
    }
}
