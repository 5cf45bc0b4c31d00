//! The two cookies: the session's token, and the mark of a browser that has been let in before.
//!
//! No script can read them, no other site can cause them to be sent. Over https they carry the
//! `__Host-` prefix, with which a browser keeps them to this one host.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::HeaderValue;
use actix_web::{FromRequest, HttpRequest, web};
use aicmo_operations::accounts::Renewed;
use aicmo_shared::session::SecretText;

use crate::http::front_door::Door;

/// How long a browser keeps its mark: as long as browsers keep anything.
const MARK_SECONDS: i64 = 400 * 24 * 60 * 60;

/// How this server names and dresses its cookies.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    is_secure: bool,
}

impl FromRequest for Cookies {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

impl Cookies {
    /// As the server of this request has them.
    pub fn of(request: &HttpRequest) -> Self {
        Self {
            is_secure: request
                .app_data::<web::Data<Door>>()
                .is_some_and(|door| door.is_secure()),
        }
    }

    const fn session_name(self) -> &'static str {
        if self.is_secure {
            "__Host-aicmo_session"
        } else {
            "aicmo_session"
        }
    }

    const fn device_name(self) -> &'static str {
        if self.is_secure {
            "__Host-aicmo_device"
        } else {
            "aicmo_device"
        }
    }

    /// The token of the session that the request belongs to.
    pub fn session(self, request: &HttpRequest) -> Option<SecretText> {
        find(request, self.session_name())
    }

    /// The mark of the browser.
    pub fn device(self, request: &HttpRequest) -> Option<SecretText> {
        find(request, self.device_name())
    }

    /// What sets a session's cookie, and the mark of a browser that had none.
    pub fn keep(self, renewed: &Renewed) -> Vec<HeaderValue> {
        let session = self.dressed(
            self.session_name(),
            renewed.token.expose(),
            renewed.max_age.max(0),
        );
        let device = renewed
            .device_mark
            .as_ref()
            .and_then(|mark| self.dressed(self.device_name(), mark.expose(), MARK_SECONDS));
        session.into_iter().chain(device).collect()
    }

    /// What takes the session's cookie back.
    pub fn take_back(self) -> Vec<HeaderValue> {
        self.dressed(self.session_name(), "", 0).into_iter().collect()
    }

    fn dressed(self, name: &str, value: &str, max_age: i64) -> Option<HeaderValue> {
        let secure = if self.is_secure { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age}{secure}");
        let mut header = HeaderValue::from_str(&text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

fn find(request: &HttpRequest, name: &str) -> Option<SecretText> {
    request
        .cookie(name)
        .map(|cookie| cookie.value().to_owned())
        .filter(|value| !value.is_empty())
        .map(SecretText::new)
}
