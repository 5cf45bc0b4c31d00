//! Pages of other origins that may use the API: none, unless a setting names them.
//!
//! A named origin is answered exactly, with credentials; any other gets no header at all, and its
//! browser keeps the answer from it. The console itself is of our own origin and needs none of this.

use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue, ORIGIN, VARY,
};

/// Whatever some endpoint takes.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");

/// What a page may send beside what every page may.
const TAKEN: HeaderValue = HeaderValue::from_static(
    "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Last-Event-ID, \
     X-Aicmo-Console, X-Csrf-Token, X-Request-Id",
);

/// What a page may read beside what every page may.
const SHOWN: HeaderValue = HeaderValue::from_static(
    "Allow, ETag, Idempotency-Replayed, RateLimit, RateLimit-Policy, Retry-After, X-Aicmo-Build, \
     X-Aicmo-Mock, X-Request-Id",
);

/// How long a browser may remember what it was told, in seconds.
const REMEMBERED: HeaderValue = HeaderValue::from_static("600");

const YES: HeaderValue = HeaderValue::from_static("true");

/// The origins that may use the API.
#[derive(Clone, Debug, Default)]
pub struct AllowedOrigins(Vec<HeaderValue>);

impl AllowedOrigins {
    /// Origins as browsers spell them, such as `https://tools.example`.
    pub fn new<'a>(origins: impl IntoIterator<Item = &'a str>) -> Self {
        let origins = origins
            .into_iter()
            .filter_map(|origin| HeaderValue::from_str(&origin.to_ascii_lowercase()).ok());
        Self(origins.collect())
    }

    /// The origin of a request, when it is one of these.
    pub fn of(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(ORIGIN)?;
        self.0.contains(origin).then(|| origin.clone())
    }

    /// Whether any origin is named.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The answer to a browser that asks what the page of `origin` may do.
pub fn preflight(request: &ServiceRequest) -> Option<HttpResponse> {
    let asks =
        request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    asks.then(|| {
        HttpResponse::NoContent()
            .insert_header((ACCESS_CONTROL_ALLOW_METHODS, METHODS))
            .insert_header((ACCESS_CONTROL_ALLOW_HEADERS, TAKEN))
            .insert_header((ACCESS_CONTROL_MAX_AGE, REMEMBERED))
            .finish()
    })
}

/// Lets the page of `origin` read this answer.
pub fn dress(headers: &mut HeaderMap, origin: Option<&HeaderValue>) {
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, YES);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, SHOWN);
    }
}
