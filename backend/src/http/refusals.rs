//! What is said to whom no request could be read from: a problem document, as to everybody else.
//!
//! Owns the words and the whole message; `connection` finds out when it is needed. Such an answer has
//! a request id, which finds one line at level debug: more would let anybody fill the log.

use actix_web::body::MessageBody as _;
use actix_web::http::header::{CONNECTION, CONTENT_LENGTH, HeaderValue};
use actix_web::{HttpResponse, ResponseError as _, web};
use aicmo_operations::Operations;
use aicmo_shared::ErrorCode;

use super::connection::{Bare, Refusals};
use super::front_door::Door;
use super::{ApiError, HEAD_LIMIT_KB, HEAD_TIMEOUT, HEADERS_LIMIT};

/// Answers without a request.
pub struct Unread {
    door: web::Data<Door>,
    ops: web::Data<Operations>,
}

impl Unread {
    /// Answers that carry what those of `door` carry.
    pub fn new(door: web::Data<Door>, ops: web::Data<Operations>) -> Self {
        Self { door, ops }
    }

    fn message(&self, error: ApiError) -> Vec<u8> {
        let id = self.ops.new_id(self.ops.now()).to_string();
        tracing::debug!(request.id = %id, code = error.code().as_str(), "nothing could be read");
        let mut response = error.named(&id).error_response();
        self.door.dress_unread(response.headers_mut(), &id, &self.ops);
        written_out(response)
    }
}

impl Refusals for Unread {
    fn instead_of(&self, bare: Bare) -> Vec<u8> {
        let (code, detail) = match bare {
            Bare::Unreadable => (
                ErrorCode::MalformedRequest,
                "What came is no request that can be read, and in one way only.".to_owned(),
            ),
            Bare::Late => (
                ErrorCode::RequestTimeout,
                format!(
                    "The head of a request did not come within {} seconds.",
                    HEAD_TIMEOUT.as_secs()
                ),
            ),
            Bare::TooLarge => (
                ErrorCode::HeadTooLarge,
                format!("The head of a request may have {HEADERS_LIMIT} headers and {HEAD_LIMIT_KB} KB."),
            ),
        };
        self.message(ApiError::new(code, detail))
    }

    fn full(&self) -> Vec<u8> {
        self.message(ApiError::new(
            ErrorCode::ServiceUnavailable,
            "All connections are taken, and everybody is being answered.",
        ))
    }
}

/// The message as bytes; the connection ends after it.
fn written_out(mut response: HttpResponse) -> Vec<u8> {
    response
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    let status = response.status();
    let reason = status.canonical_reason().unwrap_or_default();
    let (response, body) = response.into_parts();
    let body = body.try_into_bytes().unwrap_or_default();
    let mut message = format!("HTTP/1.1 {} {reason}\r\n", status.as_str()).into_bytes();
    for (name, value) in response.headers() {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            message.extend_from_slice(part);
        }
    }
    message.extend_from_slice(format!("{CONTENT_LENGTH}: {}\r\n\r\n", body.len()).as_bytes());
    message.extend_from_slice(&body);
    message
}
