//! What every request passes and every answer carries, in one middleware.
//!
//! In: request id, host and origin guards, the length of the query. Out: build marker, provenance
//! header, security headers, and every failure as a problem document, logged once when it is ours.
//! A handler that panics is one answer of 500 and harms no other request.

use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN, TRANSFER_ENCODING,
};
use actix_web::http::uri::Authority;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, web};
use aicmo_operations::Operations;
use aicmo_shared::{ErrorCode, build_marker};
use futures_util::FutureExt;
use tracing::Instrument;
use tracing::field::Empty;

use super::api_error::ApiError;
use super::connection::{Guest, Visit, paced};
use super::extract::RequestId;
use super::fault::Faults;
use super::health::LastLook;
use super::host::HostRules;
use super::limits::{Bill, Budget, Limits};
use super::metrics::Requests;
use super::{HttpState, QUERY_LIMIT, cors, security_headers};

/// Carries the reason while the process, or the service asked, serves mock data.
pub const MOCK_HEADER: HeaderName = HeaderName::from_static("x-aicmo-mock");

/// Carries the request id, in and out.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What the middleware knows, made once for all workers.
pub struct Door {
    state: Arc<HttpState>,
    build: HeaderValue,
    hosts: HostRules,
    faults: Option<Faults>,
    requests: Requests,
    last_look: LastLook,
}

impl Door {
    /// Made from what the process decided.
    pub fn new(state: Arc<HttpState>) -> Self {
        Self {
            build: HeaderValue::from_str(state.build.as_str()).unwrap_or(HeaderValue::from_static("unknown")),
            hosts: HostRules::new(state.public_hosts.iter().cloned()),
            faults: state.e2e.then(Faults::default),
            requests: Requests::new(),
            last_look: LastLook::default(),
            state,
        }
    }

    /// Whether faults can be injected.
    pub fn e2e(&self) -> bool {
        self.state.e2e
    }

    /// Whether cookies go over https only.
    pub fn is_secure(&self) -> bool {
        self.state.over_tls
    }

    /// What was measured of the requests so far.
    pub fn requests(&self) -> &Requests {
        &self.requests
    }

    /// What the last look at the database found.
    pub fn last_look(&self) -> &LastLook {
        &self.last_look
    }

    /// The armed faults; `None` outside E2E mode.
    pub fn faults(&self) -> Option<&Faults> {
        self.faults.as_ref()
    }

    /// How many requests one caller may send.
    pub fn limits(&self) -> &Limits {
        &self.state.limits
    }

