//! The dry run: a verdict for every row of the file. No lead is written.
//!
//! The file is read and its rows are understood on a blocking thread, a few hundred ahead; here they
//! are judged against the database and against each other, and kept as import rows. Rows are written
//! in several short transactions, each of which claims the import anew: whoever maps, previews or
//! cancels it meanwhile wins, and this run ends with a conflict.

use std::io;
use std::path::PathBuf;

use aicmo_shared::audit::AuditAction;
use aicmo_shared::import::{FileReading, Import, ImportState, RowNote, RowReason, RowVerdict, VerdictCounts};
use aicmo_shared::status::ServiceName;
use aicmo_shared::{ImportId, LeadId};
use aicmo_store::Store;
use aicmo_store::imports::{self, ImportRecord, ImportRowRecord};
use serde_json::json;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::book::{Book, Judgement, Outline};
use super::file::{Record, Rows};
use super::row::{RowReader, RowReading};
use super::{entry, require_state, row_reader};
use crate::context::{Operations, Operator};
use crate::error::OperationError;

/// Rows that are looked up together.
const LOOK_UP: usize = 500;
/// Rows of one transaction.
const FLUSH: usize = 2_000;
/// Chunks that are read ahead.
const READ_AHEAD: usize = 2;

/// Dry run: a verdict for every row; no lead is written.
///
/// # Errors
/// `ImportState` unless it is mapped or previewed; `Conflict` when somebody else changed it
/// meanwhile; `Validation` when the file is not on this server any more.
pub async fn preview_import(
    ops: &Operations,
    operator: &Operator,
    id: ImportId,
) -> Result<Import, OperationError> {
    let store = ops.live(Some(ServiceName::Imports))?;
    let outcome = run(ops, &store, operator, id).await;
    ops.wrote(&outcome);
    super::shown(&store, outcome?).await
}

async fn run(
    ops: &Operations,
    store: &Store,
    operator: &Operator,
    id: ImportId,
) -> Result<ImportRecord, OperationError> {
    let record = imports::get(&store.reader(), id).await?;
    require_state(
        &record,
        &[ImportState::Mapped, ImportState::Previewed],
        "only a mapped import can be previewed",
    )?;
    let now = ops.now();
    let Some(reading) = record.reading.clone() else {
        return Err(OperationError::Internal(
            "reading the file",
            "a mapped import has no reading".into(),
        ));
    };
    let reader = row_reader(ops, &record, &reading, now);
    let mut chunks = read_ahead(ops.data_dir().join(&record.storage_path), reading, reader);
    let mut book: Book<Outline> = Book::accepting_without_identity(record.accepts_without_identity);
    let mut draft = Draft {
        ops,
        store,
        operator,
        record,
        is_cleared: false,
        pending: Vec::new(),
        counts: VerdictCounts::default(),
    };
    while let Some(chunk) = chunks.recv().await {
        let (readings, raws): (Vec<RowReading>, Vec<Vec<String>>) =
            chunk.map_err(file_gone)?.into_iter().unzip();
        book.look_up(&store.reader(), readings.iter()).await?;
        for (reading, raw) in readings.into_iter().zip(raws) {
            // Nobody has this id: a real one carries its time.
            let stand_in = LeadId::new(Uuid::from_u128(u128::from(reading.row_number)));
            let judgement = book.judge(&reading, stand_in, now);
            draft.add(reading, raw, judgement);
        }
        if draft.pending.len() >= FLUSH {
            draft.flush(false).await?;
        }
    }
    draft.flush(true).await?;
    Ok(draft.record)
}

type Chunk = Vec<(RowReading, Vec<String>)>;

/// Reads the file on a blocking thread. The channel ends after the last chunk or the first error.
fn read_ahead(path: PathBuf, reading: FileReading, reader: RowReader) -> mpsc::Receiver<io::Result<Chunk>> {
    let (sender, receiver) = mpsc::channel(READ_AHEAD);
    tokio::task::spawn_blocking(move || {
        let read = || -> io::Result<()> {
            let mut rows = Rows::open(&path, &reading)?;
            let mut record = Record::default();
            let mut chunk = Vec::with_capacity(LOOK_UP);
            while rows.read(&mut record)? {
                chunk.push(read_row(&reader, &record));
                if chunk.len() == LOOK_UP && sender.blocking_send(Ok(std::mem::take(&mut chunk))).is_err() {
                    // Nobody waits for the rest.
                    return Ok(());
                }
            }
            // Nobody may be waiting any more.
            let _ = sender.blocking_send(Ok(chunk));
            Ok(())
        };
        if let Err(cause) = read() {
            let _ = sender.blocking_send(Err(cause));
        }
    });
    receiver
}

