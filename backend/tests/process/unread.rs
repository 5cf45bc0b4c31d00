//! What never becomes a request is answered like everything else: with a problem document.

use std::time::Duration;

use aicmo_shared::{ErrorCode, Problem};
use aicmo_test_support::wait_until;

use crate::raw::{Answer, Fate, Raw, get};
use crate::support::Room;

/// The problem in an answer, with what every answer carries.
#[track_caller]
fn problem_in(answer: &Answer, code: ErrorCode) -> Problem {
    let head = answer.head.to_ascii_lowercase();
    let header = |name: &str| {
        head.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
            .unwrap_or_else(|| panic!("no {name} in {head}"))
            .to_owned()
    };
    assert_eq!(answer.status, code.status(), "{head}");
    assert_eq!(header("content-type"), "application/problem+json");
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("connection"), "close");
    assert!(header("strict-transport-security").contains("max-age="));
    assert!(header("x-aicmo-build").starts_with("aicmo_dash_v3_"));
    let problem: Problem = serde_json::from_slice(&answer.body).expect("a problem document");
    assert_eq!((problem.code, problem.status), (code, code.status()));
    assert_eq!(problem.request_id, header("x-request-id"));
    problem
}

#[tokio::test]
async fn whoever_cannot_be_understood_is_told_so_in_a_problem_document() {
    let room = Room::new();
    let server = room.serve(&[
        ("AICMO_DATA_SOURCE", "mock"),
        ("AICMO_PUBLIC_URL", "https://console.example"),
        ("AICMO_LOG_LEVEL", "debug"),
    ]);
    let many = "X-Many: 1\r\n".repeat(100);
    for (what, bytes, code) in [
        (
            "no request",
            "hello c4n4ry\r\n\r\n".to_owned(),
            ErrorCode::MalformedRequest,
        ),
        (
            "two lengths",
            "POST /api/v1/leads HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n"
                .to_owned(),
            ErrorCode::MalformedRequest,
        ),
        (
            "too many headers",
            format!("GET /c4n4ry HTTP/1.1\r\nHost: localhost\r\n{many}\r\n"),
            ErrorCode::HeadTooLarge,
        ),
    ] {
        let mut raw = Raw::to(&server);
        let answer = raw.send(bytes).answer().unwrap_or_else(|| panic!("{what}"));
        let problem = problem_in(&answer, code);
        assert!(!problem.detail.contains("c4n4ry"), "nothing is echoed");
        let (rest, fate) = raw.until_ended(None, Duration::from_secs(20));
        assert_eq!(fate, Fate::Ended, "{what}");
        assert!(rest.is_empty(), "one answer and no more");
        wait_until("the log knows it", async || {
            let log = server.log();
            log.contains(&problem.request_id).then_some(()).ok_or(log)
        })
        .await;
    }
    assert!(!server.log().contains("c4n4ry"));
}

#[test]
fn what_was_asked_before_it_is_answered_first() {
    let room = Room::new();
    let server = room.serve(&[
        ("AICMO_DATA_SOURCE", "mock"),
        ("AICMO_PUBLIC_URL", "https://console.example"),
    ]);
    let mut raw = Raw::to(&server);
    raw.send(format!(
        "{}{}nonsense\r\n\r\n",
        get("/healthz"),
        get("/api/v1/nothing")
    ));
    assert_eq!(raw.answer().expect("an answer").status, 200);
    let nothing = raw.answer().expect("an answer");
    assert_eq!(nothing.status, 404);
    assert!(!nothing.body.is_empty());
    problem_in(&raw.answer().expect("an answer"), ErrorCode::MalformedRequest);
}

#[test]
fn who_keeps_a_head_back_is_told_so() {
    let room = Room::new();
    let server = room.serve(&[
        ("AICMO_DATA_SOURCE", "mock"),
        ("AICMO_PUBLIC_URL", "https://console.example"),
    ]);
    let mut raw = Raw::to(&server);
    raw.send("GET /healthz HTTP/1.1\r\nHost: ");
    let problem = problem_in(&raw.answer().expect("an answer"), ErrorCode::RequestTimeout);
    assert!(problem.detail.contains("10 seconds"), "{}", problem.detail);
}
