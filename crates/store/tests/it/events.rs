//! The outbox: events are kept with their change, in the order of the commits, for a while.

use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::event::{Event, EventFacts, EventKind, Topic};
use aicmo_store::{NewEvent, Store, events, leads};
use aicmo_test_support::{NOON, a_lead, on_both_databases, wait_until};

use crate::support::{DAY, an_entry};

async fn write_some(store: Store, n: usize) {
    for _ in 0..n {
        let tx = store.begin_write().await.expect("a transaction");
        leads::insert(&tx, &[a_lead().build()]).await.expect("inserted");
        tx.commit(an_entry(AuditAction::ImportChunkCommitted))
            .await
            .expect("committed");
    }
}

async fn all(store: &Store) -> Vec<Event> {
    let listed = events::list_after(&store.reader(), 0, 10_000)
        .await
        .expect("the outbox is read");
    assert_eq!(listed.corrupt, []);
    listed.rows
}

fn a_note(kind: EventKind) -> NewEvent {
    NewEvent {
        at: NOON,
        kind,
        subject_type: SubjectType::Webhook,
        subject_id: Some("w".to_owned()),
        facts: EventFacts {
            status: Some("failed".to_owned()),
            done: None,
        },
    }
}

on_both_databases! {
    async fn events_are_kept_with_their_change_or_not_at_all(db: TestDatabase) {
        let store = db.store();
        let tx = store.begin_write().await.expect("a transaction");
        tx.rollback().await.expect("rolled back");
        assert_eq!(events::head(&store.reader()).await.expect("the head"), 0);
        write_some(store.clone(), 1).await;
        let told: Vec<(u64, Topic, EventKind)> =
            all(&store).await.iter().map(|event| (event.seq, event.topic, event.kind)).collect();
        assert_eq!(told, [
            (1, Topic::Imports, EventKind::ImportProgressed),
            (2, Topic::Attention, EventKind::LeadsImported),
        ]);
        assert_eq!(store.change_seq(), 2);
        assert_eq!(events::oldest(&store.reader()).await.expect("an answer"), Some(1));
    }

    async fn notes_raise_events_too(db: TestDatabase) {
        let notes = db.store().begin_notes().await.expect("a transaction");
        notes.raise(a_note(EventKind::WebhookAttempted));
        drop(notes);
        assert_eq!(all(&db.store()).await, []);
        let notes = db.store().begin_notes().await.expect("a transaction");
        notes.raise(a_note(EventKind::WebhookAttempted));
        notes.commit().await.expect("committed");
        let told = all(&db.store()).await;
        assert_eq!((told.len(), told[0].seq, told[0].facts.status.as_deref()), (1, 1, Some("failed")));
    }

    async fn a_reader_that_follows_concurrent_writers_misses_nothing(db: TestDatabase) {
        let other = db.reopened().await;
        let writers: Vec<_> = (0..6)
            .map(|n| tokio::spawn(write_some(if n % 2 == 0 { db.store() } else { other.clone() }, 10)))
            .collect();
        let mut read = Vec::new();
        let mut changes = db.store().changes();
        let _watcher = db.store().watch();
        while read.len() < 120 {
            let after = read.last().map_or(0, |event: &Event| event.seq);
            let after = i64::try_from(after).expect("a place");
            let more = events::list_after(&db.store().reader(), after, 7).await.expect("read").rows;
            if more.is_empty() {
                changes.changed().await.expect("the store lives");
            }
            read.extend(more);
        }
        for writer in writers {
            writer.await.expect("no writer fails");
        }
        let places: Vec<u64> = read.iter().map(|event| event.seq).collect();
        assert_eq!(places, (1..=120).collect::<Vec<u64>>(), "a place came late or twice");
        other.close().await;
    }

    async fn the_commits_of_another_process_are_heard(db: TestDatabase) {
        let other = db.reopened().await;
        let _watcher = other.watch();
        assert_eq!(other.change_seq(), 0);
        write_some(db.store(), 1).await;
        wait_until("the other store knows", async || {
            let seq = other.change_seq();
            (seq == 2).then_some(()).ok_or(seq)
        }).await;
        other.close().await;
    }

    async fn old_events_go_and_young_or_needed_ones_stay(db: TestDatabase) {
        let store = db.store();
        let prune = async |now, needed| {
            let notes = store.begin_notes().await.expect("a transaction");
            let removed = events::prune(&notes, now, needed, 1_000).await.expect("pruned");
            notes.commit().await.expect("committed");
            removed
        };
        write_some(store.clone(), 5).await;
        let later = NOON.plus_millis(2 * DAY);
        assert_eq!(prune(later, None).await, 0, "few events are kept whatever their age");
        // As if a hundred thousand came after the first six.
        db.execute("UPDATE event_head SET seq = $1", vec![(6 + events::KEPT).into()]).await;
        assert_eq!(prune(NOON.plus_millis(DAY), None).await, 0, "they are of today");
        assert_eq!(prune(later, Some(2)).await, 2, "the third is needed");
        assert_eq!(prune(later, None).await, 4);
        assert_eq!(all(&store).await.first().map(|event| event.seq), Some(7));
    }

    async fn an_event_that_no_enum_knows_is_reported_and_its_neighbours_are_read(db: TestDatabase) {
        write_some(db.store(), 1).await;
        db.lift_check("events", "kind").await;
        db.execute("UPDATE events SET kind = 'lead.engaged' WHERE seq = 1", vec![]).await;
        let listed = events::list_after(&db.store().reader(), 0, 10).await.expect("read");
        assert_eq!((listed.rows.len(), listed.rows[0].seq), (1, 2));
        assert_eq!((listed.corrupt[0].id.as_str(), listed.corrupt[0].column.as_str()), ("1", "kind"));
    }
}
