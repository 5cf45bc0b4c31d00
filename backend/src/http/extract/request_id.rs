//! The request id: finds the log lines, the audit row and the error card of one request.

use std::fmt;
use std::rc::Rc;

use actix_web::dev::ServiceRequest;
use actix_web::{HttpMessage, HttpRequest};
use aicmo_operations::Operations;

/// The longest id that is taken over from a caller.
const LONGEST: usize = 128;

/// The id of one request. Cheap to clone.
#[derive(Clone, Debug)]
pub struct RequestId(Rc<str>);

impl RequestId {
    /// The caller's own id when it is a sane word, else a new one. What a caller sends is written to
    /// the log, so nothing but letters, digits and four marks passes.
    pub fn of(request: &ServiceRequest, ops: &Operations) -> Self {
        let sent = request
            .headers()
            .get("x-request-id")
            .and_then(|value| value.to_str().ok());
        match sent {
            Some(id) if is_sane(id) => Self(id.into()),
            _ => Self(ops.new_id(ops.now()).to_string().into()),
        }
    }

    /// The id that the request was given at the door.
    pub fn text(request: &HttpRequest) -> String {
        request
            .extensions()
            .get::<Self>()
            .map(ToString::to_string)
            .unwrap_or_default()
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_sane(id: &str) -> bool {
    (8..=LONGEST).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_sane_word_is_taken_over() {
        for sane in ["0197c1f0-aaaa-7bbb-8ccc-0123456789ab", "trace:1.2_3-abc"] {
            assert!(is_sane(sane), "{sane}");
        }
        for insane in [
            "",
            "short",
            "with space in it",
            "line\nbreak",
            "<script>alert</script>",
            "übergröße",
        ] {
            assert!(!is_sane(insane), "{insane}");
        }
        assert!(!is_sane(&"a".repeat(LONGEST + 1)));
    }
}
