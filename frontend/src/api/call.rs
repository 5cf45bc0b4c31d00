//! One request: sent at once, awaited or dropped. Dropping a read aborts it.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use aicmo_shared::api::{AnswerKind, CommandEndpoint, Endpoint, EndpointSpec, NoQuery, ReadEndpoint};
use aicmo_shared::session::BACKGROUND_HEADER;
use aicmo_shared::{Problem, Sourced, build_marker};
use leptos::prelude::{TimeoutHandle, set_timeout_with_handle};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Blob, Headers, RequestInit, Response};

use super::address::address;
use super::error::{Cause, ClientError};
use super::{presence, signed};
use crate::boot;
use crate::live::Interest;

const READ_SECONDS: u32 = 10;
const COMMAND_SECONDS: u32 = 30;
const FILE_SECONDS: u32 = 600;

/// Filled by the answer, read after it.
type Heard = Rc<RefCell<Option<String>>>;

type Outcome<T> = Result<T, ClientError>;

/// A request under way.
pub struct Call<T> {
    interest: Interest,
    controller: Option<AbortController>,
    server_build: Heard,
    abort_on_drop: bool,
    exchange: Exchange,
    parse: fn(Answered) -> Outcome<T>,
}

/// The part of a call that does not depend on the type of its answer.
type Exchange = Pin<Box<dyn Future<Output = Outcome<Answered>>>>;

impl<T> Call<T> {
    /// What is asked, so that who asked knows which events concern the answer.
    pub fn interest(&self) -> Interest {
        self.interest.clone()
    }

    /// Ends it from outside; `None` when the browser has no such thing.
    pub fn controller(&self) -> Option<AbortController> {
        self.controller.clone()
    }

    /// The build marker that the answer will carry; `None` inside until it has come.
    pub fn server_build(&self) -> Heard {
        self.server_build.clone()
    }
}

impl<T> Future for Call<T> {
    type Output = Outcome<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = self.exchange.as_mut().poll(context);
        if polled.is_ready() {
            self.abort_on_drop = false;
        }
        polled.map(|answered| answered.and_then(self.parse))
    }
}

impl<T> Drop for Call<T> {
    fn drop(&mut self) {
        if let (true, Some(controller)) = (self.abort_on_drop, &self.controller) {
            controller.abort();
        }
    }
}

/// Reads `E`; `path` fills its placeholders.
pub fn read<E>(path: &[&str], query: &E::Query) -> Call<Sourced<E::Answer>>
where
    E: ReadEndpoint,
    E::Answer: 'static,
{
    let sending = Sending::new(&E::SPEC, path, query, READ_SECONDS);
    sending.send(None, Headers::new(), Answered::parse)
}

/// Asks whether the list `E` has a row, and does not look at it: the types of rows are heavy.
pub fn read_one_row<E: ReadEndpoint>() -> Call<Sourced<Vec<IgnoredAny>>> {
    let sending = Sending::new(&E::SPEC, &[], &OneRow { limit: 1 }, READ_SECONDS);
    sending.send(None, Headers::new(), Answered::parse)
}

#[derive(Serialize)]
struct OneRow {
    limit: u32,
}

/// Commands `E`. `version` is the version the operator saw, where the endpoint needs one.
pub fn command<E>(path: &[&str], body: &E::Body, version: Option<i64>) -> Call<E::Answer>
where
    E: CommandEndpoint + Endpoint<Query = NoQuery>,
    E::Answer: 'static,
{
    let sending = Sending::new(&E::SPEC, path, &NoQuery {}, COMMAND_SECONDS);
    let headers = Headers::new();
    if let (Ok(headers), Some(version)) = (&headers, version) {
        let _ = headers.set("If-Match", &format!("\"v{version}\""));
    }
    let text = serde_json::to_string(body).unwrap_or_default();
    let body = (text != "null").then(|| {
        if let Ok(headers) = &headers {
            let _ = headers.set("Content-Type", "application/json");
        }
        JsValue::from_str(&text)
    });
    sending.send(body, headers, Answered::parse)
}

