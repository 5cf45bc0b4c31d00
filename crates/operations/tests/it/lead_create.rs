//! Bringing one person in: new, merged, unchanged, suppressed, or refused.

use aicmo_operations::leads::{create_lead, get_lead, list_lead_events, list_leads, patch_lead};
use aicmo_operations::{OperationError, campaigns};
use aicmo_shared::api::LeadQuery;
use aicmo_shared::campaign::{CampaignDraft, CampaignObjective};
use aicmo_shared::lead::{
    ConsentStatus, IdentityKind, LeadDraft, LeadEventKind, LeadOutcome, LeadPatch, LeadStatus, Utm,
};
use aicmo_shared::{CampaignId, ErrorCode};
use aicmo_test_support::on_both_databases;
use uuid::Uuid;

use crate::support::{FrozenClock, HOUR, NOON, a_draft, an_operator, audit_rows, live, live_at};

#[expect(
    clippy::unnecessary_wraps,
    reason = "the fields are options; the tests stay narrow"
)]
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn a_campaign(name: &str) -> CampaignDraft {
    CampaignDraft {
        name: name.to_owned(),
        client: None,
        objective: CampaignObjective::Sales,
        description: None,
        time_zone: None,
        start_on: None,
        end_on: None,
    }
}

/// The pointer and the code of the only fault.
fn fault(outcome: Result<impl std::fmt::Debug, OperationError>) -> (String, String) {
    match outcome.expect_err("refused") {
        OperationError::Validation(faults) => {
            assert_eq!(faults.len(), 1, "{faults:?}");
            (faults[0].pointer.clone(), faults[0].code.clone())
        }
        other => panic!("{other:?}"),
    }
}

