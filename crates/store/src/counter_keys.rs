//! Which counters a lead is in: a pure function from a lead's facts to a set of keys.
//!
//! Every write of a lead takes the keys of what was from the keys of what is, so a counter can
//! follow no rule that is not written here. The same keys are spelled in SQL in
//! `repository/counters.rs`, which compares the two.

use std::collections::BTreeMap;

use aicmo_shared::CampaignId;
use aicmo_shared::lead::{LeadFilter, LeadGrade, LeadStatus, LeadView};

use crate::repository::leads::LeadRecord;

/// What a unit of work does to each counter, in key order.
pub(crate) type Deltas = BTreeMap<String, i64>;

/// All leads.
pub(crate) const ALL_LEADS: &str = "leads";

pub(crate) fn status(value: LeadStatus) -> String {
    format!("leads.status={value}")
}

pub(crate) fn view(value: LeadView) -> String {
    format!("leads.view={value}")
}

pub(crate) fn campaign(id: CampaignId, status: LeadStatus) -> String {
    format!("leads.campaign={}.status={status}", id.get().simple())
}

/// The eight counters of one campaign, in the order of the domain.
pub(crate) fn campaign_statuses(id: CampaignId) -> impl Iterator<Item = (LeadStatus, String)> {
    LeadStatus::ALL
        .iter()
        .map(move |status| (*status, campaign(id, *status)))
}

fn grade(value: Option<LeadGrade>) -> String {
    format!("leads.grade={}", value.map_or("ungraded", LeadGrade::as_str))
}

/// The counters whose sum is the number of leads under `filter`; `None` when counters cannot say.
pub(crate) fn of_filter(filter: &LeadFilter) -> Option<Vec<String>> {
    if filter.conditions() > 1 {
        return None;
    }
    let keys = if filter.conditions() == 0 {
        vec![ALL_LEADS.to_owned()]
    } else if let Some(value) = filter.status {
        vec![status(value)]
    } else if let Some(value) = filter.grade {
        vec![format!("leads.grade={value}")]
    } else if let Some(value) = filter.source {
        vec![format!("leads.source={value}")]
    } else if let Some(id) = filter.campaign {
        campaign_statuses(id).map(|(_, key)| key).collect()
    } else if let Some(value) = filter.consent {
        vec![format!("leads.consent={value}")]
    } else if let Some(value) = filter.review {
        vec![format!("leads.review={value}")]
    } else if let Some(value) = filter.view {
        vec![view(value)]
    } else {
        return None;
    };
    Some(keys)
}

/// Whether a lead waits for a person.
pub(crate) fn in_triage(lead: &LeadRecord) -> bool {
    lead.requires_human_review || LeadStatus::TRIAGE.contains(&lead.status)
}

/// Whether a lead shows intent to buy.
pub(crate) fn in_intent(lead: &LeadRecord) -> bool {
    lead.status != LeadStatus::Lost
        && (lead.grade == Some(LeadGrade::A) || lead.intent_score.is_some_and(|score| score >= 0.5))
}

/// Adds `by` to every counter that `lead` is in.
pub(crate) fn add(deltas: &mut Deltas, lead: &LeadRecord, by: i64) {
    let mut count = |key: String| *deltas.entry(key).or_default() += by;
    count(ALL_LEADS.to_owned());
    count(status(lead.status));
    count(grade(lead.grade));
    count(format!("leads.source={}", lead.source));
    count(format!("leads.consent={}", lead.consent_status));
    count(format!("leads.review={}", lead.requires_human_review));
    if in_triage(lead) {
        count(view(LeadView::Triage));
    }
    if in_intent(lead) {
        count(view(LeadView::Intent));
    }
    if let Some(id) = lead.campaign {
        count(campaign(id, lead.status));
    }
}

/// The most urgent first: flagged, then grade A to D, ungraded, then conversion probability. Higher
/// is more urgent, so that one descending order serves urgency and the newest id behind it.
pub(crate) fn urgency(lead: &LeadRecord) -> i64 {
    let flagged = i64::from(lead.requires_human_review);
    let grade = match lead.grade {
        Some(LeadGrade::A) => 4,
        Some(LeadGrade::B) => 3,
        Some(LeadGrade::C) => 2,
        Some(LeadGrade::D) => 1,
        None => 0,
    };
    #[expect(clippy::cast_possible_truncation, reason = "a probability in millionths")]
    let conversion = lead.conversion_probability.map_or(0, |probability| {
        1 + (probability.clamp(0.0, 1.0) * 1e6).round() as i64
    });
    flagged * 100_000_000 + grade * 10_000_000 + conversion
}

#[cfg(test)]
#[path = "counter_keys_tests.rs"]
mod tests;
