//! Kills a commit between any two chunks and inside every chunk, and compares what a second process
//! makes of it with what an undisturbed one does; `undoing` does the same to an undo.

use std::fmt::Write as _;

use aicmo_shared::api::LeadQuery;
use aicmo_shared::import::{Import, ImportMapping};
use aicmo_shared::lead::LeadEventKind;
use aicmo_store::{counters, verify_audit_chain};
use aicmo_test_support::{on_both_databases, wait_until};
use tempfile::TempDir;

use super::*;
use crate::import::commit::{resume_interrupted, start};
use crate::import::{
    ImportUpload, cancel_import, get_import, map_import, pause_import, preview_import, resume_import,
    upload_import,
};
use crate::leads::{list_lead_events, list_leads};
use crate::testing::{Killed, NOON, olga, process};
use crate::work::give_up;

mod undoing;

/// Three chunks, the last one partly filled.
const ROWS: u64 = 1_200;

/// Every fourth row repeats the person of the row before it with a company, and every fiftieth has
/// no identity.
fn file() -> String {
    let mut text = "Name,Email,Company\n".to_owned();
    for row in 0..ROWS {
        let (person, company) = if row % 4 == 3 {
            (row - 1, "Acme")
        } else {
            (row, "")
        };
        if row % 50 == 49 {
            text.push_str("Nobody,,\n");
        } else {
            let _ = writeln!(text, "Person {person},p{person}@example.org,{company}");
        }
    }
    text
}

/// A previewed import whose commit has begun, with nobody working on it.
async fn begun(ops: &Arc<Operations>, store: &Store, folder: &TempDir) -> Import {
    let path = folder.path().join("upload");
    std::fs::write(&path, file()).expect("written");
    let upload = ImportUpload {
        file_name: "people.csv".to_owned(),
        path,
        campaign: None,
    };
    let uploaded = upload_import(ops, &olga(), upload).await.expect("read");
    let mapping = ImportMapping {
        columns: uploaded.mapping,
        ..ImportMapping::default()
    };
    map_import(ops, &olga(), uploaded.id, mapping)
        .await
        .expect("mapped");
    let previewed = preview_import(ops, &olga(), uploaded.id)
        .await
        .expect("previewed");
    assert_eq!(previewed.counts.total, ROWS);
    start(ops, store, &olga(), previewed.id).await.expect("begun");
    previewed
}

fn worker(ops: &Arc<Operations>, store: &Store, import: &Import) -> Worker {
    Worker::new(Arc::clone(ops), store.clone(), olga(), import.id)
}

/// Waits until nobody works on the import any more.
async fn settled(ops: &Operations, import: &Import) -> Import {
    wait_until("the commit ends", || async {
        let seen = get_import(ops, import.id).await.expect("it is there").into_data();
        if matches!(seen.state, ImportState::Committing | ImportState::Undoing) {
            Err(seen.committed)
        } else {
            Ok(seen)
        }
    })
    .await
}

