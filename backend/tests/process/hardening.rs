//! Attacks that need no account: whoever floods, drips or leaves answers unread harms nobody else.
//!
//! Measured are the health probe while the attack goes on, and the memory of the process. The
//! bounds are wide because a test shares its machine; they still fail at the first unbounded buffer.

use std::thread;
use std::time::{Duration, Instant};

use crate::raw::{Fate, Raw, assert_healthy, get, memory_mb, sockets};
use crate::support::Room;

const MOCK: &[(&str, &str)] = &[("AICMO_DATA_SOURCE", "mock")];

/// A document of about two hundred kilobytes that everybody may read.
const LARGE: &str = "/api/v1/openapi.json";

/// Files that this test may hold open, of `wanted`.
fn files(wanted: u64) -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let reachable = limit.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    let raised = Rlimit {
        current: Some(reachable),
        maximum: limit.maximum,
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => reachable,
        Err(_) => limit.current.unwrap_or(wanted),
    }
}

#[test]
fn ten_thousand_open_connections_leave_the_probe_fast_and_memory_bounded() {
    let room = Room::new();
    let server = room.serve(MOCK);
    let before = memory_mb(&server);
    let many = usize::try_from(files(10_500)).expect("a number").min(10_500) - 500;
    assert!(many >= 1_000, "this machine allows only {many} connections");
    let mut open = Vec::with_capacity(many);
    for number in 0..many {
        open.push(Raw::to(&server));
        if number % 1_000 == 999 {
            assert_healthy(&server, 10);
        }
    }
    assert_healthy(&server, 50);
    assert!(sockets(&server) < 4_096 + 600, "{} sockets", sockets(&server));
    let grown = memory_mb(&server).saturating_sub(before);
    assert!(grown < 250, "{many} connections cost {grown} MB");
    if many > 5_000 {
        let (_, fate) = open[0].until_ended(None, Duration::from_secs(20));
        assert_eq!(fate, Fate::Ended, "the longest idle one made room");
    }
    let newest = open.last_mut().expect("a connection");
    let answer = newest
        .send(get("/healthz"))
        .answer()
        .expect("the newest one is answered");
    assert_eq!(answer.status, 200);
}

#[test]
fn whoever_drips_a_request_or_leaves_an_answer_unread_is_let_go() {
    let room = Room::new();
    let server = room.serve(MOCK);
    let idle = sockets(&server);
    thread::scope(|scope| {
        // The first head of a connection, byte by byte: the framework says 408.
        scope.spawn(|| {
            let mut raw = Raw::to(&server);
            raw.send("GET /healthz HTTP/1.1\r\nX-Slow: ");
            let began = Instant::now();
            let (read, fate) = raw.until_ended(Some(b"a"), Duration::from_secs(25));
            assert_eq!(fate, Fate::Ended);
            assert!(
                began.elapsed() > Duration::from_secs(5),
                "an honest client has time"
            );
            assert!(read.starts_with(b"HTTP/1.1 408 ") || read.is_empty());
        });
        // The second one of a connection.
        scope.spawn(|| {
            let mut raw = Raw::to(&server);
            assert_eq!(raw.send(get("/healthz")).answer().expect("an answer").status, 200);
            raw.send("GET /healthz HTTP/1.1\r\nX-Slow: ");
            let began = Instant::now();
            let (_, fate) = raw.until_ended(Some(b"a"), Duration::from_secs(25));
            assert_eq!(fate, Fate::Ended);
            assert!(
                began.elapsed() > Duration::from_secs(5),
                "an honest client has time"
            );
        });
        // A body without end, that nobody asked for.
        scope.spawn(|| {
            let mut raw = Raw::to(&server);
            raw.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            assert_eq!(raw.answer().expect("an answer").status, 200);
            let (_, fate) = raw.until_ended(Some(b"1\r\na\r\n"), Duration::from_secs(25));
            assert_eq!(fate, Fate::Ended);
        });
        // A body that is promised and drips.
        scope.spawn(|| {
            let mut raw = Raw::to(&server);
            raw.send(
                "POST /api/v1/client-errors HTTP/1.1\r\nHost: localhost\r\n\
                 Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n",
            );
            let (read, fate) = raw.until_ended(Some(b" "), Duration::from_secs(55));
            assert_eq!(fate, Fate::Ended);
            assert!(read.is_empty() || read.starts_with(b"HTTP/1.1 4"));
        });
        // Answers that nobody takes.
        let unread: Vec<Raw> = (0..100)
            .map(|_| {
                let mut raw = Raw::to(&server);
                raw.stream.set_nonblocking(true).expect("set");
                let _ = raw.try_send(get(LARGE).repeat(100));
                raw
            })
            .collect();
        assert_healthy(&server, 50);
        assert!(memory_mb(&server) < 250, "{} MB", memory_mb(&server));
        let deadline = Instant::now() + Duration::from_secs(90);
        while sockets(&server) > idle + 5 {
            assert!(Instant::now() < deadline, "{} sockets are held", sockets(&server));
            thread::park_timeout(Duration::from_millis(250));
        }
        drop(unread);
    });
    assert_healthy(&server, 10);
}

