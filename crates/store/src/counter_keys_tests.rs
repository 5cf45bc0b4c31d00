//! Tests of what a lead counts for, and how urgent it is.

use aicmo_shared::lead::{GradeFilter, LeadSource};
use aicmo_shared::{LeadId, Timestamp};
use uuid::Uuid;

use super::*;

fn lead() -> LeadRecord {
    LeadRecord::new(
        LeadId::new(Uuid::nil()),
        "Ada",
        LeadSource::Csv,
        Timestamp::from_millis(0),
    )
}

fn keys(lead: &LeadRecord) -> Vec<String> {
    let mut deltas = Deltas::new();
    add(&mut deltas, lead, 1);
    assert!(
        deltas.values().all(|by| *by == 1),
        "a lead counts once per counter"
    );
    deltas.into_keys().collect()
}

#[test]
fn a_new_lead_counts_for_its_facts_and_for_triage() {
    assert_eq!(
        keys(&lead()),
        [
            "leads",
            "leads.consent=UNKNOWN",
            "leads.grade=ungraded",
            "leads.review=false",
            "leads.source=csv",
            "leads.status=NEW",
            "leads.view=triage",
        ]
    );
}

#[test]
fn views_follow_their_definitions() {
    let check = |change: fn(&mut LeadRecord), triage: bool, intent: bool| {
        let mut lead = LeadRecord {
            status: LeadStatus::Contacted,
            ..lead()
        };
        change(&mut lead);
        assert_eq!((in_triage(&lead), in_intent(&lead)), (triage, intent), "{lead:?}");
    };
    check(|_| {}, false, false);
    check(|lead| lead.requires_human_review = true, true, false);
    check(|lead| lead.status = LeadStatus::ManualReview, true, false);
    check(|lead| lead.intent_score = Some(0.5), false, true);
    check(|lead| lead.intent_score = Some(0.499), false, false);
    check(|lead| lead.grade = Some(LeadGrade::A), false, true);
    check(|lead| lead.grade = Some(LeadGrade::B), false, false);
    check(
        |lead| {
            lead.grade = Some(LeadGrade::A);
            lead.status = LeadStatus::Lost;
        },
        false,
        false,
    );
}

#[test]
fn urgency_puts_the_flag_before_the_grade_before_the_probability() {
    let of = |review: bool, grade: Option<LeadGrade>, probability: Option<f64>| {
        urgency(&LeadRecord {
            requires_human_review: review,
            grade,
            conversion_probability: probability,
            ..lead()
        })
    };
    let falling = [
        of(true, Some(LeadGrade::A), Some(1.0)),
        of(true, None, None),
        of(false, Some(LeadGrade::A), Some(1.0)),
        of(false, Some(LeadGrade::A), Some(0.25)),
        of(false, Some(LeadGrade::A), Some(0.0)),
        of(false, Some(LeadGrade::A), None),
        of(false, Some(LeadGrade::B), Some(1.0)),
        of(false, Some(LeadGrade::C), None),
        of(false, Some(LeadGrade::D), None),
        of(false, None, Some(1.0)),
        of(false, None, None),
    ];
    assert!(falling.windows(2).all(|pair| pair[0] > pair[1]), "{falling:?}");
}

#[test]
fn one_condition_is_counted_and_two_are_not() {
    let ungraded = LeadFilter {
        grade: Some(GradeFilter::Ungraded),
        ..LeadFilter::default()
    };
    assert_eq!(
        of_filter(&ungraded),
        Some(vec!["leads.grade=ungraded".to_owned()])
    );
    let all = of_filter(&LeadFilter::default());
    assert_eq!(all, Some(vec!["leads".to_owned()]));
    let two = LeadFilter {
        review: Some(true),
        ..ungraded
    };
    assert_eq!(of_filter(&two), None);
}
