//! The lead list's filter and order as the address bar spells them, and the named views.
//!
//! Pure: text in, text out. A word in the address that no enum has is reported, never guessed.
//! Does not own the place in the list (`pages`) nor the query on the wire (`aicmo_shared::api`).

use std::str::FromStr;

use aicmo_shared::api::LeadQuery;
use aicmo_shared::lead::{
    ConsentStatus, GradeFilter, LeadExport, LeadFileFormat, LeadFilter, LeadSort, LeadSource, LeadStatus,
    LeadView,
};
use aicmo_shared::{CampaignId, DateText};

use crate::api::escape;
use crate::format::{self, DayBegins};

/// The conditions that are days. A day is one of the person who filters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeadDays {
    pub created_from: Option<DateText>,
    /// Wholly in it.
    pub created_to: Option<DateText>,
    pub touched_from: Option<DateText>,
    /// Wholly in it.
    pub touched_to: Option<DateText>,
}

impl LeadDays {
    fn pairs(&self) -> [(&'static str, &Option<DateText>); 4] {
        [
            ("created_from", &self.created_from),
            ("created_to", &self.created_to),
            ("touched_from", &self.touched_from),
            ("touched_to", &self.touched_to),
        ]
    }
}

/// What the address says of the lead list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeadAddress {
    /// Every condition must hold; those in time are `days`.
    pub filter: LeadFilter,
    pub days: LeadDays,
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
            text: text(&param, "text"),
            tag: text(&param, "tag"),
            owner: text(&param, "owner"),
            score_from: score(&param, "score_from", &mut ignored),
            score_to: score(&param, "score_to", &mut ignored),
            ..LeadFilter::default()
        };
        let days = LeadDays {
            created_from: day(&param, "created_from", &mut ignored),
            created_to: day(&param, "created_to", &mut ignored),
            touched_from: day(&param, "touched_from", &mut ignored),
            touched_to: day(&param, "touched_to", &mut ignored),
        };
        let sort = word(&param, "sort", &mut ignored);
        Self {
            filter,
            days,
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
            ("text", filter.text.clone()),
            ("tag", filter.tag.clone()),
            ("owner", filter.owner.clone()),
            ("score_from", filter.score_from.map(format::score)),
            ("score_to", filter.score_to.map(format::score)),
        ];
        let days = self
            .days
            .pairs()
            .map(|(name, day)| (name, day.as_ref().map(ToString::to_string)));
        let sort = [("sort", self.sort.map(|sort| sort.as_str().to_owned()))];
        let mut search = String::new();
        for (name, value) in pairs.into_iter().chain(days).chain(sort) {
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
    pub fn query(&self, day_begins: DayBegins, cursor: Option<String>, limit: u32) -> LeadQuery {
        let filter = self.filter.clone();
        let begins = |day: &Option<DateText>, later| day.as_ref().and_then(|day| day_begins(day, later));
        LeadQuery {
            status: filter.status,
            grade: filter.grade,
            source: filter.source,
            campaign: filter.campaign,
            consent: filter.consent,
            review: filter.review,
            view: filter.view,
            email: filter.email,
            text: filter.text,
            tag: filter.tag,
            owner: filter.owner,
            score_from: filter.score_from,
            score_to: filter.score_to,
            created_from: begins(&self.days.created_from, 0),
            created_to: begins(&self.days.created_to, 1),
            touched_from: begins(&self.days.touched_from, 0),
            touched_to: begins(&self.days.touched_to, 1),
            count: None,
            sort: self.sort,
            cursor,
            limit: Some(limit),
        }
    }

    /// This view as a file.
    pub fn export(&self, day_begins: DayBegins, format: LeadFileFormat) -> LeadExport {
        LeadExport {
            format,
            filter: self.query(day_begins, None, 1).filter(),
            sort: self.sort,
        }
    }

    /// The same order with another filter and no days.
    pub fn with_filter(&self, filter: LeadFilter) -> Self {
        Self {
            filter,
            days: LeadDays::default(),
            sort: self.sort,
            ignored: Vec::new(),
        }
    }

    /// Whether the list is narrowed at all.
    pub fn is_narrowed(&self) -> bool {
        self.filter.conditions() > 0 || self.days != LeadDays::default()
    }

    /// Whether a condition is set that only the further ones can set.
    pub fn is_narrowed_further(&self) -> bool {
        let filter = &self.filter;
        self.days != LeadDays::default()
            || filter.score_from.is_some()
            || filter.score_to.is_some()
            || [&filter.email, &filter.tag, &filter.owner]
                .into_iter()
                .any(Option::is_some)
    }

    /// The named view that this filter is, when it is exactly one.
    pub fn named_view(&self) -> Option<NamedView> {
        NamedView::ALL
            .iter()
            .copied()
            .find(|view| view.filter() == self.filter && self.days == LeadDays::default())
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

/// The conditions of an address in words, for the line above an empty list.
pub fn conditions_in_words(address: &LeadAddress) -> Vec<String> {
    let filter = &address.filter;
    let mut words = Vec::new();
    if let Some(text) = &filter.text {
        words.push(format!("words beginning with {text}"));
    }
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
    if let Some(tag) = &filter.tag {
        words.push(format!("tag {tag}"));
    }
    if let Some(owner) = &filter.owner {
        words.push(format!("owner {owner}"));
    }
    if let Some(score) = filter.score_from {
        words.push(format!("score from {}", format::score(score)));
    }
    if let Some(score) = filter.score_to {
        words.push(format!("score up to {}", format::score(score)));
    }
    for (name, day) in address.days.pairs() {
        if let Some(day) = day {
            words.push(format!("{} {day}", name.replace('_', " ")));
        }
    }
    words
}

fn day(param: &impl Fn(&str) -> Option<String>, name: &str, ignored: &mut Vec<String>) -> Option<DateText> {
    let value = text(param, name)?;
    let day = DateText::parse(&value);
    if day.is_none() {
        ignored.push(format!("{name}={value}"));
    }
    day
}

/// A score from 0 to 1.
pub fn score_of(text: &str) -> Option<f64> {
    text.parse().ok().filter(|score| (0.0..=1.0).contains(score))
}

fn score(param: &impl Fn(&str) -> Option<String>, name: &str, ignored: &mut Vec<String>) -> Option<f64> {
    let value = text(param, name)?;
    let score = score_of(&value);
    if score.is_none() {
        ignored.push(format!("{name}={value}"));
    }
    score
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
#[path = "address_tests.rs"]
mod tests;
