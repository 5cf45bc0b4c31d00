//! Carries traces to the collector that a setting names.
//!
//! That address is the operator's own and may lie inside the network, so it is not checked as those
//! of webhooks are; nobody who uses the product can choose it. No redirect is followed, no proxy is
//! asked, little of an answer is read, and every attempt has its limit.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use reqwest::Client;
use tokio::runtime::{Builder, Runtime};

use crate::install_crypto_provider;

/// The most of an answer that is read; it says at most how many spans were refused.
const ANSWER_LIMIT: usize = 16 * 1024;

/// Traces cannot be carried from this machine.
#[derive(Debug, thiserror::Error)]
pub enum NoWay {
    /// No TLS.
    #[error("TLS cannot be set up")]
    Tls(#[source] reqwest::Error),
    /// No event loop.
    #[error("an event loop cannot be made")]
    Loop(#[source] std::io::Error),
}

/// The collector refused.
#[derive(Debug, thiserror::Error)]
#[error("the collector answered {0}")]
struct Refused(reqwest::StatusCode);

/// The way to a collector. Sends from the thread that asks it, which must be none of an event loop:
/// the sender of traces has a thread of its own.
#[derive(Debug)]
pub struct WayToCollector {
    runtime: Runtime,
    client: Client,
    is_failing: AtomicBool,
}

impl WayToCollector {
    /// A way on which one attempt may take `timeout`.
    ///
    /// # Errors
    /// When TLS or an event loop cannot be had.
    pub fn new(timeout: Duration) -> Result<Self, NoWay> {
        install_crypto_provider();
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .user_agent(concat!("aicmo-traces/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(timeout)
            .timeout(timeout)
            .build()
            .map_err(NoWay::Tls)?;
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(NoWay::Loop)?;
        Ok(Self {
            runtime,
            client,
            is_failing: AtomicBool::new(false),
        })
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let mut response = self.client.execute(request.try_into()?).await?;
        if !response.status().is_success() {
            return Err(Refused(response.status()).into());
        }
        let mut body = Vec::new();
        while body.len() < ANSWER_LIMIT
            && let Some(chunk) = response.chunk().await?
        {
            body.extend_from_slice(&chunk);
        }
        Ok(Response::builder().status(response.status()).body(body.into())?)
    }
}

#[async_trait]
impl HttpClient for WayToCollector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let outcome = self.runtime.block_on(self.exchange(request));
        // Once each way: a collector that is away for a night must not fill the log.
        let was_failing = self.is_failing.swap(outcome.is_err(), Ordering::Relaxed);
        match &outcome {
            Err(cause) if !was_failing => {
                tracing::warn!(%cause, "the collector takes no traces; they are dropped until it does");
            }
            Ok(_) if was_failing => tracing::info!("the collector takes traces again"),
            _ => {}
        }
        outcome
    }
}
