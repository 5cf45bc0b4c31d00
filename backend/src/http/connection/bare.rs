//! The answers that the framework makes by itself, to what never became a request.
//!
//! They have a status and no body, and pass no middleware; decision 0017 says why they are recognised
//! here, on their way out. Does not own what is said instead.

/// What the framework refuses by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bare {
    /// It could not be read.
    Unreadable,
    /// Its head did not come in time.
    Late,
    /// Its head was too large.
    TooLarge,
}

/// Status lines without their version, with what they mean.
const STATUS_LINES: [(&str, Bare); 3] = [
    ("400 Bad Request", Bare::Unreadable),
    ("408 Request Timeout", Bare::Late),
    ("431 Request Header Fields Too Large", Bare::TooLarge),
];

/// No bare answer is longer.
const LONGEST: usize = 256;

const BEGINNING: &[u8] = b"HTTP/1.";
const END: &[u8] = b"\r\n\r\n";

/// The bare answer at the end of `bytes`, with where it begins. It is the last thing that its
/// connection says, so it stands nowhere else.
pub fn find(bytes: &[u8]) -> Option<(usize, Bare)> {
    let head = bytes.strip_suffix(END)?;
    let from = head.len().saturating_sub(LONGEST);
    let at = from
        + head[from..]
            .windows(BEGINNING.len())
            .rposition(|window| window == BEGINNING)?;
    let mut lines = std::str::from_utf8(&head[at..]).ok()?.split("\r\n");
    let status = lines.next()?.get(BEGINNING.len() + 2..)?;
    let (_, bare) = STATUS_LINES.iter().find(|(line, _)| *line == status)?;
    let mut is_empty = false;
    for line in lines {
        // Ours have a request id; nothing of ours is taken for one of theirs.
        match line.split_once(": ")? {
            ("content-length", length) => is_empty = length == "0",
            ("connection" | "date", _) => {}
            _ => return None,
        }
    }
    is_empty.then_some((at, *bare))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BAD: &str =
        "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\ndate: Thu, 15 Jan 2026 10:00:00 GMT\r\n\r\n";

    #[test]
    fn a_bare_answer_is_found_alone_and_behind_others() {
        assert_eq!(find(BAD.as_bytes()), Some((0, Bare::Unreadable)));
        let before = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-request-id: a\r\n\r\n{}";
        let both = format!("{before}{BAD}");
        assert_eq!(find(both.as_bytes()), Some((before.len(), Bare::Unreadable)));
        let late = "HTTP/1.0 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        assert_eq!(find(late.as_bytes()), Some((0, Bare::Late)));
        let large = "HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(find(large.as_bytes()), Some((0, Bare::TooLarge)));
    }

    #[test]
    fn an_answer_of_ours_is_never_taken_for_one() {
        for ours in [
            "",
            "{}",
            "\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\nx-request-id: a\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nx-request-id: a\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 7\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n{}",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n0\r\n\r\n",
        ] {
            assert_eq!(find(ours.as_bytes()), None, "{ours:?}");
        }
    }
}
