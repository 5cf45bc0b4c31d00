//! Writers wait for each other; nobody fails because somebody else was first.

use aicmo_shared::audit::AuditAction;
use aicmo_shared::diagnostics::DatabaseKind;
use aicmo_store::{Store, counters, leads, verify_audit_chain};
use aicmo_test_support::{NOON, TestDatabase, a_lead, on_both_databases};

use crate::support::{all_leads, an_entry};

async fn write_some(store: Store, n: usize) {
    for _ in 0..n {
        let tx = store.begin_write().await.expect("a transaction");
        leads::insert(&tx, &[a_lead().build()]).await.expect("inserted");
        tx.commit(an_entry(AuditAction::LeadCreated))
            .await
            .expect("committed");
    }
}

on_both_databases! {
    async fn many_writers_of_one_process_all_get_their_turn(db: TestDatabase) {
        let writers: Vec<_> = (0..8).map(|_| tokio::spawn(write_some(db.store(), 5))).collect();
        for writer in writers {
            writer.await.expect("no writer fails");
        }
        whole(&db, 40).await;
    }

    async fn writers_of_two_processes_wait_for_each_other(db: TestDatabase) {
        let other = db.reopened().await;
        let writers = [
            tokio::spawn(write_some(db.store(), 10)),
            tokio::spawn(write_some(other.clone(), 10)),
        ];
        for writer in writers {
            writer.await.expect("no writer fails");
        }
        whole(&db, 20).await;
        other.close().await;
    }

    async fn a_reader_does_not_wait_for_a_writer(db: TestDatabase) {
        a_lead().insert(&db).await;
        let tx = db.store().begin_write().await.expect("a transaction");
        leads::insert(&tx, &[a_lead().build()]).await.expect("inserted");
        let seen = leads::count(&db.store().reader(), &all_leads()).await.expect("a count");
        assert_eq!(seen, Some(1), "what is committed, and that at once");
        tx.commit(an_entry(AuditAction::LeadCreated)).await.expect("committed");
        assert_eq!(leads::count(&db.store().reader(), &all_leads()).await.expect("a count"), Some(2));
    }
}

async fn whole(db: &TestDatabase, n: u64) {
    let reader = db.store().reader();
    assert_eq!(
        leads::count(&reader, &all_leads()).await.expect("a count"),
        Some(n)
    );
    assert_eq!(
        counters::compare(&reader, NOON)
            .await
            .expect("compared")
            .mismatches,
        []
    );
    let chain = verify_audit_chain(&reader).await.expect("verified");
    assert_eq!((chain.rows, chain.broken), (n, None));
}

/// Readers of SQLite have no way to write.
#[test]
fn a_write_needs_the_writer_on_sqlite() {
    aicmo_test_support::run(DatabaseKind::Sqlite, |db| async move {
        assert!(db.store().is_writable().await.expect("an answer"));
        let held = db.store().begin_write().await.expect("a transaction");
        let second =
            tokio::time::timeout(std::time::Duration::from_millis(50), db.store().begin_write()).await;
        assert!(second.is_err(), "the second waits while the first is open");
        held.rollback().await.expect("rolled back");
        db.store().begin_write().await.expect("free again");
    });
}
