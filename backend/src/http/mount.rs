//! Ties handlers to the endpoint table, so that no path or method is spelt twice.
//!
//! A handler fits its endpoint by type: its answer is the endpoint's answer, a read answers with
//! provenance. Everything that is the same for all endpoints happens here: who may not come in, and
//! commands on mock data, are refused before anything of the request is looked at, `HEAD` follows
//! `GET`, conditional reads answer 304, another method is 405 with `Allow`, and armed faults strike.

use std::future::{Future, ready};
use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH, SET_COOKIE,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::{Compress, Condition};
use actix_web::web::ServiceConfig;
use actix_web::{
    Error, FromRequest, Handler, HttpRequest, HttpResponse, HttpResponseBuilder, Route, guard, web,
};
use aicmo_operations::Operations;
use aicmo_operations::stream::Subscription;
use aicmo_shared::api::{self, AnswerKind, Endpoint, EndpointSpec, Kind, StreamEndpoint};
use aicmo_shared::fault::FaultKind;
use futures_util::stream::try_unfold;
use tracing::Instrument;

use super::ApiError;
use super::answer::{Answer, Download, content_etag};
use super::event_stream::Streamed;
use super::extract::Caller;
use super::front_door::{Door, MOCK_HEADER};
use super::{auth, fault, idempotency};

/// Small answers that every open console asks for every few seconds: sending them as they are costs
/// less than packing them.
const NEVER_PACKED: &[&str] = &["GetStatus", "GetAttention"];

/// Every handler, collected by path.
#[derive(Default)]
pub struct Mounts {
    paths: Vec<MountedPath>,
}

struct MountedPath {
    path: &'static str,
    packed: bool,
    methods: Vec<api::Method>,
    routes: Vec<Route>,
}

impl Mounts {
    /// Mounts `handler` where the table says that `E` is.
    #[must_use]
    pub fn endpoint<E, F, Args, T>(mut self, handler: F) -> Self
    where
        E: Endpoint + 'static,
        F: Handler<Args, Output = Result<T, ApiError>>,
        Args: FromRequest + 'static,
        T: Answer<E> + 'static,
    {
        let spec = E::SPEC;
        let route = match spec.method {
            api::Method::Get => web::route().guard(guard::Any(guard::Get()).or(guard::Head())),
            api::Method::Post => web::post(),
            api::Method::Put => web::put(),
            api::Method::Patch => web::patch(),
            api::Method::Delete => web::delete(),
        };
        let route = route.to(Mounted::<E, F> {
            handler,
            endpoint: PhantomData,
        });
        self.add(&spec, route);
        self
    }

    /// Mounts `handler`, which answers a stream, where the table says that `E` is.
    #[must_use]
    pub fn stream<E, F, Args>(mut self, handler: F) -> Self
    where
        E: StreamEndpoint + 'static,
        F: Handler<Args, Output = Result<Subscription, ApiError>>,
        Args: FromRequest + 'static,
    {
        let route = web::route().guard(guard::Any(guard::Get()).or(guard::Head()));
        let route = route.to(Streamed::<E, F> {
            handler,
            endpoint: PhantomData,
        });
        self.add(&E::SPEC, route);
        self
    }

    fn add(&mut self, spec: &EndpointSpec, route: Route) {
        if let Some(known) = self.paths.iter_mut().find(|known| known.path == spec.path) {
            known.methods.push(spec.method);
            known.routes.push(route);
        } else {
            self.paths.push(MountedPath {
                path: spec.path,
                // A packer would hold back the events of a stream until it has enough of them.
                packed: spec.answer != AnswerKind::Events && !NEVER_PACKED.contains(&spec.name),
                methods: vec![spec.method],
                routes: vec![route],
            });
        }
    }

    /// Hands everything over to the application.
    pub fn configure(self, app: &mut ServiceConfig) {
        for MountedPath {
            path,
            packed,
            methods,
            routes,
        } in self.paths
        {
            let allow = allowed(&methods);
            let resource = routes
                .into_iter()
                .fold(web::resource(path), actix_web::Resource::route)
                .default_service(web::to(move |request: HttpRequest| {
                    ready(answer_other_method(&request, &allow))
                }))
                .wrap(Condition::new(packed, Compress::default()));
            app.service(resource);
        }
    }
}

/// `OPTIONS` learns what an address takes; any other method is refused with the same list.
pub fn answer_other_method(request: &HttpRequest, allow: &HeaderValue) -> Result<HttpResponse, ApiError> {
    if request.method() == Method::OPTIONS {
        return Ok(HttpResponse::NoContent()
            .insert_header((ALLOW, allow.clone()))
            .finish());
    }
    Err(ApiError::method_not_allowed(
        request.method().as_str(),
        allow.clone(),
    ))
}

fn allowed(methods: &[api::Method]) -> HeaderValue {
    let mut names = Vec::new();
    for method in methods {
        names.push(method.as_str());
        if *method == api::Method::Get {
            names.push("HEAD");
        }
    }
    names.push("OPTIONS");
    HeaderValue::from_str(&names.join(", ")).unwrap_or(HeaderValue::from_static("OPTIONS"))
}

/// The arguments of a handler, taken from the request only after it was let in to `E`.
pub(super) struct Admitted<E, Args> {
    pub(super) args: Args,
    endpoint: PhantomData<fn() -> E>,
}

impl<E: Endpoint, Args: FromRequest + 'static> FromRequest for Admitted<E, Args> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            auth::admit::<E>(&request).await?;
            let args = Args::from_request(&request, &mut payload)
                .await
                .map_err(Into::into)?;
            Ok(Self {
                args,
                endpoint: PhantomData,
            })
        })
    }
}

