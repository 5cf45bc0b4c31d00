//! Steps of a lead along its table, and the reasons they need.

use std::sync::Arc;

use aicmo_operations::leads::{change_lead_status, create_lead, get_lead, list_lead_events, patch_lead};
use aicmo_operations::{OperationError, Operations};
use aicmo_shared::closed_enum::{Lifecycle as _, UnknownValue};
use aicmo_shared::lead::{ConsentStatus, LeadEventKind, LeadPatch, LeadStatus, LeadStatusChange, LostReason};
use aicmo_shared::{ErrorCode, LeadId};
use aicmo_store::leads::LeadRecord;
use aicmo_test_support::{TestDatabase, on_both_databases};

use crate::support::{a_draft, a_record, an_operator, audit_rows, live, put};

fn change(to: LeadStatus) -> LeadStatusChange {
    LeadStatusChange {
        to,
        reason_code: None,
        reason: None,
    }
}

/// A step with every reason that it can need and none that it must not have.
fn reasoned(to: LeadStatus) -> LeadStatusChange {
    LeadStatusChange {
        to,
        reason_code: (to == LeadStatus::Lost).then_some(LostReason::LowIcpFit),
        reason: Some("Asked for by the test.".to_owned()),
    }
}

async fn put_in(ops: &Arc<Operations>, db: &TestDatabase, status: LeadStatus) -> LeadId {
    let record = LeadRecord {
        status,
        ..a_record(ops, "Walker")
    };
    put(&db.store(), std::slice::from_ref(&record)).await;
    record.id
}