    /// Why a request may not come in.
    fn refusal(&self, request: &ServiceRequest) -> Option<ApiError> {
        let header = |name: &HeaderName| {
            request
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap_or(""))
        };
        let named = header(&HOST);
        let addressed = request.uri().authority().map(Authority::as_str);
        let authority = named.or(addressed);
        if [named, addressed]
            .into_iter()
            .flatten()
            .any(|authority| !self.hosts.allows(authority))
        {
            return Some(ApiError::new(
                ErrorCode::HostNotAllowed,
                "This server does not answer to the host name in the request. Use its address, localhost, or a \
                 name from its settings.",
            ));
        }
        let writes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
        if writes
            && self.state.allowed_origins.of(request.headers()).is_none()
            && !self
                .hosts
                .may_write(header(&SEC_FETCH_SITE), header(&ORIGIN), authority)
        {
            return Some(ApiError::new(
                ErrorCode::CsrfFailed,
                "A page of another site sent this request. Nothing was changed.",
            ));
        }
        if header(&CONTENT_ENCODING).is_some_and(|coding| !coding.eq_ignore_ascii_case("identity")) {
            return Some(
                ApiError::new(
                    ErrorCode::UnsupportedMediaType,
                    "This server takes no packed bodies: send the body as it is, without Content-Encoding.",
                )
                .with_extra("accepted", vec!["identity"]),
            );
        }
        (request.query_string().len() > QUERY_LIMIT).then(|| {
            ApiError::new(
                ErrorCode::PayloadTooLarge,
                format!("The query of the address is longer than {QUERY_LIMIT} bytes."),
            )
            .with_extra("limit_bytes", QUERY_LIMIT)
        })
    }

    /// What no endpoint has charged is charged to the address: addresses that do not exist, wrong
    /// methods, requests of nobody.
    fn charged(&self, response: ServiceResponse<BoxBody>, seen: &Seen) -> ServiceResponse<BoxBody> {
        if response.status() == StatusCode::NOT_ACCEPTABLE && response.response().error().is_none() {
            let (request, _) = response.into_parts();
            let refused = ApiError::new(
                ErrorCode::NotAcceptable,
                "Accept-Encoding refuses every coding of this server: allow br, gzip or identity.",
            )
            .with_extra("accepted", vec!["br", "gzip", "identity"]);
            return ServiceResponse::from_err(refused, request);
        }
        if !seen.is_api || seen.bill.is_paid() {
            return response;
        }
        let request = response.request();
        let payer = self.limits().address_of(request);
        match self
            .limits()
            .charge(request, payer, Budget::of_method(request.method()))
        {
            Ok(()) => response,
            Err(refused) => {
                let (request, _) = response.into_parts();
                ServiceResponse::from_err(refused, request)
            }
        }
    }

    /// Adds what every answer carries.
    fn dress(&self, headers: &mut HeaderMap, caller: &Seen, ops: &Operations) {
        self.limits().dress(headers, &caller.bill);
        if caller.is_api && !self.state.allowed_origins.is_empty() {
            cors::dress(headers, caller.origin.as_ref());
        }
        self.dress_unread(headers, caller.request_id.as_str(), ops);
    }

    /// Adds what every answer carries, also one to what never became a request.
    pub fn dress_unread(&self, headers: &mut HeaderMap, request_id: &str, ops: &Operations) {
        let id = HeaderValue::from_str(request_id).unwrap_or(HeaderValue::from_static("unknown"));
        headers.insert(REQUEST_ID, id);
        headers.insert(HeaderName::from_static(BUILD_HEADER), self.build.clone());
        security_headers::dress(headers, self.state.over_tls);
        // Asked at the end: a process turns live and never back, so an answer made before the turn
        // says so by itself, and one made after it is never called mock.
        if !headers.contains_key(MOCK_HEADER)
            && let Some(reason) = ops.mock_reason()
        {
            headers.insert(MOCK_HEADER, HeaderValue::from_static(reason.as_str()));
        }
    }
}

/// What the door keeps of a request, which may be gone when its answer leaves.
#[derive(Clone)]
struct Seen {
    request_id: RequestId,
    bill: Bill,
    is_api: bool,
    /// An origin that a setting names.
    origin: Option<HeaderValue>,
}

/// `X-Aicmo-Build` as header names are kept.
const BUILD_HEADER: &str = "x-aicmo-build";
const _: () = assert!(build_marker::HEADER.eq_ignore_ascii_case(BUILD_HEADER));

/// The middleware.
pub async fn admit<B: MessageBody + 'static>(
    door: web::Data<Door>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(ops) = request.app_data::<web::Data<Operations>>().cloned() else {
        return Err(ApiError::internal("the context of the operations is missing").into());
    };
    let request_id = RequestId::of(&request, &ops);
    let seen = Seen {
        request_id: request_id.clone(),
        bill: Bill::default(),
        is_api: request.path().starts_with("/api/"),
        origin: door.state.allowed_origins.of(request.headers()),
    };
    request.extensions_mut().insert(request_id.clone());
    request.extensions_mut().insert(seen.bill.clone());
    let uri = request.uri().clone();
    let method = request.method().clone();
    let visit = visit_of(&request);
    // No query and no address of the client: both are personal data.
    let span = tracing::info_span!(
        "request",
        request.id = %request_id,
        method = %request.method(),
        otel.kind = Empty,
    );
    door.state.traces.request_began(&span, request.headers());
    let traced = span.clone();

    async {
        let began = Instant::now();
        let outcome = if let Some(error) = door.refusal(&request) {
            Ok(Ok(request.error_response(error)))
        } else if let Some(preflight) = preflight(&request, &seen) {
            Ok(Ok(request.into_response(preflight)))
        } else {
            let answer = async { next.call(request).await.map(ServiceResponse::map_into_boxed_body) };
            AssertUnwindSafe(answer).catch_unwind().await
        };
        let outcome = outcome.map(|answer| answer.map(|response| door.charged(response, &seen)));
        let failed = match outcome {
            Ok(Ok(response)) => {
                let mut response = explained(response, &request_id, uri.path());
                door.dress(response.headers_mut(), &seen, &ops);
                door.requests.note(
                    response.request().match_pattern().as_deref(),
                    response.request().method(),
                    response.status(),
                    began.elapsed(),
                );
                door.state.traces.request_answered(
                    &traced,
                    response.request().method(),
                    response.request().match_pattern().as_deref(),
                    response.status(),
                );
                tracing::debug!(
                    status = response.status().as_u16(),
                    route = response.request().match_pattern(),
                    elapsed_us = began.elapsed().as_micros(),
                    "answered"
                );
                if let Some(visit) = &visit {
                    visit.answered();
                }
                return Ok(response.map_body(|_, body| paced(body, visit)));
            }
            Ok(Err(error)) => problem_behind(&error),
            Err(panic) => ApiError::internal(format!("a handler panicked: {}", words_of(panic.as_ref()))),
        };
        // The request went down with the handler, so the answer travels as an error and is dressed
        // on its way.
        log_if_ours(&failed, &request_id);
        let status =
            StatusCode::from_u16(failed.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        door.requests.note(None, &method, status, began.elapsed());
        door.state.traces.request_answered(&traced, &method, None, status);
        let mut error = Error::from(failed.at(request_id.as_str(), uri.path()));
        error.add_response_mapper(move |mut response| {
            door.dress(response.headers_mut(), &seen, &ops);
            response
        });
        Err(error)
    }
    .instrument(span)
    .await
}

