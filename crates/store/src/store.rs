//! The handle on one database: cheap to clone, shared by everything in the process.

use std::fmt;
use std::sync::Arc;

use aicmo_shared::Timestamp;
use aicmo_shared::diagnostics::DatabaseKind;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};

use tokio::sync::watch;

use crate::connect;
use crate::error::StoreError;
use crate::repository::{events, leads, webhooks};
use crate::schema::{self, SchemaState};
use crate::session::{NotesTx, Reader, WriteTx};
use crate::settings::{DatabaseTarget, StoreSettings};
use crate::watch::Watcher;

/// How the connections of a pool are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolUse {
    pub busy: u32,
    pub idle: u32,
    /// What the pool may open.
    pub most: u32,
}

/// One database.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    target: DatabaseTarget,
    kind: DatabaseKind,
    address: String,
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    /// The newest event that this process knows of.
    seq: watch::Sender<u64>,
}

impl Store {
    /// Connects, and migrates nothing. A SQLite file is created when it is missing and its
    /// directory exists.
    ///
    /// # Errors
    /// `Unavailable`, `NotADatabase`, `Foreign`, `ReadOnly` or `DiskFull`; an existing file is left as it was.
    pub async fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        let pools = connect::open(settings).await?;
        Ok(Self {
            inner: Arc::new(Inner {
                target: settings.target.clone(),
                kind: pools.kind,
                address: settings.target.redacted(),
                writer: pools.writer,
                reader: pools.reader,
                seq: watch::Sender::new(0),
            }),
        })
    }

    /// Brings the schema up to what this binary knows.
    ///
    /// # Errors
    /// `SchemaTooNew` when a newer binary was here; then nothing is touched.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        schema::migrate(&self.inner.writer).await?;
        leads::texts::fill(self).await
    }

    /// Which migrations were applied, and which this binary knows. Changes nothing.
    pub async fn schema(&self) -> Result<SchemaState, StoreError> {
        schema::state(&self.inner.reader).await
    }

    /// A handle for reading.
    pub fn reader(&self) -> Reader {
        Reader::new(self.clone())
    }

    /// Begins a unit of work. It holds the write lock from here on: `BEGIN IMMEDIATE` on SQLite.
    pub async fn begin_write(&self) -> Result<WriteTx, StoreError> {
        Ok(WriteTx::new(self.begin("begin a change").await?, self.clone()))
    }

    /// Begins a transaction for the product's own notes; it takes the write lock as `begin_write` does.
    pub async fn begin_notes(&self) -> Result<NotesTx, StoreError> {
        Ok(NotesTx::new(self.begin("begin a note").await?, self.clone()))
    }

    async fn begin(&self, what: &'static str) -> Result<DatabaseTransaction, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.inner
            .writer
            .begin_with_options(options)
            .await
            .map_err(StoreError::of(what))
    }

    /// Which database this is.
    pub fn kind(&self) -> DatabaseKind {
        self.inner.kind
    }

    /// Where it is, without its secrets.
    pub fn address(&self) -> &str {
        &self.inner.address
    }

    /// The place of the newest event that this process knows of: it grows with every commit of this
    /// process at once, and with those of others while a `Watcher` lives.
    pub fn change_seq(&self) -> u64 {
        *self.inner.seq.borrow()
    }

    /// Wakes whenever `change_seq` has grown.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.seq.subscribe()
    }

    /// Removes at most `limit` events that need not be kept any more; answers how many.
    pub async fn prune_events(&self, now: Timestamp, limit: u64) -> Result<u64, StoreError> {
        let notes = self.begin_notes().await?;
        // What has yet to be made into deliveries is needed, as long as there is anybody to deliver to.
        let is_needed = !webhooks::active(&notes).await?.is_empty();
        let needed_after = if is_needed {
            Some(webhooks::cursor(&notes).await?)
        } else {
            None
        };
        let removed = events::prune(&notes, now, needed_after, limit).await?;
        notes.commit().await?;
        Ok(removed)
    }

    /// Begins to hear of the commits of other processes.
    pub fn watch(&self) -> Watcher {
        Watcher::of(self)
    }

    /// Closes every connection, after SQLite has folded its write-ahead log into the file. Every
    /// later call is `Unavailable`.
    pub async fn close(&self) {
        if self.inner.kind == DatabaseKind::Sqlite {
            let folded = self
                .inner
                .writer
                .execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)")
                .await;
            if let Err(cause) = folded {
                // Nothing is lost: the log is folded at the next start.
                tracing::debug!(error = %cause, "the write-ahead log was left for the next start");
            }
        }
        for pool in [&self.inner.reader, &self.inner.writer] {
            if let Err(cause) = pool.close_by_ref().await {
                tracing::debug!(error = %cause, "a connection did not close in order");
            }
        }
    }

    /// How the connections are used, by pool.
    pub fn connections(&self) -> Vec<(&'static str, PoolUse)> {
        let of = |open: u32, idle: usize, most: u32| {
            let idle = u32::try_from(idle).unwrap_or(u32::MAX).min(open);
            PoolUse {
                busy: open - idle,
                idle,
                most,
            }
        };
        match self.inner.kind {
            DatabaseKind::Sqlite => [("writer", &self.inner.writer), ("readers", &self.inner.reader)]
                .into_iter()
                .map(|(name, connection)| {
                    let pool = connection.get_sqlite_connection_pool();
                    (
                        name,
                        of(pool.size(), pool.num_idle(), pool.options().get_max_connections()),
                    )
                })
                .collect(),
            DatabaseKind::Postgres => {
                let pool = self.inner.writer.get_postgres_connection_pool();
                vec![(
                    "all",
                    of(pool.size(), pool.num_idle(), pool.options().get_max_connections()),
                )]
            }
        }
    }

    pub(crate) fn reader_pool(&self) -> &DatabaseConnection {
        &self.inner.reader
    }

    pub(crate) fn writer_pool(&self) -> &DatabaseConnection {
        &self.inner.writer
    }

    pub(crate) fn target(&self) -> &DatabaseTarget {
        &self.inner.target
    }

    /// Learns that there are events up to `seq`.
    pub(crate) fn note_seq(&self, seq: i64) {
        let seq = u64::try_from(seq).unwrap_or_default();
        self.inner.seq.send_if_modified(|known| {
            let grows = seq > *known;
            *known = seq.max(*known);
            grows
        });
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({}, {})", self.inner.kind, self.inner.address)
    }
}
