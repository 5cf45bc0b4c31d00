//! The audit trail: one row per change, a chain that can be computed again, and no way back.

use aicmo_shared::CampaignId;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::{ActorType, AuditAction, AuditBreak, AuditFault};
use aicmo_store::{
    Actor, AuditEntry, AuditFileWriter, audit_head, audit_lines, leads, new_id, verify_audit_chain,
    verify_audit_file,
};
use aicmo_test_support::{DatabaseKind, NOON, TestDatabase, a_lead, on_both_databases};
use serde_json::json;

use crate::support::{an_entry, unlock_audit as unlock};

async fn commit(db: &TestDatabase, entry: AuditEntry) {
    let tx = db.store().begin_write().await.expect("a transaction");
    tx.commit(entry).await.expect("committed");
}

/// Does what the triggers refuse.
async fn tamper(db: &TestDatabase, sql: &str) {
    unlock(db).await;
    assert_eq!(db.execute(sql, vec![]).await, 1, "{sql}");
}

/// How many rows were looked at, and the first that does not fit.
async fn verified(db: &TestDatabase) -> (u64, Option<(u64, AuditFault)>) {
    let chain = verify_audit_chain(&db.store().reader()).await.expect("verified");
    (
        chain.rows,
        chain.broken.map(|AuditBreak { seq, fault }| (seq, fault)),
    )
}

/// The trail as an exported file.
async fn exported(db: &TestDatabase) -> String {
    let mut writer = AuditFileWriter::default();
    let mut file = String::new();
    loop {
        let lines = audit_lines(&db.store().reader(), writer.last(), 2)
            .await
            .expect("lines");
        if lines.is_empty() {
            return file + &writer.end(NOON, "a build");
        }
        for line in lines {
            writer.follow(&line);
            file.push_str(&line.text);
        }
    }
}

