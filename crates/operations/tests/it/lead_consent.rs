//! The consent of one lead: which steps are taken, what they need, and what the history keeps.

use aicmo_operations::Operations;
use aicmo_operations::leads::{change_lead_consent, create_lead, get_lead, list_lead_consent, patch_lead};
use aicmo_shared::lead::{ConsentChange, ConsentEvent, ConsentOrigin, ConsentStatus, LeadPatch};
use aicmo_shared::{ErrorCode, LeadId};
use aicmo_test_support::on_both_databases;

use super::support::{a_draft, an_operator, audit_rows, live};

fn to(status: ConsentStatus) -> ConsentChange {
    ConsentChange {
        to: status,
        reason: Some("asked by telephone".to_owned()),
        given_at: None,
        origin: None,
        evidence: None,
    }
}

async fn new_lead(ops: &Operations) -> LeadId {
    let created = create_lead(ops, &an_operator(), a_draft("ada@x.example"))
        .await
        .expect("created");
    created.lead.row.id
}

async fn history(ops: &Operations, id: LeadId) -> Vec<ConsentEvent> {
    list_lead_consent(ops, id).await.expect("told").into_data()
}

on_both_databases! {
    async fn consent_needs_its_time_origin_and_evidence(db: TestDatabase) {
        let store = db.store();
        let ops = live(&store);
        let operator = an_operator();
        let id = new_lead(&ops).await;
        let rows = audit_rows(&store).await;
        let refused = change_lead_consent(&ops, &operator, id, to(ConsentStatus::Consented)).await;
        let problem = refused.expect_err("three are missing").to_problem();
        let pointers: Vec<_> = problem.errors.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, ["/given_at", "/origin", "/evidence"]);
        let silent = ConsentChange { reason: None, ..to(ConsentStatus::Dnc) };
        let refused = change_lead_consent(&ops, &operator, id, silent).await;
        assert_eq!(refused.expect_err("no reason").code(), ErrorCode::ReasonRequired);
        let late = ConsentChange { given_at: Some(ops.now().plus_millis(1)), ..to(ConsentStatus::Dnc) };
        let refused = change_lead_consent(&ops, &operator, id, late).await.expect_err("in the future").to_problem();
        assert_eq!(refused.errors[0].pointer, "/given_at");
        let patch = LeadPatch { consent_status: Some(ConsentStatus::Consented), ..LeadPatch::default() };
        let refused = patch_lead(&ops, &operator, id, 1, patch).await.expect_err("a patch has no evidence");
        assert_eq!(refused.code(), ErrorCode::ValidationFailed);
        assert_eq!(audit_rows(&store).await, rows, "a refusal writes nothing");
        assert!(history(&ops, id).await.is_empty());

        let given = ops.now().plus_millis(-86_400_000);
        let change = ConsentChange {
            given_at: Some(given),
            origin: Some(ConsentOrigin::Form),
            evidence: Some("Form 12".to_owned()),
            ..to(ConsentStatus::Consented)
        };
        let lead = change_lead_consent(&ops, &operator, id, change).await.expect("complete");
        assert_eq!(lead.row.consent_status, ConsentStatus::Consented);
        assert_eq!((lead.consent_at, lead.consent_origin), (Some(given), Some(ConsentOrigin::Form)));
        assert_eq!(audit_rows(&store).await, rows + 1);
        let told = history(&ops, id).await;
        assert_eq!(told.len(), 1);
        assert_eq!(
            (told[0].from_status, told[0].to_status, told[0].given_at, told[0].evidence.as_deref()),
            (ConsentStatus::Unknown, ConsentStatus::Consented, given, Some("Form 12"))
        );
    }

    async fn every_pair_of_consents_moves_only_towards_do_not_contact(db: TestDatabase) {
        use ConsentStatus::{Consented, Dnc, Unknown};
        let store = db.store();
        let ops = live(&store);
        let operator = an_operator();
        for (number, (from, target)) in ConsentStatus::ALL
            .iter()
            .flat_map(|from| ConsentStatus::ALL.iter().map(move |target| (*from, *target)))
            .enumerate()
        {
            let draft = a_draft(&format!("p{number}@x.example"));
            let id = create_lead(&ops, &operator, draft).await.expect("created").lead.row.id;
            let step = |status| ConsentChange {
                given_at: Some(ops.now()),
                origin: Some(ConsentOrigin::Reply),
                evidence: Some("Mail 7".to_owned()),
                ..to(status)
            };
            if from != Unknown {
                change_lead_consent(&ops, &operator, id, step(from)).await.expect("the start");
            }
            let before = (audit_rows(&store).await, history(&ops, id).await.len());
            let outcome = change_lead_consent(&ops, &operator, id, step(target)).await;
            let after = (audit_rows(&store).await, history(&ops, id).await.len());
            let is = get_lead(&ops, id).await.expect("there").data().row.consent_status;
            match (from, target) {
                (Unknown, Consented | Dnc) | (Consented, Dnc) => {
                    assert_eq!(outcome.expect("forward").row.consent_status, target);
                    assert_eq!(after, (before.0 + 1, before.1 + 1), "{from} to {target}");
                }
                (Unknown, Unknown) | (Consented, Consented) | (Dnc, Dnc) => {
                    outcome.expect("nothing to do");
                    assert_eq!(after, before, "{from} again writes nothing");
                }
                (Consented, Unknown) | (Dnc, Unknown | Consented) => {
                    assert_eq!(outcome.expect_err("backward").code(), ErrorCode::ConsentMonotonic);
                    assert_eq!((after, is), (before, from), "{from} to {target}");
                }
            }
        }
    }

    async fn an_edit_that_stops_contact_is_in_the_history(db: TestDatabase) {
        let ops = live(&db.store());
        let operator = an_operator();
        let id = new_lead(&ops).await;
        let patch = LeadPatch { consent_status: Some(ConsentStatus::Dnc), ..LeadPatch::default() };
        patch_lead(&ops, &operator, id, 1, patch).await.expect("forward");
        let told = history(&ops, id).await;
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].to_status, told[0].origin), (ConsentStatus::Dnc, Some(ConsentOrigin::Operator)));
        let nobody = LeadId::new(uuid::Uuid::from_u128(1));
        assert_eq!(list_lead_consent(&ops, nobody).await.expect_err("nobody").code(), ErrorCode::NotFound);
    }
}
