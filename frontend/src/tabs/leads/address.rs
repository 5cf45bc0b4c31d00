//! The lead list's filter and order as the address bar spells them, and the named views.
//!
//! Pure: text in, text out. A word in the address that no enum has is reported, never guessed.
//! Does not own the place in the list (`pages`) nor the query on the wire (`aicmo_shared::api`).

use std::str::FromStr;

use aicmo_shared::CampaignId;
use aicmo_shared::api::LeadQuery;
use aicmo_shared::lead::{
    ConsentStatus, GradeFilter, LeadFilter, LeadSort, LeadSource, LeadStatus, LeadView,
};

use crate::api::escape;

/// What the address says of the lead list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeadAddress {
    /// Every condition must hold.
    pub filter: LeadFilter,
    /// `None`: the order of priority.
    pub sort: Option<LeadSort>,
    /// Words that could not be understood, as `name=value`; they narrow nothing.
    pub ignored: Vec<String>,
}

impl LeadAddress {
    /// Reads the address through `param`, which answers the decoded value of a parameter.
    pub fn read(param: impl Fn(&str) -> Option<String>) -> Self {
        let mut ignored = Vec::new();
        let filter = LeadFilter {
            view: word(&param, "view", &mut ignored),
            status: word(&param, "status", &mut ignored),
            grade: word(&param, "grade", &mut ignored),
            source: word(&param, "source", &mut ignored),
            campaign: word(&param, "campaign", &mut ignored),
            consent: word(&param, "consent", &mut ignored),
            review: word(&param, "review", &mut ignored),
            email: text(&param, "email"),
        };
        let sort = word(&param, "sort", &mut ignored);
        Self {
            filter,
            sort,
            ignored,
        }
    }

    /// The search part of the address with its question mark; empty when nothing is set.
    pub fn search(&self) -> String {
        let filter = &self.filter;
        let pairs = [
            ("view", filter.view.map(|view| view.as_str().to_owned())),
            ("status", filter.status.map(|status| status.as_str().to_owned())),
            ("grade", filter.grade.map(|grade| grade.as_str().to_owned())),
            ("source", filter.source.map(|source| source.as_str().to_owned())),
            ("campaign", filter.campaign.map(|campaign| campaign.to_string())),
            (
                "consent",
                filter.consent.map(|consent| consent.as_str().to_owned()),
            ),
            ("review", filter.review.map(|review| review.to_string())),
            ("email", filter.email.clone()),
            ("sort", self.sort.map(|sort| sort.as_str().to_owned())),
        ];
        let mut search = String::new();
        for (name, value) in pairs {
            if let Some(value) = value {
                search.push(if search.is_empty() { '?' } else { '&' });
                search.push_str(name);
                search.push('=');
                search.push_str(&escape(&value));
            }
        }
        search
    }

    /// The question for the server: this filter and order, from `cursor` on.
    pub fn query(&self, cursor: Option<String>, limit: u32) -> LeadQuery {
        let filter = self.filter.clone();
        LeadQuery {
            status: filter.status,
            grade: filter.grade,
            source: filter.source,
            campaign: filter.campaign,
            consent: filter.consent,
            review: filter.review,
            view: filter.view,
            email: filter.email,
            sort: self.sort,
            cursor,
            limit: Some(limit),
        }
    }

    /// The same order with another filter.
    pub fn with_filter(&self, filter: LeadFilter) -> Self {
        Self {
            filter,
            sort: self.sort,
            ignored: Vec::new(),
        }
    }

    /// Whether the list is narrowed at all.
    pub fn is_narrowed(&self) -> bool {
        self.filter.conditions() > 0
    }

    /// The named view that this filter is, when it is exactly one.
    pub fn named_view(&self) -> Option<NamedView> {
        NamedView::ALL
            .iter()
            .copied()
            .find(|view| view.filter() == self.filter)
    }
}

/// A selection worth a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedView {
    /// Every lead.
    All,
    /// The rows of the figure `triage`.
    NeedsReview,
    /// Status NEW.
    New,
    /// The rows of the figure `intent_detected`.
    Intent,
    /// Status CONTACTED: the rows of the figure `high_intent`.
    Contacted,
}

impl NamedView {
    /// Every view, in the order of the chips.
    pub const ALL: &'static [Self] = &[
        Self::All,
        Self::NeedsReview,
        Self::New,
        Self::Intent,
        Self::Contacted,
    ];

    /// The word on the chip.
    pub const fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::NeedsReview => "Needs review",
            Self::New => "New",
            Self::Intent => "Intent",
            Self::Contacted => "Contacted",
        }
    }

    /// Which leads these are, in one line.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::All => "Every lead",
            Self::NeedsReview => "NEW or MANUAL_REVIEW, or flagged for a person",
            Self::New => "Known, not enriched yet",
            Self::Intent => "Not LOST, with an intent score of at least 0.5 or grade A",
            Self::Contacted => "First message sent, no answer yet",
        }
    }

    /// The filter behind the name.
    pub fn filter(self) -> LeadFilter {
        let mut filter = LeadFilter::default();
        match self {
            Self::All => {}
            Self::NeedsReview => filter.view = Some(LeadView::Triage),
            Self::New => filter.status = Some(LeadStatus::New),
            Self::Intent => filter.view = Some(LeadView::Intent),
            Self::Contacted => filter.status = Some(LeadStatus::Contacted),
        }
        filter
    }
}

