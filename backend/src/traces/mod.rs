//! Traces: how long a request took and what became of it, for a collector that the operator runs.
//!
//! Owns: the way from our spans to that collector, and what a span may say. Does not own: the spans
//! themselves, which are `tracing`'s and shared with the log. A build without the feature `otel` has
//! the same shape, makes none and refuses the setting that asks for them. docs/decisions/0015 says
//! what a trace holds and why nothing of it leaves with a webhook.

#[cfg(not(feature = "otel"))]
mod off;
#[cfg(feature = "otel")]
mod on;

#[cfg(not(feature = "otel"))]
pub use off::Traces;
#[cfg(feature = "otel")]
pub use on::Traces;
