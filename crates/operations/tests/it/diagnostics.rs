//! The report is built whatever the database does, and its checks find what is wrong.

use aicmo_operations::client_errors::report_client_error;
use aicmo_operations::diagnostics::{get_diagnostics, rebuild_counters, run_diagnostics};
use aicmo_operations::inventory::list_entry_points;
use aicmo_operations::leads::create_lead;
use aicmo_operations::{Mode, OperationError, Operations, OperationsSettings, ProcessFacts};
use aicmo_shared::diagnostics::{Check, CheckOutcome, Diagnostics};
use aicmo_shared::fault::ClientErrorReport;
use aicmo_shared::{ErrorCode, MockReason};
use aicmo_test_support::on_both_databases;

use crate::support::{
    FrozenClock, HOUR, NOON, a_draft, an_operator, assert_no_driver_words, audit_rows, facts, live, mock,
    settings,
};

fn check<'a>(report: &'a Diagnostics, name: &str) -> &'a Check {
    let found = report.checks.iter().find(|check| check.name == name);
    found.unwrap_or_else(|| panic!("no check {name} in {:?}", report.checks))
}

fn failed(report: &Diagnostics) -> Vec<&str> {
    let failed = report
        .checks
        .iter()
        .filter(|check| check.outcome == CheckOutcome::Fail);
    failed.map(|check| check.name.as_str()).collect()
}

fn crash(tab: &str) -> ClientErrorReport {
    ClientErrorReport {
        tab: tab.to_owned(),
        message: "index out of bounds".to_owned(),
        location: Some("leads.rs:7:1".to_owned()),
        build: "AICMO_DASH_V3_2026_01_15_abc1234".to_owned(),
        recovered: true,
    }
}

on_both_databases! {
    async fn a_healthy_process_reports_itself_and_passes_its_checks(db: TestDatabase) {
        let store = db.store();
        let schema = store.schema().await.expect("a schema");
        let ops = live(&store);
        create_lead(&ops, &an_operator(), a_draft("ada@x.example")).await.expect("created");
        let rows = audit_rows(&store).await;

        let first = get_diagnostics(&ops).await.expect("a report");
        assert!(!first.is_mock());
        let first = first.into_data();
        assert!(first.checks.is_empty() && first.counters.is_none(), "nothing has been run yet");
        assert_eq!(first.uptime_ms, HOUR);
        assert_eq!((first.pid, first.role.as_str()), (4711, "serve"));
        assert_eq!(first.server_time, NOON);
        assert_eq!(first.corrupt_total, Some(0));
        assert!(first.database.reachable && first.database.latency_ms.is_some());
        assert_eq!(first.database.kind, store.kind());
        assert_eq!(first.database.schema_version.as_ref(), Some(&schema.expected));
        assert_eq!(first.database.writable, Some(true));
        assert!(first.database.size_bytes.is_some_and(|bytes| bytes > 0));

        let report = run_diagnostics(&ops).await.expect("the checks run");
        // The clock of the test stands still in the past, the server's does not.
        let expected: &[&str] = if report.database.clock_skew_ms.is_some() { &["clock"] } else { &[] };
        assert_eq!(failed(&report), expected, "{:#?}", report.checks);
        assert!(report.counters.as_ref().is_some_and(|check| check.mismatches.is_empty() && check.compared > 0));
        let again = get_diagnostics(&ops).await.expect("a report").into_data();
        assert_eq!(again.checks, report.checks, "the last run is remembered");
        assert_eq!(audit_rows(&store).await, rows, "checking changes no data");
    }

    async fn the_report_is_built_while_the_database_is_down(db: TestDatabase) {
        let store = db.store();
        let ops = live(&store);
        store.close().await;
        for report in [
            get_diagnostics(&ops).await.expect("a report").into_data(),
            run_diagnostics(&ops).await.expect("the checks run"),
        ] {
            assert!(!report.database.reachable);
            assert_no_driver_words(report.database.why.as_deref().expect("a reason"));
            assert_eq!((report.corrupt_total, report.control.is_none()), (None, true));
            assert_eq!(report.mock_reason, None, "a live process stays live");
            assert!(!report.database.schema_expected.is_empty());
        }
        let report = run_diagnostics(&ops).await.expect("the checks run");
        for name in ["database", "schema", "writable", "clock", "control_flags", "counters", "corrupt_rows"] {
            let check = check(&report, name);
            assert_eq!(check.outcome, CheckOutcome::Fail, "{name}: a check that could not run has failed");
            assert!(check.advice.as_deref().is_some_and(|advice| advice.ends_with('.')), "{name}");
        }
    }

    async fn a_value_that_no_enum_knows_is_named_and_left_out(db: TestDatabase) {
        let ops = live(&db.store());
        let lead = create_lead(&ops, &an_operator(), a_draft("ada@x.example")).await.expect("created").lead;
        db.corrupt_lead_status(lead.row.id, "ENGAGED").await;
        let report = run_diagnostics(&ops).await.expect("the checks run");
        assert_eq!(report.corrupt_total, Some(1));
        let row = &report.corrupt_rows[0];
        assert_eq!((row.table.as_str(), row.column.as_str(), row.value.as_str()), ("leads", "status", "ENGAGED"));
        assert_eq!(row.id, lead.row.id.to_string());
        assert!(failed(&report).contains(&"corrupt_rows"));
        assert!(check(&report, "corrupt_rows").finding.contains("ENGAGED"));

        let refused = aicmo_operations::leads::get_lead(&ops, lead.row.id).await.expect_err("it is damaged");
        let problem = refused.to_problem();
        assert_eq!(problem.code, ErrorCode::Integrity);
        assert_eq!(problem.extras["column"], "status");
        let listed = aicmo_operations::leads::list_leads(&ops, &aicmo_shared::api::LeadQuery::default()).await;
        assert!(listed.expect("the list survives").data().is_empty());
        let figures = aicmo_operations::metrics::get_attention(&ops).await.expect("figures").into_data();
        assert_eq!(figures.corrupt_rows, 1, "the figures say that a row is left out");
    }

    async fn counters_can_be_counted_anew_with_one_audit_row(db: TestDatabase) {
        let store = db.store();
        let ops = live(&store);
        create_lead(&ops, &an_operator(), a_draft("ada@x.example")).await.expect("created");
        let rows = audit_rows(&store).await;
        let check = rebuild_counters(&ops, &an_operator()).await.expect("rebuilt");
        assert!(check.mismatches.is_empty(), "{check:?}");
        assert_eq!(audit_rows(&store).await, rows + 1);
    }
}