/// Whether the database holds each row of the file exactly once.
async fn assert_each_row_once(ops: &Arc<Operations>, store: &Store, previewed: &Import) {
    let committed = get_import(ops, previewed.id)
        .await
        .expect("it is there")
        .into_data();
    assert_eq!(committed.state, ImportState::Committed, "{:?}", committed.error);
    assert_eq!(committed.committed, ROWS);
    assert_eq!(committed.counts, previewed.counts);
    let left = imports::uncommitted_rows(&store.reader(), previewed.id, None, 10)
        .await
        .expect("read");
    assert!(left.is_empty(), "{left:?}");
    let page = list_leads(
        ops,
        &LeadQuery {
            limit: Some(200),
            ..LeadQuery::default()
        },
    )
    .await
    .expect("a list");
    assert_eq!(
        page.page().and_then(|page| page.total),
        Some(previewed.counts.new)
    );
    let mut n_touches = 0;
    let mut cursor = None;
    loop {
        let query = LeadQuery {
            limit: Some(200),
            cursor,
            ..LeadQuery::default()
        };
        let page = list_leads(ops, &query).await.expect("a list");
        for lead in page.data() {
            let events = list_lead_events(ops, lead.id).await.expect("events").into_data();
            n_touches += events
                .iter()
                .filter(|event| event.kind == LeadEventKind::Touch)
                .count() as u64;
        }
        cursor = page.page().and_then(|page| page.next_cursor.clone());
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(
        n_touches,
        ROWS - previewed.counts.invalid,
        "one touch per usable row"
    );
    let check = counters::compare(&store.reader(), NOON).await.expect("compared");
    assert!(check.mismatches.is_empty(), "{:?}", check.mismatches);
    let chain = verify_audit_chain(&store.reader()).await.expect("read");
    assert_eq!(chain.broken, None);
}

on_both_databases! {
    async fn a_commit_killed_between_chunks_is_finished_by_the_next_process(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        let ops = process(&store, &folder);
        let previewed = begun(&ops, &store, &folder).await;
        let mut killed = worker(&ops, &store, &previewed);
        assert_eq!(killed.step().await.expect("a chunk"), Step::Wrote);
        drop(killed);
        let half_way = get_import(&ops, previewed.id).await.expect("it is there").into_data();
        assert_eq!((half_way.state, half_way.committed), (ImportState::Committing, 500));

        let next = process(&store, &folder);
        assert_eq!(resume_interrupted(Arc::clone(&next)).await.expect("resumed"), 1);
        settled(&next, &previewed).await;
        assert_each_row_once(&next, &store, &previewed).await;
        assert_eq!(resume_interrupted(Arc::clone(&next)).await.expect("nothing left"), 0);
    }

    async fn a_commit_killed_inside_a_chunk_leaves_nothing_of_it(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        let ops = process(&store, &folder);
        let previewed = begun(&ops, &store, &folder).await;
        let mut n_killed = 0;
        for left in 1.. {
            let mut victim = worker(&ops, &store, &previewed);
            let work = Box::pin(async move { victim.step().await });
            match (Killed { work, left }).await {
                None => n_killed += 1,
                Some(step) => {
                    assert_eq!(step.expect("a whole chunk"), Step::Wrote);
                    break;
                }
            }
            let seen = get_import(&ops, previewed.id).await.expect("it is there").into_data();
            assert!(seen.committed == 0 || seen.committed == 500, "{}", seen.committed);
            if seen.committed > 0 {
                break;
            }
        }
        assert!(n_killed > 3, "the kills came too late to prove anything: {n_killed}");
        let mut survivor = worker(&ops, &store, &previewed);
        while survivor.step().await.expect("a chunk") == Step::Wrote {}
        assert_each_row_once(&ops, &store, &previewed).await;
    }

    async fn two_workers_on_one_import_write_each_row_once(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        let ops = process(&store, &folder);
        let previewed = begun(&ops, &store, &folder).await;
        for _ in 0..2 {
            worker(&ops, &store, &previewed).spawn();
        }
        settled(&ops, &previewed).await;
        assert_each_row_once(&ops, &store, &previewed).await;
    }

    async fn a_cancelled_commit_keeps_what_was_written_and_stops(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        let ops = process(&store, &folder);
        let previewed = begun(&ops, &store, &folder).await;
        let mut working = worker(&ops, &store, &previewed);
        assert_eq!(working.step().await.expect("a chunk"), Step::Wrote);
        let cancelled = cancel_import(&ops, &olga(), previewed.id).await.expect("given up");
        assert_eq!((cancelled.state, cancelled.committed), (ImportState::Cancelled, 500));
        assert_eq!(working.step().await.expect("nothing to do"), Step::Ended);
        let seen = get_import(&ops, previewed.id).await.expect("it is there").into_data();
        assert_eq!((seen.state, seen.committed), (ImportState::Cancelled, 500));
    }

    async fn a_paused_commit_stands_between_two_chunks_and_goes_on_where_it_stood(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        let ops = process(&store, &folder);
        let previewed = begun(&ops, &store, &folder).await;
        let mut working = worker(&ops, &store, &previewed);
        assert_eq!(working.step().await.expect("a chunk"), Step::Wrote);
        let paused = pause_import(&ops, &olga(), previewed.id).await.expect("paused");
        assert_eq!((paused.state, paused.committed), (ImportState::Paused, 500));
        assert_eq!(working.step().await.expect("nothing to do"), Step::Ended);
        let next = process(&store, &folder);
        assert_eq!(resume_interrupted(Arc::clone(&next)).await.expect("asked"), 0, "a pause outlives a restart");
        resume_import(&next, &olga(), previewed.id).await.expect("it goes on");
        settled(&next, &previewed).await;
        assert_each_row_once(&next, &store, &previewed).await;
    }

    async fn several_imports_run_at_once_and_each_person_comes_in_once(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        let ops = process(&store, &folder);
        let mut all = Vec::new();
        for _ in 0..3 {
            all.push(begun(&ops, &store, &folder).await);
        }
        for import in &all {
            worker(&ops, &store, import).spawn();
        }
        let mut n_new = 0;
        for import in &all {
            let seen = settled(&ops, import).await;
            assert_eq!((seen.state, seen.committed), (ImportState::Committed, ROWS), "{:?}", seen.error);
            n_new += seen.counts.new;
        }
        assert_eq!(n_new, all[0].counts.new, "the same people in three files");
        let page = list_leads(&ops, &LeadQuery::default()).await.expect("a list");
        assert_eq!(page.page().and_then(|page| page.total), Some(n_new));
        let check = counters::compare(&store.reader(), NOON).await.expect("compared");
        assert!(check.mismatches.is_empty(), "{:?}", check.mismatches);
    }

    async fn a_failure_is_written_at_the_import_and_a_person_may_start_it_again(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        let ops = process(&store, &folder);
        let previewed = begun(&ops, &store, &folder).await;
        let mut working = worker(&ops, &store, &previewed);
        assert_eq!(working.step().await.expect("a chunk"), Step::Wrote);
        let error = OperationError::Internal("a query", "SQLITE_IOERR".into());
        give_up(&working, &error).await;
        let failed = get_import(&ops, previewed.id).await.expect("it is there").into_data();
        assert_eq!(failed.state, ImportState::Failed);
        let reason = failed.error.expect("a reason");
        assert!(reason.contains("after 500 of 1200 rows") && !reason.contains("SQLITE"), "{reason}");
        crate::import::commit_import(&ops, &olga(), previewed.id).await.expect("begun again");
        settled(&ops, &previewed).await;
        assert_each_row_once(&ops, &store, &previewed).await;
    }

    async fn a_database_that_goes_away_leaves_a_commit_that_can_go_on(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        let ops = process(&store, &folder);
        let previewed = begun(&ops, &store, &folder).await;
        let mut working = worker(&ops, &store, &previewed);
        assert_eq!(working.step().await.expect("a chunk"), Step::Wrote);
        store.close().await;
        let gone = working.step().await.expect_err("no database");
        assert!(matches!(gone, OperationError::Unavailable(..)), "{gone:?}");

        let store = db.reopened().await;
        let next = process(&store, &folder);
        assert_eq!(resume_interrupted(Arc::clone(&next)).await.expect("resumed"), 1);
        settled(&next, &previewed).await;
        assert_each_row_once(&next, &store, &previewed).await;
    }
}
