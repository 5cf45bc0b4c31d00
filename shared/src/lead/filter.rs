//! What the lead list is narrowed to. How it is spelled in an address is `api::LeadQuery`'s.

use serde::{Deserialize, Serialize};

use super::{ConsentStatus, GradeFilter, LeadSource, LeadStatus, LeadView};
use crate::id::CampaignId;
use crate::time::Timestamp;

/// Conditions on leads. Every one that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
    /// Words; each is the beginning of a word in name, company, title, e-mail or notes.
    pub text: Option<String>,
    /// The whole tag, compared without case.
    pub tag: Option<String>,
    /// The whole name of the owner, compared without case.
    pub owner: Option<String>,
    /// 0..1; a lead without a score has none that is high enough.
    pub score_from: Option<f64>,
    /// 0..1, included.
    pub score_to: Option<f64>,
    pub created_from: Option<Timestamp>,
    /// Not included.
    pub created_to: Option<Timestamp>,
    pub touched_from: Option<Timestamp>,
    /// Not included.
    pub touched_to: Option<Timestamp>,
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
            self.text.is_some(),
            self.tag.is_some(),
            self.owner.is_some(),
            self.score_from.is_some(),
            self.score_to.is_some(),
            self.created_from.is_some(),
            self.created_to.is_some(),
            self.touched_from.is_some(),
            self.touched_to.is_some(),
        ]
        .into_iter()
        .filter(|set| *set)
        .count()
    }
}