/// Commands `E`, without a body, and does not look at what it answers.
pub fn order<E>(path: &[&str]) -> Call<()>
where
    E: CommandEndpoint + Endpoint<Query = NoQuery>,
{
    let sending = Sending::new(&E::SPEC, path, &NoQuery {}, COMMAND_SECONDS);
    sending.send(None, Headers::new(), |_| Ok(()))
}

/// Asks `E` for a file. The browser keeps it: a large one never stands in the console's own memory.
pub fn download<E>(path: &[&str], body: &E::Body) -> impl Future<Output = Outcome<Blob>> + use<E>
where
    E: CommandEndpoint + Endpoint<Query = NoQuery>,
{
    let sending = Sending::new(&E::SPEC, path, &NoQuery {}, FILE_SECONDS);
    let headers = Headers::new();
    if let Ok(headers) = &headers {
        let _ = headers.set("Content-Type", "application/json");
    }
    let body = JsValue::from_str(&serde_json::to_string(body).unwrap_or_default());
    async move {
        let _deadline = sending.deadline();
        let response = sending.respond(Some(body), headers).await?;
        let reading = response.blob().map_err(|thrown| sending.thrown(&thrown))?;
        let file = JsFuture::from(reading)
            .await
            .map_err(|thrown| sending.thrown(&thrown))?;
        file.dyn_into()
            .map_err(|_| sending.error(Cause::Network("fetch gave no file".to_owned())))
    }
}

fn request_id(response: &Response) -> Option<String> {
    response.headers().get("X-Request-Id").ok().flatten()
}

/// What every request has: where it goes, when it gives up, who can end it.
struct Sending {
    interest: Interest,
    spec: &'static EndpointSpec,
    address: String,
    seconds: u32,
    is_write: bool,
    controller: Option<AbortController>,
    expired: Rc<Cell<bool>>,
    server_build: Heard,
}

/// A timer that stops when it is dropped.
struct Deadline(TimeoutHandle);

impl Drop for Deadline {
    fn drop(&mut self) {
        self.0.clear();
    }
}

impl Sending {
    fn new<Q: Serialize>(spec: &'static EndpointSpec, path: &[&str], query: &Q, seconds: u32) -> Self {
        Self {
            interest: Interest {
                endpoint: spec.name,
                of: path.first().map(|id| (*id).to_owned()),
            },
            spec,
            address: address(spec, path, query),
            seconds,
            is_write: spec.body != aicmo_shared::api::BodyKind::None || spec.method.as_str() != "GET",
            controller: AbortController::new().ok(),
            expired: Rc::new(Cell::new(false)),
            server_build: Heard::default(),
        }
    }

    fn send<T>(
        self,
        body: Option<JsValue>,
        headers: Result<Headers, JsValue>,
        parse: fn(Answered) -> Outcome<T>,
    ) -> Call<T> {
        Call {
            interest: self.interest.clone(),
            controller: self.controller.clone(),
            server_build: self.server_build.clone(),
            abort_on_drop: !self.is_write,
            exchange: self.begin(body, headers),
            parse,
        }
    }

    /// The whole exchange, without the type of the answer: made once for all endpoints.
    fn begin(self, body: Option<JsValue>, headers: Result<Headers, JsValue>) -> Exchange {
        Box::pin(async move {
            let deadline = self.deadline();
            let text = self.exchange(body, headers).await;
            drop(deadline);
            let (body, request_id) = text?;
            Ok(Answered {
                body,
                request_id,
                sending: self,
            })
        })
    }

    /// Ends the request when its time is up; cancelled when dropped.
    fn deadline(&self) -> Option<Deadline> {
        let controller = self.controller.clone()?;
        let expired = self.expired.clone();
        let end = move || {
            expired.set(true);
            controller.abort();
        };
        set_timeout_with_handle(end, Duration::from_secs(u64::from(self.seconds)))
            .ok()
            .map(Deadline)
    }

    async fn exchange(
        &self,
        body: Option<JsValue>,
        headers: Result<Headers, JsValue>,
    ) -> Outcome<(String, Option<String>)> {
        let response = self.respond(body, headers).await?;
        let request_id = request_id(&response);
        Ok((self.text(&response).await?, request_id))
    }

