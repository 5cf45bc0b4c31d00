//! The question for a page of leads.

use serde::{Deserialize, Serialize};

use super::{CURSOR, LIMIT, ParamKind, ParamSpec, QueryParams};
use crate::closed_enum;
use crate::id::CampaignId;
use crate::lead::{ConsentStatus, GradeFilter, LeadFilter, LeadSort, LeadSource, LeadStatus, LeadView};
use crate::time::Timestamp;

closed_enum! {
    /// How a list counts its rows; without it only what costs nothing is counted.
    pub enum PageCount {
        /// Count them, however long that takes.
        Exact = "exact",
    }
}

/// The lead list's filter, order and place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LeadQuery {
    #[serde(rename = "filter[status]", skip_serializing_if = "Option::is_none")]
    pub status: Option<LeadStatus>,
    #[serde(rename = "filter[grade]", skip_serializing_if = "Option::is_none")]
    pub grade: Option<GradeFilter>,
    #[serde(rename = "filter[source]", skip_serializing_if = "Option::is_none")]
    pub source: Option<LeadSource>,
    #[serde(rename = "filter[campaign]", skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    #[serde(rename = "filter[consent]", skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentStatus>,
    #[serde(rename = "filter[review]", skip_serializing_if = "Option::is_none")]
    pub review: Option<bool>,
    #[serde(rename = "filter[view]", skip_serializing_if = "Option::is_none")]
    pub view: Option<LeadView>,
    #[serde(rename = "filter[email]", skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(rename = "filter[text]", skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(rename = "filter[tag]", skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    #[serde(rename = "filter[owner]", skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(rename = "filter[score_from]", skip_serializing_if = "Option::is_none")]
    pub score_from: Option<f64>,
    #[serde(rename = "filter[score_to]", skip_serializing_if = "Option::is_none")]
    pub score_to: Option<f64>,
    #[serde(rename = "filter[created_from]", skip_serializing_if = "Option::is_none")]
    pub created_from: Option<Timestamp>,
    #[serde(rename = "filter[created_to]", skip_serializing_if = "Option::is_none")]
    pub created_to: Option<Timestamp>,
    #[serde(rename = "filter[touched_from]", skip_serializing_if = "Option::is_none")]
    pub touched_from: Option<Timestamp>,
    #[serde(rename = "filter[touched_to]", skip_serializing_if = "Option::is_none")]
    pub touched_to: Option<Timestamp>,
    /// Asks for the number of matching leads even where it takes counting them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<PageCount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<LeadSort>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl LeadQuery {
    /// The conditions alone.
    pub fn filter(&self) -> LeadFilter {
        LeadFilter {
            status: self.status,
            grade: self.grade,
            source: self.source,
            campaign: self.campaign,
            consent: self.consent,
            review: self.review,
            view: self.view,
            email: self.email.clone(),
            text: self.text.clone(),
            tag: self.tag.clone(),
            owner: self.owner.clone(),
            score_from: self.score_from,
            score_to: self.score_to,
            created_from: self.created_from,
            created_to: self.created_to,
            touched_from: self.touched_from,
            touched_to: self.touched_to,
        }
    }

    /// The order; by priority when the request does not say.
    pub fn order(&self) -> LeadSort {
        self.sort.unwrap_or(LeadSort::Priority)
    }
}

impl QueryParams for LeadQuery {
    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec {
            name: "filter[status]",
            help: "Leads in this status.",
            kind: texts!(LeadStatus),
        },
        ParamSpec {
            name: "filter[grade]",
            help: "Leads of this grade, or ungraded.",
            kind: texts!(GradeFilter),
        },
        ParamSpec {
            name: "filter[source]",
            help: "Leads that came this way.",
            kind: texts!(LeadSource),
        },
        ParamSpec {
            name: "filter[campaign]",
            help: "Leads of this campaign.",
            kind: ParamKind::Id,
        },
        ParamSpec {
            name: "filter[consent]",
            help: "Leads with this consent.",
            kind: texts!(ConsentStatus),
        },
        ParamSpec {
            name: "filter[review]",
            help: "Leads flagged for a person, or not.",
            kind: ParamKind::Boolean,
        },
        ParamSpec {
            name: "filter[view]",
            help: "The rows behind a figure.",
            kind: texts!(LeadView),
        },
        ParamSpec {
            name: "filter[email]",
            help: "The lead with this whole address.",
            kind: ParamKind::Text,
        },
        ParamSpec {
            name: "filter[text]",
            help: "Leads with these words, each the beginning of one in name, company, title, e-mail or notes.",
            kind: ParamKind::Text,
        },
        ParamSpec {
            name: "filter[tag]",
            help: "Leads with this whole tag.",
            kind: ParamKind::Text,
        },
        ParamSpec {
            name: "filter[owner]",
            help: "Leads of this owner.",
            kind: ParamKind::Text,
        },
        ParamSpec {
            name: "filter[score_from]",
            help: "Leads with at least this score.",
            kind: ParamKind::Ratio,
        },
        ParamSpec {
            name: "filter[score_to]",
            help: "Leads with at most this score.",
            kind: ParamKind::Ratio,
        },
        ParamSpec {
            name: "filter[created_from]",
            help: "Leads known since this instant or later.",
            kind: ParamKind::Time,
        },
        ParamSpec {
            name: "filter[created_to]",
            help: "Leads known before this instant.",
            kind: ParamKind::Time,
        },
        ParamSpec {
            name: "filter[touched_from]",
            help: "Leads last touched at this instant or later.",
            kind: ParamKind::Time,
        },
        ParamSpec {
            name: "filter[touched_to]",
            help: "Leads last touched before this instant.",
            kind: ParamKind::Time,
        },
        ParamSpec {
            name: "count",
            help: "Count the matching leads even where that takes reading them; otherwise the total may be null.",
            kind: texts!(PageCount),
        },
        ParamSpec {
            name: "sort",
            help: "The order; priority when absent.",
            kind: texts!(LeadSort),
        },
        CURSOR,
        LIMIT,
    ];
}
