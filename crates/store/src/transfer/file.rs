//! A backup: one SQLite file with everything in it, whichever database it was taken from.
//!
//! Of SQLite it is the copy that SQLite itself makes of one moment (`VACUUM INTO`); of PostgreSQL it
//! is what one repeatable read sees, written into a fresh file. Beside the tables of the product it
//! holds a manifest: when and by which build, the schema, and the sum of every table. So a backup
//! can be looked into with any SQLite tool, checked by itself, and unpacked on any machine.

use std::path::Path;

use aicmo_shared::Timestamp;
use aicmo_shared::diagnostics::DatabaseKind;
use futures_util::TryStreamExt as _;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::sqlx::{self, AssertSqlSafe, Connection as _, PgConnection, Row as _, Sqlite, SqlitePool};
use serde::{Deserialize, Serialize};

use super::cell::{self, Cell, Sum};
use super::tables::{self, Table, quoted};
use super::{TableSum, TransferError, difference, of, sums_of_sqlite};
use crate::audit::{audit_head, verify_audit_chain};
use crate::error::StoreError;
use crate::repository::{accounts, idempotency};
use crate::schema::SchemaState;
use crate::settings::{DatabaseTarget, StoreSettings};
use crate::store::Store;

const WHAT: &str = "make or read a backup";

/// The form of the file; a later one gets another number.
const FORMAT: u32 = 1;

/// Values that one statement may bind.
const BINDS: usize = 30_000;

/// What a backup says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupManifest {
    pub format: u32,
    pub made_at: Timestamp,
    /// The build that made it.
    pub build: String,
    /// The newest migration of the schema.
    pub schema: String,
    /// The database it was taken from.
    pub database: DatabaseKind,
    /// Every table, by name.
    pub tables: Vec<TableSum>,
    /// The newest row of the audit trail.
    pub head_seq: u64,
    pub head_hash: String,
    /// The files that lie in it beside the data, by name: the keys, if they were asked for.
    pub files: Vec<String>,
}

impl BackupManifest {
    /// The rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }
}

