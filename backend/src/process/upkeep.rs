//! What a server tidies up: at its start what killed processes had begun, and now and then keys and
//! buckets whose time is over.
//!
//! Each step is bounded, so that it never stands in the way of an answer; what is left is for the
//! next time.

use std::sync::Arc;
use std::time::Duration;

use aicmo_operations::{backups, drafts, idempotency};
use tokio::time::{MissedTickBehavior, interval};

use super::database::directory_of;
use crate::http::HttpState;
use crate::settings::{DatabaseAddress, Settings};

/// How often it is done.
const EVERY: Duration = Duration::from_secs(30);

/// Rows that one step removes, and steps at a time: more than can be added until the next time.
const STEP: u32 = 500;
const STEPS: u32 = 40;

/// Removes the drafts of processes that are gone from wherever this product makes some.
pub fn remove_leftovers(settings: &Settings) {
    let data = &settings.data_dir;
    let mut folders = vec![data.clone(), settings.diagnostics_dir()];
    folders.extend([backups::FOLDER, "keys", "uploads"].map(|name| data.join(name)));
    if let DatabaseAddress::Sqlite(file) = settings.database() {
        folders.push(directory_of(&file).to_owned());
    }
    for folder in folders {
        drafts::remove_abandoned(&folder);
    }
}

/// Tidies up until it is aborted.
pub async fn tidy_up(state: Arc<HttpState>) {
    let mut pause = interval(EVERY);
    pause.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        pause.tick().await;
        state.limits.forget_idle();
        for _ in 0..STEPS {
            match idempotency::prune(&state.ops, STEP).await {
                Ok(removed) if removed == u64::from(STEP) => {}
                Ok(_) => break,
                Err(error) => {
                    tracing::debug!(%error, "idempotency keys were left for the next time");
                    break;
                }
            }
        }
    }
}
