//! Each change against each kind of lead, and each way back.

use aicmo_shared::lead::{LeadSource, LostReason};
use aicmo_shared::{CampaignId, LeadId};
use uuid::Uuid;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(2_000);

fn a_lead() -> LeadRecord {
    let id = LeadId::new(Uuid::from_u128(1));
    let mut lead = LeadRecord::new(id, "Ada", LeadSource::Manual, Timestamp::from_millis(1_000));
    lead.tags = vec!["Fair".to_owned()];
    lead
}

fn tags(tags: &[&str]) -> Vec<String> {
    tags.iter().map(|tag| (*tag).to_owned()).collect()
}

fn changed(change: &LeadChange, lead: &LeadRecord) -> (LeadRecord, Option<Was>) {
    match judge(change, lead, NOW) {
        Verdict::Changed(after, was) => (*after, was),
        other => panic!("{change:?}: {other:?}"),
    }
}

#[test]
fn a_status_follows_the_table_and_nothing_else() {
    for from in LeadStatus::ALL.iter().copied() {
        for to in LeadStatus::ALL.iter().copied() {
            let lead = LeadRecord {
                status: from,
                ..a_lead()
            };
            let change = LeadChange::Status {
                to,
                reason_code: Some(LostReason::Other),
            };
            let expected = if from == to {
                Verdict::Unchanged
            } else if from.can_become(to) {
                let after = LeadRecord {
                    status: to,
                    lost_reason: Some(LostReason::Other),
                    updated_at: NOW,
                    ..lead.clone()
                };
                Verdict::Changed(Box::new(after), Some(Was::Status(from, None)))
            } else {
                Verdict::Refused(RefusalReason::IllegalTransition)
            };
            assert_eq!(judge(&change, &lead, NOW), expected, "{from} to {to}");
        }
    }
}

#[test]
fn nobody_is_opened_again_who_must_not_be_contacted() {
    let open = LeadChange::Status {
        to: LeadStatus::New,
        reason_code: None,
    };
    let lost = LeadRecord {
        status: LeadStatus::Lost,
        ..a_lead()
    };
    let dnc = LeadRecord {
        consent_status: ConsentStatus::Dnc,
        ..lost.clone()
    };
    let gone = LeadRecord {
        lost_reason: Some(LostReason::Unsubscribed),
        ..lost.clone()
    };
    for refused in [dnc, gone] {
        assert_eq!(
            judge(&open, &refused, NOW),
            Verdict::Refused(RefusalReason::ConsentMonotonic)
        );
    }
    assert_eq!(changed(&open, &lost).0.status, LeadStatus::New);
}

#[test]
fn tags_are_compared_without_case_and_bounded() {
    let lead = a_lead();
    let add = LeadChange::AddTags {
        tags: tags(&["FAIR", "new"]),
    };
    let (after, was) = changed(&add, &lead);
    assert_eq!(after.tags, ["Fair", "new"]);
    assert_eq!(was, Some(Was::Tags(tags(&["Fair"]))));
    assert_eq!(judge(&add, &after, NOW), Verdict::Unchanged);
    let remove = LeadChange::RemoveTags {
        tags: tags(&["fair"]),
    };
    assert!(changed(&remove, &lead).0.tags.is_empty());
    let full = LeadRecord {
        tags: (0..MAX_TAGS).map(|n| n.to_string()).collect(),
        ..lead
    };
    assert_eq!(
        judge(&add, &full, NOW),
        Verdict::Refused(RefusalReason::TooManyTags)
    );
}

#[test]
fn do_not_contact_is_final_and_said_with_its_origin() {
    let lead = a_lead();
    let (after, was) = changed(&LeadChange::DoNotContact {}, &lead);
    assert_eq!(after.consent_status, ConsentStatus::Dnc);
    assert_eq!(after.consent_origin, Some(ConsentOrigin::Operator));
    assert_eq!(was, None, "it cannot be given back");
    assert_eq!(
        judge(&LeadChange::DoNotContact {}, &after, NOW),
        Verdict::Unchanged
    );
}

#[test]
fn what_was_taken_back_is_as_it_was() {
    let lead = LeadRecord {
        owner: Some("Grace".to_owned()),
        ..a_lead()
    };
    let campaign = Some(CampaignId::new(Uuid::from_u128(9)));
    for change in [
        LeadChange::Status {
            to: LeadStatus::Qualified,
            reason_code: None,
        },
        LeadChange::AddTags {
            tags: tags(&["a", "b"]),
        },
        LeadChange::RemoveTags {
            tags: tags(&["FAIR"]),
        },
        LeadChange::Owner { owner: None },
        LeadChange::Campaign { campaign },
    ] {
        let (after, was) = changed(&change, &lead);
        let was = was.expect("it can be taken back");
        let back = taken_back(&change, &was, after.version, &after, NOW).expect("nobody touched it");
        assert_eq!(
            back,
            LeadRecord {
                updated_at: NOW,
                ..lead.clone()
            },
            "{change:?}"
        );
    }
}

#[test]
fn what_somebody_changed_since_stays() {
    let lead = a_lead();
    let owner = LeadChange::Owner {
        owner: Some("Grace".to_owned()),
    };
    let (mut after, was) = changed(&owner, &lead);
    after.owner = Some("Ada".to_owned());
    assert_eq!(taken_back(&owner, &was.expect("kept"), 1, &after, NOW), None);

    let step = LeadChange::Status {
        to: LeadStatus::Qualified,
        reason_code: None,
    };
    let (mut after, was) = changed(&step, &lead);
    after.version += 1;
    assert_eq!(
        taken_back(&step, &was.expect("kept"), lead.version, &after, NOW),
        None
    );

    // A tag that was there before is not the bulk change's to take; one that came since stays.
    let add = LeadChange::AddTags {
        tags: tags(&["fair", "new"]),
    };
    let (mut after, was) = changed(&add, &lead);
    after.tags.push("later".to_owned());
    let back = taken_back(&add, &was.expect("kept"), 1, &after, NOW).expect("one tag goes");
    assert_eq!(back.tags, ["Fair", "later"]);
}