/// A record as text, with what was wrong with its bytes.
fn read_row(reader: &RowReader, record: &Record) -> (RowReading, Vec<String>) {
    let damaged = record.fields().enumerate().find_map(|(index, field)| {
        if field.contains(&0) {
            Some((index, "a NUL byte"))
        } else if std::str::from_utf8(field).is_err() {
            Some((index, "bytes that are not text in the encoding of this file"))
        } else {
            None
        }
    });
    // PostgreSQL keeps no NUL in a text.
    let raw: Vec<String> = record
        .texts()
        .into_iter()
        .map(|text| {
            if text.contains('\0') {
                text.replace('\0', "\u{fffd}")
            } else {
                text
            }
        })
        .collect();
    let note = damaged.map(|(index, what)| RowNote {
        reason: RowReason::EncodingError,
        column: reader.header(index),
        value: raw.get(index).map(|value| super::row::noted(value)),
        message: format!("This holds {what}, so nothing in the row can be trusted."),
        is_warning: false,
    });
    (reader.read(record.row(), &raw, note), raw)
}

fn file_gone(cause: io::Error) -> OperationError {
    match cause.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::InvalidData => OperationError::field(
            "/file",
            "file_gone",
            "The uploaded file is not on this server any more. Upload it again.",
        ),
        _ => super::storage_failed(cause),
    }
}

/// The rows judged so far, and the import that they belong to.
struct Draft<'a> {
    ops: &'a Operations,
    store: &'a Store,
    operator: &'a Operator,
    record: ImportRecord,
    is_cleared: bool,
    pending: Vec<ImportRowRecord>,
    counts: VerdictCounts,
}

impl Draft<'_> {
    fn add(&mut self, reading: RowReading, raw: Vec<String>, judgement: Judgement) {
        count(&mut self.counts, judgement.verdict, 1);
        self.pending.push(ImportRowRecord {
            import: self.record.id,
            row_number: reading.row_number,
            raw,
            verdict: judgement.verdict,
            name: reading.name,
            email: reading.email,
            company: reading.company,
            notes: judgement.notes,
            fills: judgement.fills,
            lead: None,
            committed_at: None,
            changes: Vec::new(),
            undo: None,
            kept: Vec::new(),
        });
    }

    /// Writes what is pending. The first write removes the rows of an earlier run, the last one
    /// makes the import previewed.
    async fn flush(&mut self, is_last: bool) -> Result<(), OperationError> {
        let now = self.ops.now();
        let mut after = self.record.clone();
        after.updated_at = now;
        after.error = None;
        after.state = ImportState::Mapped;
        after.counts = VerdictCounts::default();
        if is_last {
            after.state = ImportState::Previewed;
            after.counts = self.counts;
        }
        let tx = self.store.begin_write().await?;
        // First, so that another run of the same import waits here and then finds itself overtaken.
        after.version = imports::replace(&tx, &self.record, &after).await?;
        if !self.is_cleared {
            imports::clear_rows(&tx, self.record.id).await?;
        }
        imports::put_rows(&tx, &self.pending).await?;
        let facts = if is_last {
            json!({ "state": after.state, "counts": after.counts })
        } else {
            json!({ "state": after.state, "rows": self.pending.len() })
        };
        tx.commit(entry(
            self.operator,
            AuditAction::ImportPreviewed,
            &after,
            Some(facts),
            now,
        ))
        .await?;
        self.is_cleared = true;
        self.pending.clear();
        self.record = after;
        Ok(())
    }
}

/// Adds `n` rows of a verdict, or takes them away.
pub fn count(counts: &mut VerdictCounts, verdict: RowVerdict, n: i64) {
    let slot = match verdict {
        RowVerdict::New => &mut counts.new,
        RowVerdict::Merged => &mut counts.merged,
        RowVerdict::Unchanged => &mut counts.unchanged,
        RowVerdict::Suppressed => &mut counts.suppressed,
        RowVerdict::Invalid => &mut counts.invalid,
    };
    *slot = slot.saturating_add_signed(n);
    counts.total = counts.total.saturating_add_signed(n);
}
