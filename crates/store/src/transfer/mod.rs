//! Whole databases on their way: to a backup file and back, and from SQLite to PostgreSQL.
//!
//! `tables` is the one list of what there is, read from the catalogue of the database itself and put
//! in order by its references, so no table can be forgotten. `cell` gives a value one form on both
//! databases; the sums of it tell whether two tables hold the same rows, in whatever order. `load`
//! fills a PostgreSQL database, `aside` makes room in one, `file` makes and checks a backup, `rehearsal` tries the schema's steps on a
//! copy. Who may do it, and where the files
//! lie, is decided by the callers.

mod aside;
mod cell;
mod file;
mod load;
mod rehearsal;
mod tables;

pub use aside::set_aside;
pub use file::{BackupManifest, BackupSource, back_up, check_backup, read_manifest, unpack};
pub use load::{Load, LoadPlan, load_into_postgres, plan_load};

pub use rehearsal::{Rehearsal, rehearse_migration};

use sea_orm::sqlx;
use sea_orm::{DbErr, RuntimeErr};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::store::Store;

/// How many rows a table has, and a sum over them that depends on every byte and on no order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSum {
    pub table: String,
    pub rows: u64,
    /// The SHA-256 of every row, added up.
    pub sum: String,
}

/// How far a transfer has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done, such as "copy leads".
    pub step: String,
    pub rows: u64,
    /// Rows of all tables.
    pub of: u64,
}

/// Why a transfer did not happen.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// One of the databases failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It would do harm, or cannot work; a whole sentence.
    #[error("{0}")]
    Refused(String),
    /// Somebody is at work there; a whole sentence.
    #[error("{0}")]
    InUse(String),
    /// What arrived is not what was sent; a whole sentence.
    #[error("{0}")]
    Differs(String),
}

/// Classifies an error of the driver itself.
fn of(what: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |cause| {
        StoreError::classify(
            what,
            DbErr::Query(RuntimeErr::SqlxError(std::sync::Arc::new(cause))),
        )
    }
}

/// The sums of every table of a SQLite database, in the order of their names.
pub(crate) async fn sums_of_sqlite(store: &Store) -> Result<Vec<TableSum>, StoreError> {
    let pool = store.reader_pool().get_sqlite_connection_pool();
    let mut sums = Vec::new();
    for table in tables::of_sqlite(pool).await? {
        let mut sum = cell::Sum::default();
        load::each_sqlite_row(pool, &table, |row| sum.add(row)).await?;
        sums.push(sum.of_table(&table.name));
    }
    sums.sort_by(|one, other| one.table.cmp(&other.table));
    Ok(sums)
}

/// The first table of which the sums differ, as a sentence.
fn difference(sent: &[TableSum], arrived: &[TableSum]) -> Option<String> {
    let missing = |table: &TableSum| TableSum {
        table: table.table.clone(),
        rows: 0,
        sum: String::new(),
    };
    sent.iter().find_map(|sent| {
        let found = arrived.iter().find(|arrived| arrived.table == sent.table);
        let arrived = found.cloned().unwrap_or_else(|| missing(sent));
        (arrived != *sent).then(|| {
            if arrived.rows == sent.rows {
                format!(
                    "Table {} has its {} rows, but not with the same content.",
                    sent.table, sent.rows
                )
            } else {
                format!(
                    "Table {} has {} rows and should have {}.",
                    sent.table, arrived.rows, sent.rows
                )
            }
        })
    })
}