/// An entry with something in every column.
fn a_full_entry() -> AuditEntry {
    AuditEntry {
        subject_id: Some("some id".to_owned()),
        subject_type: SubjectType::Campaign,
        campaign: Some(CampaignId::new(new_id(NOON))),
        before: Some(json!({ "status": "ACTIVE" })),
        after: Some(json!({ "status": "PAUSED" })),
        reason: Some("because".to_owned()),
        ..an_entry(AuditAction::CampaignStatusChanged)
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
        assert_eq!(verified(&db).await, (1, None));
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
        assert_eq!(verified(&db).await, (3, None));
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
        assert_eq!(verified(&db).await, (5, Some((3, AuditFault::Changed))));
    }

    async fn a_removed_row_is_named(db: TestDatabase) {
        for _ in 0..5 {
            commit(&db, an_entry(AuditAction::LeadCreated)).await;
        }
        tamper(&db, "DELETE FROM audit_log WHERE seq = 2").await;
        assert_eq!(verified(&db).await, (4, Some((2, AuditFault::Missing))));
    }

    async fn a_trail_cut_off_at_the_end_is_noticed(db: TestDatabase) {
        for _ in 0..3 {
            commit(&db, an_entry(AuditAction::LeadCreated)).await;
        }
        tamper(&db, "DELETE FROM audit_log WHERE seq = 3").await;
        assert_eq!(verified(&db).await, (2, Some((3, AuditFault::CutOff))));
    }

    async fn an_empty_trail_is_whole(db: TestDatabase) {
        assert_eq!(verified(&db).await, (0, None));
    }

    async fn a_changed_column_is_found_whichever_it_is(db: TestDatabase) {
        for entry in [a_full_entry(), a_full_entry(), an_entry(AuditAction::LeadCreated), a_full_entry()] {
            commit(&db, entry).await;
        }
        let other = match db.kind() {
            DatabaseKind::Sqlite => "X'0197C1F0000070008000000000000001'",
            DatabaseKind::Postgres => "'0197c1f0-0000-7000-8000-000000000001'",
        };
        // Column, what it becomes in the full row 2, and in the row 3 that is null where it can be.
        let changes = [
            ("id", other, other),
            ("at", "at + 1", "at - 1"),
            ("actor_type", "'system'", "'service'"),
            ("actor_id", "'Operator'", "''"),
            ("action", "'campaign.created'", "'lead.edited'"),
            ("subject_type", "'lead'", "'lead'"),
            ("subject_id", "'some iD'", "''"),
            ("campaign_id", "NULL", other),
            ("before", "'{\"status\": \"ACTIVE\"}'", "'null'"),
            ("after", "'{\"status\":\"ACTIVE\"}'", "'no json'"),
            ("reason", "'because '", "''"),
            ("request_id", "'request-2'", "'request-10'"),
            ("prev_hash", "hash", "''"),
            ("hash", "'0'", "prev_hash || '0'"),
            ("activity_kind", "NULL", "'lead'"),
        ];
        unlock(&db).await;
        for (column, full, bare) in changes {
            for (seq, value) in [(2, full), (3, bare)] {
                let keep = format!("CREATE TABLE kept AS SELECT * FROM audit_log WHERE seq = {seq}");
                db.execute(&keep, vec![]).await;
                tamper(&db, &format!("UPDATE audit_log SET {column} = {value} WHERE seq = {seq}")).await;
                assert_eq!(verified(&db).await, (4, Some((seq, AuditFault::Changed))), "{column} = {value}");
                let file = exported(&db).await;
                let (chain, _) = verify_audit_file(file.as_bytes()).expect("read");
                let broken = chain.broken.map(|broken| (broken.seq, broken.fault));
                // JSON `null` is what an export shows for no value: there the row is as it was written.
                let healed = (column, value) == ("before", "'null'");
                assert_eq!(broken, (!healed).then_some((seq, AuditFault::Changed)), "{column} = {value}");
                tamper(&db, &format!("UPDATE audit_log SET {column} = (SELECT {column} FROM kept) WHERE seq = {seq}")).await;
                db.execute("DROP TABLE kept", vec![]).await;
                assert_eq!(verified(&db).await, (4, None), "{column} is back");
            }
        }
        tamper(&db, "UPDATE audit_log SET seq = 9 WHERE seq = 2").await;
        assert_eq!(verified(&db).await.1, Some((2, AuditFault::Missing)));
    }

    async fn rows_that_changed_places_are_found(db: TestDatabase) {
        for n in 0..4 {
            commit(&db, AuditEntry { request_id: format!("r{n}"), ..an_entry(AuditAction::LeadCreated) }).await;
        }
        for (from, to) in [(2, 20), (3, 2), (20, 3)] {
            tamper(&db, &format!("UPDATE audit_log SET seq = {to} WHERE seq = {from}")).await;
        }
        assert_eq!(verified(&db).await, (4, Some((2, AuditFault::Changed))));
    }

    async fn a_head_that_was_moved_is_found(db: TestDatabase) {
        for _ in 0..3 {
            commit(&db, an_entry(AuditAction::LeadCreated)).await;
        }
        let (seq, hash) = audit_head(&db.store().reader()).await.expect("a head");
        assert_eq!((seq, hash.len()), (3, 64));
        for (change, expected) in [
            ("seq = 2", (3, AuditFault::Unlinked)),
            ("seq = 4", (4, AuditFault::CutOff)),
            ("seq = 3, hash = 'x'", (3, AuditFault::Changed)),
        ] {
            db.execute(&format!("UPDATE audit_head SET {change}"), vec![]).await;
            assert_eq!(verified(&db).await, (3, Some(expected)), "{change}");
        }
        db.execute("DELETE FROM audit_head", vec![]).await;
        assert_eq!(verified(&db).await.1, Some((1, AuditFault::CutOff)));
    }

    async fn an_exported_trail_is_verified_by_itself(db: TestDatabase) {
        for entry in [an_entry(AuditAction::LeadCreated), a_full_entry(), a_full_entry()] {
            commit(&db, entry).await;
        }
        let file = exported(&db).await;
        assert_eq!(file.lines().count(), 4);
        let (chain, end) = verify_audit_file(file.as_bytes()).expect("read");
        let head = audit_head(&db.store().reader()).await.expect("a head");
        assert_eq!((chain.rows, chain.head, chain.broken), (3, head.clone(), None));
        let end = end.expect("a last line");
        assert_eq!((end.rows, end.head_seq, end.head_hash), (3, head.0, head.1));
        assert_eq!((end.exported_at, end.build.as_str()), (NOON, "a build"));
    }
}
