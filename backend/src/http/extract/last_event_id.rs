//! The last event that a listener saw, from `Last-Event-ID`.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use aicmo_shared::ErrorCode;

use crate::http::ApiError;

/// The place of the event; `None` on a first visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastEventId(pub Option<u64>);

impl FromRequest for LastEventId {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = request.headers().get("last-event-id");
        ready(Self::read(
            header.map(|value| value.to_str().unwrap_or("unreadable")),
        ))
    }
}

impl LastEventId {
    /// Reads an id as this server gives it out; an empty one counts as absent, as a browser means it.
    ///
    /// # Errors
    /// `malformed_request` for anything else.
    pub fn read(text: Option<&str>) -> Result<Self, ApiError> {
        match text.map(str::trim) {
            None | Some("") => Ok(Self(None)),
            Some(text) => text.parse().map(|id| Self(Some(id))).map_err(|_| {
                ApiError::new(
                    ErrorCode::MalformedRequest,
                    "The id of the last event could not be read: send one that this server gave, or none.",
                )
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_id_of_ours_is_a_place() {
        let read = |text| LastEventId::read(text).map(|id| id.0);
        assert_eq!(read(None).ok(), Some(None));
        assert_eq!(read(Some("")).ok(), Some(None));
        assert_eq!(read(Some(" 42 ")).ok(), Some(Some(42)));
        for refused in ["-1", "4.2", "abc", "18446744073709551616"] {
            let error = read(Some(refused)).expect_err(refused);
            assert_eq!(error.code(), ErrorCode::MalformedRequest, "{refused}");
        }
    }
}
