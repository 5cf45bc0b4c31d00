//! Who acts. Until there are accounts, everyone who reaches the server is the local operator.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use aicmo_operations::{Actor, Operator};
use aicmo_shared::audit::ActorType;

use super::RequestId;
use crate::http::ApiError;

/// The operator behind a request.
pub struct Caller(pub Operator);

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

impl Caller {
    /// Who sent this request.
    pub fn of(request: &HttpRequest) -> Self {
        let request_id = request
            .extensions()
            .get::<RequestId>()
            .map(ToString::to_string)
            .unwrap_or_default();
        Self(Operator {
            actor: Actor {
                kind: ActorType::User,
                id: "local".to_owned(),
            },
            request_id,
        })
    }
}