/// A handler with what surrounds it.
struct Mounted<E, F> {
    handler: F,
    endpoint: PhantomData<fn() -> E>,
}

impl<E, F: Clone> Clone for Mounted<E, F> {
    fn clone(&self) -> Self {
        Self {
            handler: self.handler.clone(),
            endpoint: PhantomData,
        }
    }
}

impl<E, F, Args, T> Handler<(HttpRequest, Admitted<E, Args>)> for Mounted<E, F>
where
    E: Endpoint + 'static,
    F: Handler<Args, Output = Result<T, ApiError>>,
    Args: 'static,
    T: Answer<E> + 'static,
{
    type Output = Result<HttpResponse, ApiError>;
    type Future = Pin<Box<dyn Future<Output = Self::Output>>>;

    fn call(&self, (request, admitted): (HttpRequest, Admitted<E, Args>)) -> Self::Future {
        let fault = armed_fault(&request, E::SPEC.name);
        let answer = self.handler.call(admitted.args);
        let keyed = idempotency::keyed::<E>(&request, &Caller::of(&request).0);
        Box::pin(async move {
            match fault {
                None => match (keyed?, request.app_data::<web::Data<Operations>>()) {
                    (Some(keyed), Some(ops)) => {
                        let path = request.path().to_owned();
                        to_its_end(idempotency::once::<E, T>(ops.clone(), keyed, path, answer)).await
                    }
                    _ => wrap::<E, T>(&request, finished::<E, T>(answer).await?, false),
                },
                Some(FaultKind::Empty) => wrap::<E, T>(&request, finished::<E, T>(answer).await?, true),
                Some(fault) => fault::strike(fault).await,
            }
        })
    }
}

/// Awaits a handler. A client that goes away ends a read; a command, once begun, runs to its end, so
/// that nothing is left half done between its transaction and what follows it.
async fn finished<E, T>(answer: impl Future<Output = Result<T, ApiError>> + 'static) -> Result<T, ApiError>
where
    E: Endpoint,
    T: 'static,
{
    if E::SPEC.kind == Kind::Read {
        return answer.await;
    }
    to_its_end(answer).await
}

/// Runs `work` to its end whoever still waits for it.
async fn to_its_end<T: 'static>(
    work: impl Future<Output = Result<T, ApiError>> + 'static,
) -> Result<T, ApiError> {
    match actix_web::rt::spawn(work.in_current_span()).await {
        Ok(answer) => answer,
        Err(ended) if ended.is_panic() => std::panic::resume_unwind(ended.into_panic()),
        Err(ended) => Err(ApiError::internal(ended)),
    }
}

pub(super) fn armed_fault(request: &HttpRequest, endpoint: &str) -> Option<FaultKind> {
    request.app_data::<web::Data<Door>>()?.faults()?.armed(endpoint)
}

/// The response around an answer.
fn wrap<E: Endpoint, T: Answer<E>>(
    request: &HttpRequest,
    answer: T,
    emptied: bool,
) -> Result<HttpResponse, ApiError> {
    let status = StatusCode::from_u16(E::SPEC.success).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    response.insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")));
    if let Some(reason) = answer.mock_reason() {
        response.insert_header((MOCK_HEADER, HeaderValue::from_static(reason.as_str())));
    }
    if let Some(etag) = answer.etag() {
        response.insert_header((ETAG, etag.clone()));
        if E::SPEC.kind == Kind::Read && is_known(request, etag) {
            return Ok(response.status(StatusCode::NOT_MODIFIED).finish());
        }
    }
    for cookie in answer.cookies() {
        response.append_header((SET_COOKIE, cookie.clone()));
    }
    let answer = match answer.into_file() {
        Ok(file) => return Ok(stream(response, file)),
        Err(answer) => answer,
    };
    let mut body = answer.render().map_err(ApiError::internal)?;
    if emptied {
        body = fault::emptied(&body).map_err(ApiError::internal)?;
    }
    if E::SPEC.kind == Kind::Read && answer.etag().is_none() {
        let etag = content_etag(&body);
        let known = is_known(request, &etag);
        response.insert_header((ETAG, etag));
        if known {
            return Ok(response.status(StatusCode::NOT_MODIFIED).finish());
        }
    }
    Ok(response
        .insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json")))
        .body(body))
}

/// Sends a file while it is read. When reading fails, the connection breaks off: the status has gone
/// out already, and half a file must not look like a whole one.
fn stream(mut response: HttpResponseBuilder, file: Download) -> HttpResponse {
    let disposition = format!("attachment; filename=\"{}\"", file.name());
    response
        .insert_header((CONTENT_TYPE, HeaderValue::from_static(file.media_type())))
        .insert_header((CONTENT_DISPOSITION, disposition))
        .streaming(try_unfold(file, |mut file| async move {
            match file.next().await {
                Ok(piece) => Ok(piece.map(|piece| (web::Bytes::from(piece), file))),
                Err(error) => {
                    tracing::error!(%error, file = file.name(), "a file could not be sent to its end");
                    Err(error)
                }
            }
        }))
}

/// Whether the caller has this representation already (`If-None-Match`, compared weakly).
pub fn is_known(request: &HttpRequest, etag: &HeaderValue) -> bool {
    let own = etag.as_bytes();
    let own = own.strip_prefix(b"W/").unwrap_or(own);
    request
        .headers()
        .get_all(IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || tag.as_bytes() == own)
}
