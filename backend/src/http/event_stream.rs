//! A stream over HTTP: the bytes of a subscription as they come, unpacked and uncached.

use std::convert::Infallible;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{Handler, HttpRequest, HttpResponse};
use aicmo_operations::stream::Subscription;
use aicmo_shared::api::StreamEndpoint;
use aicmo_shared::fault::FaultKind;
use futures_util::stream::{empty, unfold};

use super::ApiError;
use super::fault;
use super::mount::{Admitted, armed_fault};

/// Tells a proxy in front of us to hand every event on at once.
const UNBUFFERED: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-accel-buffering"),
    HeaderValue::from_static("no"),
);

/// A handler of a stream with what surrounds it.
pub(super) struct Streamed<E, F> {
    pub(super) handler: F,
    pub(super) endpoint: PhantomData<fn() -> E>,
}

impl<E, F: Clone> Clone for Streamed<E, F> {
    fn clone(&self) -> Self {
        Self {
            handler: self.handler.clone(),
            endpoint: PhantomData,
        }
    }
}

impl<E, F, Args> Handler<(HttpRequest, Admitted<E, Args>)> for Streamed<E, F>
where
    E: StreamEndpoint + 'static,
    F: Handler<Args, Output = Result<Subscription, ApiError>>,
    Args: 'static,
{
    type Output = Result<HttpResponse, ApiError>;
    type Future = Pin<Box<dyn Future<Output = Self::Output>>>;

    fn call(&self, (request, admitted): (HttpRequest, Admitted<E, Args>)) -> Self::Future {
        let fault = armed_fault(&request, E::SPEC.name);
        let subscription = self.handler.call(admitted.args);
        Box::pin(async move {
            match fault {
                None | Some(FaultKind::Empty) => Ok(respond(&request, subscription.await?)),
                Some(fault) => fault::strike(fault).await,
            }
        })
    }
}

fn respond(request: &HttpRequest, subscription: Subscription) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, HeaderValue::from_static("text/event-stream")))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .insert_header(UNBUFFERED);
    if request.method() == Method::HEAD {
        return response.streaming(empty::<Result<Bytes, Infallible>>());
    }
    response.streaming(unfold(subscription, |mut subscription| async move {
        let bytes = subscription.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from_owner(bytes)), subscription))
    }))
}