/// Tells the connection that a request has come.
fn visit_of(request: &ServiceRequest) -> Option<Visit> {
    let guest = request.conn_data::<Rc<Guest>>()?;
    let has_body = request.headers().contains_key(TRANSFER_ENCODING)
        || request
            .headers()
            .get(CONTENT_LENGTH)
            .is_some_and(|length| length != "0");
    Some(Visit::begin(Rc::clone(guest), has_body))
}

/// What a browser is told that asks on behalf of a page of a named origin.
fn preflight(request: &ServiceRequest, seen: &Seen) -> Option<HttpResponse> {
    seen.origin.as_ref().filter(|_| seen.is_api)?;
    cors::preflight(request)
}

/// The answer with its problem document, when it is a failure that was raised and not written.
fn explained(
    response: ServiceResponse<BoxBody>,
    request_id: &RequestId,
    path: &str,
) -> ServiceResponse<BoxBody> {
    let Some(error) = response.response().error() else {
        return response;
    };
    let document = if let Some(error) = error.as_error::<ApiError>() {
        log_if_ours(error, request_id);
        error.respond(request_id.as_str(), path)
    } else {
        let error = problem_behind(error);
        log_if_ours(&error, request_id);
        error.respond(request_id.as_str(), path)
    };
    response.into_response(document)
}

/// An error that the framework raised, in our own words.
fn problem_behind(error: &Error) -> ApiError {
    let status = error.as_response_error().status_code();
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(ErrorCode::PayloadTooLarge, "The body is too large."),
        status if status.is_client_error() => {
            ApiError::new(ErrorCode::MalformedRequest, "The request could not be read.")
        }
        _ => ApiError::internal(error.to_string()),
    }
}

/// One line for what is ours to mend, with its cause, and one for what somebody was not let do. Who
/// asked and for what stands in neither: the request id finds the span, and the audit trail a person.
fn log_if_ours(error: &ApiError, request_id: &RequestId) {
    let code = error.code();
    if error.is_ours() {
        tracing::error!(
            request.id = %request_id,
            code = code.as_str(),
            cause = error.chain(),
            "request {request_id} failed"
        );
    } else if is_security_event(code) {
        tracing::info!(request.id = %request_id, code = code.as_str(), "request {request_id} was not allowed");
    }
}

/// Whether a refusal may be the trace of an attack.
const fn is_security_event(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::InvalidCredentials
            | ErrorCode::SecondFactorRequired
            | ErrorCode::Unauthenticated
            | ErrorCode::SessionExpired
            | ErrorCode::RoleRequired
            | ErrorCode::ScopeRequired
            | ErrorCode::CsrfFailed
            | ErrorCode::HostNotAllowed
            | ErrorCode::LinkInvalid
    )
}

/// What a panic said.
fn words_of(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("it gave no reason")
}
