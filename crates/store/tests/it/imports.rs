//! Imports: files, their rows, and the settling of rows.

use aicmo_shared::audit::AuditAction;
use aicmo_shared::import::{
    Delimiter, FileReading, ImportColumn, ImportState, KeptReason, RowNote, RowReason, RowUndo, RowVerdict,
    TextEncoding, VerdictCounts,
};
use aicmo_shared::{ImportId, LeadId};
use aicmo_store::IdPosition;
use aicmo_store::imports::{self, ImportRecord, ImportRowRecord, RowFilter, UndoneRow};
use aicmo_store::{StoreError, new_id};
use aicmo_test_support::{NOON, TestDatabase, a_lead, on_both_databases};

use crate::support::{HOUR, an_entry};

fn an_import() -> ImportRecord {
    ImportRecord {
        id: ImportId::new(new_id(NOON)),
        version: 1,
        file_name: "leads.csv".to_owned(),
        size_bytes: 1_234,
        sha256: "ab".repeat(32),
        storage_path: "imports/leads.csv".to_owned(),
        same_file_as: None,
        state: ImportState::Uploaded,
        reading: None,
        mapping: Vec::new(),
        campaign: None,
        accepts_without_identity: false,
        counts: VerdictCounts::default(),
        committed: 0,
        error: None,
        committed_at: None,
        undo: None,
        uploaded_by: "operator".to_owned(),
        created_at: NOON,
        updated_at: NOON,
    }
}

fn a_row(import: &ImportRecord, number: u64, verdict: RowVerdict) -> ImportRowRecord {
    ImportRowRecord {
        import: import.id,
        row_number: number,
        raw: vec!["Ada".to_owned(), "quoted \"field\"".to_owned()],
        verdict,
        name: Some("Ada".to_owned()),
        email: None,
        company: None,
        notes: vec![RowNote {
            reason: RowReason::PhoneInvalid,
            column: Some("Phone".to_owned()),
            value: Some("x".to_owned()),
            message: "not a number".to_owned(),
            is_warning: true,
        }],
        fills: vec!["company".to_owned()],
        lead: None,
        committed_at: None,
        changes: Vec::new(),
        undo: None,
        kept: Vec::new(),
    }
}

async fn put(db: &TestDatabase, import: &ImportRecord, rows: &[ImportRowRecord]) {
    let tx = db.store().begin_write().await.expect("a transaction");
    imports::insert(&tx, import).await.expect("an import");
    imports::put_rows(&tx, rows).await.expect("its rows");
    tx.commit(an_entry(AuditAction::ImportPreviewed))
        .await
        .expect("committed");
}

