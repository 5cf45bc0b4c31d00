//! Every table of the product with its columns, parents before children.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::sqlx::{self, PgConnection, Row as _, SqlitePool};

use super::of;
use crate::error::StoreError;

const WHAT: &str = "read which tables there are";

/// Not data either: the number by which SQLite's search knows a text. It is given anew wherever the
/// row arrives.
const NUMBERED_HERE: (&str, &str) = ("lead_texts", "n");

/// Not data: which steps were applied, and what transfers note down for themselves.
const OURS_BESIDE: [&str; 5] = [
    "seaql_migrations",
    "backup_manifest",
    "backup_files",
    "aicmo_move_state",
    "aicmo_move_later",
];

/// What a column holds, the same on both databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Uuid,
    /// Eight bytes, whatever PostgreSQL calls it.
    Int,
    /// Four bytes on PostgreSQL.
    SmallInt,
    Bool,
    Real,
    Text,
    Bytes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// A table; its columns are in the order of their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
}

impl Table {
    /// The names of the columns, quoted, with commas.
    pub(super) fn column_list(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|column| quoted(&column.name)).collect();
        names.join(", ")
    }
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn kind_of(declared: &str) -> Option<Kind> {
    Some(match declared.to_ascii_lowercase().as_str() {
        "uuid_text" | "uuid" => Kind::Uuid,
        "bigint" => Kind::Int,
        "integer" => Kind::SmallInt,
        "boolean" => Kind::Bool,
        "double" | "double precision" => Kind::Real,
        "text" => Kind::Text,
        "blob" | "bytea" => Kind::Bytes,
        _ => return None,
    })
}

/// The tables of a SQLite database.
pub(super) async fn of_sqlite(pool: &SqlitePool) -> Result<Vec<Table>, StoreError> {
    let columns = sqlx::query(
        // Neither virtual tables nor what lies in their shadow: both follow from the others.
        "SELECT t.name, c.name, c.type FROM pragma_table_list AS t, pragma_table_info(t.name) AS c \
         WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         ORDER BY t.name, c.name",
    )
    .fetch_all(pool)
    .await
    .map_err(of(WHAT))?;
    let parents = sqlx::query(
        "SELECT t.name, f.\"table\" FROM sqlite_master AS t, pragma_foreign_key_list(t.name) AS f \
         WHERE t.type = 'table'",
    )
    .fetch_all(pool)
    .await
    .map_err(of(WHAT))?;
    let columns = columns
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)));
    let parents = parents.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
    in_order(
        columns.collect::<Result<_, _>>().map_err(of(WHAT))?,
        &parents.collect::<Result<Vec<_>, _>>().map_err(of(WHAT))?,
    )
}

/// The tables of a PostgreSQL database.
pub(super) async fn of_postgres(connection: &mut PgConnection) -> Result<Vec<Table>, StoreError> {
    let columns = sqlx::query(
        "SELECT c.table_name::text, c.column_name::text, c.data_type::text FROM information_schema.columns AS c \
         JOIN information_schema.tables AS t USING (table_schema, table_name) \
         WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' ORDER BY 1, 2",
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(of(WHAT))?;
    let parents = sqlx::query(
        "SELECT child.relname::text, parent.relname::text FROM pg_constraint AS k \
         JOIN pg_class AS child ON child.oid = k.conrelid JOIN pg_class AS parent ON parent.oid = k.confrelid \
         WHERE k.contype = 'f' AND k.connamespace = current_schema()::regnamespace",
    )
    .fetch_all(connection)
    .await
    .map_err(of(WHAT))?;
    let columns = columns
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)));
    let parents = parents.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
    in_order(
        columns.collect::<Result<_, _>>().map_err(of(WHAT))?,
        &parents.collect::<Result<Vec<_>, _>>().map_err(of(WHAT))?,
    )
}

/// Puts parents before children; among equals by name.
fn in_order(
    columns: Vec<(String, String, String)>,
    parents: &[(String, String)],
) -> Result<Vec<Table>, StoreError> {
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    for (table, name, declared) in columns {
        if OURS_BESIDE.contains(&table.as_str()) || (table.as_str(), name.as_str()) == NUMBERED_HERE {
            continue;
        }
        let kind = kind_of(&declared)
            .ok_or_else(|| StoreError::defect(WHAT, format!("{table}.{name} is a {declared}")))?;
        let entry = tables.entry(table.clone()).or_insert_with(|| Table {
            name: table,
            columns: Vec::new(),
        });
        entry.columns.push(Column { name, kind });
    }
    for table in tables.values_mut() {
        // The databases do not agree on how names sort.
        table.columns.sort_by(|one, other| one.name.cmp(&other.name));
    }
    let mut placed: BTreeSet<String> = BTreeSet::new();
    let mut ordered = Vec::with_capacity(tables.len());
    while !tables.is_empty() {
        let waits = |name: &String| {
            parents
                .iter()
                .any(|(child, parent)| child == name && parent != name && !placed.contains(parent))
        };
        let next = tables.keys().find(|name| !waits(name)).cloned();
        let Some(table) = next.and_then(|name| tables.remove(&name)) else {
            return Err(StoreError::defect(WHAT, "tables refer to each other in a circle"));
        };
        placed.insert(table.name.clone());
        ordered.push(table);
    }
    Ok(ordered)
}

/// The tables that one side has and the other has not, as a sentence; columns included.
pub(super) fn mismatch(here: &[Table], there: &[Table]) -> Option<String> {
    let names = |tables: &[Table]| -> BTreeSet<String> {
        tables
            .iter()
            .flat_map(|table| {
                table
                    .columns
                    .iter()
                    .map(|column| format!("{}.{}", table.name, column.name))
            })
            .collect()
    };
    let (here, there) = (names(here), names(there));
    here.symmetric_difference(&there).next().map(|name| {
        format!("Only one of the two databases has {name}, so rows cannot be carried over as they are.")
    })
}
