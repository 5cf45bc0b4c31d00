//! What a request may look like: everything that two readers could understand differently is
//! refused, and what follows it on the connection is never answered.

use crate::raw::{Fate, Raw, authority, get};
use crate::support::Room;

const MOCK: &[(&str, &str)] = &[("AICMO_DATA_SOURCE", "mock")];

/// How many requests are sent without waiting for an answer.
const MANY: usize = 1_000;

/// A request that must never be answered because the one before it was refused.
const SMUGGLED: &str = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Requests of which one reader could take less or more than another, by what is wrong with them.
fn ambiguous() -> Vec<(&'static str, String)> {
    let post = "POST /api/v1/client-errors HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    vec![
        (
            "length and chunks",
            format!("{post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ),
        (
            "chunks and length",
            format!("{post}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
        ),
        (
            "two lengths",
            format!("{post}Content-Length: 4\r\nContent-Length: 40\r\n\r\n{{}}"),
        ),
        (
            "two equal lengths",
            format!("{post}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{{}}"),
        ),
        (
            "a list of lengths",
            format!("{post}Content-Length: 2, 2\r\n\r\n{{}}"),
        ),
        ("a signed length", format!("{post}Content-Length: +2\r\n\r\n{{}}")),
        (
            "a negative length",
            format!("{post}Content-Length: -2\r\n\r\n{{}}"),
        ),
        (
            "a hexadecimal length",
            format!("{post}Content-Length: 0x2\r\n\r\n{{}}"),
        ),
        (
            "an endless length",
            format!("{post}Content-Length: 99999999999999999999\r\n\r\n{{}}"),
        ),
        (
            "two codings",
            format!("{post}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
        ),
        (
            "a list of codings",
            format!("{post}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        ),
        (
            "an unknown coding",
            format!("{post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        ),
        (
            "a space before the colon",
            format!("{post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
        ),
        (
            "a folded header",
            format!("{post}X-Folded: a\r\n b\r\nContent-Length: 0\r\n\r\n"),
        ),
        (
            "a zero byte",
            format!("{post}X-Zero: a\0b\r\nContent-Length: 0\r\n\r\n"),
        ),
        (
            "chunks in HTTP/1.0",
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
        ),
        ("no host", "GET /healthz HTTP/1.1\r\n\r\n".to_owned()),
        (
            "two hosts",
            "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n".to_owned(),
        ),
        (
            "a broken request line",
            "GET /healthz\r\nHost: localhost\r\n\r\n".to_owned(),
        ),
        (
            "a later version",
            "GET /healthz HTTP/3.0\r\nHost: localhost\r\n\r\n".to_owned(),
        ),
        (
            "HTTP/2 without asking",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        ),
        ("a TLS greeting", "\u{16}\u{3}\u{1}\0\u{5}hello".to_owned()),
    ]
}

#[test]
fn what_two_readers_could_read_differently_is_refused_and_ends_the_connection() {
    let room = Room::new();
    let server = room.serve(MOCK);
    for (what, head) in ambiguous() {
        let mut raw = Raw::to(&server);
        // The server may end the connection before it has taken all of it.
        let _ = raw.try_send(format!("{head}{SMUGGLED}"));
        let (read, fate) = raw.until_ended(None, std::time::Duration::from_secs(20));
        let text = String::from_utf8_lossy(&read);
        assert_eq!(fate, Fate::Ended, "{what}: {text}");
        assert!(
            text.starts_with("HTTP/1.1 400 ") || text.is_empty(),
            "{what}: {text}"
        );
        assert_eq!(
            text.lines().filter(|line| line.starts_with("HTTP/1.")).count(),
            usize::from(!text.is_empty()),
            "{what}: {text}"
        );
        assert!(
            !text.contains("alive"),
            "{what} let a second request through: {text}"
        );
    }
}

#[test]
fn a_chunk_that_lies_about_its_size_ends_the_connection() {
    let room = Room::new();
    let server = room.serve(MOCK);
    let head = "POST /api/v1/client-errors HTTP/1.1\r\nHost: localhost\r\n\
                Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    for chunk in [
        "zz\r\n{}\r\n",
        "ffffffffffffffffff\r\n{}\r\n",
        "-1\r\n{}\r\n",
        "2\r\n{}xx",
    ] {
        let mut raw = Raw::to(&server);
        let _ = raw.try_send(format!("{head}{chunk}{SMUGGLED}"));
        let (read, fate) = raw.until_ended(None, std::time::Duration::from_secs(20));
        let text = String::from_utf8_lossy(&read);
        assert_eq!(fate, Fate::Ended, "{chunk:?}: {text}");
        assert!(!text.contains("alive"), "{chunk:?}: {text}");
    }
}

#[test]
fn methods_that_nobody_needs_are_refused() {
    let room = Room::new();
    let server = room.serve(MOCK);
    for line in [
        "TRACE /healthz HTTP/1.1".to_owned(),
        "TRACE / HTTP/1.1".to_owned(),
        format!("CONNECT {} HTTP/1.1", authority(&server)),
        "CONNECT localhost:443 HTTP/1.1".to_owned(),
        "PROPFIND / HTTP/1.1".to_owned(),
        "DELETE /leads HTTP/1.1".to_owned(),
    ] {
        let mut raw = Raw::to(&server);
        let answer = raw
            .send(format!("{line}\r\nHost: localhost\r\nX-Mark: c4n4ry\r\n\r\n"))
            .answer()
            .expect("an answer");
        assert_eq!(answer.status, 405, "{line}: {}", answer.head);
        assert!(!answer.head.contains("c4n4ry"), "nothing is echoed");
        assert!(
            !String::from_utf8_lossy(&answer.body).contains("c4n4ry"),
            "nothing is echoed"
        );
    }
}

#[test]
fn an_address_in_the_request_line_must_be_ours_too() {
    let room = Room::new();
    let server = room.serve(MOCK);
    let ours = authority(&server);
    for (target, host, status) in [
        (format!("http://{ours}/healthz"), ours, 200),
        ("http://localhost/healthz".to_owned(), ours, 200),
        ("http://evil.example/healthz".to_owned(), ours, 421),
        (format!("http://{ours}/healthz"), "evil.example", 421),
        ("/healthz".to_owned(), "evil.example", 421),
        ("/healthz".to_owned(), "127.0.0.1.evil.example", 421),
    ] {
        let answer = Raw::to(&server)
            .send(format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n"))
            .answer()
            .expect("an answer");
        assert_eq!(answer.status, status, "{target} of {host}");
    }
}

#[test]
fn an_old_client_is_answered_and_let_go() {
    let room = Room::new();
    let server = room.serve(MOCK);
    let mut raw = Raw::to(&server);
    let answer = raw
        .send("GET /healthz HTTP/1.0\r\n\r\n")
        .answer()
        .expect("an answer");
    assert_eq!(answer.status, 200);
    let (_, fate) = raw.until_ended(None, std::time::Duration::from_secs(20));
    assert_eq!(fate, Fate::Ended);
}

#[test]
fn requests_that_come_at_once_are_answered_in_order() {
    let room = Room::new();
    let server = room.serve(MOCK);
    let mut raw = Raw::to(&server);
    let mut sender = raw.stream.try_clone().expect("a second handle");

    let sending = std::thread::spawn(move || {
        for number in 0..MANY {
            let request = format!(
                "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: pipeline-{number:06}\r\n\r\n"
            );
            std::io::Write::write_all(&mut sender, request.as_bytes()).expect("sent");
        }
    });
    for number in 0..MANY {
        let answer = raw.answer().expect("an answer");
        assert_eq!(answer.status, 200);
        assert!(
            answer.head.contains(&format!("pipeline-{number:06}")),
            "{}",
            answer.head
        );
    }
    sending.join().expect("all were sent");
}

#[test]
fn a_packed_body_is_refused_before_it_is_unpacked() {
    let room = Room::new();
    let server = room.serve(MOCK);
    for coding in ["gzip", "br", "deflate", "zstd", "gzip, gzip", "GZIP"] {
        for path in ["/api/v1/client-errors", "/api/v1/leads", "/api/v1/session"] {
            let answer = Raw::to(&server)
                .send(format!(
                    "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                     Content-Encoding: {coding}\r\nContent-Length: 2\r\n\r\n{{}}"
                ))
                .answer()
                .expect("an answer");
            assert_eq!(answer.status, 415, "{coding} {path}: {}", answer.head);
        }
    }
    let answer = Raw::to(&server)
        .send(get("/healthz"))
        .answer()
        .expect("an answer");
    assert_eq!(answer.status, 200);
}