on_both_databases! {
    async fn an_import_goes_from_upload_to_commit(db: TestDatabase) {
        let uploaded = an_import();
        put(&db, &uploaded, &[]).await;
        let committed = ImportRecord {
            version: 2,
            state: ImportState::Committed,
            reading: Some(FileReading {
                encoding: TextEncoding::Windows1252,
                delimiter: Delimiter::Semicolon,
                header_row: 2,
                headers: vec!["Name".to_owned(), "E-Mail".to_owned()],
                sample: vec![vec!["Ada".to_owned(), String::new()]],
            }),
            mapping: vec![ImportColumn::Name, ImportColumn::Email],
            accepts_without_identity: true,
            counts: VerdictCounts { total: 6, new: 1, merged: 2, unchanged: 1, suppressed: 1, invalid: 1 },
            committed: 6,
            error: Some("none".to_owned()),
            updated_at: NOON.plus_millis(HOUR),
            ..uploaded.clone()
        };
        let tx = db.store().begin_write().await.expect("a transaction");
        assert_eq!(imports::replace(&tx, &uploaded, &committed).await.expect("replaced"), 2);
        let stale = imports::replace(&tx, &uploaded, &committed).await;
        assert!(matches!(stale, Err(StoreError::Stale(_))), "{stale:?}");
        tx.commit(an_entry(AuditAction::ImportCommitted)).await.expect("committed");

        let reader = db.store().reader();
        assert_eq!(imports::get(&reader, uploaded.id).await.expect("the import"), committed);
        let same = imports::find_committed_by_sha256(&reader, &uploaded.sha256).await.expect("an answer");
        assert_eq!(same, Some(uploaded.id));
        assert_eq!(imports::find_committed_by_sha256(&reader, "other").await.expect("an answer"), None);
        let in_state = imports::in_state(&reader, ImportState::Committed).await.expect("a list");
        assert_eq!(in_state, [committed]);
        assert_eq!(imports::in_state(&reader, ImportState::Committing).await.expect("a list"), []);
        let missing = imports::get(&reader, ImportId::new(new_id(NOON))).await;
        assert!(matches!(missing, Err(StoreError::NotFound(_))), "{missing:?}");
    }

    async fn the_history_is_paged_newest_first(db: TestDatabase) {
        let mut ids = Vec::new();
        for _ in 0..5 {
            let import = an_import();
            put(&db, &import, &[]).await;
            ids.push(import.id);
        }
        ids.reverse();
        let reader = db.store().reader();
        let mut seen = Vec::new();
        let mut after: Option<IdPosition> = None;
        loop {
            let page = imports::list(&reader, after.as_ref(), 2).await.expect("a page");
            seen.extend(page.rows.iter().map(|row| row.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, ids);
        assert_eq!(imports::count(&reader).await.expect("a count"), 5);
    }

    async fn rows_are_listed_in_file_order_and_by_verdict(db: TestDatabase) {
        let import = an_import();
        let other = an_import();
        let verdict = |n: u64| if n.is_multiple_of(3) { RowVerdict::Invalid } else { RowVerdict::New };
        let rows: Vec<_> = (2..=1_204).map(|n| a_row(&import, n, verdict(n))).collect();
        put(&db, &import, &rows).await;
        put(&db, &other, &[a_row(&other, 2, RowVerdict::New)]).await;

        let reader = db.store().reader();
        let first = imports::rows(&reader, import.id, RowFilter::default(), None, 3).await.expect("rows");
        assert_eq!(first.rows, rows[..3]);
        let next = imports::rows(&reader, import.id, RowFilter::default(), Some(4), 2).await.expect("rows");
        assert_eq!(next.rows.iter().map(|row| row.row_number).collect::<Vec<_>>(), [5, 6]);
        let invalid = RowFilter { verdict: Some(RowVerdict::Invalid), ..RowFilter::default() };
        let bad = imports::rows(&reader, import.id, invalid, Some(1_199), 50).await.expect("rows");
        assert_eq!(bad.rows.iter().map(|row| row.row_number).collect::<Vec<_>>(), [1_200, 1_203]);

        let tx = db.store().begin_write().await.expect("a transaction");
        let again = ImportRowRecord { verdict: RowVerdict::Merged, ..rows[0].clone() };
        imports::put_rows(&tx, std::slice::from_ref(&again)).await.expect("written over");
        assert_eq!(imports::rows(&tx, import.id, RowFilter::default(), None, 1).await.expect("rows").rows, [again]);
        imports::clear_rows(&tx, import.id).await.expect("cleared");
        assert_eq!(imports::rows(&tx, import.id, RowFilter::default(), None, 9).await.expect("rows").rows, []);
        assert_eq!(imports::rows(&tx, other.id, RowFilter::default(), None, 9).await.expect("rows").rows.len(), 1);
    }

    async fn settled_rows_name_their_lead_and_are_not_read_again(db: TestDatabase) {
        let import = an_import();
        let rows: Vec<_> = (2..=1_100).map(|n| a_row(&import, n, RowVerdict::New)).collect();
        put(&db, &import, &rows).await;
        let lead = a_lead().insert(&db).await;
        let became = |n: u64| (!n.is_multiple_of(2)).then_some(lead.id);
        let settled: Vec<(u64, Option<LeadId>)> = (2..=1_001).map(|n| (n, became(n))).collect();
        let tx = db.store().begin_write().await.expect("a transaction");
        imports::settle_rows(&tx, import.id, &settled, NOON).await.expect("settled");
        imports::settle_rows(&tx, import.id, &[(1_002, None)], NOON).await.expect("settled");
        imports::settle_rows(&tx, import.id, &[], NOON).await.expect("nothing to settle");
        tx.commit(an_entry(AuditAction::ImportChunkCommitted)).await.expect("committed");

        let reader = db.store().reader();
        let left = imports::uncommitted_rows(&reader, import.id, None, 500).await.expect("rows");
        assert_eq!(left.len(), 98);
        assert_eq!(left[0].row_number, 1_003);
        let behind = imports::uncommitted_rows(&reader, import.id, Some(1_099), 500).await.expect("rows");
        assert_eq!(behind.len(), 1);
        let done = imports::rows(&reader, import.id, RowFilter::default(), None, 2).await.expect("rows").rows;
        assert_eq!((done[0].lead, done[1].lead), (None, Some(lead.id)));
        assert_eq!(done[0].committed_at, Some(NOON));
    }

    async fn undone_rows_say_what_became_of_them_and_name_no_removed_lead(db: TestDatabase) {
        let import = an_import();
        let lead = a_lead().insert(&db).await;
        let other = a_lead().insert(&db).await;
        let rows: Vec<_> = (2..=5).map(|n| a_row(&import, n, RowVerdict::New)).collect();
        put(&db, &import, &rows).await;
        let tx = db.store().begin_write().await.expect("a transaction");
        let became = [(2, Some(lead.id)), (3, Some(other.id)), (4, None), (5, Some(lead.id))];
        imports::settle_rows(&tx, import.id, &became, NOON).await.expect("settled");
        tx.commit(an_entry(AuditAction::ImportCommitted)).await.expect("committed");

        let reader = db.store().reader();
        assert_eq!(imports::count_undoable(&reader, import.id).await.expect("a count"), 3);
        let numbers = |rows: Vec<ImportRowRecord>| rows.iter().map(|row| row.row_number).collect::<Vec<_>>();
        let left = imports::rows_to_undo(&reader, import.id, Some(2), 9).await.expect("rows");
        assert_eq!(numbers(left), [3, 5]);
        let of_lead = imports::rows_of_leads(&reader, import.id, &[lead.id]).await.expect("rows");
        assert_eq!(numbers(of_lead), [2, 5]);

        let undone = |row_number, undo, kept: &[KeptReason]| UndoneRow { row_number, undo, kept: kept.to_vec() };
        let kept = [KeptReason::Edited, KeptReason::Contacted];
        let tx = db.store().begin_write().await.expect("a transaction");
        let became = [
            undone(2, RowUndo::TakenBack, &[]),
            undone(3, RowUndo::Kept, &kept),
            undone(5, RowUndo::TakenBack, &[]),
        ];
        imports::mark_undone(&tx, import.id, &became).await.expect("marked");
        imports::forget_leads(&tx, &[lead.id]).await.expect("forgotten");
        tx.commit(an_entry(AuditAction::ImportUndone)).await.expect("committed");
        assert_eq!(imports::count_undoable(&reader, import.id).await.expect("a count"), 0);
        let stays = RowFilter { undo: Some(RowUndo::Kept), ..RowFilter::default() };
        let listed = imports::rows(&reader, import.id, stays, None, 9).await.expect("rows").rows;
        assert_eq!((listed[0].row_number, listed[0].lead, listed[0].kept.as_slice()), (3, Some(other.id), &kept[..]));
        let gone = RowFilter { undo: Some(RowUndo::TakenBack), ..RowFilter::default() };
        let listed = imports::rows(&reader, import.id, gone, None, 9).await.expect("rows").rows;
        assert_eq!(listed.iter().map(|row| row.lead).collect::<Vec<_>>(), [None, None]);
    }
}
