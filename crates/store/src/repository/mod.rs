//! One repository per noun: the queries, and nothing that decides.
//!
//! Reads take any `Session`, writes take the `WriteTx`. Lists answer bad rows beside good ones.

pub mod accounts;
pub mod activity;
pub mod audit_trail;
pub mod campaigns;
pub mod consent_history;
pub mod control;
pub mod counters;
pub mod events;
mod id_page;
pub mod idempotency;
pub mod identities;
pub mod imports;
pub mod integrity;
pub mod jobs;
pub mod lead_history;
pub mod leads;
pub mod metrics;
pub mod tasks;
pub mod timeline;
pub mod touches;
pub mod webhooks;

/// Rows of one multi-row statement: one constant, so that the statement cache hits, and small
/// enough for the number of values that either database takes.
pub(crate) const CHUNK: usize = 500;

pub use id_page::{IdPage, IdPosition};

use aicmo_shared::diagnostics::CorruptRow;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ConnectionTrait, FromQueryResult, QueryResult, Statement};

use crate::column;
use crate::error::StoreError;
use crate::session::Session;

/// The rows of a query, each read for itself: one that cannot be read does not fail the others.
pub(crate) async fn fetch<M: FromQueryResult>(
    session: &impl Session,
    what: &'static str,
    table: &'static str,
    query: &SelectStatement,
) -> Result<Vec<Result<M, CorruptRow>>, StoreError> {
    let rows = session
        .connection()
        .query_all(query)
        .await
        .map_err(StoreError::of(what))?;
    Ok(rows.iter().map(|row| column::decode(table, row)).collect())
}

/// The rows of a statement that is spelled out, with its values as `$1`, `$2` and so on.
pub(crate) async fn ask(
    session: &impl Session,
    what: &'static str,
    sql: String,
    values: Vec<sea_orm::Value>,
) -> Result<Vec<QueryResult>, StoreError> {
    let connection = session.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    connection
        .query_all_raw(statement)
        .await
        .map_err(StoreError::of(what))
}

/// A number that counts rows.
pub(crate) fn counted(row: &QueryResult, column: &str, what: &'static str) -> Result<u64, StoreError> {
    let value: i64 = row.try_get("", column).map_err(StoreError::of(what))?;
    u64::try_from(value).map_err(|cause| StoreError::defect(what, cause))
}

/// Splits what was fetched for a page of `limit` rows, one more than asked for: the page, and
/// whether there is more behind it.
pub(crate) fn cut<T>(mut rows: Vec<T>, limit: u32) -> (Vec<T>, bool) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    (rows, more)
}
