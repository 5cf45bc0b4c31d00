//! What every answer tells a browser about how far it is to be trusted.
//!
//! Everything the console needs comes from its own origin, so each header says no to the rest. The
//! policy has no exception for inline script: the page loads its scripts by name, and an inline one
//! would not run. Trusted Types are not asked for: the console's framework sets the markup that it
//! compiled through `innerHTML`, and a policy that lets everything pass would protect nothing.

use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue, STRICT_TRANSPORT_SECURITY};

/// What the console may load and whom it may talk to: this origin alone.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
    img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; \
    frame-ancestors 'none'; form-action 'self'";

/// On every answer, whatever it is.
const ALWAYS: [(HeaderName, HeaderValue); 7] = [
    (
        HeaderName::from_static("content-security-policy"),
        HeaderValue::from_static(CONTENT_SECURITY_POLICY),
    ),
    (
        HeaderName::from_static("x-content-type-options"),
        HeaderValue::from_static("nosniff"),
    ),
    (
        HeaderName::from_static("referrer-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-embedder-policy"),
        HeaderValue::from_static("require-corp"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    ),
];

/// For a year this host, and what is below its name, is asked over TLS only.
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// Nobody keeps an answer that does not say otherwise: it may hold what only its reader may see.
const NOT_KEPT: HeaderValue = HeaderValue::from_static("no-store");

/// Adds them to an answer of a server that browsers reach over TLS, or not.
pub fn dress(headers: &mut HeaderMap, over_tls: bool) {
    for (name, value) in ALWAYS {
        headers.insert(name, value);
    }
    if over_tls {
        headers.insert(STRICT_TRANSPORT_SECURITY, TLS_ONLY);
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, NOT_KEPT);
    }
}
