//! Adapters behind the ports: everything that leaves the house leaves through here.
//!
//! Owns: how a message travels to the outside. Does not own: what is sent, to whom, when, or how
//! often; operations define the ports and decide. This crate knows no database.

#[cfg(feature = "otel")]
mod collector;
mod webhooks;

use std::sync::Once;

#[cfg(feature = "otel")]
pub use collector::{NoWay, WayToCollector};
pub use webhooks::{HttpWebhooks, Lookup, NotReady, SystemLookup};

/// Chooses the one TLS implementation of this product; the first call in a process counts.
fn install_crypto_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that the process has chosen already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
