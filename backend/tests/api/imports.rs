//! Imports over HTTP: what only the wire can show, above all the upload.

use aicmo_client::reqwest::multipart::{Form, Part};
use aicmo_shared::ErrorCode;
use aicmo_shared::api::{
    CancelImport, CommitImport, GetAttention, GetFailedRows, GetImport, ImportQuery, ImportRowQuery,
    ListImportRows, ListImports, MapImport, NoQuery, PauseImport, PreviewImport, ResumeImport, UndoImport,
    UploadImport,
};
use aicmo_shared::import::{ImportColumn, ImportMapping, ImportState, ImportUndoRequest, RowUndo};
use aicmo_test_support::{on_both_databases, wait_until};
use serde_json::json;

use super::harness::{IMPORT_LIMIT, TestServer, send};
use super::samples::{self, CSV};

fn mapping() -> ImportMapping {
    ImportMapping {
        columns: vec![ImportColumn::Name, ImportColumn::Email, ImportColumn::Company],
        ..ImportMapping::default()
    }
}

/// Files left in the upload folder that no import has taken over.
fn incoming(server: &TestServer) -> usize {
    std::fs::read_dir(server.data_dir().join("uploads")).map_or(0, |files| {
        files
            .filter_map(Result::ok)
            .filter(|file| file.file_name().to_string_lossy().starts_with(".aicmo-draft-"))
            .count()
    })
}

on_both_databases! {
    async fn a_file_becomes_leads(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let client = &server.client;
        let uploaded = client.upload_import("leads.csv", CSV, None).await.expect("uploaded");
        assert_eq!(uploaded.file_name, "leads.csv");
        assert_eq!(uploaded.size_bytes, CSV.len() as u64);
        let id = uploaded.id.to_string();
        let path = [id.as_str()];
        client.command::<MapImport>(&path, &mapping(), None).await.expect("mapped");
        let previewed = client.command::<PreviewImport>(&path, &(), None).await.expect("previewed");
        assert_eq!((previewed.counts.total, previewed.counts.new), (2, 2));
        let rows = client.read::<ListImportRows>(&path, &ImportRowQuery::default()).await.expect("rows");
        assert_eq!(rows.data().len(), 2);
        client.command::<CommitImport>(&path, &(), None).await.expect("started");
        wait_until("the import is committed", async || {
            let import = client.read::<GetImport>(&path, &NoQuery {}).await.expect("read").into_data();
            (import.state == ImportState::Committed).then_some(()).ok_or(import)
        })
        .await;
        let figures = client.read::<GetAttention>(&[], &NoQuery {}).await.expect("figures");
        assert_eq!(figures.data().leads, 2);
        let list = client.read::<ListImports>(&[], &ImportQuery::default()).await.expect("listed");
        assert_eq!(list.data().len(), 1);
        assert_eq!(incoming(&server), 0, "no temporary file is left");
    }
}

