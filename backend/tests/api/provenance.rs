//! Every answer that carries data says where it came from, in live and in mock mode, and the four
//! fields and the header agree.

use aicmo_shared::api::{self, Kind};
use aicmo_shared::status::ServiceName;
use aicmo_shared::{MockReason, Timestamp};
use aicmo_test_support::on_both_databases;

use super::harness::{Got, Start, TestServer, send};
use super::samples::{self, Populated};

#[track_caller]
fn check(name: &str, got: &Got, expected: Option<MockReason>) {
    assert_eq!(got.status.as_u16(), 200, "{name}: {}", got.text());
    let body = got.json();
    assert!(
        body.get("data").is_some_and(|data| !data.is_null()),
        "{name} has no data"
    );
    assert_eq!(body["is_mock"], expected.is_some(), "{name}");
    assert_eq!(
        body["source"],
        if expected.is_some() { "mock" } else { "live" },
        "{name}"
    );
    assert_eq!(
        body["mock_reason"].as_str(),
        expected.map(MockReason::as_str),
        "{name}"
    );
    assert!(
        body["generated_at"].as_str().and_then(Timestamp::parse).is_some(),
        "{name}"
    );
    assert_eq!(
        got.header("x-aicmo-mock"),
        expected.map_or("", MockReason::as_str),
        "{name}"
    );
    assert_eq!(got.header("cache-control"), "no-store", "{name}");
}

async fn walk(
    server: &TestServer,
    ids: &Populated,
    expected: impl Fn(&api::EndpointSpec) -> Option<MockReason>,
) {
    for spec in api::ALL.iter().filter(|spec| spec.kind == Kind::Read) {
        let got = send(samples::request(server, spec, ids.id_for(spec))).await;
        check(spec.name, &got, expected(spec));
    }
}

on_both_databases! {
    async fn every_read_of_a_live_process_is_live(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let ids = Populated::with_work(&server).await;
        walk(&server, &ids, |_| None).await;
    }
}

#[tokio::test]
async fn every_read_of_a_mock_process_is_mock_and_says_why() {
    for reason in [
        MockReason::ForcedBySetting,
        MockReason::E2eMode,
        MockReason::DatabaseUnavailableAtStart,
    ] {
        let server = Start::mock(reason).serve();
        let ids = Populated::found_in(&server).await;
        walk(&server, &ids, |_| Some(reason)).await;
    }
}

on_both_databases! {
    async fn a_disabled_service_is_mock_and_its_neighbours_are_live(db: TestDatabase) {
        let disabled = ServiceName::Campaigns;
        let server = Start { services_disabled: vec![disabled], ..Start::live(db.store()) }.serve();
        server.with_owner().await;
        for spec in api::ALL.iter().filter(|spec| spec.kind == Kind::Read && !spec.path.contains('{')) {
            let got = send(samples::request(&server, spec, samples::NOBODY)).await;
            let expected = (spec.service == Some(disabled)).then_some(MockReason::ServiceDisabled);
            check(spec.name, &got, expected);
        }
    }
}

#[tokio::test]
async fn the_mock_set_is_the_documented_one() {
    let server = TestServer::mock();
    let figures = send(server.get("/api/v1/metrics/attention")).await.json()["data"].clone();
    for (figure, value) in [
        ("leads", 12.0),
        ("triage", 5.0),
        ("high_intent", 3.0),
        ("intent_detected", 4.0),
        ("approvals_pending", 4.0),
        ("execution_success", 98.0),
        ("failed_last_24h", 2.0),
        ("dry_run", 6.0),
    ] {
        assert_eq!(figures[figure].as_f64(), Some(value), "{figure}");
    }
}

on_both_databases! {
    async fn a_process_that_turns_live_never_mixes_the_two(db: TestDatabase) {
        let server = Start::mock(MockReason::DatabaseUnavailableAtStart).serve();
        let ask = async || {
            let got = send(server.get("/api/v1/metrics/attention")).await;
            let is_mock = got.json()["is_mock"] == true;
            check("GetAttention", &got, is_mock.then_some(MockReason::DatabaseUnavailableAtStart));
            assert_eq!(got.json()["data"]["leads"], if is_mock { 12 } else { 0 });
            is_mock
        };
        assert!(ask().await, "mock before the turn");
        let before = send(server.get("/api/v1/status")).await.json()["data"]["change_seq"].as_u64();
        let (turned, ..) = tokio::join!(server.ops.go_live(db.store()), ask(), ask(), ask(), ask());
        assert!(turned.expect("the database is there"), "it turns once");
        assert!(!ask().await, "live after the turn");
        let after = send(server.get("/api/v1/status")).await.json()["data"]["change_seq"].as_u64();
        assert!(after > before, "consoles see that something moved");
        assert!(!server.ops.go_live(db.store()).await.expect("asked again"), "and never again");
    }
}
