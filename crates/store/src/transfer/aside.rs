//! Making room in a PostgreSQL database: what is there gets another, dated place.
//!
//! Not under a server that works there: it would go on in the old place, or in the new one before it
//! is filled. Every session counts that has our name or our role, because whatever a server does, it
//! does in one; a row or a lock of its own could outlive it, or be lost with a connection while it
//! goes on.

use std::time::{Duration, Instant};

use aicmo_shared::Timestamp;
use sea_orm::sqlx::{self, Connection as _, PgConnection};
use tokio::time::{MissedTickBehavior, interval};

use super::load::{ask, run};
use super::tables::{self, quoted};
use super::{TransferError, of};
use crate::settings::StoreSettings;
use crate::store::Store;

const WHAT: &str = "make room in the database";

/// How long sessions that are about to end may take: the server of one that was killed notices late.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(100);

/// Sessions of other processes that a server of this product may be behind, each in words.
const OTHERS: &str = "SELECT coalesce(nullif(application_name, ''), 'a session without a name') \
     || ' (process ' || pid || ' of the database, since ' \
     || to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC)' \
     FROM pg_stat_activity \
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' \
     AND (application_name = 'aicmo' OR usename = current_user) \
     ORDER BY backend_start";

/// Gives what is in a PostgreSQL database another, dated place in it; answers that place, or nothing
/// when there is nothing.
///
/// # Errors
/// `InUse` when somebody works there; `Store` when the database fails.
pub async fn set_aside(target: &StoreSettings, at: Timestamp) -> Result<Option<String>, TransferError> {
    let store = Store::open(target).await?;
    let moved = async {
        let pool = store.writer_pool().get_postgres_connection_pool();
        let mut connection = pool.acquire().await.map_err(of(WHAT))?;
        let schema: String = ask(&mut connection, "SELECT current_schema()::text").await?;
        if tables::of_postgres(&mut connection).await?.is_empty() {
            return Ok(None);
        }
        require_quiet(&mut connection, store.address()).await?;
        let aside = format!("{schema}_before_{}", at.as_millis());
        let mut tx = connection.begin().await.map_err(of(WHAT))?;
        run(
            &mut tx,
            &format!("ALTER SCHEMA {} RENAME TO {}", quoted(&schema), quoted(&aside)),
        )
        .await?;
        run(&mut tx, &format!("CREATE SCHEMA {}", quoted(&schema))).await?;
        tx.commit().await.map_err(of(WHAT))?;
        Ok(Some(aside))
    };
    let moved = moved.await;
    store.close().await;
    moved
}

/// Waits for sessions that are about to end, and refuses those that stay.
async fn require_quiet(connection: &mut PgConnection, address: &str) -> Result<(), TransferError> {
    let deadline = Instant::now() + PATIENCE;
    let mut pause = interval(PAUSE);
    pause.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        pause.tick().await;
        let others: Vec<String> = sqlx::query_scalar(OTHERS)
            .fetch_all(&mut *connection)
            .await
            .map_err(of(WHAT))?;
        if others.is_empty() {
            return Ok(());
        }
        if Instant::now() >= deadline {
            return Err(TransferError::InUse(format!(
                "Somebody works on {address}: {}. Nothing was changed: stop every server on that database, close \
                 other sessions of its role, and run this again.",
                others.join(", ")
            )));
        }
    }
}
