//! Fills an empty PostgreSQL database with the rows of a SQLite one.
//!
//! Rows go in by COPY, a bounded batch per transaction, and the same transaction notes how far it
//! came, so a run that was killed goes on where its last batch ended. References and secondary
//! indexes are taken away before and made again after, which is many times faster than keeping them
//! right row by row; what is to be made again stands in the target too. The indexes of a table are
//! made while later ones are still copied, on a connection of their own, and the references while
//! both sides are compared.

use aicmo_shared::diagnostics::DatabaseKind;
use futures_util::TryStreamExt as _;
use sea_orm::ConnectionTrait as _;
use sea_orm::sqlx::{self, AssertSqlSafe, Connection as _, PgConnection, PgPool, Row as _, SqlitePool};
use tokio::sync::mpsc;

use super::cell::{self, Cell, Sum};
use super::tables::{self, Table, quoted};
use super::{Progress, TableSum, TransferError, difference, of, sums_of_sqlite};
use crate::audit::{AuditEntry, audit_head};
use crate::error::StoreError;
use crate::session::sealed::Executor as _;
use crate::settings::{DatabaseTarget, StoreSettings};
use crate::store::Store;

const WHAT: &str = "carry rows over";

/// Rows of one transaction.
const BATCH: u64 = 50_000;

/// Bytes that are gathered before they are sent.
const PIECE: usize = 1 << 20;

/// How a binary COPY begins: a signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// What was carried over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// Every table, by name: the same on both sides.
    pub tables: Vec<TableSum>,
    /// Whether an earlier run had begun it.
    pub resumed: bool,
}

/// What a load would carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadPlan {
    /// Every table with its rows, parents first.
    pub tables: Vec<(String, u64)>,
    /// Whether an earlier run has begun it.
    pub resumes: bool,
}

/// Looks whether `target` could be loaded, and with what. Changes nothing.
///
/// # Errors
/// As `load_into_postgres`.
pub async fn plan_load(source: &Store, target: &StoreSettings) -> Result<LoadPlan, TransferError> {
    let from = source.reader_pool().get_sqlite_connection_pool();
    let mut tables = Vec::new();
    for table in tables::of_sqlite(from).await? {
        let rows = count(from, std::slice::from_ref(&table)).await?;
        tables.push((table.name, rows));
    }
    let (seq, hash) = audit_head(&source.reader()).await?;
    let target = Store::open(target).await?;
    let found = async {
        let pool = target.writer_pool().get_postgres_connection_pool();
        let mut to = pool.acquire().await.map_err(of(WHAT))?;
        look_at(&mut to, &target, &format!("{seq} {hash}")).await
    };
    let found = found.await;
    target.close().await;
    Ok(LoadPlan {
        tables,
        resumes: found? == Found::Begun,
    })
}

/// Carries every row of `source` to the empty database that `target` names, compares both sides, and
/// writes `entry` into the trail of the target. A run that was killed is taken up again.
///
/// # Errors
/// `Refused` when the target is in use or the schemas differ; `Differs` when what arrived is not
/// what was sent; `Store` when a database fails.
pub async fn load_into_postgres(
    source: &Store,
    target: &StoreSettings,
    entry: AuditEntry,
    told: &mut (dyn FnMut(Progress) + Send),
) -> Result<Load, TransferError> {
    if source.kind() != DatabaseKind::Sqlite || matches!(target.target, DatabaseTarget::Sqlite { .. }) {
        return Err(TransferError::Refused(
            "Rows are carried from a SQLite database to a PostgreSQL one.".to_owned(),
        ));
    }
    let target = Store::open(target).await?;
    let outcome = load(source, &target, entry, told).await;
    target.close().await;
    outcome
}