/// What goes into a backup beside the data, and who makes it.
#[derive(Clone, Debug, Default)]
pub struct BackupSource {
    pub made_at: Timestamp,
    pub build: String,
    /// Name and content of small files: keys.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Writes a backup of one consistent moment to `path`, where nothing or an empty file is. Others go
/// on reading and writing meanwhile.
///
/// # Errors
/// `Store` when the database or the disk fails; `Refused` when the schema is not the one of this
/// program.
pub async fn back_up(
    store: &Store,
    path: &Path,
    source: BackupSource,
) -> Result<BackupManifest, TransferError> {
    let schema = store.schema().await?;
    if schema.is_newer || schema.pending > 0 {
        return Err(TransferError::Refused(
            "The database has another schema than this program; bring it up to date first.".to_owned(),
        ));
    }
    let seen = match store.kind() {
        DatabaseKind::Sqlite => {
            vacuum_into(store, path).await?;
            None
        }
        DatabaseKind::Postgres => Some(copy_postgres(store, path).await?),
    };
    let copy = open(path).await?;
    let described = describe(&copy, store.kind(), &source, seen).await;
    copy.close().await;
    let manifest = described?;
    let file = pool(path).await?;
    let written = write_beside(&file, &manifest, source.files).await;
    file.close().await;
    written?;
    sync(path).await?;
    Ok(manifest)
}

/// A connection of its own: the readers of the store refuse to write anything.
pub(super) async fn vacuum_into(store: &Store, path: &Path) -> Result<(), StoreError> {
    let DatabaseTarget::Sqlite { path: file } = store.target() else {
        return Ok(());
    };
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(false);
    let mut connection = sqlx::SqliteConnection::connect_with(&options)
        .await
        .map_err(of(WHAT))?;
    let made = sqlx::query("VACUUM INTO ?")
        .bind(path.to_string_lossy().into_owned())
        .execute(&mut connection)
        .await;
    connection.close().await.map_err(of(WHAT))?;
    made.map(drop).map_err(of(WHAT))
}

/// Copies what one repeatable read sees into a fresh file; the sums are those of what was read.
async fn copy_postgres(store: &Store, path: &Path) -> Result<Vec<TableSum>, TransferError> {
    let fresh = open(path).await?;
    fresh.migrate().await?;
    fresh.close().await;
    let file = pool(path).await?;
    let copied = copy_tables(store, &file).await;
    file.close().await;
    copied
}

async fn copy_tables(store: &Store, file: &SqlitePool) -> Result<Vec<TableSum>, TransferError> {
    let pool = store.writer_pool().get_postgres_connection_pool();
    let mut connection = pool.acquire().await.map_err(of(WHAT))?;
    let mut tx = connection.begin().await.map_err(of(WHAT))?;
    sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        .execute(&mut *tx)
        .await
        .map_err(of(WHAT))?;
    let there = tables::of_sqlite(file).await?;
    let here = tables::of_postgres(&mut tx).await?;
    if let Some(sentence) = tables::mismatch(&here, &there) {
        return Err(TransferError::Refused(sentence));
    }
    for table in there.iter().rev() {
        let sql = format!("DELETE FROM {}", quoted(&table.name));
        sqlx::query(AssertSqlSafe(sql.as_str()))
            .execute(file)
            .await
            .map_err(of(WHAT))?;
    }
    let mut sums = Vec::with_capacity(there.len());
    for table in &there {
        if let Some(here) = here.iter().find(|here| here.name == table.name) {
            sums.push(copy_table(&mut tx, here, file).await?);
        }
    }
    sums.sort_by(|one, other| one.table.cmp(&other.table));
    Ok(sums)
}

/// A value that lives until its statement has run.
enum Owned {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

impl From<&Cell<'_>> for Owned {
    fn from(cell: &Cell<'_>) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Int(value) => Self::Int(*value),
            Cell::Real(value) => Self::Real(*value),
            Cell::Text(text) => Self::Text((*text).to_owned()),
            Cell::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
            Cell::Uuid(bytes) => Self::Bytes(bytes.to_vec()),
        }
    }
}

async fn copy_table(
    from: &mut PgConnection,
    table: &Table,
    file: &SqlitePool,
) -> Result<TableSum, StoreError> {
    let select = format!("SELECT {} FROM {}", table.column_list(), quoted(&table.name));
    let per_statement = (BINDS / table.columns.len().max(1)).clamp(1, 500);
    let mut sum = Sum::default();
    let mut waiting: Vec<Owned> = Vec::with_capacity(per_statement * table.columns.len());
    let mut to = file.begin().await.map_err(of(WHAT))?;
    let mut rows = sqlx::query(AssertSqlSafe(select.as_str())).fetch(from);
    while let Some(row) = rows.try_next().await.map_err(of(WHAT))? {
        {
            let mut cells = Vec::with_capacity(table.columns.len());
            cell::of_postgres(&row, table, &mut cells).map_err(of(WHAT))?;
            sum.add(&cells);
            waiting.extend(cells.iter().map(Owned::from));
        }
        if waiting.len() == per_statement * table.columns.len() {
            insert(&mut to, table, std::mem::take(&mut waiting)).await?;
        }
    }
    if !waiting.is_empty() {
        insert(&mut to, table, waiting).await?;
    }
    to.commit().await.map_err(of(WHAT))?;
    Ok(sum.of_table(&table.name))
}

async fn insert(
    to: &mut sqlx::SqliteConnection,
    table: &Table,
    values: Vec<Owned>,
) -> Result<(), StoreError> {
    let one = format!("({})", vec!["?"; table.columns.len()].join(", "));
    let rows = values.len() / table.columns.len().max(1);
    let sql = format!(
        "INSERT INTO {} ({}) VALUES {}",
        quoted(&table.name),
        table.column_list(),
        vec![one; rows].join(", ")
    );
    let mut query = sqlx::query::<Sqlite>(AssertSqlSafe(sql));
    for value in values {
        query = match value {
            Owned::Null => query.bind(None::<i64>),
            Owned::Int(value) => query.bind(value),
            Owned::Real(value) => query.bind(value),
            Owned::Text(text) => query.bind(text),
            Owned::Bytes(bytes) => query.bind(bytes),
        };
    }
    query.execute(to).await.map(drop).map_err(of(WHAT))
}

