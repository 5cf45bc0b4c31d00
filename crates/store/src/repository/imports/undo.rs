//! Rows of an import on their way back.

use std::collections::BTreeMap;

use aicmo_shared::import::{KeptReason, RowUndo};
use aicmo_shared::{ImportId, LeadId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QueryTrait};
use uuid::Uuid;

use super::rows::{ImportRowRecord, TABLE, in_file_order, record_of, row_number, some_json};
use crate::entity::import_row;
use crate::error::StoreError;
use crate::repository::{CHUNK, fetch};
use crate::session::sealed::Executor;
use crate::session::{Session, WriteTx};

/// What an undo did with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoneRow {
    pub row_number: u64,
    pub undo: RowUndo,
    pub kept: Vec<KeptReason>,
}

/// How many rows of an import became a lead or touched one and were not undone yet.
pub async fn count_undoable(session: &impl Session, import: ImportId) -> Result<u64, StoreError> {
    import_row::Entity::find()
        .filter(import_row::Column::ImportId.eq(import.get()))
        .filter(import_row::Column::LeadId.is_not_null())
        .filter(import_row::Column::UndoneAs.is_null())
        .count(session.connection())
        .await
        .map_err(StoreError::of("count the rows to undo"))
}

/// At most `limit` rows that became a lead or touched one and were not undone yet, behind row
/// number `after`, in file order.
///
/// # Errors
/// `Corrupt` when one of them holds a value that no enum knows: an undo must not step over it.
pub async fn rows_to_undo(
    session: &impl Session,
    import: ImportId,
    after: Option<u64>,
    limit: u32,
) -> Result<Vec<ImportRowRecord>, StoreError> {
    let query = in_file_order(import, after, limit)
        .filter(import_row::Column::LeadId.is_not_null())
        .filter(import_row::Column::UndoneAs.is_null())
        .into_query();
    fetch::<import_row::Model>(session, "read the rows to undo", TABLE, &query)
        .await?
        .into_iter()
        .map(|row| row.and_then(record_of).map_err(StoreError::Corrupt))
        .collect()
}

/// Every row of an import that has to do with one of `leads` and was not undone yet, in file order.
///
/// # Errors
/// `Corrupt` like `rows_to_undo`.
pub async fn rows_of_leads(
    session: &impl Session,
    import: ImportId,
    leads: &[LeadId],
) -> Result<Vec<ImportRowRecord>, StoreError> {
    let mut found = Vec::new();
    for chunk in leads.chunks(CHUNK) {
        let query = import_row::Entity::find()
            .filter(import_row::Column::LeadId.is_in(chunk.iter().map(|lead| lead.get())))
            .filter(import_row::Column::ImportId.eq(import.get()))
            .filter(import_row::Column::UndoneAs.is_null())
            .order_by_asc(import_row::Column::RowNumber)
            .into_query();
        for row in fetch::<import_row::Model>(session, "read the rows of leads", TABLE, &query).await? {
            found.push(row.and_then(record_of).map_err(StoreError::Corrupt)?);
        }
    }
    found.sort_by_key(|row| row.row_number);
    Ok(found)
}

/// Writes down what became of rows.
pub async fn mark_undone(tx: &WriteTx, import: ImportId, rows: &[UndoneRow]) -> Result<(), StoreError> {
    // Few rows are kept, and for few combinations of reasons; most statements say the same of many.
    let mut alike: BTreeMap<(&str, Option<String>), Vec<i64>> = BTreeMap::new();
    for row in rows {
        alike
            .entry((row.undo.as_str(), some_json(&row.kept)?))
            .or_default()
            .push(row_number(row.row_number)?);
    }
    for ((undo, kept), numbers) in alike {
        for chunk in numbers.chunks(CHUNK) {
            import_row::Entity::update_many()
                .col_expr(import_row::Column::UndoneAs, Expr::value(undo))
                .col_expr(import_row::Column::Kept, Expr::value(kept.clone()))
                .filter(import_row::Column::ImportId.eq(import.get()))
                .filter(import_row::Column::RowNumber.is_in(chunk.iter().copied()))
                .exec(tx.connection())
                .await
                .map_err(StoreError::of("mark the rows of an import as undone"))?;
        }
    }
    Ok(())
}

/// Lets no row of any import name one of `leads` any more: they are about to be removed.
pub async fn forget_leads(tx: &WriteTx, leads: &[LeadId]) -> Result<(), StoreError> {
    for chunk in leads.chunks(CHUNK) {
        import_row::Entity::update_many()
            .col_expr(import_row::Column::LeadId, Expr::value(None::<Uuid>))
            .filter(import_row::Column::LeadId.is_in(chunk.iter().map(|lead| lead.get())))
            .exec(tx.connection())
            .await
            .map_err(StoreError::of("part rows from their leads"))?;
    }
    Ok(())
}
