//! Gives a closed column more words, or takes some away again, without writing its table anew.
//!
//! PostgreSQL changes a constraint in place. SQLite has no statement for it but documents the way: a
//! constraint is text in the schema and says nothing about how rows are stored, so the text is
//! replaced and the schema read again. The rows are not touched, however many there are. Who takes
//! words away makes sure that no row holds one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, Statement};

/// Lets `column` of `table` hold the words of `after` instead of those of `before`. Its index over
/// corrupt rows is the caller's.
///
/// # Errors
/// When the schema does not say what `before` says; nothing is changed then.
pub(crate) async fn reword(
    manager: &SchemaManager<'_>,
    table: &str,
    column: &str,
    before: &[&str],
    after: &[&str],
) -> Result<(), DbErr> {
    match manager.get_database_backend() {
        DbBackend::Postgres => in_postgres(manager, table, column, after).await,
        _ => in_sqlite(manager, table, column, before, after).await,
    }
}

fn check(column: &str, words: &[&str]) -> String {
    format!("\"{column}\" IN ('{}')", words.join("', '"))
}

async fn in_postgres(
    manager: &SchemaManager<'_>,
    table: &str,
    column: &str,
    after: &[&str],
) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let find = format!(
        "SELECT c.conname FROM pg_constraint c JOIN pg_attribute a \
         ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum] \
         WHERE c.contype = 'c' AND c.conrelid = '{table}'::regclass AND a.attname = '{column}'"
    );
    let found = connection
        .query_all_raw(Statement::from_string(DbBackend::Postgres, find))
        .await?;
    let [row] = found.as_slice() else {
        return Err(unexpected(table, column, found.len()));
    };
    let name: String = row.try_get("", "conname")?;
    let change = format!(
        "ALTER TABLE {table} DROP CONSTRAINT \"{name}\", ADD CONSTRAINT \"{name}\" CHECK ({})",
        check(column, after)
    );
    connection.execute_unprepared(&change).await?;
    Ok(())
}

async fn in_sqlite(
    manager: &SchemaManager<'_>,
    table: &str,
    column: &str,
    before: &[&str],
    after: &[&str],
) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let find = Statement::from_sql_and_values(
        DbBackend::Sqlite,
        "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = $1",
        [table.into()],
    );
    let row = connection.query_one_raw(find).await?;
    let sql: String = row
        .ok_or_else(|| unexpected(table, column, 0))?
        .try_get("", "sql")?;
    let old = check(column, before);
    let n = sql.matches(&old).count();
    if n != 1 {
        return Err(unexpected(table, column, n));
    }
    let sql = sql.replace(&old, &check(column, after));
    connection
        .execute_unprepared("PRAGMA writable_schema = ON")
        .await?;
    let replace = Statement::from_sql_and_values(
        DbBackend::Sqlite,
        "UPDATE sqlite_schema SET sql = $1 WHERE type = 'table' AND name = $2",
        [sql.into(), table.into()],
    );
    let replaced = connection.execute_raw(replace).await;
    // Reads the schema again, on this connection now and on every other when it next looks.
    connection
        .execute_unprepared("PRAGMA writable_schema = RESET")
        .await?;
    replaced?;
    let version = connection
        .query_one_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA schema_version"))
        .await?
        .ok_or_else(|| DbErr::Custom("the schema has no version".to_owned()))?;
    let version: i32 = version.try_get("", "schema_version")?;
    connection
        .execute_unprepared(&format!("PRAGMA schema_version = {}", version.wrapping_add(1)))
        .await?;
    Ok(())
}

fn unexpected(table: &str, column: &str, n: usize) -> DbErr {
    DbErr::Custom(format!(
        "{table}.{column} has {n} constraints of the kind that this step changes, and should have one"
    ))
}