    /// The answer of a success, its body not yet read; any other answer is an error.
    async fn respond(&self, body: Option<JsValue>, headers: Result<Headers, JsValue>) -> Outcome<Response> {
        let init = RequestInit::new();
        init.set_method(self.spec.method.as_str());
        if let Ok(headers) = headers {
            let accept = match self.spec.answer {
                AnswerKind::Json | AnswerKind::Secret => "application/json, application/problem+json",
                AnswerKind::Rows | AnswerKind::Table | AnswerKind::Events => "*/*",
            };
            let _ = headers.set("Accept", accept);
            if self.is_write {
                for (name, value) in signed::write_headers() {
                    let _ = headers.set(name, &value);
                }
            } else if presence::is_nobody_here() {
                let _ = headers.set(BACKGROUND_HEADER, "1");
            }
            init.set_headers(&headers);
        }
        if let Some(body) = &body {
            init.set_body(body);
        }
        if let Some(controller) = &self.controller {
            init.set_signal(Some(&controller.signal()));
        }
        let Some(window) = web_sys::window() else {
            return Err(self.error(Cause::Network("there is no window".to_owned())));
        };
        let response = JsFuture::from(window.fetch_with_str_and_init(&self.address, &init))
            .await
            .map_err(|thrown| self.thrown(&thrown))?;
        let Ok(response) = response.dyn_into::<Response>() else {
            return Err(self.error(Cause::Network("fetch gave no response".to_owned())));
        };
        if let Ok(Some(build)) = response.headers().get(build_marker::HEADER) {
            self.server_build.replace(Some(build));
        }
        if response.ok() {
            Ok(response)
        } else {
            Err(self.failure(&response).await)
        }
    }

    async fn text(&self, response: &Response) -> Outcome<String> {
        let reading = response.text().map_err(|thrown| self.thrown(&thrown))?;
        let text = JsFuture::from(reading)
            .await
            .map_err(|thrown| self.thrown(&thrown))?;
        Ok(text.as_string().unwrap_or_default())
    }

    /// What an answer that is no success says.
    async fn failure(&self, response: &Response) -> ClientError {
        let body = match self.text(response).await {
            Ok(body) => body,
            Err(error) => return error,
        };
        let (status, request_id) = (response.status(), request_id(response));
        let wait = response.headers().get("Retry-After").ok().flatten();
        let mut error = self.error(match serde_json::from_str::<Problem>(&body) {
            Ok(mut problem) => {
                if problem.request_id.is_empty() {
                    problem.request_id = request_id.unwrap_or_default();
                }
                signed::hear(self.spec, problem.code);
                Cause::Problem(Box::new(problem))
            }
            Err(_) => Cause::Status { status, request_id },
        });
        error.retry_after = wait.and_then(|seconds| seconds.trim().parse().ok());
        error
    }

    fn thrown(&self, thrown: &JsValue) -> ClientError {
        let text = |field: &str| {
            js_sys::Reflect::get(thrown, &JsValue::from_str(field))
                .ok()
                .and_then(|value| value.as_string())
        };
        self.error(match text("name").as_deref() {
            Some("AbortError") if self.expired.get() => Cause::Timeout {
                seconds: self.seconds,
            },
            Some("AbortError") => Cause::Cancelled,
            _ => Cause::Network(text("message").unwrap_or_else(|| "unknown".to_owned())),
        })
    }

    fn error(&self, cause: Cause) -> ClientError {
        ClientError {
            cause,
            route: format!("{} {}", self.spec.method.as_str(), self.address),
            at: boot::now(),
            retry_after: None,
            was_write: self.is_write,
        }
    }
}

/// A successful body, not yet parsed.
struct Answered {
    body: String,
    request_id: Option<String>,
    sending: Sending,
}

impl Answered {
    fn parse<T: DeserializeOwned>(self) -> Outcome<T> {
        serde_json::from_str(&self.body).map_err(|error| self.unreadable(&error))
    }

    fn unreadable(&self, error: &serde_json::Error) -> ClientError {
        self.sending.error(Cause::Malformed {
            what: error.to_string(),
            request_id: self.request_id.clone(),
        })
    }
}
