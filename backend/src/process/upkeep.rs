//! What a running server tidies up now and then: keys and buckets whose time is over.
//!
//! Each step is bounded, so that it never stands in the way of an answer; what is left is for the
//! next time.

use std::sync::Arc;
use std::time::Duration;

use aicmo_operations::idempotency;
use tokio::time::{MissedTickBehavior, interval};

use crate::http::HttpState;

/// How often it is done.
const EVERY: Duration = Duration::from_secs(30);

/// Rows that one step removes, and steps at a time: more than can be added until the next time.
const STEP: u32 = 500;
const STEPS: u32 = 40;

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
