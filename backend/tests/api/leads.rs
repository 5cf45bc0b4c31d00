//! Leads over HTTP.

use aicmo_shared::ErrorCode;
use aicmo_shared::api::{
    ChangeLeadConsent, ChangeLeadStatus, CreateLead, ExportLeads, GetLead, LeadQuery, ListLeadConsent,
    ListLeadEvents, ListLeads, NoQuery, PatchLead,
};
use aicmo_shared::lead::{LeadDraft, LeadOutcome, LeadPatch, LeadSort, LeadStatus, LeadStatusChange};
use aicmo_shared::patch::Patch;
use aicmo_test_support::on_both_databases;
use serde_json::json;

use super::harness::{TestServer, send};
use super::samples;

fn draft(name: &str, email: &str) -> LeadDraft {
    LeadDraft {
        name: Some(name.to_owned()),
        email: Some(email.to_owned()),
        ..LeadDraft::default()
    }
}

on_both_databases! {
    async fn a_lead_is_created_edited_moved_and_told(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let client = &server.client;
        let created = client
            .command::<CreateLead>(&[], &draft("Ada Lovelace", "ada@engine.example"), None)
            .await
            .expect("created");
        assert_eq!(created.outcome, LeadOutcome::New);
        let id = created.lead.row.id.to_string();

        let patch = LeadPatch { title: Patch::Set("Analyst".to_owned()), ..LeadPatch::default() };
        let patched = client
            .command::<PatchLead>(&[&id], &patch, Some(created.lead.row.version))
            .await
            .expect("patched");
        assert_eq!(patched.row.title.as_deref(), Some("Analyst"));

        let step = LeadStatusChange { to: LeadStatus::Enriched, reason_code: None, reason: None };
        let moved = client
            .command::<ChangeLeadStatus>(&[&id], &step, Some(patched.row.version))
            .await
            .expect("moved");
        assert_eq!(moved.row.status, LeadStatus::Enriched);
        let read = client.read::<GetLead>(&[&id], &NoQuery {}).await.expect("read").into_data();
        assert_eq!(read, moved);
        let events = client.read::<ListLeadEvents>(&[&id], &NoQuery {}).await.expect("told").into_data();
        assert!(events.len() >= 3, "{events:?}");

        let again = client
            .command::<CreateLead>(&[], &draft("Ada Lovelace", "ADA@engine.example"), None)
            .await
            .expect("recognised");
        assert_ne!(again.outcome, LeadOutcome::New);
        assert_eq!(again.lead.row.id, created.lead.row.id);
    }
}

