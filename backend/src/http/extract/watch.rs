//! Whoever opened a stream, and whether they may still listen.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use aicmo_operations::Operations;
use aicmo_operations::accounts::{Credentials, Principal, may_still};
use aicmo_operations::stream::Guard;
use aicmo_shared::api::{Endpoint as _, OpenStream};

use crate::http::{ApiError, auth};

/// The listener behind a request.
pub struct Watch {
    ops: Arc<Operations>,
    credentials: Credentials,
    listener: String,
}

impl FromRequest for Watch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(ops) = request.app_data::<web::Data<Operations>>() else {
            return ready(Err(ApiError::internal(
                "the context of the operations is missing",
            )));
        };
        ready(Ok(Self {
            ops: Arc::clone(ops),
            credentials: auth::credentials_of(request),
            listener: listener(request),
        }))
    }
}

impl Watch {
    /// The session or key whose streams are counted together.
    pub fn listener(&self) -> String {
        self.listener.clone()
    }
}

#[async_trait::async_trait]
impl Guard for Watch {
    async fn may_listen(&self) -> bool {
        may_still(&self.ops, &self.credentials, OpenStream::SPEC.access).await
    }
}

fn listener(request: &HttpRequest) -> String {
    match auth::principal(request) {
        Principal::Person(person) => format!("session {}", person.session),
        Principal::Key(key) => format!("key {}", key.id),
        Principal::Bootstrap => "bootstrap key".to_owned(),
        Principal::MockViewer | Principal::Nobody { .. } => request
            .peer_addr()
            .map_or_else(|| "somewhere".to_owned(), |peer| format!("address {}", peer.ip())),
    }
}
