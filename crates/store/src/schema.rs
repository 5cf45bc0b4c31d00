//! The schema of a database against the schema this binary knows.
//!
//! The steps themselves are in the migrations crate. This module only compares names, so that a
//! database which a newer binary has migrated is refused before anything is touched.

use aicmo_migrations::Migrator;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, TransactionOptions, TransactionTrait};
use sea_orm_migration::sea_query::{Expr, ExprTrait, Order, Query};
use sea_orm_migration::{IntoSchemaManagerConnection, MigratorTrait, SchemaManager};

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

const MIGRATE: &str = "bring the schema up to date";

/// Held on PostgreSQL while one process migrates; the others then find nothing left to do.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_xact_lock(418264801007)";

pub(crate) async fn state<'c, C>(connection: &'c C) -> Result<SchemaState, StoreError>
where
    C: ConnectionTrait,
    &'c C: IntoSchemaManagerConnection<'c>,
{
    let applied = applied(connection).await?;
    let known = known();
    Ok(SchemaState {
        is_newer: applied.iter().any(|name| !known.contains(name)),
        pending: known.iter().filter(|name| !applied.contains(name)).count(),
        applied: applied.into_iter().max(),
        expected: known.into_iter().max().unwrap_or_default(),
    })
}

/// Replicas on PostgreSQL take turns, and what one of them does is done whole or not at all. An
/// embedded file has one server, and each step there is a transaction of its own.
pub(crate) async fn migrate(connection: &DatabaseConnection) -> Result<(), StoreError> {
    if !has_pending(state(connection).await?)? {
        return Ok(());
    }
    let failed = StoreError::of(MIGRATE);
    if connection.get_database_backend() != DbBackend::Postgres {
        return Migrator::up(connection, None).await.map_err(failed);
    }
    let tx = connection
        .begin_with_options(TransactionOptions::default())
        .await
        .map_err(&failed)?;
    tx.execute_unprepared(MIGRATION_LOCK).await.map_err(&failed)?;
    if has_pending(state(&tx).await?)? {
        Migrator::up(&tx, None).await.map_err(&failed)?;
    }
    tx.commit().await.map_err(failed)
}

fn has_pending(state: SchemaState) -> Result<bool, StoreError> {
    if state.is_newer {
        return Err(StoreError::SchemaTooNew {
            found: state.applied.unwrap_or_default(),
            expected: state.expected,
        });
    }
    Ok(state.pending > 0)
}

/// A table of a database that another program made; `None` when it is empty or ours. Creates nothing.
pub(crate) async fn foreign_table(connection: &DatabaseConnection) -> Result<Option<String>, StoreError> {
    let failed = StoreError::of("look whose database it is");
    let known = known();
    if applied(connection).await?.iter().any(|step| known.contains(step)) {
        return Ok(None);
    }
    let tables = Query::select()
        .column("name")
        .from("sqlite_schema")
        .and_where(Expr::col("type").eq("table"))
        // Ours when a first start was killed before its first step: a ledger and nothing else.
        .and_where(Expr::col("name").ne(LEDGER))
        .and_where(Expr::col("name").not_like("sqlite\\_%"))
        .order_by("name", Order::Asc)
        .limit(1)
        .to_owned();
    let first = connection.query_one(&tables).await.map_err(&failed)?;
    first
        .map(|row| row.try_get::<String>("", "name").map_err(&failed))
        .transpose()
}

/// The names in the ledger; none when there is no ledger yet. Creates nothing.
async fn applied<'c, C>(connection: &'c C) -> Result<Vec<String>, StoreError>
where
    C: ConnectionTrait,
    &'c C: IntoSchemaManagerConnection<'c>,
{
    let failed = StoreError::of("read which schema it has");
    let exists = SchemaManager::new(connection).has_table(LEDGER).await;
    if !exists.map_err(&failed)? {
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