async fn load(
    source: &Store,
    target: &Store,
    entry: AuditEntry,
    told: &mut (dyn FnMut(Progress) + Send),
) -> Result<Load, TransferError> {
    let from = source.reader_pool().get_sqlite_connection_pool();
    let pool = target.writer_pool().get_postgres_connection_pool();
    let mut to = pool.acquire().await.map_err(of(WHAT))?;
    let head = audit_head(&source.reader()).await?;
    let origin = format!("{} {}", head.0, head.1);
    let resumed = begin(&mut to, target, &origin).await?;
    let tables = tables::of_postgres(&mut to).await?;
    let here = tables::of_sqlite(from).await?;
    if let Some(sentence) = tables::mismatch(&here, &tables) {
        return Err(TransferError::Refused(sentence));
    }
    let (copied, complete) = mpsc::unbounded_channel();
    let copy = async {
        let mut done = Progress {
            step: String::new(),
            rows: 0,
            of: count(from, &here).await?,
        };
        let mut sent = Vec::with_capacity(here.len());
        for table in &tables {
            let Some(here) = here.iter().find(|here| here.name == table.name) else {
                continue;
            };
            done.step = format!("copy {}", table.name);
            sent.push(copy_table(from, &mut to, (here, table), &mut done, told).await?);
            // Nobody listens any more when making the indexes failed, which ends this too.
            let _ = copied.send(table.name.clone());
        }
        drop(copied);
        if resumed {
            // What an earlier run has sent may have been changed since.
            sent = sums_of_sqlite(source).await?;
        }
        let arrived = sums_of_postgres(&mut to, &tables, &mut done, told).await?;
        "make indexes and references".clone_into(&mut done.step);
        told(done);
        Ok::<_, TransferError>((sent, arrived))
    };
    let ((mut sent, arrived), ()) = tokio::try_join!(copy, async {
        finish_schema(pool, complete).await.map_err(TransferError::from)
    })?;
    sent.sort_by(|one, other| one.table.cmp(&other.table));
    if let Some(sentence) = difference(&sent, &arrived) {
        return Err(TransferError::Differs(sentence));
    }
    let tx = target.begin_write().await?;
    tx.connection()
        .execute_unprepared("DROP TABLE aicmo_move_state, aicmo_move_later")
        .await
        .map_err(StoreError::of(WHAT))?;
    tx.commit(entry).await?;
    Ok(Load {
        tables: sent,
        resumed,
    })
}

/// What a target holds before rows are carried to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// Nothing, or our schema without a row of anybody's work.
    Empty,
    /// A part of this very source.
    Begun,
}

/// Changes nothing.
async fn look_at(to: &mut PgConnection, target: &Store, origin: &str) -> Result<Found, TransferError> {
    let noted = "SELECT to_regclass('aicmo_move_state') IS NOT NULL";
    if ask::<bool>(to, noted).await? {
        let begun: String = ask(to, "SELECT origin FROM aicmo_move_state WHERE name = ''").await?;
        return if begun == origin {
            Ok(Found::Begun)
        } else {
            Err(TransferError::Refused(
                "The target holds a part of another source, or this source has changed since its move began: \
                 empty the target and begin anew."
                    .to_owned(),
            ))
        };
    }
    let refuse = |why: &str| TransferError::Refused(format!("The target {why}; name an empty database."));
    let found: i64 = ask(
        to,
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()",
    )
    .await?;
    if found == 0 {
        return Ok(Found::Empty);
    }
    if !ask::<bool>(to, "SELECT to_regclass('audit_head') IS NOT NULL").await? {
        return Err(refuse("holds tables of another program"));
    }
    if audit_head(&target.reader()).await?.0 > 0 {
        return Err(refuse("is in use already"));
    }
    Ok(Found::Empty)
}

/// Makes the target ready for rows; whether an earlier run had done so.
async fn begin(to: &mut PgConnection, target: &Store, origin: &str) -> Result<bool, TransferError> {
    if look_at(to, target, origin).await? == Found::Begun {
        return Ok(true);
    }
    target.migrate().await?;
    strip(to, origin).await?;
    Ok(false)
}

/// Takes away what slows loading down, and the rows that the schema's own steps have put in.
async fn strip(to: &mut PgConnection, origin: &str) -> Result<(), TransferError> {
    let tables = tables::of_postgres(to).await?;
    let mut tx = to.begin().await.map_err(of(WHAT))?;
    run(
        &mut tx,
        "CREATE TABLE aicmo_move_state (name text PRIMARY KEY, origin text NOT NULL, watermark bigint NOT NULL, \
         rows bigint NOT NULL)",
    )
    .await?;
    run(
        &mut tx,
        "CREATE TABLE aicmo_move_later (place bigint PRIMARY KEY, index_of text, sql text NOT NULL)",
    )
    .await?;
    sqlx::query("INSERT INTO aicmo_move_state VALUES ('', $1, 0, 0)")
        .bind(origin)
        .execute(&mut *tx)
        .await
        .map_err(of(WHAT))?;
    // Indexes are made again before references, which look things up in them.
    let later = sqlx::query(
        "SELECT format('DROP INDEX %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid), \
           c.relname::text, 1 AS turn \
         FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid \
         WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' \
           AND NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.indexrelid) \
         UNION ALL SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', k.conrelid::regclass, k.conname), \
           format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.conrelid::regclass, k.conname, \
             pg_get_constraintdef(k.oid)), NULL, 2 \
         FROM pg_constraint AS k WHERE k.contype = 'f' AND k.connamespace = current_schema()::regnamespace \
         ORDER BY turn DESC, 1",
    )
    .fetch_all(&mut *tx)
    .await
    .map_err(of(WHAT))?;
    for (place, row) in later.iter().rev().enumerate() {
        let make: String = row.try_get(1).map_err(of(WHAT))?;
        let index_of: Option<String> = row.try_get(2).map_err(of(WHAT))?;
        sqlx::query("INSERT INTO aicmo_move_later VALUES ($1, $2, $3)")
            .bind(i64::try_from(place).unwrap_or(i64::MAX))
            .bind(index_of)
            .bind(make)
            .execute(&mut *tx)
            .await
            .map_err(of(WHAT))?;
    }
    for row in &later {
        let drop: String = row.try_get(0).map_err(of(WHAT))?;
        run(&mut tx, &drop).await?;
    }
    for table in tables.iter().rev() {
        run(&mut tx, &format!("DELETE FROM {}", quoted(&table.name))).await?;
    }
    tx.commit().await.map_err(of(WHAT))?;
    Ok(())
}

