//! A build that makes no traces: nothing to begin, to tell or to flush.

use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode};
use tracing::Span;
use tracing_subscriber::layer::Identity;

use crate::process::Stop;
use crate::settings::WebAddress;

/// No traces.
#[derive(Clone, Debug, Default)]
pub struct Traces(());

impl Traces {
    /// Refuses what this build cannot do.
    ///
    /// # Errors
    /// Exit code 78 when a collector is named.
    pub fn begin(collector: Option<&WebAddress>) -> Result<Self, Stop> {
        match collector {
            None => Ok(Self::default()),
            Some(_) => Err(Stop::configuration(
                "AICMO_OTLP_ENDPOINT names a collector, and this aicmo was built without traces; build it with \
                 `--features otel`, or take the setting away.",
            )),
        }
    }

    /// Nothing to add to the log.
    pub fn layer(&self) -> Option<Identity> {
        None
    }

    /// A request begins.
    pub fn request_began(&self, _: &Span, _: &HeaderMap) {}

    /// A request has its answer.
    pub fn request_answered(&self, _: &Span, _: &Method, _: Option<&str>, _: StatusCode) {}

    /// The process ends.
    #[expect(clippy::unused_async, reason = "one shape for both builds")]
    pub async fn flush(&self) {}
}
