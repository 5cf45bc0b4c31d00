//! Faults on request, and that one fault stays one fault.

use std::time::Duration;

use aicmo_shared::api::{self, Kind};
use aicmo_shared::fault::FaultKind;
use aicmo_shared::{ErrorCode, Timestamp};
use serde_json::json;

use super::harness::{Got, TestServer, send};
use super::samples::{self, Populated};

async fn arm(server: &TestServer, endpoint: &str, kind: Option<FaultKind>) {
    let order = json!({ "endpoint": endpoint, "kind": kind });
    let got = send(server.request("POST", "/e2e/faults").json(&order)).await;
    assert_eq!(got.status.as_u16(), 200, "{}", got.text());
}

async fn attention(server: &TestServer) -> Got {
    send(server.get("/api/v1/metrics/attention")).await
}

#[tokio::test]
async fn faults_exist_in_e2e_mode_only() {
    let server = TestServer::mock();
    let order = json!({ "endpoint": "GetAttention", "kind": "panic" });
    send(server.request("POST", "/e2e/faults").json(&order))
        .await
        .refused(ErrorCode::NotFound);
    send(server.request("DELETE", "/e2e/faults"))
        .await
        .refused(ErrorCode::NotFound);
    assert_eq!(attention(&server).await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_panicking_handler_is_one_answer_of_500_and_harms_nothing_else() {
    let server = TestServer::e2e();
    arm(&server, "GetAttention", Some(FaultKind::Panic)).await;
    for round in 0..20 {
        let request_id = format!("round-{round:04}");
        let broken = server
            .get("/api/v1/metrics/attention")
            .header("X-Request-Id", request_id.clone());
        let (got, neighbour, alive) = tokio::join!(
            send(broken),
            send(server.get("/api/v1/leads")),
            send(server.get("/healthz"))
        );
        let problem = got.refused(ErrorCode::Internal);
        assert_eq!(problem.request_id, request_id);
        assert_eq!(problem.instance.as_deref(), Some("/api/v1/metrics/attention"));
        assert!(
            !got.text().contains("asked for"),
            "the panic's words stay in the log: {}",
            got.text()
        );
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        assert_eq!(neighbour.status.as_u16(), 200);
        assert_eq!(alive.status.as_u16(), 200);
    }
    send(server.request("DELETE", "/e2e/faults")).await;
    assert_eq!(attention(&server).await.status.as_u16(), 200, "the workers live");
}

#[tokio::test]
async fn every_read_can_fail_in_every_way_and_recovers() {
    let server = TestServer::e2e();
    let ids = Populated::found_in(&server).await;
    // A server in E2E mode has no live data, so what needs some is refused before a fault comes to it.
    let reads = api::ALL
        .iter()
        .filter(|spec| samples::is_read(spec) && !spec.kind.needs_live_data());
    for spec in reads {
        let path = spec.path_with(&[ids.id_for(spec)]);
        let get = async || send(server.ask(&server.sender(spec), "GET", &path)).await;
        arm(&server, spec.name, Some(FaultKind::Error500)).await;
        get().await.refused(ErrorCode::Internal);
        arm(&server, spec.name, Some(FaultKind::Error503)).await;
        get().await.refused(ErrorCode::DatabaseUnavailable);
        if spec.kind == Kind::Stream {
            // It answers events and no document, so it cannot be malformed or empty.
            arm(&server, spec.name, None).await;
            continue;
        }
        arm(&server, spec.name, Some(FaultKind::MalformedJson)).await;
        let malformed = get().await;
        assert_eq!(malformed.status.as_u16(), 200, "{}", spec.name);
        assert!(
            serde_json::from_slice::<serde_json::Value>(&malformed.bytes).is_err(),
            "{}",
            spec.name
        );
        arm(&server, spec.name, Some(FaultKind::Empty)).await;
        let empty = get().await;
        assert_eq!(empty.status.as_u16(), 200, "{}", spec.name);
        let empty = empty.json();
        assert!(
            empty["generated_at"]
                .as_str()
                .and_then(Timestamp::parse)
                .is_some(),
            "{}",
            spec.name
        );
        if let Some(rows) = empty["data"].as_array() {
            assert!(rows.is_empty(), "{}", spec.name);
        }
        arm(&server, spec.name, None).await;
        assert_eq!(get().await.status.as_u16(), 200, "{}", spec.name);
    }
}

#[tokio::test]
async fn a_held_answer_holds_up_no_other() {
    let server = TestServer::e2e();
    arm(&server, "GetAttention", Some(FaultKind::Timeout)).await;
    let held = server
        .get("/api/v1/metrics/attention")
        .timeout(Duration::from_millis(300))
        .send()
        .await;
    assert!(
        held.is_err_and(|error| error.is_timeout()),
        "the answer does not come"
    );
    let next = send(server.get("/api/v1/leads")).await;
    assert_eq!(next.status.as_u16(), 200);
}

#[tokio::test]
async fn a_fault_for_no_endpoint_is_refused_with_the_legal_names() {
    let server = TestServer::e2e();
    let order = json!({ "endpoint": "GetNothing", "kind": "panic" });
    let problem = send(server.request("POST", "/e2e/faults").json(&order))
        .await
        .refused(ErrorCode::ValidationFailed);
    assert_eq!(
        problem.extras["legal"].as_array().map(Vec::len),
        Some(api::ALL.len())
    );
    let order = json!({ "endpoint": "GetAttention", "kind": "earthquake" });
    send(server.request("POST", "/e2e/faults").json(&order))
        .await
        .refused(ErrorCode::InvalidEnumValue);
}