#[tokio::test]
async fn mock_mode_reports_the_process_and_a_database_that_is_not_opened() {
    let ops = mock(MockReason::DatabaseUnavailableAtStart);
    let report = run_diagnostics(&ops).await.expect("the checks run");
    assert_eq!(report.mock_reason, Some(MockReason::DatabaseUnavailableAtStart));
    assert!(!report.database.reachable && report.database.why.is_some());
    assert_eq!(failed(&report), ["database"]);
    let forced = run_diagnostics(&mock(MockReason::ForcedBySetting))
        .await
        .expect("the checks run");
    assert_eq!(failed(&forced), Vec::<&str>::new(), "{:?}", forced.checks);
}

#[tokio::test]
async fn an_older_console_and_an_unknown_setting_are_found() {
    let mut known = facts();
    known.console.matches_server = false;
    let known = ProcessFacts {
        unknown_settings: vec!["AICMO_TYPO".to_owned()],
        ..known
    };
    let settings = OperationsSettings {
        facts: known,
        ..settings(FrozenClock::at(NOON))
    };
    let ops = Operations::new(settings, Mode::Mock(MockReason::E2eMode));
    let report = run_diagnostics(&ops).await.expect("the checks run");
    assert_eq!(failed(&report), ["console", "settings"]);
    assert!(check(&report, "settings").finding.contains("AICMO_TYPO"));
}

#[tokio::test]
async fn crashes_of_consoles_are_counted_in_any_mode() {
    let ops = mock(MockReason::E2eMode);
    for expected in 1..=3 {
        let count = report_client_error(&ops, crash("leads")).await.expect("counted");
        assert_eq!(count.since_start, expected);
    }
    let long = ClientErrorReport {
        message: "x".repeat(50_000),
        ..crash("leads")
    };
    assert!(
        report_client_error(&ops, long).await.is_ok(),
        "a long message is cut"
    );
    for wrong in [crash(""), crash(&"t".repeat(101))] {
        let refused = report_client_error(&ops, wrong).await;
        assert!(
            matches!(refused, Err(OperationError::Validation(_))),
            "{refused:?}"
        );
    }
    let report = get_diagnostics(&ops).await.expect("a report").into_data();
    assert_eq!(report.client_errors, 4);
}

#[tokio::test]
async fn the_inventory_is_what_was_handed_in() {
    let ops = mock(MockReason::E2eMode);
    let entries = list_entry_points(&ops).await.expect("a list").into_data();
    assert_eq!(entries, facts().entry_points);
    assert_eq!(entries.iter().filter(|entry| entry.starts_console).count(), 1);
}
