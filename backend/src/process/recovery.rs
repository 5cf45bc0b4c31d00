//! The way from mock to live: a process whose database was not there at start keeps looking.

use std::sync::Arc;
use std::time::Duration;

use aicmo_operations::{OperationError, Operations, bulk, idempotency, import, stream};
use aicmo_store::{Store, StoreSettings};
use tokio::time::{MissedTickBehavior, interval};

use super::courier::carry_webhooks;
use super::database::{chain, open_ready};
use super::first_start;

/// How long to wait between two attempts.
const PAUSE: Duration = Duration::from_secs(1);

/// Tries until the database is there and its schema is current, then turns the process live once
/// and takes up what an earlier process left unfinished. Each new reason is logged once.
pub async fn wait_for_database(ops: Arc<Operations>, settings: StoreSettings) {
    let mut pause = interval(PAUSE);
    pause.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = String::new();
    loop {
        pause.tick().await;
        let failed = match open_ready(&settings).await {
            Ok(store) => match go_live(&ops, store).await {
                Ok(_) => {
                    first_start::announce_set_up(&ops).await;
                    break;
                }
                Err(error) => error.to_string(),
            },
            Err(error) => chain(&error),
        };
        if failed != told {
            tracing::warn!(
                database = settings.target.redacted(),
                cause = failed,
                "still serving mock data: the database cannot be used"
            );
            told = failed;
        }
    }
    resume_work(Arc::clone(&ops)).await;
    carry_webhooks(ops).await;
}

async fn go_live(ops: &Operations, store: Store) -> Result<bool, OperationError> {
    end_leases(&store).await;
    ops.go_live(store).await
}

/// Lets requests be sent again at once that an earlier process died of.
pub async fn end_leases(store: &Store) {
    if let Err(error) = idempotency::recover(store).await {
        tracing::warn!(%error, "idempotency keys of an earlier process are left to their deadline");
    }
}

/// Follows the events of the whole installation, as soon as the database answers.
pub async fn follow_events(ops: Arc<Operations>) {
    let mut pause = interval(PAUSE);
    pause.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        pause.tick().await;
        let Some(store) = ops.mode().store().cloned() else {
            return;
        };
        match stream::follow(&ops, &store).await {
            Ok(()) => return,
            Err(error) => tracing::debug!(%error, "the events cannot be followed yet"),
        }
    }
}

/// Takes up the imports and bulk changes that were interrupted.
pub async fn resume_work(ops: Arc<Operations>) {
    tell("imports", import::resume_interrupted(Arc::clone(&ops)).await);
    tell("bulk changes", bulk::resume_interrupted(ops).await);
}

fn tell(what: &str, resumed: Result<usize, OperationError>) {
    match resumed {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "took up interrupted {what}"),
        Err(error) => tracing::error!(%error, "interrupted {what} could not be taken up"),
    }
}
