//! The audit trail over HTTP: looked through, verified, exported.

use aicmo_shared::ErrorCode;
use aicmo_shared::api::{AuditQuery, ExportAudit, ListAudit, VerifyAudit};
use aicmo_shared::audit::{AuditAction, AuditFault};
use aicmo_store::verify_audit_file;
use aicmo_test_support::{DatabaseKind, on_both_databases};
use serde_json::json;

use super::harness::{Got, TestServer, send};
use super::samples::Populated;

async fn export(server: &TestServer, body: &serde_json::Value) -> Got {
    send(server.client.endpoint::<ExportAudit>(&[]).json(body)).await
}

on_both_databases! {
    async fn what_was_done_is_found_by_who_what_and_when(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let made = Populated::through(&server).await;
        let list = async |query: AuditQuery| {
            server.client.read::<ListAudit>(&[], &query).await.expect("a page")
        };
        let all = list(AuditQuery::default()).await;
        assert_eq!(all.page().and_then(|page| page.total), Some(Populated::ROWS));
        let all = all.into_data();
        assert_eq!(all.len() as u64, Populated::ROWS);
        assert!(all.iter().all(|row| row.hash.len() == 64 && row.after.is_some()), "{all:?}");

        let query = AuditQuery { action: Some(AuditAction::LeadCreated), ..AuditQuery::default() };
        let created = list(query).await.into_data();
        assert_eq!(created.len(), 1);
        assert_eq!(created[0].subject_id.as_deref(), Some(made.id_of("leads")));
        let query = AuditQuery { request: Some(created[0].request_id.clone()), ..AuditQuery::default() };
        assert_eq!(list(query).await.into_data(), created);

        let first = list(AuditQuery { limit: Some(2), ..AuditQuery::default() }).await;
        let cursor = first.page().and_then(|page| page.next_cursor.clone());
        assert!(cursor.is_some(), "there is more");
        let rest = list(AuditQuery { limit: Some(2), cursor, ..AuditQuery::default() }).await.into_data();
        assert_eq!(rest, all[2..4]);
    }

    async fn a_filter_that_no_index_answers_is_refused_by_name(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let got = send(server.get("/api/v1/audit?filter[subject]=x")).await;
        let problem = got.refused(ErrorCode::ValidationFailed);
        assert_eq!(problem.errors[0].pointer, "filter[subject]");
        send(server.get("/api/v1/audit?filter[from]=yesterday")).await.refused(ErrorCode::InvalidFilter);
        send(server.get("/api/v1/audit?filter[action]=lead.sold")).await.refused(ErrorCode::InvalidEnumValue);
        let other = send(server.get("/api/v1/audit?limit=1")).await.json();
        assert!(other["page"]["next_cursor"].is_null(), "{other}");
    }

    async fn the_chain_is_verified_and_a_changed_row_is_named(db: TestDatabase) {
        let server = TestServer::live(db.store());
        Populated::through(&server).await;
        let verify = async || {
            server.client.command::<VerifyAudit>(&[], &(), None).await.expect("a report")
        };
        let report = verify().await;
        assert!(report.is_intact && report.broken.is_none(), "{report:?}");
        assert_eq!((report.rows, report.head_hash.len()), (Populated::ROWS, 64));
        assert_eq!(report.head_seq, Populated::ROWS);

        let lift = match db.kind() {
            DatabaseKind::Sqlite => "DROP TRIGGER audit_log_refuse_update",
            DatabaseKind::Postgres => "ALTER TABLE audit_log DISABLE TRIGGER ALL",
        };
        db.execute(lift, vec![]).await;
        db.execute("UPDATE audit_log SET actor_id = 'nobody' WHERE seq = 2", vec![]).await;
        let broken = verify().await.broken.expect("it is found");
        assert_eq!((broken.seq, broken.fault), (2, AuditFault::Changed));
    }

    async fn an_exported_file_ends_with_its_own_row_and_verifies_by_itself(db: TestDatabase) {
        let server = TestServer::live(db.store());
        Populated::through(&server).await;
        let got = export(&server, &json!({ "format": "ndjson" })).await;
        assert_eq!(got.status.as_u16(), 200, "{}", got.text());
        assert_eq!(got.header("content-type"), "application/x-ndjson");
        assert!(got.header("content-disposition").starts_with("attachment; filename=\"audit-20"));
        let (chain, end) = verify_audit_file(got.bytes.as_slice()).expect("memory");
        let rows = Populated::ROWS + 1;
        assert_eq!((chain.rows, chain.broken, end.map(|end| end.rows)), (rows, None, Some(rows)));
        let last = got.text().lines().nth(usize::try_from(Populated::ROWS).expect("a few")).expect("a row").to_owned();
        assert!(last.contains("audit.exported") && last.contains(got.header("x-request-id")), "{last}");
    }

    async fn a_table_takes_the_filters_and_holds_no_formula(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let evil = json!({ "name": "Evil", "objective": "sales" });
        let campaign = send(server.request("POST", "/api/v1/campaigns").json(&evil)).await.json();
        let path = format!("/api/v1/campaigns/{}/stop", campaign["id"].as_str().expect("an id"));
        send(server.request("POST", &path).json(&json!({ "reason": "=HYPERLINK(\"http://x\")" }))).await;
        let asked = json!({ "format": "csv", "filter": { "action": "campaign.status_changed" } });
        let got = export(&server, &asked).await;
        assert!(got.header("content-type").starts_with("text/csv"), "{}", got.text());
        let text = got.text();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains(r#""'=HYPERLINK(""http://x"")""#), "{text}");

        let asked = json!({ "format": "ndjson", "filter": { "action": "lead.created" } });
        export(&server, &asked).await.refused(ErrorCode::ValidationFailed);
        let asked = json!({ "format": "csv", "filter": { "colour": "red" } });
        export(&server, &asked).await.refused(ErrorCode::ValidationFailed);
    }
}

#[tokio::test]
async fn the_mock_trail_is_a_chain_too() {
    let server = TestServer::mock();
    let rows = server
        .client
        .read::<ListAudit>(&[], &AuditQuery::default())
        .await
        .expect("a page")
        .into_data();
    // Over HTTP mock mode refuses it, as it does whatever is no read.
    let report = aicmo_operations::audit::verify_audit(&server.ops)
        .await
        .expect("a report");
    assert!(report.is_intact);
    assert_eq!(
        (report.rows, report.head_hash),
        (rows.len() as u64, rows[0].hash.clone())
    );
}
