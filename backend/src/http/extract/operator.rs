//! Who acts: whoever the request was admitted as.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use aicmo_operations::Operator;
use aicmo_operations::accounts::Visitor;

use super::RequestId;
use crate::http::auth;

/// The operator behind a request, as the audit trail names it.
pub struct Caller(pub Operator);

impl FromRequest for Caller {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

impl Caller {
    /// Who sent this request.
    pub fn of(request: &HttpRequest) -> Self {
        Self(auth::principal(request).operator(RequestId::text(request)))
    }
}

/// Whoever asks for something about their own session, signed in or not.
pub struct Guest(pub Visitor);

impl FromRequest for Guest {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(auth::visitor(request))))
    }
}