on_both_databases! {
    async fn pages_of_a_list_hold_every_row_once(db: TestDatabase) {
        let server = TestServer::live(db.store());
        for n in 0..7 {
            let lead = draft(&format!("Lead {n}"), &format!("lead{n}@many.example"));
            server.client.command::<CreateLead>(&[], &lead, None).await.expect("created");
        }
        let mut names = Vec::new();
        let mut cursor = None;
        loop {
            let query = LeadQuery {
                sort: Some(LeadSort::Name),
                limit: Some(3),
                cursor: cursor.take(),
                ..LeadQuery::default()
            };
            let page = server.client.read::<ListLeads>(&[], &query).await.expect("a page");
            let info = page.page().expect("a list has paging").clone();
            assert_eq!((info.limit, info.total), (3, Some(7)));
            names.extend(page.into_data().into_iter().map(|row| row.name));
            match info.next_cursor {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        let expected: Vec<String> = (0..7).map(|n| format!("Lead {n}")).collect();
        assert_eq!(names, expected);
    }
}

on_both_databases! {
    async fn a_status_that_does_not_exist_and_a_step_that_is_not_legal_list_the_legal_ones(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let created = server
            .client
            .command::<CreateLead>(&[], &draft("Ada", "ada@engine.example"), None)
            .await
            .expect("created");
        let path = format!("/api/v1/leads/{}/status", created.lead.row.id);
        let etag = format!("\"v{}\"", created.lead.row.version);
        let step = |to: &str| server.request("POST", &path).header("If-Match", etag.clone()).json(&json!({ "to": to }));

        let problem = send(step("ENGAGED")).await.refused(ErrorCode::InvalidEnumValue);
        assert_eq!(problem.errors[0].pointer, "/to");
        let legal: Vec<&str> = LeadStatus::ALL.iter().map(|status| status.as_str()).collect();
        assert_eq!(problem.extras["legal"], json!(legal));

        let problem = send(step("ROUTED")).await.refused(ErrorCode::IllegalTransition);
        assert_eq!(problem.extras["current"], "NEW");
        assert_eq!(problem.extras["legal"], json!(["ENRICHED", "QUALIFIED", "MANUAL_REVIEW", "CONTACTED", "LOST"]));
    }
}

on_both_databases! {
    async fn a_row_that_no_enum_knows_harms_no_list_and_is_named_when_asked_for(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let mut ids = Vec::new();
        for n in 0..3 {
            let lead = draft(&format!("Lead {n}"), &format!("lead{n}@many.example"));
            let created = server.client.command::<CreateLead>(&[], &lead, None).await.expect("created");
            ids.push(created.lead.row.id);
        }
        db.corrupt_lead_status(ids[1], "ENGAGED").await;
        let list = server.client.read::<ListLeads>(&[], &LeadQuery::default()).await.expect("a list").into_data();
        assert_eq!(list.len(), 2, "the others are listed");
        let got = send(server.get(&format!("/api/v1/leads/{}", ids[1]))).await;
        let problem = got.refused(ErrorCode::Integrity);
        assert_eq!(problem.extras["table"], "leads");
        assert_eq!(problem.extras["column"], "status");
        let figures = send(server.get("/api/v1/metrics/attention")).await.json()["data"].clone();
        assert_eq!(figures["corrupt_rows"], 1);
    }

    async fn a_view_leaves_as_a_table_that_comes_in_again_and_as_lines(db: TestDatabase) {
        let server = TestServer::live(db.store());
        for (name, email, company) in [
            ("Ada Lovelace", "ada@engine.example", "=HYPERLINK(\"x\")"),
            ("Zoë, \"the\" one", "zoe@engine.example", "Söhne, \"und\" Co"),
            ("Bob", "bob@other.example", "Other"),
        ] {
            let lead = LeadDraft {
                company: Some(company.to_owned()),
                tags: vec!["fair".to_owned(), "hot".to_owned()],
                ..draft(name, email)
            };
            server.client.command::<CreateLead>(&[], &lead, None).await.expect("created");
        }
        let export = async |body: serde_json::Value| {
            send(server.client.endpoint::<ExportLeads>(&[]).json(&body)).await
        };
        let got = export(json!({ "format": "csv", "filter": { "text": "engine" }, "sort": "name" })).await;
        assert_eq!(got.status.as_u16(), 200, "{}", got.text());
        assert_eq!(got.header("content-type"), "text/csv; charset=utf-8; header=present");
        assert!(got.header("content-disposition").starts_with("attachment; filename=\"leads-20"));
        let text = got.text();
        let mut table = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let headers = table.headers().expect("a header").clone();
        let rows: Vec<csv::StringRecord> = table.records().collect::<Result<_, _>>().expect("a table");
        let cell = |row: usize, name: &str| {
            let at = headers.iter().position(|header| header == name).expect("a column");
            rows[row][at].to_owned()
        };
        assert_eq!(rows.len(), 2);
        assert_eq!(cell(0, "company"), "'=HYPERLINK(\"x\")", "no cell is a formula");
        assert_eq!((cell(1, "name"), cell(1, "company")), ("Zoë, \"the\" one".to_owned(), "Söhne, \"und\" Co".to_owned()));
        assert_eq!((cell(0, "tags"), cell(0, "opt_out"), cell(0, "is_mock")), ("fair; hot".into(), "false".into(), "false".into()));

        // What left comes in again as it was: everybody is known, and nothing changes.
        let import = samples::upload(&server, &text).await;
        let id = import["id"].as_str().expect("an id").to_owned();
        let mapping = json!({ "columns": import["mapping"] });
        for (method, step) in [("PUT", "mapping"), ("POST", "preview")] {
            let path = format!("/api/v1/imports/{id}/{step}");
            let got = send(server.request(method, &path).json(&mapping)).await;
            assert_eq!(got.status.as_u16(), 200, "{}", got.text());
        }
        let shown = send(server.get(&format!("/api/v1/imports/{id}"))).await.json();
        assert_eq!((&shown["data"]["counts"]["unchanged"], &shown["data"]["counts"]["total"]), (&json!(2), &json!(2)), "{shown}");

        let lines = export(json!({ "format": "ndjson" })).await.text();
        let leads: Vec<serde_json::Value> =
            lines.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
        assert_eq!(leads.len(), 3);
        assert!(leads.iter().all(|lead| lead["tags"] == json!(["fair", "hot"]) && lead["is_mock"] == json!(false)));
        let refused = export(json!({ "format": "pdf" })).await;
        refused.refused(ErrorCode::InvalidEnumValue);
    }
}

on_both_databases! {
    async fn consent_is_told_with_what_it_rests_on_and_never_moves_back(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let created = server
            .client
            .command::<CreateLead>(&[], &draft("Ada", "ada@engine.example"), None)
            .await
            .expect("created");
        let id = created.lead.row.id.to_string();
        let post =
            |body: serde_json::Value| server.client.endpoint::<ChangeLeadConsent>(&[&id]).json(&body);
        send(post(json!({ "to": "DNC" }))).await.refused(ErrorCode::ReasonRequired);
        let problem = send(post(json!({ "to": "CONSENTED", "reason": "signed up" })))
            .await
            .refused(ErrorCode::ValidationFailed);
        assert_eq!(problem.errors.len(), 3);
        let got = send(post(json!({ "to": "DNC", "reason": "asked by mail", "evidence": "Mail 7" }))).await;
        assert_eq!(got.status.as_u16(), 200, "{}", got.text());
        assert_eq!(got.header("etag"), "\"v2\"");
        let back = json!({ "to": "UNKNOWN", "reason": "came back" });
        send(post(back)).await.refused(ErrorCode::ConsentMonotonic);
        let told = server.client.read::<ListLeadConsent>(&[&id], &NoQuery {}).await.expect("a history");
        let told = told.into_data();
        assert_eq!(told.len(), 1);
        assert_eq!(
            (told[0].evidence.as_deref(), told[0].reason.as_deref()),
            (Some("Mail 7"), Some("asked by mail"))
        );
    }
}
