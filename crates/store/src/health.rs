//! What diagnostics asks of a database: does it answer, how big is it, can it be written, what time
//! does it have.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aicmo_shared::Timestamp;
use aicmo_shared::diagnostics::DatabaseKind;
use sea_orm::{ConnectionTrait, Statement};

use crate::error::StoreError;
use crate::settings::DatabaseTarget;
use crate::store::Store;

impl Store {
    /// One round trip, timed.
    pub async fn ping(&self) -> Result<Duration, StoreError> {
        let begun = Instant::now();
        self.ask("SELECT 1").await?;
        Ok(begun.elapsed())
    }

    /// Bytes on disk, SQLite's write-ahead log included.
    pub async fn size_bytes(&self) -> Result<u64, StoreError> {
        match self.target() {
            DatabaseTarget::Sqlite { path } => {
                self.ping().await?;
                let log = path.file_name().map(|name| {
                    let mut name = name.to_os_string();
                    name.push("-wal");
                    path.with_file_name(name)
                });
                let size = |path: &Path| std::fs::metadata(path).map_or(0, |data| data.len());
                Ok(size(path) + log.as_ref().map_or(0, |log: &PathBuf| size(log)))
            }
            DatabaseTarget::Postgres { .. } => {
                let size = self.ask("SELECT pg_database_size(current_database())").await?;
                Ok(u64::try_from(size).unwrap_or_default())
            }
        }
    }

    /// Whether a change could be written now: takes the write lock and lets it go.
    pub async fn is_writable(&self) -> Result<bool, StoreError> {
        match self.kind() {
            DatabaseKind::Sqlite => match self.begin_write().await {
                Ok(tx) => tx.rollback().await.map(|()| true),
                Err(StoreError::ReadOnly(_)) => Ok(false),
                Err(other) => Err(other),
            },
            DatabaseKind::Postgres => {
                let writable = self
                    .ask("SELECT CASE WHEN current_setting('transaction_read_only') = 'off' THEN 1::bigint ELSE 0 END")
                    .await?;
                Ok(writable == 1)
            }
        }
    }

    /// The database's clock minus ours in milliseconds; `None` for SQLite, which has none of its own.
    pub async fn clock_skew_ms(&self, now: Timestamp) -> Result<Option<i64>, StoreError> {
        match self.kind() {
            DatabaseKind::Sqlite => Ok(None),
            DatabaseKind::Postgres => {
                let theirs = self
                    .ask("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint")
                    .await?;
                Ok(Some(Timestamp::from_millis(theirs).since(now)))
            }
        }
    }

    /// The one whole number that `sql` answers.
    async fn ask(&self, sql: &'static str) -> Result<i64, StoreError> {
        const WHAT: &str = "answer a question about itself";
        let pool = self.reader_pool();
        let row = pool
            .query_one_raw(Statement::from_string(pool.get_database_backend(), sql))
            .await
            .map_err(StoreError::of(WHAT))?
            .ok_or_else(|| StoreError::defect(WHAT, "no row"))?;
        match row.try_get_by_index::<i64>(0) {
            Ok(value) => Ok(value),
            Err(_) => row
                .try_get_by_index::<i32>(0)
                .map(i64::from)
                .map_err(StoreError::of(WHAT)),
        }
    }
}
