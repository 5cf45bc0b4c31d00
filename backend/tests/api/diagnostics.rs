//! The diagnostics report over HTTP.

use aicmo_shared::api::{GetDiagnostics, MakeSupportBundle, NoQuery, RunDiagnostics};
use aicmo_shared::diagnostics::{CheckOutcome, SupportBundle};
use aicmo_test_support::on_both_databases;

use super::harness::{BUILD, TestServer};
use super::samples::Populated;

on_both_databases! {
    async fn the_report_is_true_and_its_checks_run_on_request(db: TestDatabase) {
        let server = TestServer::live(db.store());
        Populated::through(&server).await;
        let before =
            server.client.read::<GetDiagnostics>(&[], &NoQuery {}).await.expect("the report").into_data();
        assert_eq!(before.build.as_str(), BUILD);
        assert_eq!(before.pid, std::process::id());
        assert!(before.database.reachable);
        assert_eq!(before.database.kind, db.store().kind());
        assert_eq!(before.database.schema_version.as_ref(), Some(&before.database.schema_expected));
        assert!(before.counters.is_none() && before.checks.is_empty(), "nothing has run yet");

        let after = server.client.command::<RunDiagnostics>(&[], &(), None).await.expect("the new report");
        let counters = after.counters.expect("counters were compared");
        assert!(counters.compared > 0);
        assert!(counters.mismatches.is_empty(), "{:?}", counters.mismatches);
        assert_eq!(after.corrupt_total, Some(0));
        assert!(!after.checks.is_empty());
        for check in &after.checks {
            assert_eq!(check.outcome == CheckOutcome::Fail, check.advice.is_some(), "{check:?}");
        }
    }
    async fn a_support_bundle_holds_the_report_with_its_checks_and_no_row(db: TestDatabase) {
        let server = TestServer::live(db.store());
        Populated::through(&server).await;
        let bundle =
            server.client.command::<MakeSupportBundle>(&[], &(), None).await.expect("the bundle");
        assert_eq!(bundle.format, SupportBundle::FORMAT);
        assert!(!bundle.diagnostics.checks.is_empty(), "the checks are run for it");
        assert!(bundle.diagnostics.database.reachable);
        let text = serde_json::to_string(&bundle).expect("JSON");
        assert!(!text.contains("@example.com") && !text.contains("engine.example"), "{text}");
    }
}
