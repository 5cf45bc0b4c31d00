//! The schema's pending steps, tried before they touch anything.
//!
//! Of SQLite a copy is migrated and checked. PostgreSQL runs its steps in one transaction, which is
//! rolled back here; meanwhile others wait for the tables that are changed.

use std::path::Path;
use std::time::{Duration, Instant};

use aicmo_migrations::Migrator;
use aicmo_shared::diagnostics::DatabaseKind;
use sea_orm::{TransactionOptions, TransactionTrait as _};
use sea_orm_migration::MigratorTrait as _;

use super::TransferError;
use super::file::{open, vacuum_into};
use crate::audit::verify_audit_chain;
use crate::error::StoreError;
use crate::store::Store;

const WHAT: &str = "rehearse the schema's steps";

/// What a rehearsal found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rehearsal {
    /// Steps that were pending, and went well.
    pub steps: usize,
    /// How long they took.
    pub took: Duration,
}

/// Tries the pending steps; `scratch` names an empty file for the copy of SQLite, which is the
/// caller's to remove. The database itself is left as it was.
///
/// # Errors
/// `SchemaTooNew`; what a step met; `Differs` when the audit trail is broken afterwards.
pub async fn rehearse_migration(store: &Store, scratch: &Path) -> Result<Rehearsal, TransferError> {
    let schema = store.schema().await?;
    if schema.is_newer {
        return Err(StoreError::SchemaTooNew {
            found: schema.applied.unwrap_or_default(),
            expected: schema.expected,
        }
        .into());
    }
    let took = match store.kind() {
        DatabaseKind::Sqlite => on_a_copy(store, scratch).await?,
        DatabaseKind::Postgres => rolled_back(store).await?,
    };
    Ok(Rehearsal {
        steps: schema.pending,
        took,
    })
}

async fn on_a_copy(store: &Store, scratch: &Path) -> Result<Duration, TransferError> {
    vacuum_into(store, scratch).await?;
    let copy = open(scratch).await?;
    let begun = Instant::now();
    let tried = async {
        copy.migrate().await?;
        let took = begun.elapsed();
        match verify_audit_chain(&copy.reader()).await?.broken {
            None => Ok(took),
            Some(broken) => Err(TransferError::Differs(format!(
                "After the steps the audit trail is broken: row {} {}.",
                broken.seq,
                broken.fault.meaning()
            ))),
        }
    };
    let tried = tried.await;
    copy.close().await;
    tried
}

async fn rolled_back(store: &Store) -> Result<Duration, TransferError> {
    let failed = StoreError::of(WHAT);
    let tx = store
        .writer_pool()
        .begin_with_options(TransactionOptions::default())
        .await
        .map_err(&failed)?;
    let begun = Instant::now();
    Migrator::up(&tx, None).await.map_err(&failed)?;
    let took = begun.elapsed();
    tx.rollback().await.map_err(failed)?;
    Ok(took)
}
