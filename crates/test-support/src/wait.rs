//! Waiting for a level, never for time.

use std::fmt::Debug;
use std::future::Future;
use std::time::{Duration, Instant};

/// How long a level may take to be reached.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(10);

/// Asks `probe` until it answers `Ok`, and gives that back.
///
/// # Panics
/// After twenty seconds, with the last thing that `probe` saw instead.
pub async fn wait_until<T, S, F>(what: &str, mut probe: impl FnMut() -> F) -> T
where
    S: Debug,
    F: Future<Output = Result<T, S>>,
{
    let begun = Instant::now();
    let mut pause = tokio::time::interval(PAUSE);
    loop {
        pause.tick().await;
        match probe().await {
            Ok(value) => return value,
            Err(seen) => assert!(
                begun.elapsed() < PATIENCE,
                "waited in vain until {what}; last seen: {seen:?}"
            ),
        }
    }
}
