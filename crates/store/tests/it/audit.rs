//! The audit trail: one row per change, a chain that can be computed again, and no way back.

use aicmo_shared::CampaignId;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::{ActorType, AuditAction};
use aicmo_store::{Actor, AuditChain, AuditEntry, leads, new_id, verify_audit_chain};
use aicmo_test_support::{DatabaseKind, NOON, TestDatabase, a_lead, on_both_databases};
use serde_json::json;

use crate::support::an_entry;

async fn commit(db: &TestDatabase, entry: AuditEntry) {
    let tx = db.store().begin_write().await.expect("a transaction");
    tx.commit(entry).await.expect("committed");
}

/// Does what the triggers refuse, as somebody with the rights to drop them would.
async fn tamper(db: &TestDatabase, sql: &str) {
    let (lift, set) = match db.kind() {
        DatabaseKind::Sqlite => (
            &[
                "DROP TRIGGER audit_log_refuse_update",
                "DROP TRIGGER audit_log_refuse_delete",
            ][..],
            sql,
        ),
        DatabaseKind::Postgres => (&["ALTER TABLE audit_log DISABLE TRIGGER ALL"][..], sql),
    };
    for statement in lift {
        db.execute(statement, vec![]).await;
    }
    assert_eq!(db.execute(set, vec![]).await, 1);
}

fn fine(rows: u64) -> AuditChain {
    AuditChain {
        rows,
        broken_at: None,
    }
}

on_both_databases! {
    async fn a_row_comes_back_as_it_was_written(db: TestDatabase) {
        let entry = AuditEntry {
            actor: Actor { kind: ActorType::ApiKey, id: "key-1".to_owned() },
            action: AuditAction::CampaignStatusChanged,
            subject_type: SubjectType::Campaign,
            subject_id: Some("some id".to_owned()),
            campaign: Some(CampaignId::new(new_id(NOON))),
            before: Some(json!({ "status": "ACTIVE", "score": 0.1, "z": [1, { "b": null, "a": "ä\"\n" }] })),
            after: Some(json!({ "status": "PAUSED" })),
            reason: Some("because".to_owned()),
            request_id: "r1".to_owned(),
            at: NOON,
        };
        commit(&db, entry.clone()).await;
        let rows = db.audit_events().await;
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].entry, entry);
        assert_eq!((rows[0].seq, rows[0].prev_hash.as_str(), rows[0].hash.len()), (1, "", 64));
        assert_eq!(verify_audit_chain(&db.store().reader()).await.expect("verified"), fine(1));
    }

    async fn every_commit_writes_one_row_and_a_rollback_none(db: TestDatabase) {
        let before = db.store().change_seq();
        for n in 1..=3 {
            let tx = db.store().begin_write().await.expect("a transaction");
            leads::insert(&tx, &[a_lead().build(), a_lead().build()]).await.expect("two leads");
            tx.commit(an_entry(AuditAction::LeadCreated)).await.expect("committed");
            assert_eq!(db.audit_events().await.len(), n);
        }
        assert_eq!(db.store().change_seq(), before + 3, "one event each");
        let tx = db.store().begin_write().await.expect("a transaction");
        leads::insert(&tx, &[a_lead().build()]).await.expect("a lead");
        tx.rollback().await.expect("rolled back");
        assert_eq!(db.audit_events().await.len(), 3);
        assert_eq!(db.store().change_seq(), before + 3);
        let rows = db.audit_events().await;
        assert_eq!(rows[1].prev_hash, rows[0].hash);
        assert_eq!(verify_audit_chain(&db.store().reader()).await.expect("verified"), fine(3));
    }

    async fn the_database_refuses_to_change_the_trail(db: TestDatabase) {
        commit(&db, an_entry(AuditAction::LeadCreated)).await;
        assert!(!db.takes("UPDATE audit_log SET actor_id = 'nobody'", vec![]).await);
        assert!(!db.takes("DELETE FROM audit_log", vec![]).await);
        if db.kind() == DatabaseKind::Postgres {
            assert!(!db.takes("TRUNCATE audit_log", vec![]).await);
        }
        assert_eq!(db.audit_events().await[0].entry.actor.id, "operator");
    }

    async fn an_altered_row_breaks_the_chain_there(db: TestDatabase) {
        for _ in 0..5 {
            commit(&db, an_entry(AuditAction::LeadCreated)).await;
        }
        tamper(&db, "UPDATE audit_log SET reason = 'never happened' WHERE seq = 3").await;
        let chain = verify_audit_chain(&db.store().reader()).await.expect("verified");
        assert_eq!(chain, AuditChain { rows: 5, broken_at: Some(3) });
    }

    async fn a_removed_row_breaks_the_chain_behind_it(db: TestDatabase) {
        for _ in 0..5 {
            commit(&db, an_entry(AuditAction::LeadCreated)).await;
        }
        tamper(&db, "DELETE FROM audit_log WHERE seq = 2").await;
        let chain = verify_audit_chain(&db.store().reader()).await.expect("verified");
        assert_eq!(chain, AuditChain { rows: 4, broken_at: Some(3) });
    }

    async fn a_trail_cut_off_at_the_end_is_noticed(db: TestDatabase) {
        for _ in 0..3 {
            commit(&db, an_entry(AuditAction::LeadCreated)).await;
        }
        tamper(&db, "DELETE FROM audit_log WHERE seq = 3").await;
        let chain = verify_audit_chain(&db.store().reader()).await.expect("verified");
        assert_eq!(chain, AuditChain { rows: 2, broken_at: Some(3) });
    }

    async fn an_empty_trail_is_whole(db: TestDatabase) {
        assert_eq!(verify_audit_chain(&db.store().reader()).await.expect("verified"), fine(0));
    }
}
