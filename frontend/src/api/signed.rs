//! What a request needs to know of the session, and what the session hears of an answer.
//!
//! The token against forged writes and the one listener live beside the requests, because a request
//! may be made where no context reaches: in a timer, in an answer. Who is signed in is not kept
//! here; that is `session`.

use std::cell::RefCell;
use std::rc::Rc;

use aicmo_shared::ErrorCode;
use aicmo_shared::access::Access;
use aicmo_shared::api::EndpointSpec;
use aicmo_shared::session::CSRF_HEADER;

/// What an answer says of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionNews {
    /// Nobody is signed in any more.
    Ended,
    /// The token is of another session: this browser has signed in again elsewhere.
    Changed,
}

type Listener = Rc<dyn Fn(SessionNews)>;

thread_local! {
    static TOKEN: RefCell<Option<String>> = const { RefCell::new(None) };
    static LISTENER: RefCell<Option<Listener>> = const { RefCell::new(None) };
}

/// Sends this token with every write from now on.
pub fn use_token(token: Option<String>) {
    TOKEN.with(|kept| kept.replace(token));
}

/// Tells `listener` when an answer says that the session is another one or none.
pub fn on_session_news(listener: impl Fn(SessionNews) + 'static) {
    LISTENER.with(|kept| kept.replace(Some(Rc::new(listener))));
}

/// The headers of a write.
pub(super) fn write_headers() -> Vec<(&'static str, String)> {
    let token = TOKEN.with(|kept| kept.borrow().clone());
    std::iter::once(("X-Aicmo-Console", "1".to_owned()))
        .chain(token.map(|token| (CSRF_HEADER, token)))
        .collect()
}

/// Passes on what a refusal says of the session.
pub(super) fn hear(spec: &EndpointSpec, code: ErrorCode) {
    if let Some(news) = news_of(spec.access, code) {
        let listener = LISTENER.with(|kept| kept.borrow().clone());
        if let Some(listener) = listener {
            listener(news);
        }
    }
}

/// Signing in itself may be refused without any session having ended.
fn news_of(access: Access, code: ErrorCode) -> Option<SessionNews> {
    match (access, code) {
        (Access::Public, _) => None,
        (_, ErrorCode::Unauthenticated | ErrorCode::SessionExpired) => Some(SessionNews::Ended),
        (_, ErrorCode::CsrfFailed) => Some(SessionNews::Changed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_sign_in_ends_no_session() {
        assert_eq!(news_of(Access::Public, ErrorCode::Unauthenticated), None);
        assert_eq!(
            news_of(Access::OwnAccount, ErrorCode::SessionExpired),
            Some(SessionNews::Ended)
        );
        assert_eq!(
            news_of(Access::OwnAccount, ErrorCode::CsrfFailed),
            Some(SessionNews::Changed)
        );
        assert_eq!(news_of(Access::OwnAccount, ErrorCode::RoleRequired), None);
    }

    #[test]
    fn a_write_carries_the_token_once_there_is_one() {
        use_token(None);
        assert_eq!(write_headers().len(), 1);
        use_token(Some("t".to_owned()));
        assert!(write_headers().contains(&(CSRF_HEADER, "t".to_owned())));
    }
}
