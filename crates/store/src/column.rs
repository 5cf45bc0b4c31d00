//! Turns a column's text into a closed enum or a JSON value.
//!
//! This is the only place where a string from the database is trusted. A value that no enum knows
//! is a corrupt row, reported with table, column, id and value, and never defaulted: a default
//! hides the day on which schema and code stopped agreeing. Which values exist is decided in the
//! vocabulary; a test compares them with the CHECK constraints of both databases.

use std::fmt;

use aicmo_shared::ClosedEnum;
use aicmo_shared::diagnostics::CorruptRow;
use sea_orm::sqlx;
use sea_orm::{DbErr, FromQueryResult, QueryResult, RuntimeErr};
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// Reads the values of one row and knows how to complain about them.
pub(crate) struct Row {
    table: &'static str,
    id: String,
}

impl Row {
    pub(crate) fn new(table: &'static str, id: impl fmt::Display) -> Self {
        Self {
            table,
            id: id.to_string(),
        }
    }

    /// A closed value.
    pub(crate) fn closed<E: ClosedEnum>(&self, column: &str, text: &str) -> Result<E, CorruptRow> {
        E::parse(text).map_err(|_| self.corrupt(column, text))
    }

    /// A closed value that may be null.
    pub(crate) fn closed_opt<E: ClosedEnum>(
        &self,
        column: &str,
        text: Option<&str>,
    ) -> Result<Option<E>, CorruptRow> {
        text.map(|text| self.closed(column, text)).transpose()
    }

    /// A JSON value of a known shape.
    pub(crate) fn json<T: DeserializeOwned>(&self, column: &str, text: &str) -> Result<T, CorruptRow> {
        serde_json::from_str(text).map_err(|_| self.corrupt(column, text))
    }

    /// A JSON value of a known shape that may be null.
    pub(crate) fn json_opt<T: DeserializeOwned>(
        &self,
        column: &str,
        text: Option<&str>,
    ) -> Result<Option<T>, CorruptRow> {
        text.map(|text| self.json(column, text)).transpose()
    }

    /// A count, which is never negative.
    pub(crate) fn count(&self, column: &str, value: i64) -> Result<u64, CorruptRow> {
        u64::try_from(value).map_err(|_| self.corrupt(column, &value.to_string()))
    }

    pub(crate) fn corrupt(&self, column: &str, value: &str) -> CorruptRow {
        CorruptRow {
            table: self.table.to_owned(),
            column: column.to_owned(),
            id: self.id.clone(),
            value: value.chars().take(64).collect(),
        }
    }
}

/// The row as `M`, or what is wrong with it: a column of another type than the schema says.
pub(crate) fn decode<M: FromQueryResult>(table: &'static str, row: &QueryResult) -> Result<M, CorruptRow> {
    M::from_query_result(row, "").map_err(|cause| {
        let id = row
            .try_get::<Uuid>("", "id")
            .map_or_else(|_| "unreadable".to_owned(), |id| id.to_string());
        Row::new(table, id).corrupt(&column_of(&cause), "not of the column's type")
    })
}

/// The name of the column that a driver could not read.
fn column_of(cause: &DbErr) -> String {
    if let DbErr::Query(RuntimeErr::SqlxError(error)) = cause
        && let sqlx::Error::ColumnDecode { index, .. } = error.as_ref()
    {
        return index.trim_matches('"').to_owned();
    }
    "unknown".to_owned()
}
