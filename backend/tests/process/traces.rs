//! Traces, seen by the collector that gets them.
//!
//! A build without the feature `otel` has one promise: it says that it makes none.

#[cfg(not(feature = "otel"))]
use crate::support::{Room, refusal};

#[cfg(not(feature = "otel"))]
#[test]
fn a_build_without_traces_refuses_a_collector_instead_of_ignoring_it() {
    let room = Room::new();
    let environment = [("AICMO_OTLP_ENDPOINT", "http://127.0.0.1:4318")];
    let (code, sentence) = refusal(&room.run(&["serve"], &environment));
    assert_eq!(code, 78, "{sentence}");
    assert!(sentence.contains("--features otel"), "{sentence}");
    assert!(room.files().is_empty(), "nothing was opened");
}

#[cfg(feature = "otel")]
mod with_a_collector {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::sync::{Arc, Mutex, PoisonError};
    use std::time::{Duration, Instant};

    use aicmo_client::reqwest::StatusCode;
    use aicmo_test_support::wait_until;

    use crate::support::{Room, client, signal};

    /// The trace of a caller, and the span of it that asks us.
    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    /// Stands in what must not be told on.
    const IN_A_QUERY: &str = "que7yc0deca4a12";

    /// A collector that keeps what it is sent.
    struct Collector {
        url: String,
        bodies: Arc<Mutex<Vec<Vec<u8>>>>,
    }

    impl Collector {
        fn start() -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
            let url = format!("http://{}", listener.local_addr().expect("an address"));
            let bodies = Arc::<Mutex<Vec<Vec<u8>>>>::default();
            let kept = Arc::clone(&bodies);
            std::thread::spawn(move || {
                for stream in listener.incoming().map_while(Result::ok) {
                    let kept = Arc::clone(&kept);
                    std::thread::spawn(move || while take_one(&stream, &kept).is_some() {});
                }
            });
            Self { url, bodies }
        }

        fn received(&self) -> Vec<u8> {
            self.bodies
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .concat()
        }

        fn has(&self, needle: &[u8]) -> bool {
            self.received()
                .windows(needle.len())
                .any(|window| window == needle)
        }
    }

    /// Reads one request and answers it; `None` at the end of the connection.
    fn take_one(mut stream: &TcpStream, kept: &Mutex<Vec<Vec<u8>>>) -> Option<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).ok()?;
            head.extend_from_slice(&byte);
        }
        let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
        assert!(head.starts_with("post /v1/traces "), "{head}");
        assert!(head.contains("application/x-protobuf"), "{head}");
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())?;
        let mut body = vec![0; length];
        stream.read_exact(&mut body).ok()?;
        kept.lock().unwrap_or_else(PoisonError::into_inner).push(body);
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            .ok()
    }

    fn bytes_of(hex: &str) -> Vec<u8> {
        data_encoding::HEXLOWER.decode(hex.as_bytes()).expect("hex")
    }

    #[tokio::test]
    async fn a_request_continues_the_trace_of_its_caller_and_tells_no_value() {
        let collector = Collector::start();
        let room = Room::new();
        let mut server = room.serve(&[
            ("AICMO_OTLP_ENDPOINT", &collector.url),
            ("AICMO_LOG_LEVEL", "error"),
        ]);
        let client = client(&server);
        let answer = client
            .get(&format!("/api/v1/leads?q={IN_A_QUERY}"))
            .header("traceparent", format!("00-{TRACE}-{SPAN}-01"))
            .header("x-request-id", "the-id-of-this-request")
            .send()
            .await
            .expect("an answer");
        let status = answer.status();
        let unsampled = "5bf92f3577b34da6a3ce929d0e0e4736";
        let answer = client
            .get("/api/v1/campaigns")
            .header("traceparent", format!("00-{unsampled}-{SPAN}-00"))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        wait_until("the collector has the span", async || {
            let has_it = collector.has(b"GET /api/v1/leads");
            has_it.then_some(()).ok_or("no span of that name")
        })
        .await;
        assert!(collector.has(&bytes_of(TRACE)), "the trace goes on");
        assert!(collector.has(&bytes_of(SPAN)), "under the span of the caller");
        for told in ["the-id-of-this-request", "http.route", "service.name", "aicmo"] {
            assert!(collector.has(told.as_bytes()), "{told}, answered {status}");
        }
        // What comes at the last moment is sent before the process ends.
        let last = client.get("/api/v1/status").send().await.expect("an answer");
        assert_eq!(last.status(), StatusCode::OK);
        signal("TERM", &server);
        assert_eq!(server.wait().expect("ended").code(), Some(0), "{}", server.log());
        assert!(collector.has(b"GET /api/v1/status"), "flushed at the end");
        for secret in [IN_A_QUERY, server.key(), "SELECT", "aicmo.db"] {
            assert!(!collector.has(secret.as_bytes()), "{secret} is told on");
        }
        assert!(
            !collector.has(&bytes_of(unsampled)),
            "whoever samples before us decides"
        );
    }

    #[tokio::test]
    async fn a_collector_that_never_answers_slows_neither_a_request_nor_the_end() {
        // It takes connections and says nothing.
        let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", silent.local_addr().expect("an address"));
        let room = Room::new();
        let mut server = room.serve(&[("AICMO_OTLP_ENDPOINT", &url)]);
        let client = client(&server);
        let began = Instant::now();
        for _ in 0..2_000 {
            let answer = client.get("/healthz").send().await.expect("an answer");
            assert_eq!(answer.status(), StatusCode::OK);
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
        wait_until("the log says so once", async || {
            let log = server.log();
            let says_so = log.contains("the collector takes no traces");
            says_so.then_some(()).ok_or(log)
        })
        .await;
        let began = Instant::now();
        signal("TERM", &server);
        assert_eq!(server.wait().expect("ended").code(), Some(0), "{}", server.log());
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        assert_eq!(server.log().matches("takes no traces").count(), 1);
    }
}
