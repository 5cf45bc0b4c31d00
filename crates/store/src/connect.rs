//! Opens the connection pools.
//!
//! SQLite has one writer and a few readers that cannot write; PostgreSQL has one pool for both.
//! Caches are small on purpose: the operating system keeps the file's pages anyway.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::time::Duration;

use aicmo_shared::diagnostics::DatabaseKind;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection as _, SqliteConnection};
use sea_orm::{ConnectOptions, Database, DatabaseConnection};

use crate::error::StoreError;
use crate::schema;
use crate::settings::{DatabaseTarget, StoreSettings};

/// How long a writer of another process may hold the lock before we give up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a call waits for a connection of ours that others use.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(15);
const READERS: u32 = 4;
const SLOW_STATEMENT: Duration = Duration::from_millis(200);
const SQLITE_MAGIC: &[u8; 16] = b"SQLite format 3\0";

pub(crate) struct Pools {
    pub(crate) kind: DatabaseKind,
    pub(crate) writer: DatabaseConnection,
    pub(crate) reader: DatabaseConnection,
}

pub(crate) async fn open(settings: &StoreSettings) -> Result<Pools, StoreError> {
    match &settings.target {
        DatabaseTarget::Sqlite { path } => open_sqlite(path).await,
        DatabaseTarget::Postgres { url } => open_postgres(url, settings).await,
    }
}

async fn open_sqlite(path: &Path) -> Result<Pools, StoreError> {
    if prepare_file(path)? == Found::Database {
        refuse_foreign(path).await?;
    }
    // The path goes in through `filename`: in the address a `?` or `%` would mean something.
    let file = path.to_path_buf();
    let mut writing = options("sqlite:named-below");
    writing.max_connections(1).map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .filename(&file)
            .create_if_missing(false)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true)
            .statement_cache_capacity(64)
            .pragma("cache_size", "-8000")
            .pragma("temp_store", "memory")
            .pragma("journal_size_limit", "67108864")
    });
    writing.map_sqlx_sqlite_pool_opts(|pool| {
        pool.after_release(|connection, _| {
            Box::pin(async move { is_outside_a_transaction(connection).await })
        })
    });
    let writer = match connect(writing).await {
        Err(StoreError::Unavailable(cause)) if !takes_files(path) => return Err(StoreError::ReadOnly(cause)),
        opened => opened?,
    };

    let file = path.to_path_buf();
    let mut reading = options("sqlite:named-below");
    reading
        .max_connections(READERS)
        .min_connections(1)
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .filename(&file)
                .create_if_missing(false)
                .busy_timeout(BUSY_TIMEOUT)
                .statement_cache_capacity(64)
                .pragma("cache_size", "-2000")
                .pragma("temp_store", "memory")
                .pragma("query_only", "1")
        });
    let reader = match connect(reading).await {
        Ok(reader) => reader,
        Err(error) => {
            // The first failure is the one to report.
            let _ = writer.close().await;
            return Err(error);
        }
    };
    Ok(Pools {
        kind: DatabaseKind::Sqlite,
        writer,
        reader,
    })
}

/// Whether a connection that comes back may be used again.
///
/// SQLite rolls a transaction back by itself when the disk is full, and the driver, whose own
/// rollback then fails, would take the next transaction for a nested one: its commit would keep
/// nothing. Such a connection is closed and replaced.
async fn is_outside_a_transaction(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // Answered after the rollback that a dropped transaction asked for.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

async fn open_postgres(url: &str, settings: &StoreSettings) -> Result<Pools, StoreError> {
    let mut connecting = options(url);
    connecting
        .max_connections(settings.pool_max.max(2))
        .min_connections(1)
        .connect_timeout(settings.connect_timeout)
        .acquire_timeout(settings.connect_timeout)
        .test_before_acquire_if_idle_for(Duration::from_secs(5))
        .set_application_name("aicmo");
    let pool = connect(connecting).await?;
    Ok(Pools {
        kind: DatabaseKind::Postgres,
        writer: pool.clone(),
        reader: pool,
    })
}

fn options(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .record_stmt_in_spans(false)
        .test_before_acquire(false)
        .acquire_timeout(QUEUE_TIMEOUT);
    // The levels are of a crate that we otherwise do not need; both words are levels of it.
    if let (Ok(each), Ok(slow)) = ("trace".parse(), "warn".parse()) {
        options
            .sqlx_logging_level(each)
            .sqlx_slow_statements_logging_settings(slow, SLOW_STATEMENT);
    }
    options
}

async fn connect(options: ConnectOptions) -> Result<DatabaseConnection, StoreError> {
    Database::connect(options)
        .await
        .map_err(StoreError::of("open the database"))
}

/// What is at the place of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Database,
    EmptyFile,
}

/// Looks at the file before SQLite does, so that something that is no database stays untouched, and
/// creates an empty one when there is none.
fn prepare_file(path: &Path) -> Result<Found, StoreError> {
    match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => check_magic(file),
        Err(cause) if cause.kind() == ErrorKind::NotFound => {
            create_file(path).map_err(of_file)?;
            Ok(Found::EmptyFile)
        }
        Err(cause) => Err(of_file(cause)),
    }
}

/// Looks whose database it is, by a connection that can change nothing and leaves no file beside it.
async fn refuse_foreign(path: &Path) -> Result<(), StoreError> {
    // While a log lies beside the file, the file alone may be half a state; then the log is read too.
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let whole = !Path::new(&log).exists();
    let file = path.to_path_buf();
    let mut looking = options("sqlite:named-below");
    looking.max_connections(1).map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .filename(&file)
            .create_if_missing(false)
            .busy_timeout(BUSY_TIMEOUT)
            .read_only(true)
            .immutable(whole)
    });
    let connection = connect(looking).await?;
    let foreign = schema::foreign_table(&connection).await;
    let closed = connection.close().await;
    if let Some(table) = foreign? {
        return Err(StoreError::Foreign { table });
    }
    closed.map_err(StoreError::of("close the database"))
}

/// Leads are nobody's business but the operator's: the file is for its owner alone, and SQLite gives
/// the files beside it the same permissions.
fn create_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path).map(drop)
}

/// Whether SQLite could put its own files beside the database. Only asked once opening has failed.
fn takes_files(path: &Path) -> bool {
    let probe = path.with_extension("write-probe");
    match create_file(&probe) {
        Ok(()) => std::fs::remove_file(&probe).is_ok(),
        Err(cause) => !matches!(of_file(cause), StoreError::ReadOnly(_)),
    }
}

fn check_magic(file: impl Read) -> Result<Found, StoreError> {
    let mut head = Vec::with_capacity(SQLITE_MAGIC.len());
    let limit = u64::try_from(SQLITE_MAGIC.len()).unwrap_or(u64::MAX);
    file.take(limit).read_to_end(&mut head).map_err(of_file)?;
    if head.is_empty() {
        Ok(Found::EmptyFile)
    } else if head == SQLITE_MAGIC {
        Ok(Found::Database)
    } else {
        Err(StoreError::NotADatabase(
            "the first bytes are not those of SQLite".into(),
        ))
    }
}

fn of_file(cause: io::Error) -> StoreError {
    match cause.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly(cause.into()),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::DiskFull(cause.into()),
        ErrorKind::IsADirectory => StoreError::NotADatabase(cause.into()),
        _ => StoreError::Unavailable(cause.into()),
    }
}
