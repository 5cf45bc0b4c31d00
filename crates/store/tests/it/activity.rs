//! The activity feed: one order over four streams.

use std::collections::BTreeSet;

use aicmo_shared::activity::{ActivityEvent, ActivityKind, SubjectType};
use aicmo_shared::approval::ApprovalState;
use aicmo_shared::audit::{ActorType, AuditAction};
use aicmo_shared::outreach::{AttemptStatus, FailureReason};
use aicmo_store::activity::{self, ActivityPosition};
use aicmo_store::{Actor, AuditEntry, StoreError};
use aicmo_test_support::{
    NOON, TestDatabase, a_campaign, a_lead, an_approval, an_attempt, on_both_databases,
};
use serde_json::json;

use crate::support::{MINUTE, an_entry_at};

async fn walk(db: &TestDatabase, kind: Option<ActivityKind>, limit: u32) -> Vec<ActivityEvent> {
    let reader = db.store().reader();
    let mut events = Vec::new();
    let mut after: Option<ActivityPosition> = None;
    loop {
        let page = activity::list(&reader, kind, after.as_ref(), limit)
            .await
            .expect("a page");
        assert_eq!(page.corrupt, []);
        events.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return events;
        }
    }
}

async fn commit(db: &TestDatabase, entry: AuditEntry) {
    let tx = db.store().begin_write().await.expect("a transaction");
    tx.commit(entry).await.expect("committed");
}

on_both_databases! {
    async fn the_feed_tells_what_happened_in_words(db: TestDatabase) {
        let campaign = a_campaign().named("Spring launch").insert(&db).await;
        let lead = a_lead().named("Ada").insert(&db).await;
        let at = |minutes: i64| NOON.plus_millis(minutes * MINUTE);
        commit(&db, AuditEntry {
            subject_type: SubjectType::Campaign,
            subject_id: Some(campaign.id.to_string()),
            campaign: Some(campaign.id),
            after: Some(json!({ "status": "PAUSED" })),
            reason: Some("holiday".to_owned()),
            ..an_entry_at(AuditAction::CampaignStatusChanged, at(1))
        }).await;
        let step = AuditEntry {
            subject_type: SubjectType::Lead,
            subject_id: Some(lead.id.to_string()),
            before: Some(json!({ "status": "NEW" })),
            after: Some(json!({ "status": "CONTACTED" })),
            ..an_entry_at(AuditAction::LeadStatusChanged, at(2))
        };
        commit(&db, step.clone()).await;
        commit(&db, AuditEntry { actor: Actor { kind: ActorType::Service, id: "loop".to_owned() }, ..step }).await;
        commit(&db, an_entry_at(AuditAction::LeadEdited, at(3))).await;
        commit(&db, an_entry_at(AuditAction::WentLive, at(4))).await;
        let attempt = an_attempt().to(lead.id).in_campaign(campaign.id);
        attempt.finished(AttemptStatus::Failed, at(5)).because(FailureReason::NoAddress).insert(&db).await;
        an_attempt().to(lead.id).in_campaign(campaign.id).insert(&db).await;
        an_approval().titled("Intro").requested_at(at(6)).closed(ApprovalState::Rejected, at(7)).insert(&db).await;

        let told: Vec<(String, Option<String>, String)> = walk(&db, None, 50)
            .await
            .into_iter()
            .map(|event| (event.title, event.detail, event.actor))
            .collect();
        let line = |title: &str, detail: Option<&str>, actor: &str| {
            (title.to_owned(), detail.map(str::to_owned), actor.to_owned())
        };
        assert_eq!(
            told,
            [
                line("Intro: rejected", Some("message"), "approver"),
                line("Approval asked for: Intro", Some("message"), "operator"),
                line("E-mail to Ada failed", Some("no address"), "system"),
                line("The server turned from mock to live", None, "operator"),
                line("Ada went from New to Contacted", None, "operator"),
                line("Spring launch was paused", Some("holiday"), "operator"),
            ]
        );
    }

    async fn every_event_is_walked_once_across_ties(db: TestDatabase) {
        let campaign = a_campaign().insert(&db).await.id;
        let lead = a_lead().insert(&db).await.id;
        for n in 0..6 {
            let at = NOON.plus_millis(n / 3);
            commit(&db, an_entry_at(AuditAction::WentLive, at)).await;
            an_attempt().to(lead).in_campaign(campaign).finished(AttemptStatus::Sent, at).insert(&db).await;
            an_approval().requested_at(at).closed(ApprovalState::Approved, at).insert(&db).await;
        }
        let whole = walk(&db, None, 200).await;
        assert_eq!(whole.len(), 24);
        let ids: BTreeSet<&str> = whole.iter().map(|event| event.id.as_str()).collect();
        assert_eq!(ids.len(), 24, "ids are unique in the feed");
        assert!(whole.windows(2).all(|pair| (pair[0].at, &pair[0].id) > (pair[1].at, &pair[1].id)));
        for limit in [1, 2, 5, 24] {
            assert_eq!(walk(&db, None, limit).await, whole, "in pages of {limit}");
        }
        for kind in ActivityKind::ALL.iter().copied() {
            let of_kind: Vec<ActivityEvent> = whole.iter().filter(|event| event.kind == kind).cloned().collect();
            assert_eq!(walk(&db, Some(kind), 4).await, of_kind, "{kind}");
        }
    }

    async fn a_place_that_is_none_is_a_defect(db: TestDatabase) {
        for id in ["", "nonsense", "a-nonsense"] {
            let place = ActivityPosition { at: NOON.as_millis(), id: id.to_owned() };
            let refused = activity::list(&db.store().reader(), None, Some(&place), 5).await;
            assert!(matches!(refused, Err(StoreError::Query { .. })), "{id:?}: {refused:?}");
        }
    }

    async fn a_corrupt_event_is_reported_beside_the_others(db: TestDatabase) {
        let sent = || an_attempt().finished(AttemptStatus::Sent, NOON);
        sent().insert(&db).await;
        let bad = sent().insert(&db).await;
        db.corrupt("outbound_attempts", "channel", bad.get(), "pigeon").await;
        let page = activity::list(&db.store().reader(), None, None, 25).await.expect("a page");
        assert_eq!(page.rows.len(), 1);
        assert_eq!((page.corrupt.len(), page.corrupt[0].id.clone()), (1, bad.to_string()));
    }
}