on_both_databases! {
    async fn exactly_the_listed_steps_of_all_pairs_are_taken(db: TestDatabase) {
        let store = db.store();
        let ops = live(&store);
        for from in LeadStatus::ALL {
            for to in LeadStatus::ALL {
                let id = put_in(&ops, &db, *from).await;
                let rows = audit_rows(&store).await;
                let outcome = change_lead_status(&ops, &an_operator(), id, 1, reasoned(*to)).await;
                let lead = get_lead(&ops, id).await.expect("it is there").into_data();
                if from.can_become(*to) {
                    let changed = outcome.unwrap_or_else(|error| panic!("{from} to {to}: {error}"));
                    assert_eq!(changed, lead, "{from} to {to}: the answer is what is kept");
                    assert_eq!((lead.row.status, lead.row.version), (*to, 2));
                    assert_eq!(lead.lost_reason.is_some(), *to == LeadStatus::Lost, "{from} to {to}");
                    assert_eq!(audit_rows(&store).await, rows + 1, "{from} to {to}");
                } else {
                    let problem = outcome.expect_err("not in the table").to_problem();
                    assert_eq!(problem.code, ErrorCode::IllegalTransition, "{from} to {to}");
                    assert_eq!(problem.extras["current"], from.as_str());
                    let legal: Vec<_> = from.successors().iter().map(|status| status.as_str()).collect();
                    assert_eq!(problem.extras["legal"], serde_json::json!(legal));
                    assert_eq!((lead.row.status, lead.row.version), (*from, 1), "{from} to {to}");
                    assert_eq!(audit_rows(&store).await, rows, "{from} to {to}: no row for a refusal");
                }
            }
        }
    }

    async fn giving_up_needs_a_code_and_opening_again_needs_words(db: TestDatabase) {
        let ops = live(&db.store());
        let id = put_in(&ops, &db, LeadStatus::New).await;
        let operator = an_operator();
        let refused = change_lead_status(&ops, &operator, id, 1, change(LeadStatus::Lost)).await;
        let problem = refused.expect_err("no code").to_problem();
        assert_eq!(problem.code, ErrorCode::ReasonRequired);
        assert_eq!(problem.errors[0].pointer, "/reason_code");
        assert_eq!(problem.extras["legal"].as_array().map(Vec::len), Some(LostReason::ALL.len()));

        let code = LeadStatusChange { reason_code: Some(LostReason::Other), ..change(LeadStatus::Qualified) };
        let refused = change_lead_status(&ops, &operator, id, 1, code).await;
        assert_eq!(refused.expect_err("a code without LOST").code(), ErrorCode::ValidationFailed);

        change_lead_status(&ops, &operator, id, 1, reasoned(LeadStatus::Lost)).await.expect("with a code");
        for reason in [None, Some("ab".to_owned()), Some("   ".to_owned())] {
            let open = LeadStatusChange { reason, ..change(LeadStatus::New) };
            let refused = change_lead_status(&ops, &operator, id, 2, open).await;
            assert_eq!(refused.expect_err("too short").code(), ErrorCode::ReasonRequired);
        }
        let long = LeadStatusChange { reason: Some("x".repeat(501)), ..change(LeadStatus::New) };
        let refused = change_lead_status(&ops, &operator, id, 2, long).await;
        assert_eq!(refused.expect_err("too long").code(), ErrorCode::ValidationFailed);
        let opened = change_lead_status(&ops, &operator, id, 2, reasoned(LeadStatus::New)).await.expect("reopened");
        assert_eq!((opened.row.status, opened.lost_reason), (LeadStatus::New, None));
    }

    async fn a_person_who_must_not_be_contacted_is_never_opened_again(db: TestDatabase) {
        let ops = live(&db.store());
        let dnc = LeadRecord {
            status: LeadStatus::Lost,
            consent_status: ConsentStatus::Dnc,
            ..a_record(&ops, "Dora")
        };
        let unsubscribed = LeadRecord {
            status: LeadStatus::Lost,
            lost_reason: Some(LostReason::Unsubscribed),
            ..a_record(&ops, "Udo")
        };
        put(&db.store(), &[dnc.clone(), unsubscribed.clone()]).await;
        for id in [dnc.id, unsubscribed.id] {
            let refused = change_lead_status(&ops, &an_operator(), id, 1, reasoned(LeadStatus::New)).await;
            assert_eq!(refused.expect_err("never").code(), ErrorCode::ConsentMonotonic);
            let lead = get_lead(&ops, id).await.expect("it is there").into_data();
            assert_eq!(lead.row.status, LeadStatus::Lost);
        }
    }

    async fn a_step_under_an_old_version_is_refused_with_the_current_one(db: TestDatabase) {
        let ops = live(&db.store());
        let id = put_in(&ops, &db, LeadStatus::New).await;
        let edit = LeadPatch { name: Some("Edited".to_owned()), ..LeadPatch::default() };
        patch_lead(&ops, &an_operator(), id, 1, edit).await.expect("edited");
        let stale = change_lead_status(&ops, &an_operator(), id, 1, change(LeadStatus::Enriched)).await;
        let problem = stale.expect_err("stale").to_problem();
        assert_eq!(problem.code, ErrorCode::VersionConflict);
        assert_eq!(problem.extras["current"], 2);
    }

    async fn a_word_that_is_no_status_is_refused_before_anything_is_asked(db: TestDatabase) {
        let store = db.store();
        let ops = live(&store);
        put_in(&ops, &db, LeadStatus::New).await;
        let rows = audit_rows(&store).await;
        let body = r#"{"to":"ENGAGED"}"#;
        let refused = serde_json::from_str::<LeadStatusChange>(body).expect_err("not one of the eight");
        let unknown = UnknownValue::from_message(&refused.to_string()).expect("an unknown value");
        assert_eq!(unknown.legal.len(), 8);
        assert_eq!(audit_rows(&store).await, rows);
    }

    async fn a_step_stands_in_the_timeline_with_its_actor(db: TestDatabase) {
        let ops = live(&db.store());
        let created = create_lead(&ops, &an_operator(), a_draft("ada@x.example")).await.expect("created");
        let id = created.lead.row.id;
        change_lead_status(&ops, &an_operator(), id, 1, reasoned(LeadStatus::Lost)).await.expect("lost");
        let events = list_lead_events(&ops, id).await.expect("events").into_data();
        assert!(events.is_sorted_by(|a, b| a.at >= b.at));
        assert!(events.iter().any(|event| event.kind == LeadEventKind::Touch), "{events:?}");
        let lost = events.iter().find(|event| event.title.contains("LOST") || event.title.contains("Lost"));
        let lost = lost.unwrap_or_else(|| panic!("the step is missing: {events:?}"));
        assert_eq!(lost.kind, LeadEventKind::Status);
        assert!(lost.actor.contains("olga"), "{lost:?}");
    }

    async fn a_lead_that_does_not_exist_is_not_found(db: TestDatabase) {
        let ops = live(&db.store());
        let id = a_record(&ops, "nobody").id;
        let outcomes = [
            get_lead(&ops, id).await.map(drop),
            list_lead_events(&ops, id).await.map(drop),
            change_lead_status(&ops, &an_operator(), id, 1, change(LeadStatus::Enriched)).await.map(drop),
            patch_lead(&ops, &an_operator(), id, 1, LeadPatch::default()).await.map(drop),
        ];
        for outcome in outcomes {
            assert!(matches!(outcome, Err(OperationError::NotFound(_))), "{outcome:?}");
        }
    }
}