on_both_databases! {
    async fn a_new_person_becomes_a_lead_with_a_touch_and_one_audit_row(db: TestDatabase) {
        let store = db.store();
        let ops = live(&store);
        let draft = LeadDraft {
            name: some("  Ada Lovelace "),
            company: some("Engines"),
            phone: some("+43 1 555 0100"),
            linkedin_url: some("https://www.linkedin.com/in/Ada-L/?x=1"),
            tags: vec!["fair".to_owned(), "Fair".to_owned()],
            utm: Utm { campaign: some("spring"), ..Utm::default() },
            ..a_draft(" Ada@Engines.Example ")
        };
        let created = create_lead(&ops, &an_operator(), draft).await.expect("created");
        assert_eq!(created.outcome, LeadOutcome::New);
        assert!(created.warnings.is_empty(), "{:?}", created.warnings);
        let lead = created.lead;
        assert_eq!((lead.row.name.as_str(), lead.row.name_derived), ("Ada Lovelace", false));
        assert_eq!(lead.row.email.as_deref(), Some("ada@engines.example"));
        assert_eq!(lead.phone_e164.as_deref(), Some("+4315550100"));
        assert_eq!(lead.linkedin_url.as_deref(), Some("linkedin.com/in/ada-l"));
        assert_eq!(lead.row.tags, ["fair"]);
        assert_eq!((lead.row.status, lead.row.version), (LeadStatus::New, 1));
        assert_eq!(lead.row.consent_status, ConsentStatus::Unknown);
        assert_eq!(
            lead.identities,
            [IdentityKind::Email, IdentityKind::Phone, IdentityKind::Linkedin]
        );
        assert_eq!((lead.first_touch_at, lead.row.created_at), (NOON, NOON));
        assert_eq!(audit_rows(&store).await, 1);
        let events = list_lead_events(&ops, lead.row.id).await.expect("events").into_data();
        let touches = events.iter().filter(|event| event.kind == LeadEventKind::Touch).count();
        assert_eq!(touches, 1);
    }

    async fn the_same_address_in_other_case_from_another_campaign_is_one_lead_and_two_touches(db: TestDatabase) {
        let store = db.store();
        let clock = FrozenClock::at(NOON);
        let ops = live_at(&store, clock.clone());
        let operator = an_operator();
        let first = campaigns::create_campaign(&ops, &operator, a_campaign("First")).await.expect("created");
        let second = campaigns::create_campaign(&ops, &operator, a_campaign("Second")).await.expect("created");
        let draft = LeadDraft { campaign: Some(first.id), ..a_draft("ada@x.example") };
        let new = create_lead(&ops, &operator, draft).await.expect("created");
        clock.advance(HOUR);
        let again = LeadDraft { campaign: Some(second.id), ..a_draft("ADA@X.EXAMPLE") };
        let known = create_lead(&ops, &operator, again).await.expect("known");
        assert_eq!(known.outcome, LeadOutcome::Unchanged);
        assert_eq!(known.lead.row.id, new.lead.row.id);
        assert_ne!(known.touch_id, new.touch_id);
        assert_eq!(known.lead.row.campaign.as_ref().map(|campaign| campaign.id), Some(first.id));
        assert_eq!(known.lead.row.last_touch_at, NOON.plus_millis(HOUR));
        assert_eq!(known.lead.first_touch_at, NOON);
        let all = list_leads(&ops, &LeadQuery::default()).await.expect("leads").into_data();
        assert_eq!(all.len(), 1);
        let events = list_lead_events(&ops, new.lead.row.id).await.expect("events").into_data();
        assert_eq!(events.iter().filter(|event| event.kind == LeadEventKind::Touch).count(), 2);
        assert_eq!(audit_rows(&store).await, 4, "two campaigns and two touches");
    }

    async fn a_merge_fills_blanks_and_says_which(db: TestDatabase) {
        let ops = live(&db.store());
        let operator = an_operator();
        create_lead(&ops, &operator, a_draft("ada.l@x.example")).await.expect("created");
        let more = LeadDraft {
            name: some("Ada Lovelace"),
            title: some("CEO"),
            linkedin_url: some("linkedin.com/in/ada"),
            ..a_draft("ada.l@x.example")
        };
        let merged = create_lead(&ops, &operator, more).await.expect("merged");
        assert_eq!(merged.outcome, LeadOutcome::Merged);
        assert_eq!(merged.filled, ["name", "title", "linkedin_url", "identities"]);
        assert_eq!(merged.lead.row.name, "Ada Lovelace");
        let by_profile = LeadDraft {
            title: some("Chairwoman"),
            linkedin_url: some("linkedin.com/in/ada"),
            ..LeadDraft::default()
        };
        let found = create_lead(&ops, &operator, by_profile).await;
        assert_eq!(fault(found), ("/name".to_owned(), "name_missing".to_owned()));
        let by_profile = LeadDraft {
            name: some("A. Lovelace"),
            title: some("Chairwoman"),
            linkedin_url: some("linkedin.com/in/ada"),
            ..LeadDraft::default()
        };
        let found = create_lead(&ops, &operator, by_profile).await.expect("found by the profile");
        assert_eq!(found.lead.row.id, merged.lead.row.id);
        assert_eq!(found.lead.row.title.as_deref(), Some("CEO"), "a full field is kept");
    }

    async fn a_name_that_is_missing_is_made_and_marked(db: TestDatabase) {
        let ops = live(&db.store());
        let made = create_lead(&ops, &an_operator(), a_draft("ada.l@x.example")).await.expect("created").lead;
        assert_eq!((made.row.name.as_str(), made.row.name_derived), ("ada.l", true));
        let joined = LeadDraft { first_name: some("Bo"), last_name: some("Lang"), ..a_draft("bo@x.example") };
        let joined = create_lead(&ops, &an_operator(), joined).await.expect("created").lead;
        assert_eq!((joined.row.name.as_str(), joined.row.name_derived), ("Bo Lang", false));
        let named = LeadPatch { name: some("Ada Lovelace"), ..LeadPatch::default() };
        let named = patch_lead(&ops, &an_operator(), made.row.id, 1, named).await.expect("named");
        assert!(!named.row.name_derived);
    }

    async fn identities_of_two_people_are_refused_and_both_are_named(db: TestDatabase) {
        let store = db.store();
        let ops = live(&store);
        let operator = an_operator();
        let ada = create_lead(&ops, &operator, a_draft("ada@x.example")).await.expect("created");
        let bo = LeadDraft { name: some("Bo"), linkedin_url: some("linkedin.com/in/bo"), ..LeadDraft::default() };
        let bo = create_lead(&ops, &operator, bo).await.expect("created");
        let rows = audit_rows(&store).await;
        let both = LeadDraft { linkedin_url: some("linkedin.com/in/bo"), ..a_draft("ada@x.example") };
        let problem = create_lead(&ops, &operator, both).await.expect_err("two people").to_problem();
        assert_eq!(problem.code, ErrorCode::IdentityConflict);
        let named = serde_json::json!([ada.lead.row.id, bo.lead.row.id]);
        assert_eq!(problem.extras["leads"], named);
        assert_eq!(audit_rows(&store).await, rows, "nothing was written");
    }

    async fn a_switchboard_number_does_not_make_two_people_one(db: TestDatabase) {
        let ops = live(&db.store());
        let operator = an_operator();
        let at_desk = |name: &str, email: Option<&str>| LeadDraft {
            name: some(name),
            email: email.and_then(some),
            phone: some("+43 1 555 0100"),
            ..LeadDraft::default()
        };
        let ada = create_lead(&ops, &operator, at_desk("Ada", Some("ada@x.example"))).await.expect("created");
        let bo = create_lead(&ops, &operator, at_desk("Bo", Some("bo@x.example"))).await.expect("created");
        assert_eq!(bo.outcome, LeadOutcome::New);
        assert_eq!(bo.lead.identities, [IdentityKind::Email]);
        assert_eq!(bo.lead.row.phone.as_deref(), Some("+43 1 555 0100"), "kept as contact data");
        assert_eq!(bo.warnings.len(), 1, "{:?}", bo.warnings);
        let only_phone = create_lead(&ops, &operator, at_desk("Cy", None)).await;
        assert_eq!(fault(only_phone), ("/phone".to_owned(), "identity_shared".to_owned()));
        let ada_again = create_lead(&ops, &operator, at_desk("ADA", None)).await.expect("names agree");
        assert_eq!(ada_again.lead.row.id, ada.lead.row.id);
    }

    async fn an_address_that_cannot_be_used_is_a_warning_beside_another_and_a_fault_alone(db: TestDatabase) {
        let ops = live(&db.store());
        let operator = an_operator();
        let alone = create_lead(&ops, &operator, a_draft("not an address")).await;
        assert_eq!(fault(alone), ("/email".to_owned(), "email_invalid".to_owned()));
        let nothing = create_lead(&ops, &operator, LeadDraft { name: some("Ada"), ..LeadDraft::default() }).await;
        assert_eq!(fault(nothing), ("/email".to_owned(), "identity_missing".to_owned()));
        let national = LeadDraft { name: some("Ada"), phone: some("01 555 0100"), ..LeadDraft::default() };
        let national = create_lead(&ops, &operator, national).await;
        assert_eq!(fault(national), ("/phone".to_owned(), "identity_missing".to_owned()));
        let beside = LeadDraft {
            name: some("Ada"),
            linkedin_url: some("linkedin.com/in/ada"),
            ..a_draft("not an address")
        };
        let beside = create_lead(&ops, &operator, beside).await.expect("the profile is enough");
        assert_eq!(beside.lead.row.email, None);
        assert_eq!(beside.warnings.len(), 1, "{:?}", beside.warnings);
    }

    async fn every_field_at_fault_is_named_at_once(db: TestDatabase) {
        let store = db.store();
        let ops = live(&store);
        let draft = LeadDraft {
            name: some(&"x".repeat(201)),
            company: some("a\u{0}b"),
            notes: some(&"n".repeat(10_001)),
            ..a_draft("ada@x.example")
        };
        let problem = create_lead(&ops, &an_operator(), draft).await.expect_err("three faults").to_problem();
        let pointers: Vec<_> = problem.errors.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, ["/name", "/company", "/notes"]);
        assert_eq!(problem.code, ErrorCode::ValidationFailed);
        let lost = LeadDraft { campaign: Some(CampaignId::new(Uuid::from_u128(9))), ..a_draft("a@x.example") };
        let lost = create_lead(&ops, &an_operator(), lost).await;
        assert_eq!(fault(lost), ("/campaign".to_owned(), "campaign_unknown".to_owned()));
        assert_eq!(audit_rows(&store).await, 0);
    }

    async fn do_not_contact_stays_through_merges_edits_and_new_drafts(db: TestDatabase) {
        let ops = live(&db.store());
        let operator = an_operator();
        let id = create_lead(&ops, &operator, a_draft("ada@x.example")).await.expect("created").lead.row.id;
        let dnc = |consent| LeadPatch { consent_status: Some(consent), ..LeadPatch::default() };
        patch_lead(&ops, &operator, id, 1, dnc(ConsentStatus::Dnc)).await.expect("forward");
        let again = create_lead(&ops, &operator, a_draft("ada@x.example")).await.expect("known");
        assert_eq!(again.outcome, LeadOutcome::Suppressed);
        for consent in [ConsentStatus::Consented, ConsentStatus::Unknown] {
            let version = get_lead(&ops, id).await.expect("there").data().row.version;
            let refused = patch_lead(&ops, &operator, id, version, dnc(consent)).await;
            assert_eq!(refused.expect_err("backward").code(), ErrorCode::ConsentMonotonic);
        }
        let lead = get_lead(&ops, id).await.expect("there").into_data();
        assert_eq!(lead.row.consent_status, ConsentStatus::Dnc);
        assert!(lead.consent_at.is_some() && lead.consent_origin.is_some());
    }

    async fn the_same_person_arriving_many_times_at_once_is_one_lead(db: TestDatabase) {
        let store = db.store();
        let ops = live(&store);
        let arrivals: Vec<_> = (0..8)
            .map(|_| {
                let ops = ops.clone();
                tokio::spawn(async move { create_lead(&ops, &an_operator(), a_draft("ada@x.example")).await })
            })
            .collect();
        let mut new = 0;
        for arrival in arrivals {
            let created = arrival.await.expect("no panic").expect("written");
            new += usize::from(created.outcome == LeadOutcome::New);
        }
        assert_eq!(new, 1);
        let all = list_leads(&ops, &LeadQuery::default()).await.expect("leads");
        assert_eq!(all.data().len(), 1);
        let events = list_lead_events(&ops, all.data()[0].id).await.expect("events").into_data();
        assert_eq!(events.iter().filter(|event| event.kind == LeadEventKind::Touch).count(), 8);
        assert_eq!(audit_rows(&store).await, 8);
    }
}
