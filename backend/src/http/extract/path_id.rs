//! The `{id}` of a path. Text that is no id names nothing, so it is 404 and not 400.

use std::fmt;
use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use aicmo_shared::{
    ApiKeyId, CampaignId, ImportId, InvitationId, JobId, LeadId, PasskeyId, SessionId, UserId, WebhookId,
};

use crate::http::ApiError;

/// An identifier that stands in a path.
pub trait PathId: FromStr + fmt::Display {
    /// The noun it identifies.
    const NOUN: &'static str;
}

macro_rules! path_ids {
    ($($id:ty),+) => { $(
        impl PathId for $id {
            const NOUN: &'static str = <$id>::NOUN;
        }
    )+ };
}

path_ids!(
    LeadId,
    CampaignId,
    ImportId,
    JobId,
    UserId,
    SessionId,
    InvitationId,
    ApiKeyId,
    PasskeyId,
    WebhookId
);

/// The identifier in the path of this request.
#[derive(Clone, Copy, Debug)]
pub struct Id<T>(pub T);

impl<T: PathId> FromRequest for Id<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = request.match_info().query("id");
        ready(read(text).map(Self))
    }
}

/// Reads the one spelling that this server writes; a UUID has several.
fn read<T: PathId>(text: &str) -> Result<T, ApiError> {
    text.parse::<T>()
        .ok()
        .filter(|id| id.to_string().eq_ignore_ascii_case(text))
        .ok_or_else(|| ApiError::not_found(format!("There is no {} with that id.", T::NOUN)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hyphenated_spelling_is_an_id() {
        assert!(read::<LeadId>("0197c1f0-0000-7000-8000-000000000001").is_ok());
        for refused in ["", "1", "lead", "0197c1f0000070008000000000000001", "../status"] {
            assert!(read::<LeadId>(refused).is_err(), "{refused}");
        }
    }
}
