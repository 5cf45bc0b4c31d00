//! The records of an uploaded file with their verdicts and what became of them.

use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::import::{FieldChange, ImportRow, KeptReason, RowNote, RowUndo, RowVerdict};
use aicmo_shared::{ImportId, LeadId, Timestamp};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};
use serde::Serialize;

use crate::column::Row;
use crate::entity::import_row;
use crate::error::StoreError;
use crate::listed::Listed;
use crate::repository::{CHUNK, fetch};
use crate::session::sealed::Executor;
use crate::session::{Session, WriteTx};

pub(super) const TABLE: &str = "import_rows";

/// One record of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRowRecord {
    pub import: ImportId,
    /// Counts the records of the file from 1, the header included.
    pub row_number: u64,
    /// The fields as they stand in the file.
    pub raw: Vec<String>,
    pub verdict: RowVerdict,
    pub name: Option<String>,
    pub email: Option<String>,
    pub company: Option<String>,
    pub notes: Vec<RowNote>,
    pub fills: Vec<String>,
    pub lead: Option<LeadId>,
    /// When the commit settled it; none before.
    pub committed_at: Option<Timestamp>,
    /// What the commit changed on a known lead.
    pub changes: Vec<FieldChange>,
    /// What an undo did with it; none before.
    pub undo: Option<RowUndo>,
    /// Why an undo left something as it is.
    pub kept: Vec<KeptReason>,
}

impl ImportRowRecord {
    /// The row as the wire shows it.
    pub fn into_row(self) -> ImportRow {
        ImportRow {
            row_number: self.row_number,
            verdict: self.verdict,
            name: self.name,
            email: self.email,
            company: self.company,
            notes: self.notes,
            fills: self.fills,
            changes: self.changes,
            lead: self.lead,
            undo: self.undo,
            kept: self.kept,
        }
    }
}

/// Writes rows, over those with the same number.
pub async fn put_rows(tx: &WriteTx, rows: &[ImportRowRecord]) -> Result<(), StoreError> {
    use import_row::Column;
    for chunk in rows.chunks(CHUNK) {
        let models = chunk
            .iter()
            .map(|row| Ok(model_of(row)?.into_active_model().reset_all()))
            .collect::<Result<Vec<_>, StoreError>>()?;
        import_row::Entity::insert_many(models)
            .on_conflict(
                OnConflict::columns([Column::ImportId, Column::RowNumber])
                    .update_columns([
                        Column::Raw,
                        Column::Verdict,
                        Column::Name,
                        Column::Email,
                        Column::Company,
                        Column::Notes,
                        Column::Fills,
                        Column::LeadId,
                        Column::CommittedAt,
                        Column::Changes,
                    ])
                    .to_owned(),
            )
            .exec_without_returning(tx.connection())
            .await
            .map_err(StoreError::of("write the rows of an import"))?;
    }
    Ok(())
}

/// Removes every row of an import.
pub async fn clear_rows(tx: &WriteTx, import: ImportId) -> Result<(), StoreError> {
    import_row::Entity::delete_many()
        .filter(import_row::Column::ImportId.eq(import.get()))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("remove the rows of an import"))?;
    Ok(())
}

/// Which rows of an import are listed. Conditions are joined by "and".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowFilter {
    pub verdict: Option<RowVerdict>,
    pub undo: Option<RowUndo>,
}

/// At most `limit` rows behind row number `after`, in file order.
pub async fn rows(
    session: &impl Session,
    import: ImportId,
    filter: RowFilter,
    after: Option<u64>,
    limit: u32,
) -> Result<Listed<ImportRowRecord>, StoreError> {
    let mut select = in_file_order(import, after, limit);
    if let Some(verdict) = filter.verdict {
        select = select.filter(import_row::Column::Verdict.eq(verdict.as_str()));
    }
    if let Some(undo) = filter.undo {
        select = select.filter(import_row::Column::UndoneAs.eq(undo.as_str()));
    }
    let rows = fetch::<import_row::Model>(session, "list the rows of an import", TABLE, &select.into_query())
        .await?;
    Ok(rows.into_iter().map(|row| row.and_then(record_of)).collect())
}