/// Copies what is still missing of a table, and answers the sum of what this run has sent.
async fn copy_table(
    from: &SqlitePool,
    to: &mut PgConnection,
    (here, there): (&Table, &Table),
    done: &mut Progress,
    told: &mut (dyn FnMut(Progress) + Send),
) -> Result<TableSum, TransferError> {
    let select = format!(
        "SELECT {}, rowid FROM {} WHERE rowid > ? ORDER BY rowid LIMIT {BATCH}",
        here.column_list(),
        quoted(&here.name)
    );
    let copy = format!(
        "COPY {} ({}) FROM STDIN WITH (FORMAT BINARY)",
        quoted(&there.name),
        there.column_list()
    );
    let (mut watermark, already) = watermark_of(to, &there.name).await?;
    done.rows += already;
    let mut sum = Sum::default();
    loop {
        let before = sum.rows();
        let mut tx = to.begin().await.map_err(of(WHAT))?;
        let mut sink = tx.copy_in_raw(&copy).await.map_err(of(WHAT))?;
        let mut piece = HEADER.to_vec();
        {
            let mut rows = sqlx::query(AssertSqlSafe(select.as_str()))
                .bind(watermark)
                .fetch(from);
            while let Some(row) = rows.try_next().await.map_err(of(WHAT))? {
                let mut cells: Vec<Cell<'_>> = Vec::with_capacity(here.columns.len());
                cell::of_sqlite(&row, here, &mut cells).map_err(of(WHAT))?;
                sum.add(&cells);
                cell::push_copy(&mut piece, there, &cells);
                watermark = row.try_get(here.columns.len()).map_err(of(WHAT))?;
                if piece.len() >= PIECE {
                    sink.send(piece.as_slice()).await.map_err(of(WHAT))?;
                    piece.clear();
                }
            }
        }
        piece.extend_from_slice(&(-1_i16).to_be_bytes());
        sink.send(piece.as_slice()).await.map_err(of(WHAT))?;
        sink.finish().await.map_err(of(WHAT))?;
        let copied = sum.rows() - before;
        note(&mut tx, &there.name, watermark, already + sum.rows()).await?;
        tx.commit().await.map_err(of(WHAT))?;
        done.rows += copied;
        told(done.clone());
        if copied < BATCH {
            return Ok(sum.of_table(&here.name));
        }
    }
}

async fn watermark_of(to: &mut PgConnection, table: &str) -> Result<(i64, u64), StoreError> {
    let noted = sqlx::query("SELECT watermark, rows FROM aicmo_move_state WHERE name = $1")
        .bind(table)
        .fetch_optional(to)
        .await
        .map_err(of(WHAT))?;
    match noted {
        // Before the smallest row number that there can be.
        None => Ok((i64::MIN, 0)),
        Some(row) => {
            let rows: i64 = row.try_get(1).map_err(of(WHAT))?;
            Ok((
                row.try_get(0).map_err(of(WHAT))?,
                u64::try_from(rows).unwrap_or_default(),
            ))
        }
    }
}

async fn note(to: &mut PgConnection, table: &str, watermark: i64, rows: u64) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO aicmo_move_state VALUES ($1, '', $2, $3) \
         ON CONFLICT (name) DO UPDATE SET watermark = excluded.watermark, rows = excluded.rows",
    )
    .bind(table)
    .bind(watermark)
    .bind(i64::try_from(rows).unwrap_or(i64::MAX))
    .execute(to)
    .await
    .map_err(of(WHAT))?;
    Ok(())
}

