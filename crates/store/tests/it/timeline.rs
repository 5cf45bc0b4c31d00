//! The timeline of one lead.

use aicmo_shared::TouchId;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::{ActorType, AuditAction};
use aicmo_shared::lead::{LeadEventKind, LeadSource, LeadStatus, LostReason, Utm};
use aicmo_store::lead_history::{self, StatusStep};
use aicmo_store::touches::{self, TouchRecord};
use aicmo_store::{Actor, AuditEntry, new_id, timeline};
use aicmo_test_support::{NOON, a_lead, on_both_databases};

use crate::support::{HOUR, MINUTE, an_entry_at};

on_both_databases! {
    async fn a_timeline_tells_touches_steps_and_edits_newest_first(db: TestDatabase) {
        let lead = a_lead().insert(&db).await;
        let other = a_lead().insert(&db).await;
        let touch = |lead, minutes: i64| TouchRecord {
            id: TouchId::new(new_id(NOON)),
            lead,
            campaign: None,
            source: LeadSource::Csv,
            source_channel: Some("fair".to_owned()),
            source_ref: None,
            utm: Utm { source: Some("news".to_owned()), ..Utm::default() },
            import: None,
            touched_at: NOON.plus_millis(minutes * MINUTE),
        };
        let step = StatusStep {
            lead: lead.id,
            from: Some(LeadStatus::New),
            to: LeadStatus::Lost,
            actor: Actor { kind: ActorType::User, id: "grace".to_owned() },
            reason_code: Some(LostReason::Competitor),
            reason: Some("works for the other side".to_owned()),
            at: NOON.plus_millis(30 * MINUTE),
        };
        let tx = db.store().begin_write().await.expect("a transaction");
        touches::append(&tx, &[touch(lead.id, 0), touch(other.id, 1), touch(lead.id, 60)]).await.expect("touches");
        lead_history::append(&tx, &[step]).await.expect("a step");
        let edit = AuditEntry {
            subject_type: SubjectType::Lead,
            subject_id: Some(lead.id.to_string()),
            after: Some(serde_json::json!({ "title": "CEO", "company": null })),
            ..an_entry_at(AuditAction::LeadEdited, NOON.plus_millis(2 * HOUR))
        };
        tx.commit(edit).await.expect("committed");

        let reader = db.store().reader();
        let events = timeline::list(&reader, lead.id, 100).await.expect("the timeline");
        assert_eq!(events.corrupt, []);
        let told: Vec<_> = events.rows.iter().map(|event| (event.kind, event.title.as_str())).collect();
        assert_eq!(
            told,
            [
                (LeadEventKind::Edit, "Edited"),
                (LeadEventKind::Touch, "Touch: File import"),
                (LeadEventKind::Status, "Status went from New to Lost"),
                (LeadEventKind::Touch, "Touch: File import"),
            ]
        );
        assert_eq!(events.rows[0].detail.as_deref(), Some("company, title"));
        assert_eq!(events.rows[1].detail.as_deref(), Some("fair, utm_source news"));
        assert_eq!(events.rows[2].detail.as_deref(), Some("competitor: works for the other side"));
        assert_eq!(events.rows[2].actor, "grace");
        let newest = timeline::list(&reader, lead.id, 1).await.expect("the timeline");
        assert_eq!(newest.rows, events.rows[..1]);
    }
}
