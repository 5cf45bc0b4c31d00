//! `GET /metrics`: figures for a monitor, by route pattern and without anything of a person.

use aicmo_shared::ErrorCode;
use aicmo_shared::access::Role;
use aicmo_test_support::on_both_databases;

use super::harness::{Start, TestServer, send};
use super::people::Who;
use super::samples::{self, Populated};

/// The value of a series.
fn value(text: &str, series: &str) -> Option<f64> {
    let line = text.lines().find(|line| {
        line.strip_prefix(series)
            .is_some_and(|rest| rest.starts_with(' '))
    })?;
    line.rsplit(' ').next()?.parse().ok()
}

on_both_databases! {
    async fn a_monitor_reads_rates_levels_and_the_business(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let made = Populated::through(&server).await;
        for id in [made.id_of("leads"), samples::NOBODY] {
            send(server.get(&format!("/api/v1/leads/{id}"))).await;
        }
        let got = send(server.get("/metrics")).await;
        assert_eq!(got.status.as_u16(), 200);
        assert!(got.header("content-type").starts_with("text/plain; version=0.0.4"));
        let text = got.text();
        let route = r#"route="/api/v1/leads/{id}",method="GET""#;
        for (series, expected) in [
            (format!("aicmo_http_requests_total{{{route},status=\"2xx\"}}"), 1.0),
            (format!("aicmo_http_requests_total{{{route},status=\"4xx\"}}"), 1.0),
            (format!("aicmo_http_request_seconds_count{{{route}}}"), 2.0),
            ("aicmo_leads".to_owned(), 1.0),
            ("aicmo_database_up".to_owned(), 1.0),
            ("aicmo_audit_seq".to_owned(), f64::from(u32::try_from(Populated::ROWS).expect("few"))),
            ("aicmo_mock_mode{reason=\"\"}".to_owned(), 0.0),
            ("aicmo_queue_depth{queue=\"imports\"}".to_owned(), 0.0),
            ("aicmo_event_clients".to_owned(), 0.0),
        ] {
            assert_eq!(value(&text, &series), Some(expected), "{series} in\n{text}");
        }
        assert!(value(&text, "aicmo_process_resident_bytes").is_some_and(|bytes| bytes > 1e6), "{text}");
        assert!(text.contains("aicmo_database_connections{pool="), "{text}");
        for word in [made.id_of("leads"), "Lovelace", "engine.example"] {
            assert!(!text.contains(word), "{word} got out");
        }
        well_formed(&text);
    }

    async fn a_database_that_is_gone_is_a_figure_and_no_failure(db: TestDatabase) {
        let server = TestServer::live(db.store());
        db.store().close().await;
        let text = send(server.get("/metrics")).await.text();
        assert_eq!(value(&text, "aicmo_database_up"), Some(0.0), "{text}");
        assert_eq!(value(&text, "aicmo_leads"), None);
    }
}

/// Every series has its help and type once and before it.
fn well_formed(text: &str) {
    let mut known = std::collections::BTreeSet::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let name = rest.split(' ').next().expect("a name");
            assert!(known.insert(name.to_owned()), "{name} twice");
        } else if !line.starts_with('#') {
            let name = line.split(['{', ' ']).next().expect("a name");
            let base = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| name.strip_suffix(end));
            let is_known = known.contains(name) || base.is_some_and(|base| known.contains(base));
            assert!(is_known, "{line} has no type before it");
            assert!(
                line.rsplit(' ')
                    .next()
                    .is_some_and(|value| value.parse::<f64>().is_ok()),
                "{line}"
            );
        }
    }
}

on_both_databases! {
    async fn whoever_asks_through_a_proxy_needs_the_right_to_read(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let here = send(server.ask(&Who::Nobody, "GET", "/metrics")).await;
        assert_eq!(here.status.as_u16(), 200, "from this machine");
        for header in ["X-Forwarded-For", "Forwarded"] {
            let asked = server.ask(&Who::Nobody, "GET", "/metrics").header(header, "203.0.113.7");
            send(asked).await.refused(ErrorCode::Unauthenticated);
            let reader = server.as_role(Role::Viewer).await;
            let asked = server.ask(&reader, "GET", "/metrics").header(header, "203.0.113.7");
            assert_eq!(send(asked).await.status.as_u16(), 200, "whoever may read");
        }
    }
}

on_both_databases! {
    async fn behind_https_being_on_this_machine_lets_nobody_in(db: TestDatabase) {
        let server = Start { over_tls: true, ..Start::live(db.store()) }.serve();
        // As a proxy on this machine asks that says nothing of whom it speaks for.
        send(server.ask(&Who::Nobody, "GET", "/metrics")).await.refused(ErrorCode::Unauthenticated);
        assert_eq!(send(server.get("/metrics")).await.status.as_u16(), 200, "whoever may read");
    }
}

#[tokio::test]
async fn a_mock_server_says_so_to_a_monitor() {
    let text = send(TestServer::mock().get("/metrics")).await.text();
    assert_eq!(
        value(&text, "aicmo_mock_mode{reason=\"forced_by_setting\"}"),
        Some(1.0),
        "{text}"
    );
    assert_eq!(value(&text, "aicmo_database_up"), None, "there is none to be up");
}