/// Makes the indexes of each table that is `complete`, and the references when all are.
async fn finish_schema(
    pool: &PgPool,
    mut complete: mpsc::UnboundedReceiver<String>,
) -> Result<(), StoreError> {
    let mut connection = pool.acquire().await.map_err(of(WHAT))?;
    run(&mut connection, "SET maintenance_work_mem = '256MB'").await?;
    while let Some(table) = complete.recv().await {
        while make_again(&mut connection, Some(&table)).await? {}
    }
    while make_again(&mut connection, None).await? {}
    run(&mut connection, "RESET maintenance_work_mem").await?;
    run(&mut connection, "ANALYZE").await
}

/// Makes one thing that was taken away, an index of `table` or anything, with the note that it is
/// made; answers whether there was one.
async fn make_again(connection: &mut PgConnection, table: Option<&str>) -> Result<bool, StoreError> {
    let next = sqlx::query(
        "SELECT place, sql FROM aicmo_move_later WHERE $1::text IS NULL OR index_of = $1 ORDER BY place LIMIT 1",
    )
    .bind(table)
    .fetch_optional(&mut *connection)
    .await
    .map_err(of(WHAT))?;
    let Some(row) = next else {
        return Ok(false);
    };
    let place: i64 = row.try_get(0).map_err(of(WHAT))?;
    let make: String = row.try_get(1).map_err(of(WHAT))?;
    let mut tx = connection.begin().await.map_err(of(WHAT))?;
    run(&mut tx, &make).await?;
    sqlx::query("DELETE FROM aicmo_move_later WHERE place = $1")
        .bind(place)
        .execute(&mut *tx)
        .await
        .map_err(of(WHAT))?;
    tx.commit().await.map_err(of(WHAT))?;
    Ok(true)
}

async fn sums_of_postgres(
    connection: &mut PgConnection,
    tables: &[Table],
    done: &mut Progress,
    told: &mut (dyn FnMut(Progress) + Send),
) -> Result<Vec<TableSum>, StoreError> {
    let mut sums = Vec::with_capacity(tables.len());
    for table in tables {
        done.step = format!("compare {}", table.name);
        told(done.clone());
        let mut sum = Sum::default();
        each_postgres_row(connection, table, |cells| sum.add(cells)).await?;
        sums.push(sum.of_table(&table.name));
    }
    sums.sort_by(|one, other| one.table.cmp(&other.table));
    Ok(sums)
}

/// Shows every row of a table.
pub(super) async fn each_postgres_row(
    connection: &mut PgConnection,
    table: &Table,
    mut see: impl FnMut(&[Cell<'_>]),
) -> Result<(), StoreError> {
    let select = format!("SELECT {} FROM {}", table.column_list(), quoted(&table.name));
    let mut rows = sqlx::query(AssertSqlSafe(select.as_str())).fetch(connection);
    while let Some(row) = rows.try_next().await.map_err(of(WHAT))? {
        let mut cells = Vec::with_capacity(table.columns.len());
        cell::of_postgres(&row, table, &mut cells).map_err(of(WHAT))?;
        see(&cells);
    }
    Ok(())
}

/// Shows every row of a table.
pub(super) async fn each_sqlite_row(
    pool: &SqlitePool,
    table: &Table,
    mut see: impl FnMut(&[Cell<'_>]),
) -> Result<(), StoreError> {
    let select = format!("SELECT {} FROM {}", table.column_list(), quoted(&table.name));
    let mut rows = sqlx::query(AssertSqlSafe(select.as_str())).fetch(pool);
    while let Some(row) = rows.try_next().await.map_err(of(WHAT))? {
        let mut cells = Vec::with_capacity(table.columns.len());
        cell::of_sqlite(&row, table, &mut cells).map_err(of(WHAT))?;
        see(&cells);
    }
    Ok(())
}

async fn count(pool: &SqlitePool, tables: &[Table]) -> Result<u64, StoreError> {
    let mut rows = 0;
    for table in tables {
        let sql = format!("SELECT COUNT(*) FROM {}", quoted(&table.name));
        let n: i64 = sqlx::query_scalar(AssertSqlSafe(sql.as_str()))
            .fetch_one(pool)
            .await
            .map_err(of(WHAT))?;
        rows += u64::try_from(n).unwrap_or_default();
    }
    Ok(rows)
}

pub(super) async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), StoreError> {
    sqlx::query(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .map(drop)
        .map_err(of(WHAT))
}

pub(super) async fn ask<T>(connection: &mut PgConnection, sql: &'static str) -> Result<T, StoreError>
where
    T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    sqlx::query_scalar(sql)
        .fetch_one(connection)
        .await
        .map_err(of(WHAT))
}