/// The conditions of a filter in words, for the line above an empty list.
pub fn conditions_in_words(filter: &LeadFilter) -> Vec<String> {
    let mut words = Vec::new();
    match filter.view {
        Some(LeadView::Triage) => words.push("needs review".to_owned()),
        Some(LeadView::Intent) => words.push("shows intent".to_owned()),
        None => {}
    }
    if let Some(status) = filter.status {
        words.push(format!("status {status}"));
    }
    match filter.grade {
        Some(GradeFilter::Ungraded) => words.push("not graded".to_owned()),
        Some(grade) => words.push(format!("grade {grade}")),
        None => {}
    }
    if let Some(source) = filter.source {
        words.push(format!("source {}", LeadSource::label(source)));
    }
    if filter.campaign.is_some() {
        words.push("in one campaign".to_owned());
    }
    if let Some(consent) = filter.consent {
        words.push(format!("consent {}", ConsentStatus::label(consent)));
    }
    match filter.review {
        Some(true) => words.push("flagged for review".to_owned()),
        Some(false) => words.push("not flagged for review".to_owned()),
        None => {}
    }
    if let Some(email) = &filter.email {
        words.push(format!("e-mail {email}"));
    }
    words
}

fn text(param: &impl Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    param(name)
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty())
}

fn word<T: FromStr>(
    param: &impl Fn(&str) -> Option<String>,
    name: &str,
    ignored: &mut Vec<String>,
) -> Option<T> {
    let value = text(param, name)?;
    if let Ok(known) = value.parse() {
        Some(known)
    } else {
        ignored.push(format!("{name}={value}"));
        None
    }
}

/// A campaign's leads, all or those in one status, as an address.
pub fn leads_of_campaign(campaign: CampaignId, status: Option<LeadStatus>) -> String {
    let mut address = LeadAddress::default();
    address.filter.campaign = Some(campaign);
    address.filter.status = status;
    format!("/leads{}", address.search())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> LeadAddress {
        LeadAddress::read(|name| {
            pairs
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn every_condition_survives_the_way_to_the_address_and_back() {
        let pairs = [
            ("view", "triage"),
            ("status", "NEW"),
            ("grade", "ungraded"),
            ("source", "csv"),
            ("campaign", "019bbf00-0000-7000-8000-000000000001"),
            ("consent", "DNC"),
            ("review", "true"),
            ("email", "a+b@x.de"),
            ("sort", "last_touch"),
        ];
        let address = read(&pairs);
        assert_eq!(address.filter.conditions(), 8);
        assert!(address.ignored.is_empty());
        assert_eq!(
            address.search(),
            "?view=triage&status=NEW&grade=ungraded&source=csv\
             &campaign=019bbf00-0000-7000-8000-000000000001&consent=DNC&review=true\
             &email=a%2Bb%40x.de&sort=last_touch"
        );
    }

    #[test]
    fn an_unknown_word_is_reported_and_narrows_nothing() {
        let address = read(&[("status", "ENGAGED"), ("grade", "A")]);
        assert_eq!(address.filter.status, None);
        assert_eq!(address.filter.grade, Some(GradeFilter::A));
        assert_eq!(address.ignored, ["status=ENGAGED"]);
    }

    #[test]
    fn nothing_set_is_an_empty_search_and_the_view_all() {
        let address = read(&[("email", "  ")]);
        assert_eq!(address.search(), "");
        assert_eq!(address.named_view(), Some(NamedView::All));
        assert!(!address.is_narrowed());
    }

    #[test]
    fn every_named_view_is_found_again_by_its_filter() {
        for view in NamedView::ALL {
            let address = LeadAddress::default().with_filter(view.filter());
            assert_eq!(address.named_view(), Some(*view), "{}", view.label());
        }
        let mut narrowed = LeadAddress::default().with_filter(NamedView::New.filter());
        narrowed.filter.grade = Some(GradeFilter::A);
        assert_eq!(narrowed.named_view(), None);
    }

    #[test]
    fn the_query_carries_filter_order_and_place() {
        let mut address = read(&[("status", "LOST"), ("sort", "name")]);
        address.ignored.clear();
        let query = address.query(Some("abc".to_owned()), 50);
        assert_eq!(query.filter(), address.filter);
        assert_eq!(query.order(), LeadSort::Name);
        assert_eq!(query.cursor.as_deref(), Some("abc"));
    }

    #[test]
    fn a_filter_is_put_into_words() {
        let address = read(&[("view", "intent"), ("grade", "ungraded"), ("review", "false")]);
        assert_eq!(
            conditions_in_words(&address.filter),
            ["shows intent", "not graded", "not flagged for review"]
        );
    }
}
