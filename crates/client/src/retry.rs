//! When a request is sent again, and when it is not.
//!
//! A read may always be sent again. A command may when it carries an `Idempotency-Key`, because then
//! the server runs it once however often it arrives. Anything else is sent once: only its caller
//! knows whether it may run twice. Pauses grow, are never the same twice, and obey `Retry-After`.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use aicmo_shared::{ErrorCode, Problem};
use reqwest::header::RETRY_AFTER;
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;

use crate::ClientError;

/// How often and how patiently a request is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retries {
    /// How often it is sent in all; 1 is never again.
    pub attempts: u32,
    /// The pause before the second attempt; each further one is twice as long.
    pub first_pause: Duration,
    /// The longest pause. A server that asks for a longer one is not asked again.
    pub longest_pause: Duration,
}

impl Retries {
    /// Everything is sent once.
    pub const NONE: Self = Self {
        attempts: 1,
        first_pause: Duration::ZERO,
        longest_pause: Duration::ZERO,
    };

    /// The pause before attempt `next` (2, 3, …): grown, and between half and the whole of it.
    fn pause(self, next: u32) -> Duration {
        let grown = self
            .first_pause
            .saturating_mul(1_u32.checked_shl(next.saturating_sub(2)).unwrap_or(u32::MAX))
            .min(self.longest_pause);
        let share = u32::try_from(RandomState::new().hash_one(next) % 512).unwrap_or_default();
        grown / 2 + grown * share / 1024
    }
}

impl Default for Retries {
    /// Four attempts within about a second, unless the server asks for more time.
    fn default() -> Self {
        Self {
            attempts: 4,
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(10),
        }
    }
}

/// How one attempt ended, when not in an answer to be given back.
struct Failed {
    error: ClientError,
    /// Whether another attempt could end otherwise.
    passing: bool,
    /// What the server asked for.
    wait: Option<Duration>,
}

/// The attempts of one request.
pub(crate) struct Attempts {
    retries: Retries,
    made: u32,
}

impl Attempts {
    /// None was made yet.
    pub(crate) const fn new(retries: Retries) -> Self {
        Self { retries, made: 0 }
    }

    /// Makes one. `None` says that it failed in a way that may pass, that the pause is over, and that
    /// the same request is to be sent again.
    pub(crate) async fn send<T: DeserializeOwned>(
        &mut self,
        request: RequestBuilder,
    ) -> Result<Option<T>, ClientError> {
        let failed = match attempt_once(request).await {
            Ok(answer) => return Ok(Some(answer)),
            Err(failed) => failed,
        };
        self.made += 1;
        let pause = failed.wait.unwrap_or_else(|| self.retries.pause(self.made + 1));
        if !failed.passing || self.made >= self.retries.attempts || pause > self.retries.longest_pause {
            return Err(failed.error);
        }
        wait(pause).await;
        Ok(None)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a pause between two attempts is waited for, not a level"
)]
async fn wait(pause: Duration) {
    tokio::time::sleep(pause).await;
}

/// Sends a request that must not be sent twice.
pub(crate) async fn send_once<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, ClientError> {
    attempt_once(request).await.map_err(|failed| failed.error)
}

async fn attempt_once<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Failed> {
    let broken = |cause: reqwest::Error| Failed {
        passing: !cause.is_builder(),
        error: ClientError::transport(cause),
        wait: None,
    };
    let response = request.send().await.map_err(broken)?;
    let status = response.status();
    let wait = wait_of(&response);
    let body = response.bytes().await.map_err(broken)?;
    if status.is_success() {
        return serde_json::from_slice(&body).map_err(|cause| Failed {
            error: ClientError::unreadable(status.as_u16(), &cause),
            passing: false,
            wait: None,
        });
    }
    let error = refusal(status, &body);
    Err(Failed {
        passing: is_passing(status) || error.code() == Some(ErrorCode::IdempotencyInProgress),
        error,
        wait,
    })
}

fn refusal(status: StatusCode, body: &[u8]) -> ClientError {
    match serde_json::from_slice::<Problem>(body) {
        Ok(problem) => ClientError::Problem(Box::new(problem)),
        Err(cause) => ClientError::unreadable(status.as_u16(), &cause),
    }
}

/// Sends a request whose answer is a file, which is left to be read.
pub(crate) async fn send_for_file(request: RequestBuilder) -> Result<Response, ClientError> {
    let response = request.send().await.map_err(ClientError::transport)?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body = response.bytes().await.map_err(ClientError::transport)?;
    Err(refusal(status, &body))
}

/// Whether the same request may be answered otherwise a little later. A balancer in front of the
/// server says 502 and 504 in its own words.
fn is_passing(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

/// `Retry-After` in seconds; this server sends no other form.
fn wait_of(response: &Response) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    text.parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_differ_and_stay_within_their_bounds() {
        let retries = Retries {
            attempts: 9,
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_millis(500),
        };
        for (next, most) in [(2, 100), (3, 200), (4, 400), (5, 500), (9, 500), (40, 500)] {
            let pauses: std::collections::BTreeSet<Duration> = (0..50).map(|_| retries.pause(next)).collect();
            let bounds = Duration::from_millis(most / 2)..=Duration::from_millis(most);
            assert!(
                pauses.iter().all(|pause| bounds.contains(pause)),
                "{next}: {pauses:?}"
            );
            assert!(pauses.len() > 10, "{next}: they differ");
        }
    }
}