#[test]
fn a_flood_of_slow_clients_leaves_the_probe_fast() {
    let room = Room::new();
    let server = room.serve(&[("AICMO_DATA_SOURCE", "mock"), ("AICMO_MAX_CONNECTIONS", "256")]);
    let mut heads: Vec<Raw> = Vec::new();
    let mut bodies: Vec<Raw> = Vec::new();
    for round in 0..4 {
        for _ in 0..150 {
            let mut raw = Raw::to(&server);
            let _ = raw.try_send("GET /healthz HTTP/1.1\r\nX-Slow: ");
            heads.push(raw);
            let mut raw = Raw::to(&server);
            let _ = raw.try_send(
                "POST /api/v1/client-errors HTTP/1.1\r\nHost: localhost\r\n\
                 Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
            );
            bodies.push(raw);
        }
        assert_healthy(&server, 20);
        assert!(
            sockets(&server) < 600,
            "round {round}: {} sockets",
            sockets(&server)
        );
    }
}

#[test]
fn a_flood_of_headers_is_refused() {
    let room = Room::new();
    let server = room.serve(MOCK);
    let before = memory_mb(&server);
    let head = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n";
    let many: Vec<String> = (0..200)
        .map(|number| format!("X-Flood-{number}: 1\r\n"))
        .collect();
    let many = many.concat();
    for flood in [
        format!("{head}{many}\r\n"),
        format!("{head}X-Flood: {}\r\n\r\n", "a".repeat(200 * 1024)),
        format!("{head}Cookie: {}\r\n\r\n", "a=b; ".repeat(60 * 1024)),
    ] {
        let mut raw = Raw::to(&server);
        let _ = raw.try_send(&flood);
        let (read, fate) = raw.until_ended(None, Duration::from_secs(20));
        let text = String::from_utf8_lossy(&read);
        assert_eq!(fate, Fate::Ended);
        assert!(
            text.is_empty() || text.starts_with("HTTP/1.1 400 ") || text.starts_with("HTTP/1.1 431 "),
            "{text}"
        );
    }
    // Heads that stop just before the limit, all at once.
    let mut open: Vec<Raw> = (0..200)
        .map(|_| {
            let mut raw = Raw::to(&server);
            let _ = raw.try_send(format!("{head}X-Flood: {}", "a".repeat(120 * 1024)));
            raw
        })
        .collect();
    assert_healthy(&server, 50);
    let grown = memory_mb(&server).saturating_sub(before);
    assert!(grown < 120, "200 unfinished heads cost {grown} MB");
    assert_eq!(
        open.remove(0).until_ended(None, Duration::from_secs(25)).1,
        Fate::Ended
    );
}

#[test]
fn a_body_of_a_hundred_megabytes_is_refused_at_its_limit() {
    let room = Room::new();
    let server = room.serve(MOCK);
    let before = memory_mb(&server);
    let head = "POST /api/v1/client-errors HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    thread::scope(|scope| {
        for _ in 0..8 {
            // Declared: refused without reading it.
            scope.spawn(|| {
                let mut raw = Raw::to(&server);
                raw.send(format!("{head}Content-Length: 104857600\r\n\r\n"));
                assert_eq!(raw.answer().expect("an answer").status, 413);
            });
            // Undeclared: refused where the limit is, and cut off when it goes on.
            scope.spawn(|| {
                let mut raw = Raw::to(&server);
                raw.send(format!("{head}Transfer-Encoding: chunked\r\n\r\n"));
                let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
                let sent = (0..1_600)
                    .take_while(|_| raw.try_send(&chunk) == Fate::Open)
                    .count();
                let (read, _) = raw.until_ended(None, Duration::from_secs(1));
                let text = String::from_utf8_lossy(&read);
                assert!(
                    text.is_empty() || text.starts_with("HTTP/1.1 413 "),
                    "{sent}: {text}"
                );
            });
        }
        assert_healthy(&server, 50);
    });
    let grown = memory_mb(&server).saturating_sub(before);
    assert!(grown < 80, "sixteen bodies cost {grown} MB");
}

#[test]
fn an_address_without_end_is_refused() {
    let room = Room::new();
    let server = room.serve(MOCK);
    for (length, is_query, legal) in [
        (9_000, true, &["413"][..]),
        (60_000, true, &["413"]),
        (9_000, false, &["200", "404"]),
        (70_000, false, &["400"]),
        (200_000, false, &["400", "431"]),
    ] {
        let lead = if is_query { "/api/v1/status?" } else { "/" };
        let mut raw = Raw::to(&server);
        let _ = raw.try_send(get(&format!("{lead}{}", "a".repeat(length))));
        let status = raw.answer().map(|answer| answer.status.to_string());
        assert!(
            status.as_deref().is_none_or(|status| legal.contains(&status)),
            "{length}: {status:?}"
        );
    }
    assert_healthy(&server, 10);
}
