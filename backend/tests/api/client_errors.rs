//! Crashes of consoles over HTTP.

use aicmo_shared::ErrorCode;
use aicmo_shared::api::{GetDiagnostics, NoQuery, ReportClientError};
use aicmo_shared::fault::ClientErrorReport;
use serde_json::json;

use super::harness::{TestServer, send};

#[tokio::test]
async fn crashes_are_counted_and_shown_in_diagnostics() {
    let server = TestServer::mock();
    let report = ClientErrorReport {
        tab: "leads".to_owned(),
        message: "index out of bounds".to_owned(),
        location: Some("leads.rs:1:1".to_owned()),
        build: "dev".to_owned(),
        recovered: true,
    };
    for expected in 1..=3 {
        let count = server
            .client
            .command::<ReportClientError>(&[], &report, None)
            .await
            .expect("it is counted");
        assert_eq!(count.since_start, expected);
    }
    let diagnostics = server
        .client
        .read::<GetDiagnostics>(&[], &NoQuery {})
        .await
        .expect("the report");
    assert_eq!(diagnostics.data().client_errors, 3);
}

#[tokio::test]
async fn a_report_without_its_fields_is_refused() {
    let server = TestServer::mock();
    let got = send(
        server
            .request("POST", "/api/v1/client-errors")
            .json(&json!({ "tab": "leads" })),
    )
    .await;
    let problem = got.refused(ErrorCode::ValidationFailed);
    assert_eq!(problem.errors[0].pointer, "/message");
}
