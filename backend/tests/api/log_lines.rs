//! What reaches the log: the whole cause once, under the id of the request, and nobody's data.

use std::io::Write;
use std::sync::{Arc, Mutex, Once, PoisonError};

use aicmo_shared::ErrorCode;
use aicmo_test_support::on_both_databases;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use super::harness::{TestServer, send};
use super::samples::NOBODY;

/// Everything that was logged by this process.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn containing(&self, word: &str) -> Vec<String> {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes)
            .lines()
            .filter(|line| line.contains(word))
            .map(str::to_owned)
            .collect()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Listens to the log of this process, at a level that an operator would use to look closer.
fn listen() -> Lines {
    static ONCE: Once = Once::new();
    static LINES: Mutex<Option<Lines>> = Mutex::new(None);
    let mut lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    let lines = lines.get_or_insert_with(Lines::default).clone();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_env_filter("info,aicmo_backend=debug,aicmo_operations=debug,aicmo_store=debug")
            .with_ansi(false)
            .with_writer(lines.clone())
            .init();
    });
    lines
}

on_both_databases! {
    async fn a_failure_of_ours_is_one_line_with_its_cause_and_request(db: TestDatabase) {
        let lines = listen();
        let server = TestServer::live(db.store());
        db.store().close().await;
        let request_id = format!("failing-{:?}", db.kind()).to_lowercase();
        let got = send(server.get("/api/v1/leads").header("X-Request-Id", request_id.clone())).await;
        got.refused(ErrorCode::DatabaseUnavailable);
        let logged = lines.containing(&format!("request {request_id} failed"));
        assert_eq!(logged.len(), 1, "{logged:?}");
        assert!(logged[0].contains("ERROR") && logged[0].contains("database_unavailable"), "{}", logged[0]);
        let cause = logged[0].split("cause=").nth(1).expect("a cause");
        assert!(cause.contains(": "), "the chain has more than one link: {cause}");
    }
}

#[tokio::test]
async fn a_panic_is_logged_under_its_request() {
    let lines = listen();
    let server = TestServer::e2e();
    let order = json!({ "endpoint": "GetAttention", "kind": "panic" });
    send(server.request("POST", "/e2e/faults").json(&order)).await;
    let request = server
        .get("/api/v1/metrics/attention")
        .header("X-Request-Id", "panicking-1");
    send(request).await.refused(ErrorCode::Internal);
    let logged = lines.containing("request panicking-1 failed");
    assert_eq!(logged.len(), 1, "{logged:?}");
    assert!(
        logged[0].contains("a handler panicked: a fault was asked for"),
        "{}",
        logged[0]
    );
}

on_both_databases! {
    async fn nobodys_data_is_in_the_log(db: TestDatabase) {
        let lines = listen();
        let server = TestServer::live(db.store());
        let secret = "person@private.example";
        let lead = json!({ "name": "Private Person", "email": secret, "notes": "private.example" });
        assert_eq!(send(server.request("POST", "/api/v1/leads").json(&lead)).await.status.as_u16(), 201);
        for path in [
            format!("/api/v1/leads?filter[email]={secret}"),
            format!("/api/v1/leads?{secret}=1"),
            format!("/api/v1/leads/{secret}"),
            format!("/leads/{secret}"),
            format!("/api/v1/leads/{NOBODY}?private.example"),
        ] {
            send(server.get(&path).header("User-Agent", "private.example")).await;
        }
        db.store().close().await;
        send(server.request("POST", "/api/v1/leads").json(&lead)).await.refused(ErrorCode::DatabaseUnavailable);
        let logged = lines.containing("private.example");
        assert!(logged.is_empty(), "{logged:?}");
        assert!(!lines.containing("answered").is_empty(), "requests are logged at this level");
    }
}

on_both_databases! {
    async fn whoever_is_not_let_in_leaves_one_line_with_the_code_and_no_name(db: TestDatabase) {
        let lines = listen();
        let server = TestServer::live(db.store());
        for (request, code) in [
            (
                server.client.clone().without_key().get("/api/v1/audit"),
                ErrorCode::Unauthenticated,
            ),
            (
                server
                    .client
                    .clone()
                    .without_key()
                    .get("/api/v1/audit")
                    .header("Authorization", "Bearer aicmo_nobody_has_this_key"),
                ErrorCode::Unauthenticated,
            ),
            (
                server.get("/api/v1/status").header("Host", "evil.example"),
                ErrorCode::HostNotAllowed,
            ),
            (
                server
                    .request("POST", "/api/v1/diagnostics/run")
                    .header("Origin", "https://evil.example"),
                ErrorCode::CsrfFailed,
            ),
        ] {
            let got = send(request).await;
            let problem = got.refused(code);
            let told = lines.containing(&format!("request {} was not allowed", problem.request_id));
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].contains(code.as_str()), "{told:?}");
            assert!(
                !told[0].contains("evil") && !told[0].contains("nobody_has"),
                "{told:?}"
            );
        }
    }
}
