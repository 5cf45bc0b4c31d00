//! Rows that hold a value which no enum knows. Finding them costs what there is of them.

use aicmo_shared::diagnostics::CorruptRow;
use sea_orm::QueryResult;
use uuid::Uuid;

use super::{ask, counted};
use crate::closed_columns::{ClosedTable, closed_tables};
use crate::column::Row;
use crate::error::StoreError;
use crate::session::Session;

const WHAT: &str = "look for corrupt rows";

/// The first `limit` corrupt values, by table and id, and the number of corrupt rows in all.
pub async fn corrupt_rows(session: &impl Session, limit: u32) -> Result<(Vec<CorruptRow>, u64), StoreError> {
    let counts: Vec<String> = closed_tables()
        .iter()
        .map(|closed| {
            format!(
                "SELECT '{0}' AS name, COUNT(*) AS n FROM {0} WHERE {1}",
                closed.table,
                closed.corrupt()
            )
        })
        .collect();
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    let mut total = 0;
    for row in ask(session, WHAT, counts.join(" UNION ALL "), vec![]).await? {
        let n = counted(&row, "n", WHAT)?;
        total += n;
        if n == 0 || found.len() >= limit {
            continue;
        }
        let name: String = row.try_get("", "name").map_err(StoreError::of(WHAT))?;
        for closed in closed_tables().iter().filter(|closed| closed.table == name) {
            found.extend(of_table(session, closed, limit - found.len()).await?);
        }
    }
    found.truncate(limit);
    Ok((found, total))
}

async fn of_table(
    session: &impl Session,
    closed: &ClosedTable,
    limit: usize,
) -> Result<Vec<CorruptRow>, StoreError> {
    let columns: Vec<&str> = closed.columns.iter().map(|(column, _)| *column).collect();
    let key = closed.key.join(", ");
    let sql = format!(
        "SELECT {key}, {} FROM {} WHERE {} ORDER BY {key} LIMIT {limit}",
        columns.join(", "),
        closed.table,
        closed.corrupt()
    );
    let mut found = Vec::new();
    for row in ask(session, WHAT, sql, vec![]).await? {
        let report = Row::new(closed.table, key_of(&row, closed)?);
        for (column, values) in &closed.columns {
            let value: Option<String> = row.try_get("", column).map_err(StoreError::of(WHAT))?;
            if let Some(value) = value.filter(|value| !values.contains(&value.as_str())) {
                found.push(report.corrupt(column, &value));
            }
        }
    }
    Ok(found)
}

/// The row's key as reports spell it: the parts with a slash between them.
fn key_of(row: &QueryResult, closed: &ClosedTable) -> Result<String, StoreError> {
    let parts: Result<Vec<String>, StoreError> = closed
        .key
        .iter()
        .map(|column| {
            row.try_get::<Uuid>("", column)
                .map(|id| id.to_string())
                .or_else(|_| row.try_get::<i64>("", column).map(|number| number.to_string()))
                .or_else(|_| row.try_get::<String>("", column))
                .map_err(StoreError::of(WHAT))
        })
        .collect();
    Ok(parts?.join("/"))
}