on_both_databases! {
    async fn a_committed_import_can_be_undone_with_a_reason(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let client = &server.client;
        let id = client.upload_import("leads.csv", CSV, None).await.expect("uploaded").id.to_string();
        let path = [id.as_str()];
        client.command::<MapImport>(&path, &mapping(), None).await.expect("mapped");
        client.command::<PreviewImport>(&path, &(), None).await.expect("previewed");
        let undo = |body: serde_json::Value| {
            server.request("POST", &format!("/api/v1/imports/{id}/undo")).json(&body)
        };
        send(undo(json!({ "reason": "the wrong file" }))).await.refused(ErrorCode::ImportState);
        client.command::<CommitImport>(&path, &(), None).await.expect("started");
        let ended = async |state: ImportState| {
            wait_until("the import gets there", async || {
                let import = client.read::<GetImport>(&path, &NoQuery {}).await.expect("read").into_data();
                if import.state == state { Ok(import) } else { Err(import) }
            })
            .await
        };
        let committed = ended(ImportState::Committed).await;
        assert!(committed.undo_until.is_some_and(|until| until > committed.updated_at));
        for body in [json!({}), json!({ "reason": " x " })] {
            let problem = send(undo(body)).await.refused(ErrorCode::ReasonRequired);
            assert_eq!(problem.errors[0].pointer, "/reason");
        }
        send(undo(json!({ "why": "x" }))).await.refused(ErrorCode::ValidationFailed);
        let because = ImportUndoRequest { reason: Some("the wrong file".to_owned()) };
        let begun = client.command::<UndoImport>(&path, &because, None).await.expect("begun");
        assert_eq!(begun.state, ImportState::Undoing);
        let undone = ended(ImportState::Undone).await.undo.expect("an undo");
        assert_eq!((undone.total, undone.taken_back, undone.kept), (2, 2, 0));
        let figures = client.read::<GetAttention>(&[], &NoQuery {}).await.expect("figures");
        assert_eq!(figures.data().leads, 0);
        let taken = ImportRowQuery { undo: Some(RowUndo::TakenBack), ..ImportRowQuery::default() };
        let rows = client.read::<ListImportRows>(&path, &taken).await.expect("rows");
        assert_eq!(rows.data().len(), 2);
        assert_eq!(rows.page().and_then(|page| page.total), Some(2));
    }
}

on_both_databases! {
    async fn a_running_commit_can_be_paused_and_goes_on(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let id = samples::committing(&server, &db.store()).await;
        let client = &server.client;
        let path = [id.as_str()];
        let step = |step: &str| server.request("POST", &format!("/api/v1/imports/{id}/{step}"));
        send(step("resume")).await.refused(ErrorCode::ImportState);
        let paused = client.command::<PauseImport>(&path, &(), None).await.expect("paused");
        assert_eq!((paused.state, paused.committed), (ImportState::Paused, 0));
        send(step("pause")).await.refused(ErrorCode::ImportState);
        let resumed = client.command::<ResumeImport>(&path, &(), None).await.expect("it goes on");
        assert_eq!(resumed.state, ImportState::Committing);
        wait_until("the import is committed", async || {
            let import = client.read::<GetImport>(&path, &NoQuery {}).await.expect("read").into_data();
            (import.state == ImportState::Committed && import.committed == 2).then_some(()).ok_or(import)
        })
        .await;
    }
}

on_both_databases! {
    async fn failed_rows_come_as_a_table_that_imports_when_it_is_corrected(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let client = &server.client;
        let text = "Name,Phone,Email\nJörg Weiß,+49 30 1234567,not an address at all\nAna Lima,,ana@example.org\n\
                    =cmd(),,broken@\n";
        let run = async |name: &str, text: &str| {
            let import = client.upload_import(name, text, None).await.expect("uploaded");
            let id = import.id.to_string();
            let mapping = ImportMapping { columns: import.mapping.clone(), ..ImportMapping::default() };
            client.command::<MapImport>(&[&id], &mapping, None).await.expect("mapped");
            let previewed = client.command::<PreviewImport>(&[&id], &(), None).await.expect("previewed");
            (id, previewed)
        };
        // The telephone would identify the first one, so only the last row fails.
        let (id, previewed) = run("spring fair.csv", text).await;
        assert_eq!((previewed.counts.new, previewed.counts.invalid), (2, 1));
        let got = send(client.endpoint::<GetFailedRows>(&[&id])).await;
        assert_eq!(got.status.as_u16(), 200);
        assert!(got.header("content-type").starts_with("text/csv"), "{}", got.header("content-type"));
        assert_eq!(
            got.header("content-disposition"),
            "attachment; filename=\"spring_fair-failed-rows.csv\""
        );
        let table = got.text();
        assert!(table.starts_with("\u{feff}Name,Phone,Email,AICMO row,AICMO reasons\r\n"), "{table}");
        assert!(table.contains("\"'=cmd()\",,broken@,4,"), "{table}");
        assert!(table.contains("email_invalid"), "{table}");

        let corrected = table.replace("broken@", "cy@example.org").replace(",,cy@", ",\"'+49 30 7654321\",cy@");
        let (_, again) = run("corrected.csv", &corrected).await;
        assert_eq!(again.mapping.len(), 5, "our own columns are there");
        assert_eq!((again.counts.total, again.counts.new), (1, 1));
        let rows = client.read::<ListImportRows>(&[&again.id.to_string()], &ImportRowQuery::default()).await;
        let rows = rows.expect("rows").into_data();
        assert_eq!(rows[0].name.as_deref(), Some("=cmd()"), "the apostrophe is gone");
        assert!(rows[0].notes.is_empty(), "the number is read without its apostrophe: {:?}", rows[0].notes);

        let (_, fine) = run("fine.csv", CSV).await;
        let none = send(client.endpoint::<GetFailedRows>(&[&fine.id.to_string()])).await.text();
        assert_eq!(none.lines().count(), 1, "a header and nothing else: {none}");
    }
}

