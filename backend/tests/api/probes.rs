//! The probes.

use aicmo_shared::ErrorCode;
use aicmo_test_support::{on_both_databases, wait_until};

use super::harness::{TestServer, send};

on_both_databases! {
    async fn a_live_process_is_ready_until_its_database_is_gone(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let ready = send(server.get("/readyz")).await;
        assert_eq!(ready.status.as_u16(), 200, "{}", ready.text());
        assert_eq!(ready.json()["status"], "ready");
        assert_eq!(ready.json()["mode"], "live");
        assert!(ready.json().get("checks").is_none(), "short unless asked");
        let verbose = send(server.get("/readyz?verbose=1")).await.json();
        let names: Vec<&str> = verbose["checks"]
            .as_array()
            .expect("checks")
            .iter()
            .filter_map(|check| check["name"].as_str())
            .collect();
        assert_eq!(names, ["mode", "database", "schema"]);

        db.store().close().await;
        // What was found is good for a second.
        let gone = wait_until("the probe says that the database is gone", async || {
            let got = send(server.get("/readyz")).await;
            if got.status.as_u16() == 503 { Ok(got) } else { Err(got.text()) }
        })
        .await;
        assert_eq!(gone.json()["status"], "not_ready");
        assert!(gone.json()["checks"].is_array(), "it says what is wrong");
        assert_eq!(send(server.get("/healthz")).await.status.as_u16(), 200);
    }
}

#[tokio::test]
async fn a_mock_process_is_ready_and_says_what_it_is() {
    let server = TestServer::mock();
    let ready = send(server.get("/readyz")).await;
    assert_eq!(ready.status.as_u16(), 200);
    assert_eq!(ready.json()["mode"], "mock");
    assert_eq!(ready.json()["mock_reason"], "forced_by_setting");
    send(server.get("/readyz?colour=blue"))
        .await
        .refused(ErrorCode::InvalidFilter);
}
