//! Looks again and again whether whoever opened a stream may still listen.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use aicmo_operations::stream::Guard;

use crate::http::ApiError;

/// Everyone who reaches the server is the local operator until there are accounts.
pub struct Watch;

impl FromRequest for Watch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self))
    }
}

#[async_trait::async_trait]
impl Guard for Watch {
    async fn may_listen(&self) -> bool {
        true
    }
}