/// At most `limit` rows that the commit has not settled, behind row number `after`, in file order.
///
/// # Errors
/// `Corrupt` when one of them holds a value that no enum knows: a commit must not step over it.
pub async fn uncommitted_rows(
    session: &impl Session,
    import: ImportId,
    after: Option<u64>,
    limit: u32,
) -> Result<Vec<ImportRowRecord>, StoreError> {
    let query = in_file_order(import, after, limit)
        .filter(import_row::Column::CommittedAt.is_null())
        .into_query();
    fetch::<import_row::Model>(session, "read the rows to commit", TABLE, &query)
        .await?
        .into_iter()
        .map(|row| row.and_then(record_of).map_err(StoreError::Corrupt))
        .collect()
}

/// Marks rows as settled by the commit, each with the lead it became.
pub async fn settle_rows(
    tx: &WriteTx,
    import: ImportId,
    settled: &[(u64, Option<LeadId>)],
    at: Timestamp,
) -> Result<(), StoreError> {
    const WHAT: &str = "settle the rows of an import";
    for chunk in settled.chunks(CHUNK) {
        let mut lead = CaseStatement::new();
        let mut numbers = Vec::with_capacity(chunk.len());
        let mut any_lead = false;
        for (number, became) in chunk {
            let number = row_number(*number)?;
            numbers.push(number);
            if let Some(became) = became {
                any_lead = true;
                lead = lead.case(Expr::col(import_row::Column::RowNumber).eq(number), became.get());
            }
        }
        let mut update = import_row::Entity::update_many()
            .col_expr(import_row::Column::CommittedAt, Expr::value(at.as_millis()))
            .filter(import_row::Column::ImportId.eq(import.get()))
            .filter(import_row::Column::RowNumber.is_in(numbers));
        // A row of the chunk that became no lead has no case and so keeps none.
        if any_lead {
            update = update.col_expr(import_row::Column::LeadId, lead.into());
        }
        update.exec(tx.connection()).await.map_err(StoreError::of(WHAT))?;
    }
    Ok(())
}

pub(super) fn in_file_order(import: ImportId, after: Option<u64>, limit: u32) -> Select<import_row::Entity> {
    let after = after.map_or(0, |number| i64::try_from(number).unwrap_or(i64::MAX));
    import_row::Entity::find()
        .filter(import_row::Column::ImportId.eq(import.get()))
        .filter(import_row::Column::RowNumber.gt(after))
        .order_by_asc(import_row::Column::RowNumber)
        .limit(u64::from(limit))
}

pub(super) fn record_of(model: import_row::Model) -> Result<ImportRowRecord, CorruptRow> {
    let row = Row::new(TABLE, format!("{}/{}", model.import_id, model.row_number));
    Ok(ImportRowRecord {
        import: ImportId::new(model.import_id),
        row_number: row.count("row_number", model.row_number)?,
        raw: row.json("raw", &model.raw)?,
        verdict: row.closed("verdict", &model.verdict)?,
        name: model.name,
        email: model.email,
        company: model.company,
        notes: row.json("notes", &model.notes)?,
        fills: row.json("fills", &model.fills)?,
        lead: model.lead_id.map(LeadId::new),
        committed_at: model.committed_at.map(Timestamp::from_millis),
        changes: row
            .json_opt("changes", model.changes.as_deref())?
            .unwrap_or_default(),
        undo: row.closed_opt("undone_as", model.undone_as.as_deref())?,
        kept: row.json_opt("kept", model.kept.as_deref())?.unwrap_or_default(),
    })
}

fn model_of(record: &ImportRowRecord) -> Result<import_row::Model, StoreError> {
    let json = |value: Result<String, serde_json::Error>| {
        value.map_err(|cause| StoreError::defect("write the rows of an import", cause))
    };
    Ok(import_row::Model {
        import_id: record.import.get(),
        row_number: row_number(record.row_number)?,
        raw: json(serde_json::to_string(&record.raw))?,
        verdict: record.verdict.to_string(),
        name: record.name.clone(),
        email: record.email.clone(),
        company: record.company.clone(),
        notes: json(serde_json::to_string(&record.notes))?,
        fills: json(serde_json::to_string(&record.fills))?,
        lead_id: record.lead.map(LeadId::get),
        committed_at: record.committed_at.map(Timestamp::as_millis),
        changes: some_json(&record.changes)?,
        undone_as: record.undo.map(|undo| undo.to_string()),
        kept: some_json(&record.kept)?,
    })
}

/// A list as JSON; an empty one takes no room.
pub(super) fn some_json<T: Serialize>(list: &[T]) -> Result<Option<String>, StoreError> {
    if list.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(list)
        .map(Some)
        .map_err(|cause| StoreError::defect("write the rows of an import", cause))
}

pub(super) fn row_number(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|cause| StoreError::defect("number a row of an import", cause))
}
