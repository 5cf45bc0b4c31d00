//! A build that makes traces, when a collector is named.
//!
//! Spans wait in a queue of fixed size and are sent by a thread of their own: a full queue drops what
//! comes, and a collector that does not answer costs no request any time. Only spans of our own code
//! are taken, because those of the libraries hold addresses with passwords and data of persons.

use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::http::{Method, StatusCode};
use aicmo_gateways::WayToCollector;
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::{Status, TraceContextExt as _, TracerProvider as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider};
use tracing::{Metadata, Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use crate::process::{Stop, build};
use crate::settings::WebAddress;

/// Spans that may wait; about a kilobyte each.
const QUEUE: usize = 4_096;

/// Spans that are sent at once.
const BATCH: usize = 512;

/// How long a span waits for others at most.
const PAUSE: Duration = Duration::from_secs(2);

/// How long sending may take, while the process runs.
const SEND_TIMEOUT: Duration = Duration::from_secs(2);

/// How long the last spans may take once the process ends: as long as closing the database, beside
/// which it happens.
const FLUSH: Duration = Duration::from_secs(2);

/// The traces of this process. Cheap to clone; makes none by default.
#[derive(Clone, Debug, Default)]
pub struct Traces {
    provider: Option<SdkTracerProvider>,
}

impl Traces {
    /// Makes traces from now on, if `collector` is named.
    ///
    /// # Errors
    /// When HTTP cannot be set up.
    pub fn begin(collector: Option<&WebAddress>) -> Result<Self, Stop> {
        let Some(collector) = collector else {
            return Ok(Self::default());
        };
        let refused = |cause: &dyn std::error::Error| {
            Stop::fatal(format!("Traces cannot be sent from this machine: {cause}."))
        };
        let way = WayToCollector::new(SEND_TIMEOUT).map_err(|cause| refused(&cause))?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(way)
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(SEND_TIMEOUT)
            .with_endpoint(format!("{collector}/v1/traces"))
            .build()
            .map_err(|cause| refused(&cause))?;
        let queue = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE)
            .with_max_export_batch_size(BATCH)
            .with_scheduled_delay(PAUSE)
            .build();
        let sender = BatchSpanProcessor::builder(exporter)
            .with_batch_config(queue)
            .build();
        // Whoever stands before us and samples decides; without anybody, every request is traced.
        let sampler = Sampler::ParentBased(Box::new(Sampler::AlwaysOn));
        let resource = Resource::builder_empty()
            .with_attributes([
                KeyValue::new("service.name", "aicmo"),
                KeyValue::new("service.version", build::VERSION),
                KeyValue::new("aicmo.build", build::marker().to_string()),
            ])
            .build();
        let provider = SdkTracerProvider::builder()
            .with_sampler(sampler)
            .with_resource(resource)
            .with_span_processor(sender)
            .build();
        Ok(Self {
            provider: Some(provider),
        })
    }

    /// Hears of every span; `None` when no traces are made.
    pub fn layer<S>(&self) -> Option<impl Layer<S> + use<S>>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let tracer = self.provider.as_ref()?.tracer("aicmo");
        let layer = tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false);
        Some(layer.with_filter(filter_fn(is_ours)))
    }

    /// A request begins: its span goes on with the trace of the caller, if it brought one.
    pub fn request_began(&self, span: &Span, headers: &HeaderMap) {
        if self.provider.is_none() {
            return;
        }
        span.record("otel.kind", "server");
        let caller = TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers));
        if caller.span().span_context().is_valid() {
            // The only failure is a span that nobody listens to.
            let _ = span.set_parent(caller);
        }
    }

    /// A request has its answer: the span gets the name of its route, which never holds a value.
    pub fn request_answered(&self, span: &Span, method: &Method, route: Option<&str>, status: StatusCode) {
        if self.provider.is_none() {
            return;
        }
        if let Some(route) = route {
            // A field could not name it any more: the span has begun.
            span.context().span().update_name(format!("{method} {route}"));
            span.set_attribute("http.route", route.to_owned());
        }
        span.set_attribute("http.request.method", method.to_string());
        span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
        if status.is_server_error() {
            span.set_status(Status::error(""));
        }
    }

    /// Sends what waits, or gives it up.
    pub async fn flush(&self) {
        let Some(provider) = self.provider.clone() else {
            return;
        };
        let flushed = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(FLUSH)).await;
        if !matches!(flushed, Ok(Ok(()))) {
            tracing::warn!("the last traces did not reach the collector in time and were given up");
        }
    }
}

/// Spans of our own code, whatever level is logged; no events, which are the log's.
fn is_ours(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && metadata.target().starts_with("aicmo_")
}

/// The headers of a request, as the propagator reads them.
struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}
