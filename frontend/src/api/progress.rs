//! An upload that tells how far it is, which `fetch` cannot.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use aicmo_shared::Problem;
use aicmo_shared::api::{CommandEndpoint, NoQuery};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FormData, ProgressEvent, XmlHttpRequest};

use super::address::address;
use super::error::{Cause, ClientError};
use super::signed;
use crate::boot;

/// An upload under way; it goes on when nobody waits for it.
pub struct Upload<T> {
    request: Option<XmlHttpRequest>,
    answer: Pin<Box<dyn Future<Output = Result<T, ClientError>>>>,
}

impl<T> Upload<T> {
    /// Ends it from outside; `None` when the browser has no such thing.
    pub fn request(&self) -> Option<XmlHttpRequest> {
        self.request.clone()
    }
}

impl<T> Future for Upload<T> {
    type Output = Result<T, ClientError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.answer.as_mut().poll(context)
    }
}

/// Sends `file` to `E`; `on_progress` hears the share that is sent, from 0 to 1.
pub fn upload_with_progress<E>(file: &File, on_progress: impl Fn(f64) + 'static) -> Upload<E::Answer>
where
    E: CommandEndpoint,
    E::Answer: 'static,
{
    let address = address(&E::SPEC, &[], &NoQuery {});
    let route = format!("{} {address}", E::SPEC.method.as_str());
    let request = XmlHttpRequest::new().ok();
    let sent = request
        .as_ref()
        .map(|request| begin(request, E::SPEC.method.as_str(), &address, file, on_progress));
    let asked = request.clone();
    let answer = Box::pin(async move {
        let error = |cause| ClientError {
            cause,
            route: route.clone(),
            at: boot::now(),
            was_write: true,
            retry_after: None,
        };
        let (Some(request), Some(Ok(started))) = (asked, sent) else {
            return Err(error(Cause::Network(
                "the browser could not begin the upload".to_owned(),
            )));
        };
        let _ = JsFuture::from(started.ended).await;
        drop(started.progress);
        let status = request.status().unwrap_or(0);
        let body = request.response_text().ok().flatten().unwrap_or_default();
        let request_id = request.get_response_header("X-Request-Id").ok().flatten();
        match status {
            0 if request.ready_state() == XmlHttpRequest::UNSENT => Err(error(Cause::Cancelled)),
            0 => Err(error(Cause::Network(
                "the connection ended before an answer came".to_owned(),
            ))),
            200..=299 => serde_json::from_str(&body).map_err(|what| {
                error(Cause::Malformed {
                    what: what.to_string(),
                    request_id,
                })
            }),
            status => Err(error(match serde_json::from_str::<Problem>(&body) {
                Ok(mut problem) => {
                    if problem.request_id.is_empty() {
                        problem.request_id = request_id.unwrap_or_default();
                    }
                    signed::hear(&E::SPEC, problem.code);
                    Cause::Problem(Box::new(problem))
                }
                Err(_) => Cause::Status { status, request_id },
            })),
        }
    });
    Upload { request, answer }
}

/// A request that has begun: the promise of its end, and the listener that must live until then.
struct Started {
    ended: js_sys::Promise,
    progress: Closure<dyn Fn(ProgressEvent)>,
}

fn begin(
    request: &XmlHttpRequest,
    method: &str,
    address: &str,
    file: &File,
    on_progress: impl Fn(f64) + 'static,
) -> Result<Started, JsValue> {
    request.open(method, address)?;
    request.set_request_header("Accept", "application/json, application/problem+json")?;
    for (name, value) in signed::write_headers() {
        request.set_request_header(name, &value)?;
    }
    let progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.length_computable() && event.total() > 0.0 {
            on_progress(event.loaded() / event.total());
        }
    });
    request
        .upload()?
        .set_onprogress(Some(progress.as_ref().unchecked_ref()));
    let ended = js_sys::Promise::new(&mut |resolve, _| {
        let done = Closure::once_into_js(move || {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        });
        request.set_onloadend(Some(done.unchecked_ref()));
    });
    let form = FormData::new()?;
    form.append_with_blob_and_filename("file", file, &file.name())?;
    request.send_with_opt_form_data(Some(&form))?;
    Ok(Started { ended, progress })
}
