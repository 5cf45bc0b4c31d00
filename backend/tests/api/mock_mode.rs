//! A mock process changes nothing and says so before it looks at the body.

use aicmo_shared::api::{self, BodyKind, EndpointSpec, Kind, Method};
use aicmo_shared::status::ServiceName;
use aicmo_shared::{ErrorCode, MockReason};
use aicmo_test_support::on_both_databases;

use super::harness::{Start, TestServer, send};
use super::people::Who;
use super::samples;

/// Everything but reads, a console's word of its own crash, and a run of the checks.
fn is_refused(spec: &EndpointSpec) -> bool {
    spec.method != Method::Get && !["ReportClientError", "RunDiagnostics"].contains(&spec.name)
}

#[tokio::test]
async fn whatever_is_no_read_is_refused_with_the_reason_and_the_way_out() {
    for reason in [
        MockReason::ForcedBySetting,
        MockReason::E2eMode,
        MockReason::DatabaseUnavailableAtStart,
    ] {
        let server = Start::mock(reason).serve();
        for spec in api::ALL.iter().filter(|spec| is_refused(spec)) {
            let got = send(samples::request(&server, spec, samples::NOBODY)).await;
            let problem = got.refused(ErrorCode::MockModeReadOnly);
            assert_eq!(problem.extras["mock_reason"], reason.as_str(), "{}", spec.name);
            assert!(
                problem.detail.contains(reason.sentence()),
                "{}: {}",
                spec.name,
                problem.detail
            );
            assert_eq!(got.header("x-aicmo-mock"), reason.as_str(), "{}", spec.name);
        }
    }
}

#[tokio::test]
async fn it_is_refused_whatever_its_body_is_and_whoever_sends_it() {
    let server = TestServer::mock();
    for spec in api::ALL.iter().filter(|spec| is_refused(spec)) {
        let path = spec.path_with(&[samples::NOBODY]);
        let sender = server.sender(spec);
        let got = send(server.ask(&sender, spec.method.as_str(), &path).body("no json")).await;
        got.refused(ErrorCode::MockModeReadOnly);
        let got = send(server.ask(&Who::Nobody, spec.method.as_str(), &path)).await;
        got.refused(ErrorCode::MockModeReadOnly);
    }
    assert!(
        !server.data_dir().join("uploads").exists(),
        "a refused upload leaves no file"
    );
}

#[tokio::test]
async fn what_changes_no_data_works() {
    let server = TestServer::mock();
    for spec in api::ALL.iter().filter(|spec| spec.kind == Kind::Process) {
        let got = send(samples::request(&server, spec, samples::NOBODY)).await;
        assert_eq!(got.status.as_u16(), spec.success, "{}: {}", spec.name, got.text());
    }
}

on_both_databases! {
    async fn a_disabled_service_refuses_writes_and_stopping_is_still_allowed(db: TestDatabase) {
        let server = Start { services_disabled: vec![ServiceName::Campaigns], ..Start::live(db.store()) }.serve();
        server.with_owner().await;
        let judged = |spec: &&EndpointSpec| {
            spec.kind == Kind::Command
                && (spec.service == Some(ServiceName::Campaigns)
                    || (spec.body != BodyKind::File && spec.path.contains('{')))
        };
        for spec in api::ALL.iter().filter(judged) {
            let got = send(samples::request(&server, spec, samples::NOBODY)).await;
            if spec.service == Some(ServiceName::Campaigns) {
                let problem = got.refused(ErrorCode::MockModeReadOnly);
                assert_eq!(problem.extras["mock_reason"], "service_disabled", "{}", spec.name);
            } else {
                got.refused(ErrorCode::NotFound);
            }
        }
    }
}
