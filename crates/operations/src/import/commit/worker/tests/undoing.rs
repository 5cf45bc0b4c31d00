//! Kills an undo anywhere, and looks whether anything of the file is left.

use aicmo_shared::import::{ImportUndoRequest, UNDO_DAYS};

use super::*;
use crate::import::undo_import;

/// A committed import whose undo has begun, with nobody working on it.
async fn undo_begun(ops: &Arc<Operations>, store: &Store, folder: &TempDir) -> Import {
    let previewed = begun(ops, store, folder).await;
    let mut working = worker(ops, store, &previewed);
    while working.step().await.expect("a chunk") == Step::Wrote {}
    undo::start(ops, store, &olga(), previewed.id, "the wrong file")
        .await
        .expect("begun");
    get_import(ops, previewed.id)
        .await
        .expect("it is there")
        .into_data()
}

/// Whether nothing of the file is left but its rows.
async fn assert_all_taken_back(ops: &Arc<Operations>, store: &Store, import: &Import) {
    let undone = get_import(ops, import.id).await.expect("it is there").into_data();
    assert_eq!(undone.state, ImportState::Undone, "{:?}", undone.error);
    let progress = undone.undo.expect("an undo");
    assert_eq!(progress.total, ROWS - import.counts.invalid);
    assert_eq!(
        (progress.taken_back, progress.restored, progress.kept),
        (progress.total, 0, 0)
    );
    let page = list_leads(ops, &LeadQuery::default()).await.expect("a list");
    assert_eq!(page.page().and_then(|page| page.total), Some(0));
    assert!(page.data().is_empty());
    let check = counters::compare(&store.reader(), NOON).await.expect("compared");
    assert!(check.mismatches.is_empty(), "{:?}", check.mismatches);
    let chain = verify_audit_chain(&store.reader()).await.expect("read");
    assert_eq!(chain.broken, None);
}

on_both_databases! {
    async fn an_undo_killed_anywhere_is_finished_by_the_next_process(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        let ops = process(&store, &folder);
        let undoing = undo_begun(&ops, &store, &folder).await;
        let mut n_killed = 0;
        for left in 1.. {
            let mut victim = worker(&ops, &store, &undoing);
            let work = Box::pin(async move { victim.step().await });
            if (Killed { work, left }).await.is_some() {
                break;
            }
            n_killed += 1;
            let seen = get_import(&ops, undoing.id).await.expect("it is there").into_data();
            let done = seen.undo.expect("an undo").done();
            // A lead of the chunk may have a row behind it, which is undone with it.
            assert!(done == 0 || done >= 500, "{done}");
            if done > 0 {
                break;
            }
        }
        assert!(n_killed > 3, "the kills came too late to prove anything: {n_killed}");
        let next = process(&store, &folder);
        assert_eq!(resume_interrupted(Arc::clone(&next)).await.expect("resumed"), 1);
        settled(&next, &undoing).await;
        assert_all_taken_back(&next, &store, &undoing).await;
        assert_eq!(resume_interrupted(Arc::clone(&next)).await.expect("nothing left"), 0);
    }

    async fn two_workers_on_one_undo_take_each_row_back_once(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        let ops = process(&store, &folder);
        let undoing = undo_begun(&ops, &store, &folder).await;
        for _ in 0..2 {
            worker(&ops, &store, &undoing).spawn();
        }
        settled(&ops, &undoing).await;
        assert_all_taken_back(&ops, &store, &undoing).await;
    }

    async fn what_a_cancelled_commit_wrote_can_be_undone(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        let ops = process(&store, &folder);
        let previewed = begun(&ops, &store, &folder).await;
        let mut working = worker(&ops, &store, &previewed);
        assert_eq!(working.step().await.expect("a chunk"), Step::Wrote);
        cancel_import(&ops, &olga(), previewed.id).await.expect("given up");
        let because = ImportUndoRequest { reason: Some("the wrong file".to_owned()) };
        undo_import(&ops, &olga(), previewed.id, because).await.expect("begun");
        let undone = settled(&ops, &previewed).await;
        assert_eq!(undone.state, ImportState::Undone, "{:?}", undone.error);
        let progress = undone.undo.expect("an undo");
        assert_eq!(progress.done(), progress.total);
        let page = list_leads(&ops, &LeadQuery::default()).await.expect("a list");
        assert_eq!(page.page().and_then(|page| page.total), Some(0));
    }

    async fn an_undo_that_stopped_goes_on_when_it_is_asked_again(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        let ops = process(&store, &folder);
        let undoing = undo_begun(&ops, &store, &folder).await;
        let error = OperationError::Internal("a query", "SQLITE_IOERR".into());
        give_up(&worker(&ops, &store, &undoing), &error).await;
        let stopped = get_import(&ops, undoing.id).await.expect("it is there").into_data();
        assert_eq!(stopped.state, ImportState::Undoing);
        assert!(stopped.error.is_some_and(|why| why.contains("undo again")));
        let because = ImportUndoRequest { reason: Some("once more".to_owned()) };
        undo_import(&ops, &olga(), undoing.id, because).await.expect("it goes on");
        settled(&ops, &undoing).await;
        assert_all_taken_back(&ops, &store, &undoing).await;
    }

    async fn an_undo_comes_too_late_after_thirty_days(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        let ops = process(&store, &folder);
        let previewed = begun(&ops, &store, &folder).await;
        let mut working = worker(&ops, &store, &previewed);
        while working.step().await.expect("a chunk") == Step::Wrote {}
        let record = imports::get(&store.reader(), previewed.id).await.expect("it is there");
        let old = ImportRecord {
            committed_at: Some(NOON.plus_millis(-(UNDO_DAYS * 86_400_000 + 1))),
            ..record.clone()
        };
        let tx = store.begin_write().await.expect("a transaction");
        imports::replace(&tx, &record, &old).await.expect("made older");
        tx.commit(entry(&olga(), AuditAction::ImportCommitted, &old, None, NOON)).await.expect("committed");
        let refused = undo::start(&ops, &store, &olga(), previewed.id, "the wrong file").await.expect_err("too late");
        assert!(refused.to_problem().detail.contains("30 days"), "{refused:?}");
    }
}
