//! A database that went away: every call says so, in our words, and none answers zeros.

use aicmo_shared::audit::AuditAction;
use aicmo_shared::import::ImportState;
use aicmo_shared::lead::{IdentityKind, LeadSort};
use aicmo_shared::{CampaignId, ImportId, LeadId};
use aicmo_store::{
    StoreError, activity, audit_rows, campaigns, control, counters, identities, imports, integrity, leads,
    metrics, new_id, tasks, timeline, verify_audit_chain,
};
use aicmo_test_support::{NOON, a_lead, on_both_databases};

use crate::support::{all_leads, an_entry};

fn gone<T: std::fmt::Debug>(what: &str, answer: Result<T, StoreError>) {
    let error = answer.expect_err(what);
    assert!(matches!(error, StoreError::Unavailable(_)), "{what}: {error:?}");
    assert_eq!(error.to_string(), "the database does not answer", "{what}");
    assert!(
        std::error::Error::source(&error).is_some(),
        "{what} keeps its cause for the log"
    );
}

on_both_databases! {
    async fn a_closed_database_is_unavailable_to_everybody(db: TestDatabase) {
        a_lead().insert(&db).await;
        let store = db.store();
        store.close().await;
        let r = store.reader();
        let lead = LeadId::new(new_id(NOON));
        let import = ImportId::new(new_id(NOON));
        let email = [(IdentityKind::Email, "h".to_owned())];
        gone("ping", store.ping().await);
        gone("schema", store.schema().await);
        gone("migrate", store.migrate().await);
        gone("size", store.size_bytes().await);
        gone("writable", store.is_writable().await);
        gone("begin", store.begin_write().await);
        gone("leads", leads::list(&r, &all_leads(), LeadSort::Priority, None, 5).await);
        gone("lead count", leads::count(&r, &all_leads()).await);
        gone("lead", leads::get(&r, lead).await);
        gone("identities", identities::find(&r, &email).await);
        gone("timeline", timeline::list(&r, lead, 5).await);
        gone("campaigns", campaigns::list(&r, None, None, 5).await);
        gone("campaign count", campaigns::count(&r, None).await);
        gone("campaign", campaigns::get(&r, CampaignId::new(new_id(NOON))).await);
        gone("imports", imports::list(&r, None, 5).await);
        gone("import", imports::get(&r, import).await);
        gone("import states", imports::in_state(&r, ImportState::Committing).await);
        gone("import rows", imports::rows(&r, import, imports::RowFilter::default(), None, 5).await);
        gone("attention", metrics::attention(&r, NOON).await);
        gone("activity", activity::list(&r, None, None, 5).await);
        gone("control", control::flags(&r).await);
        gone("tasks", tasks::my_work(&r, NOON).await);
        gone("integrity", integrity::corrupt_rows(&r, 5).await);
        gone("counters", counters::compare(&r, NOON).await);
        gone("audit", audit_rows(&r, 0, 5).await);
        gone("chain", verify_audit_chain(&r).await);
        store.close().await;
    }

    async fn a_failed_statement_is_a_defect_and_keeps_its_words_to_itself(db: TestDatabase) {
        db.execute("ALTER TABLE control_flags RENAME TO gone_flags", vec![]).await;
        let error = control::flags(&db.store().reader()).await.expect_err("no table");
        assert!(matches!(error, StoreError::Query { .. }), "{error:?}");
        assert_eq!(error.to_string(), "the database could not read the control flags");
    }

    async fn a_commit_that_fails_keeps_nothing(db: TestDatabase) {
        a_lead().insert(&db).await;
        let tx = db.store().begin_write().await.expect("a transaction");
        leads::insert(&tx, &[a_lead().build()]).await.expect("inserted");
        // The same row of the trail again: its place is taken.
        drop(tx);
        db.execute("UPDATE audit_head SET seq = 0", vec![]).await;
        let tx = db.store().begin_write().await.expect("a transaction");
        leads::insert(&tx, &[a_lead().build()]).await.expect("inserted");
        let refused = tx.commit(an_entry(AuditAction::LeadCreated)).await;
        assert!(matches!(refused, Err(StoreError::Query { .. })), "{refused:?}");
        assert_eq!(db.count("leads").await, 1);
        assert_eq!(leads::count(&db.store().reader(), &all_leads()).await.expect("a count"), Some(1));
    }
}
