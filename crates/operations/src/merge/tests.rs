//! Merging fills, unites and moves forward; it never takes anything back.

use aicmo_shared::lead::{LeadGrade, LeadStatus, ReviewType};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const NOON: Timestamp = Timestamp::from_millis(1_768_478_400_000);

#[expect(
    clippy::unnecessary_wraps,
    reason = "the fields are options; the tests stay narrow"
)]
fn owned(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn lead() -> LeadRecord {
    LeadRecord::new(LeadId::new(Uuid::from_u128(1)), "Ada", LeadSource::Manual, NOON)
}

fn incoming() -> Incoming {
    Incoming::from_source(LeadSource::Csv, NOON)
}

#[test]
fn empty_fields_are_filled_and_full_ones_are_kept() {
    let existing = LeadRecord {
        company: owned("Old Ltd"),
        email: owned("ada@old.example"),
        ..lead()
    };
    let merged = merge(
        &existing,
        &Incoming {
            name: owned("Ada Lovelace"),
            company: owned("New Ltd"),
            title: owned("CEO"),
            email: owned("ada@new.example"),
            phone: owned("+43 1 5550100"),
            phone_e164: owned("+4315550100"),
            ..incoming()
        },
    );
    assert_eq!(merged.filled, ["title", "phone"]);
    assert_eq!(merged.after.name, "Ada", "a real name is not replaced");
    assert_eq!(merged.after.company, owned("Old Ltd"));
    assert_eq!(merged.after.email, owned("ada@old.example"));
    assert_eq!(merged.after.phone_e164, owned("+4315550100"));
}

#[test]
fn a_made_up_name_gives_way_to_a_real_one_only() {
    let existing = LeadRecord {
        name_derived: true,
        ..lead()
    };
    let made_up = merge(
        &existing,
        &Incoming {
            company: owned("Works"),
            ..incoming()
        },
    );
    assert_eq!(
        (made_up.after.name.as_str(), made_up.after.name_derived),
        ("Ada", true)
    );
    let real = merge(
        &existing,
        &Incoming {
            first_name: owned("Ada"),
            last_name: owned("Lovelace"),
            ..incoming()
        },
    );
    assert_eq!(
        (real.after.name.as_str(), real.after.name_derived),
        ("Ada Lovelace", false)
    );
    assert!(real.filled.contains(&"name".to_owned()));
}

#[test]
fn status_owner_campaign_grade_and_flag_are_never_touched() {
    let existing = LeadRecord {
        status: LeadStatus::Lost,
        grade: Some(LeadGrade::B),
        requires_human_review: true,
        review_type: Some(ReviewType::Pricing),
        ..lead()
    };
    let merged = merge(
        &existing,
        &Incoming {
            owner: owned("someone"),
            campaign: Some(CampaignId::new(Uuid::from_u128(9))),
            ..incoming()
        },
    );
    assert!(merged.filled.is_empty());
    assert_eq!(merged.after, existing);
}

#[test]
fn tags_are_united_without_regard_to_case() {
    let existing = LeadRecord {
        tags: vec!["Fair".to_owned()],
        ..lead()
    };
    let merged = merge(
        &existing,
        &Incoming {
            tags: vec!["fair".to_owned(), "vip".to_owned()],
            ..incoming()
        },
    );
    assert_eq!(merged.after.tags, ["Fair", "vip"]);
    assert_eq!(merged.filled, ["tags"]);
}

#[test]
fn touches_move_the_last_forward_and_the_first_backward_only() {
    let touched = |minutes: i64| Incoming {
        touched_at: NOON.plus_millis(minutes * 60_000),
        ..incoming()
    };
    let later = merge(&lead(), &touched(5)).after;
    assert_eq!(
        (later.first_touch_at, later.last_touch_at),
        (NOON, NOON.plus_millis(300_000))
    );
    let earlier = merge(&later, &touched(-5)).after;
    assert_eq!(earlier.first_touch_at, NOON.plus_millis(-300_000));
    assert_eq!(earlier.last_touch_at, NOON.plus_millis(300_000));
}

#[test]
fn a_name_is_the_name_then_both_names_then_company_then_mailbox() {
    let check = |incoming: Incoming, expected: Option<(&str, bool)>| {
        let expected = expected.map(|(name, derived)| (name.to_owned(), derived));
        assert_eq!(incoming.display_name(), expected);
    };
    let all = Incoming {
        name: owned("Ada"),
        first_name: owned("A"),
        last_name: owned("L"),
        company: owned("Works"),
        email: owned("ada.l@x.example"),
        ..incoming()
    };
    check(all.clone(), Some(("Ada", false)));
    let all = Incoming { name: None, ..all };
    check(all.clone(), Some(("A L", false)));
    let all = Incoming {
        first_name: None,
        last_name: None,
        ..all
    };
    check(all.clone(), Some(("Works", true)));
    let all = Incoming { company: None, ..all };
    check(all.clone(), Some(("ada.l", true)));
    check(Incoming { email: None, ..all }, None);
}

fn any_consent() -> impl Strategy<Value = Option<(ConsentStatus, ConsentOrigin)>> {
    prop::option::of(
        prop::sample::select(ConsentStatus::ALL).prop_map(|status| (status, ConsentOrigin::Import)),
    )
}

proptest! {
    #[test]
    fn consent_never_moves_back_whatever_arrives_in_whatever_order(
        arrivals in prop::collection::vec(any_consent(), 0..12)
    ) {
        let mut lead = lead();
        let mut must_not_contact = false;
        for consent in arrivals {
            must_not_contact |= consent.is_some_and(|(status, _)| status == ConsentStatus::Dnc);
            let after = merge(&lead, &Incoming { consent, ..incoming() }).after;
            let kept = after.consent_status == lead.consent_status;
            prop_assert!(kept || lead.consent_status.can_become(after.consent_status));
            lead = after;
            prop_assert_eq!(lead.consent_status == ConsentStatus::Dnc, must_not_contact);
        }
    }

    #[test]
    fn merging_the_same_record_again_changes_nothing(
        company in prop::option::of("[a-z]{1,5}"),
        tags in prop::collection::vec("[a-z]{1,3}", 0..5),
        consent in any_consent(),
    ) {
        let incoming = Incoming { company, tags, consent, ..incoming() };
        let once = merge(&lead(), &incoming).after;
        let twice = merge(&once, &incoming);
        prop_assert_eq!(&twice.after, &once);
        prop_assert!(twice.filled.is_empty());
    }
}