/// What the manifest says of the copy. `seen` are the sums of what was read, where the copy was not
/// made by the database itself.
async fn describe(
    copy: &Store,
    database: DatabaseKind,
    source: &BackupSource,
    seen: Option<Vec<TableSum>>,
) -> Result<BackupManifest, TransferError> {
    let tables = match seen {
        Some(seen) => seen,
        None => sums_of_sqlite(copy).await?,
    };
    let (head_seq, head_hash) = audit_head(&copy.reader()).await?;
    Ok(BackupManifest {
        format: FORMAT,
        made_at: source.made_at,
        build: source.build.clone(),
        schema: SchemaState::newest_known(),
        database,
        tables,
        head_seq,
        head_hash,
        files: source.files.iter().map(|(name, _)| name.clone()).collect(),
    })
}

/// Writes the manifest and the files into tables of their own.
async fn write_beside(
    pool: &SqlitePool,
    manifest: &BackupManifest,
    files: Vec<(String, Vec<u8>)>,
) -> Result<(), StoreError> {
    let text = serde_json::to_string_pretty(manifest).map_err(|cause| StoreError::defect(WHAT, cause))?;
    for sql in [
        "CREATE TABLE backup_manifest (manifest text NOT NULL)",
        "CREATE TABLE backup_files (name text PRIMARY KEY, bytes blob NOT NULL)",
    ] {
        sqlx::query(sql).execute(pool).await.map_err(of(WHAT))?;
    }
    sqlx::query("INSERT INTO backup_manifest VALUES (?)")
        .bind(text)
        .execute(pool)
        .await
        .map_err(of(WHAT))?;
    for (name, bytes) in files {
        sqlx::query("INSERT INTO backup_files VALUES (?, ?)")
            .bind(name)
            .bind(bytes)
            .execute(pool)
            .await
            .map_err(of(WHAT))?;
    }
    Ok(())
}

/// What a backup says about itself. Opens it for reading alone.
///
/// # Errors
/// `Refused` when the file is no backup, or one of a later form.
pub async fn read_manifest(path: &Path) -> Result<BackupManifest, TransferError> {
    let not_one =
        |_| TransferError::Refused(format!("{} is not a backup, or it is damaged.", path.display()));
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .read_only(true);
    let mut connection = sqlx::SqliteConnection::connect_with(&options)
        .await
        .map_err(not_one)?;
    let read = sqlx::query_scalar::<_, String>("SELECT manifest FROM backup_manifest")
        .fetch_one(&mut connection)
        .await;
    connection.close().await.map_err(of(WHAT))?;
    let manifest: BackupManifest = serde_json::from_str(&read.map_err(not_one)?).map_err(|_| {
        TransferError::Refused(format!("{} has a manifest that cannot be read.", path.display()))
    })?;
    if manifest.format > FORMAT {
        return Err(TransferError::Refused(format!(
            "{} was made by a later aicmo; use that one to restore it.",
            path.display()
        )));
    }
    Ok(manifest)
}