on_both_databases! {
    async fn an_import_can_be_given_up(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let id = samples::upload(&server, CSV).await["id"].as_str().expect("an id").to_owned();
        let cancelled = server.client.command::<CancelImport>(&[&id], &(), None).await.expect("cancelled");
        assert_eq!(cancelled.state, ImportState::Cancelled);
        let path = format!("/api/v1/imports/{id}/commit");
        let problem = send(server.request("POST", &path)).await.refused(ErrorCode::ImportState);
        assert_eq!(problem.extras["current"], "CANCELLED");
    }
}

on_both_databases! {
    async fn an_upload_that_is_no_file_of_ours_is_refused_and_leaves_nothing(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let post = || server.client.endpoint::<UploadImport>(&[]);
        let file = |text: &str| Part::text(text.to_owned()).file_name("leads.csv");

        send(post().body("Name,Email\n")).await.refused(ErrorCode::UnsupportedMediaType);
        send(post().json(&samples::body("CreateLead"))).await.refused(ErrorCode::UnsupportedMediaType);
        send(post().header("content-type", "multipart/form-data").body("x"))
            .await
            .refused(ErrorCode::UnsupportedMediaType);
        send(post().header("content-type", "multipart/form-data; boundary=b").body("--b\r\nbroken"))
            .await
            .refused(ErrorCode::MalformedRequest);

        let refused = async |form: Form, pointer: &str, code: &str| {
            let problem = send(post().multipart(form)).await.refused(ErrorCode::ValidationFailed);
            assert_eq!((problem.errors[0].pointer.as_str(), problem.errors[0].code.as_str()), (pointer, code));
        };
        refused(Form::new().text("campaign", ""), "/file", "required").await;
        refused(Form::new().part("document", file(CSV)), "", "unknown_part").await;
        refused(Form::new().text("campaign", "spring").part("file", file(CSV)), "/campaign", "not_an_id").await;
        refused(Form::new().part("file", file(CSV)).part("file", file(CSV)), "/file", "repeated").await;
        assert_eq!(incoming(&server), 0, "no temporary file is left");
    }
}

on_both_databases! {
    async fn a_file_that_is_too_large_is_413_and_names_the_limit(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let mut text = String::from("Name,Email\n");
        while text.len() as u64 <= IMPORT_LIMIT {
            text.push_str("Ada Lovelace,ada@engine.example\n");
        }
        for oversized in [text.clone(), text.repeat(3)] {
            let file = Part::text(oversized).file_name("leads.csv");
            let got = send(
                server.client.endpoint::<UploadImport>(&[]).multipart(Form::new().part("file", file)),
            )
            .await;
            let problem = got.refused(ErrorCode::PayloadTooLarge);
            assert_eq!(problem.extras["limit_bytes"], IMPORT_LIMIT);
            assert!(problem.detail.contains("1 MB"), "{}", problem.detail);
        }
        assert_eq!(incoming(&server), 0, "no temporary file is left");
    }
}
