//! The version a caller saw, from `If-Match: "v3"`.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::IF_MATCH;
use actix_web::{FromRequest, HttpRequest};
use aicmo_shared::ErrorCode;

use crate::http::ApiError;

/// The version that the row must still have; whether it has is for the operation to say (412).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub i64);

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(value) = request.headers().get(IF_MATCH) else {
            return ready(Err(missing()));
        };
        ready(value.to_str().map_err(|_| unreadable()).and_then(read).map(Self))
    }
}

/// Reads `"v3"`. A part after a dash tells representations of one version apart and is ignored. `*`
/// would mean "whatever is there", which is what this header is to prevent.
fn read(text: &str) -> Result<i64, ApiError> {
    let text = text.trim();
    if text.is_empty() || text == "*" {
        return Err(missing());
    }
    text.strip_prefix("\"v")
        .and_then(|rest| rest.strip_suffix('"'))
        .map(|rest| rest.split_once('-').map_or(rest, |(version, _)| version))
        .filter(|version| version.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|version| version.parse().ok())
        .ok_or_else(unreadable)
}

fn missing() -> ApiError {
    ApiError::new(
        ErrorCode::PreconditionRequired,
        "This change needs If-Match with the ETag of the version you saw, such as \"v3\".",
    )
}

fn unreadable() -> ApiError {
    ApiError::new(
        ErrorCode::MalformedRequest,
        "If-Match could not be read: it takes one ETag of this server, such as \"v3\".",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_etag_of_ours_is_a_version() {
        assert_eq!(read("\"v3\"").ok(), Some(3));
        assert_eq!(read(" \"v12-9f3a\" ").ok(), Some(12));
        for refused in [
            "v3",
            "\"3\"",
            "W/\"v3\"",
            "\"v3\", \"v4\"",
            "\"v-1\"",
            "\"v\"",
            "\"v99999999999999999999\"",
        ] {
            let error = read(refused).expect_err(refused);
            assert_eq!(error.code(), ErrorCode::MalformedRequest, "{refused}");
        }
        for missing in ["", "*"] {
            assert_eq!(
                read(missing).expect_err("no version").code(),
                ErrorCode::PreconditionRequired
            );
        }
    }
}