/// Makes a plain database out of a copy of a backup, after everything in it was checked: `path` then
/// holds the data alone, with the schema of this program, and nobody is let in by a session or a
/// link of that time. Answers the files that lay in it.
///
/// # Errors
/// `Differs` when any row, or the trail, is not as the manifest says; `Store` with `SchemaTooNew`.
pub async fn unpack(path: &Path) -> Result<Vec<(String, Vec<u8>)>, TransferError> {
    check_backup(path).await?;
    let copy = pool(path).await?;
    let files = sqlx::query("SELECT name, bytes FROM backup_files ORDER BY name")
        .fetch_all(&copy)
        .await;
    let files = files.map_err(of(WHAT)).and_then(|rows| {
        let read = rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
        read.collect::<Result<Vec<_>, sqlx::Error>>().map_err(of(WHAT))
    });
    for sql in ["DROP TABLE backup_files", "DROP TABLE backup_manifest"] {
        sqlx::query(sql).execute(&copy).await.map_err(of(WHAT))?;
    }
    copy.close().await;
    let store = open(path).await?;
    let ready = async {
        store.migrate().await?;
        let notes = store.begin_notes().await?;
        accounts::end_access(&notes).await?;
        idempotency::forget_all(&notes).await?;
        notes.commit().await
    };
    let ready = ready.await;
    store.close().await;
    ready?;
    sync(path).await?;
    Ok(files?)
}

/// Checks a backup by what is in it: the file's own structure, the references, every row of every
/// table, and the chain of the audit trail. Give it a copy: looking through it leaves marks in the file.
///
/// # Errors
/// `Differs` with the first thing that is not as it was.
pub async fn check_backup(path: &Path) -> Result<BackupManifest, TransferError> {
    let manifest = read_manifest(path).await?;
    let known = SchemaState::newest_known();
    if manifest.schema > known {
        return Err(StoreError::SchemaTooNew {
            found: manifest.schema,
            expected: known,
        }
        .into());
    }
    let store = open(path).await?;
    let checked = check(&store, &manifest).await;
    store.close().await;
    checked.map(|()| manifest)
}

async fn check(store: &Store, manifest: &BackupManifest) -> Result<(), TransferError> {
    let differs = |sentence: String| Err(TransferError::Differs(sentence));
    let pool = store.reader_pool().get_sqlite_connection_pool();
    let found: String = sqlx::query_scalar("PRAGMA integrity_check(1)")
        .fetch_one(pool)
        .await
        .map_err(of(WHAT))?;
    if found != "ok" {
        return differs("The file is damaged: SQLite's own check of it fails.".to_owned());
    }
    let orphan = sqlx::query("PRAGMA foreign_key_check")
        .fetch_optional(pool)
        .await
        .map_err(of(WHAT))?;
    if let Some(row) = orphan {
        let table: String = row.try_get(0).map_err(of(WHAT))?;
        return differs(format!("A row of {table} refers to one that is not there."));
    }
    let sums = sums_of_sqlite(store).await?;
    if let Some(sentence) =
        difference(&manifest.tables, &sums).or_else(|| difference(&sums, &manifest.tables))
    {
        return differs(sentence);
    }
    let chain = verify_audit_chain(&store.reader()).await?;
    match chain.broken {
        Some(broken) => differs(format!(
            "The audit trail is broken: row {} {}.",
            broken.seq,
            broken.fault.meaning()
        )),
        None if chain.head != (manifest.head_seq, manifest.head_hash.clone()) => {
            differs("The audit trail has another head than the manifest says.".to_owned())
        }
        None => Ok(()),
    }
}

pub(super) async fn open(path: &Path) -> Result<Store, StoreError> {
    Store::open(&StoreSettings::new(DatabaseTarget::Sqlite {
        path: path.to_owned(),
    }))
    .await
}

/// A connection for filling a file that nobody else uses: what is on disk counts once it is synced,
/// and no log is left beside it.
async fn pool(path: &Path) -> Result<SqlitePool, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Delete)
        .synchronous(SqliteSynchronous::Off)
        .foreign_keys(false)
        .pragma("cache_size", "-64000");
    SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await
        .map_err(of(WHAT))
}

/// Takes as long as the disk does, away from the threads that answer.
async fn sync(path: &Path) -> Result<(), StoreError> {
    let synced = async { tokio::fs::File::open(path).await?.sync_all().await };
    synced
        .await
        .map_err(|cause| StoreError::Unavailable(cause.into()))
}
