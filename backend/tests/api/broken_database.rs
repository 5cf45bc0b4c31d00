//! A database that stops answering is an error everywhere: never zeros, never an empty list, never
//! mock, and never the driver's words. What needs no database goes on.

use aicmo_shared::ErrorCode;
use aicmo_shared::api;
use aicmo_test_support::on_both_databases;

use super::harness::{Got, TestServer, send};
use super::samples::{self, Populated};

/// Built from memory, or built to say what is broken.
const STILL_ANSWER: &[&str] = &[
    "GetStatus",
    "GetDiagnostics",
    "RunDiagnostics",
    "MakeSupportBundle",
    "ListEntryPoints",
    "ReportClientError",
    // The files in a directory.
    "ListBackups",
    // A sealed challenge, which no row stands for.
    "BeginPasskeySignIn",
    // As the bootstrap key, which is a setting and no row.
    "GetSession",
];

/// What a driver says and we do not.
const DRIVER_WORDS: &[&str] = &[
    "sqlx",
    "sqlstate",
    "sea_orm",
    "sea-orm",
    "seaorm",
    "rusqlite",
    "poolclosed",
    "closed pool",
    "attempted to acquire",
    "dberr",
    "connection refused",
    "os error",
    "select ",
    "insert into",
    "panicked",
    "src/",
    ".rs:",
];

#[track_caller]
fn speaks_our_words(name: &str, got: &Got) {
    let text = got.text().to_lowercase();
    for word in DRIVER_WORDS {
        assert!(!text.contains(word), "{name} says {word:?}: {text}");
    }
    assert!(
        !text.contains("\"is_mock\":true"),
        "{name}: a failure is never mock: {text}"
    );
    assert_eq!(got.header("x-aicmo-mock"), "", "{name}");
}

on_both_databases! {
    async fn every_endpoint_fails_as_a_503_or_is_one_that_needs_no_database(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let ids = Populated::through(&server).await;
        db.store().close().await;
        for spec in api::ALL {
            let got = send(samples::request(&server, spec, ids.id_for(spec))).await;
            speaks_our_words(spec.name, &got);
            if STILL_ANSWER.contains(&spec.name) {
                assert_eq!(got.status.as_u16(), spec.success, "{}: {}", spec.name, got.text());
            } else {
                let problem = got.refused(ErrorCode::DatabaseUnavailable);
                assert_eq!(got.header("retry-after"), "2", "{}", spec.name);
                assert_eq!(
                    problem.detail, "The database does not answer. Nothing was changed.",
                    "{}", spec.name
                );
            }
        }
        let alive = send(server.get("/healthz")).await;
        assert_eq!(alive.status.as_u16(), 200, "the process lives");
        let page = send(server.get("/leads")).await;
        assert_eq!(page.status.as_u16(), 200, "the shell is served");
        let ready = send(server.get("/readyz")).await;
        assert_eq!(ready.status.as_u16(), 503);
        speaks_our_words("readyz", &ready);
    }
}

on_both_databases! {
    async fn status_and_diagnostics_say_that_it_is_down(db: TestDatabase) {
        let server = TestServer::live(db.store());
        db.store().close().await;
        let diagnostics = send(server.get("/api/v1/diagnostics")).await.json()["data"].clone();
        assert_eq!(diagnostics["database"]["reachable"], false);
        assert!(diagnostics["database"]["why"].is_string(), "{diagnostics}");
        let status = send(server.get("/api/v1/status")).await.json()["data"].clone();
        let database = status["services"]
            .as_array()
            .expect("services")
            .iter()
            .find(|service| service["name"] == "database")
            .expect("the database service");
        assert_eq!(database["state"], "down", "{status}");
        assert!(database["why"].is_string(), "{status}");
    }
}
