//! The schema of a database against the schema this binary knows.
//!
//! The steps themselves are in the migrations crate. This module only compares names, so that a
//! database which a newer binary has migrated is refused before anything is touched.

use aicmo_migrations::Migrator;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use sea_orm_migration::sea_query::Query;
use sea_orm_migration::{MigratorTrait, SchemaManager};

use crate::error::StoreError;

/// Where the steps that were applied are listed.
const LEDGER: &str = "seaql_migrations";

/// Which migrations were applied, and which this binary knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaState {
    /// The newest applied one; `None` for an empty database.
    pub applied: Option<String>,
    /// The newest one this binary knows.
    pub expected: String,
    /// The database has one that this binary does not know.
    pub is_newer: bool,
    /// How many of ours are still to be applied.
    pub pending: usize,
}

impl SchemaState {
    /// The newest migration this binary knows, also when no database is there to compare with.
    pub fn newest_known() -> String {
        known().into_iter().max().unwrap_or_default()
    }
}

fn known() -> Vec<String> {
    Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect()
}

pub(crate) async fn state(connection: &DatabaseConnection) -> Result<SchemaState, StoreError> {
    let applied = applied(connection).await?;
    let known = known();
    Ok(SchemaState {
        is_newer: applied.iter().any(|name| !known.contains(name)),
        pending: known.iter().filter(|name| !applied.contains(name)).count(),
        applied: applied.into_iter().max(),
        expected: known.into_iter().max().unwrap_or_default(),
    })
}

pub(crate) async fn migrate(connection: &DatabaseConnection) -> Result<(), StoreError> {
    let state = state(connection).await?;
    if state.is_newer {
        return Err(StoreError::SchemaTooNew {
            found: state.applied.unwrap_or_default(),
            expected: state.expected,
        });
    }
    if state.pending == 0 {
        return Ok(());
    }
    Migrator::up(connection, None)
        .await
        .map_err(StoreError::of("bring the schema up to date"))
}

/// The names in the ledger; none when there is no ledger yet. Creates nothing.
async fn applied(connection: &DatabaseConnection) -> Result<Vec<String>, StoreError> {
    let failed = StoreError::of("read which schema it has");
    if !SchemaManager::new(connection)
        .has_table(LEDGER)
        .await
        .map_err(&failed)?
    {
        return Ok(Vec::new());
    }
    let names = Query::select().column("version").from(LEDGER).to_owned();
    connection
        .query_all(&names)
        .await
        .map_err(&failed)?
        .iter()
        .map(|row| row.try_get::<String>("", "version").map_err(&failed))
        .collect()
}
