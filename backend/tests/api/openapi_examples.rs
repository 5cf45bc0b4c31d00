//! The examples of the document are what a running server takes and answers.
//!
//! With `AICMO_WRITE_EXAMPLES=1` the file of the examples is written anew; otherwise it is compared.

mod people;
mod refusals;
mod steady;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use aicmo_shared::ErrorCode;
use aicmo_shared::api::{self, AnswerKind, BodyKind, EndpointSpec};
use aicmo_shared::job::JobState;
use aicmo_store::Store;
use aicmo_test_support::{on_both_databases, wait_until};
use serde_json::{Value, json};

use self::steady::Steady;
use super::described::{self, DOCUMENT};
use super::harness::{Got, TestServer, send};
use super::people::Who;
use super::samples;

/// Lists whose order within a millisecond is by chance, and reports on one machine at one moment: they
/// are held against their schema alone.
const BY_CHANCE: &[&str] = &[
    "ListLeadEvents",
    "ListActivity",
    "GetDiagnostics",
    "RunDiagnostics",
    "MakeSupportBundle",
    "ListAudit",
    "ExportAudit",
    "ExportLeads",
    "OpenStream",
    "CreateBackup",
    "ListBackups",
];

/// Rows of a list that an example shows.
const SHOWN_ROWS: usize = 2;

/// Codes that no caller can bring about at will, or only by bytes that are no request; a test of the
/// door has those.
const NOT_AT_WILL: &[ErrorCode] = &[
    ErrorCode::Internal,
    ErrorCode::Integrity,
    ErrorCode::IdempotencyInProgress,
    ErrorCode::AnswerNotKept,
    ErrorCode::HeadTooLarge,
    ErrorCode::RequestTimeout,
];

fn spec(name: &str) -> &'static EndpointSpec {
    let found = api::ALL.iter().find(|spec| spec.name == name);
    found.expect("a name of the table")
}

/// What was sent and answered.
#[derive(Default)]
struct Collected {
    steady: Steady,
    requests: BTreeMap<String, Value>,
    answers: BTreeMap<String, Value>,
    problems: BTreeMap<String, Value>,
}

impl Collected {
    async fn call(&mut self, server: &TestServer, name: &str, id: &str, version: Option<&Value>) -> Value {
        let spec = spec(name);
        let body = (spec.body == BodyKind::Json).then(|| samples::body(name));
        self.call_as(server, &server.sender(spec), name, id, version, body)
            .await
            .json()
    }

    /// Sends a request that must succeed, and keeps it with its answer.
    async fn call_as(
        &mut self,
        server: &TestServer,
        who: &Who,
        name: &str,
        id: &str,
        version: Option<&Value>,
        body: Option<Value>,
    ) -> Got {
        let spec = spec(name);
        let mut request = server.ask(who, spec.method.as_str(), &spec.path_with(&[id]));
        if spec.body == BodyKind::File {
            request = samples::request_by(server, who, spec, id);
        }
        if let Some(body) = body {
            request = request.json(&body);
            let kept = self.steady.value(&body);
            self.requests.insert(name.to_owned(), kept);
        }
        if let Some(version) = version {
            request = request.header("If-Match", format!("\"v{version}\""));
        }
        let got = send(request).await;
        assert_eq!(got.status.as_u16(), spec.success, "{name}: {}", got.text());
        if !matches!(spec.answer, AnswerKind::Rows | AnswerKind::Table) {
            let mut kept = self.steady.value(&got.json());
            if let Some(rows) = kept.get_mut("data").and_then(Value::as_array_mut) {
                rows.truncate(SHOWN_ROWS);
            }
            self.answers.insert(name.to_owned(), kept);
        }
        got
    }

    fn refused(&mut self, got: &Got, code: ErrorCode) {
        got.refused(code);
        self.problems
            .insert(code.to_string(), self.steady.value(&got.json()));
    }

    fn file(&self) -> Value {
        json!({ "requests": self.requests, "answers": self.answers, "problems": self.problems })
    }
}

/// A bulk change on its way there, stopped, set going again, and on its way back.
async fn bulk_change(all: &mut Collected, server: &TestServer, store: &Store) {
    all.call(server, "PreviewBulk", "", None).await;
    let job = all.call(server, "StartBulk", "", None).await["id"].clone();
    let job = job.as_str().expect("an id");
    samples::job_stands(server, job, JobState::Completed).await;
    for name in ["GetJob", "ListJobItems", "ListJobs", "UndoJob"] {
        all.call(server, name, job, None).await;
    }
    samples::job_stands(server, job, JobState::Undone).await;
    for (name, state) in [("CancelJob", JobState::Running), ("RetryJob", JobState::Failed)] {
        let job = samples::standing_job(store, state).await;
        all.call(server, name, &job, None).await;
    }
    let again = server.request("POST", &format!("/api/v1/jobs/{job}/undo"));
    all.refused(&send(again).await, ErrorCode::JobState);
}

/// Waits until an import stands in `state`.
async fn stands(server: &TestServer, import: &str, state: &str) {
    wait_until("the import gets there", async || {
        let seen = send(server.get(&format!("/api/v1/imports/{import}")))
            .await
            .json()["data"]["state"]
            .clone();
        (seen == state).then_some(()).ok_or(seen)
    })
    .await;
}

/// The table of an import with one row that cannot be used.
async fn failed_rows(all: &mut Collected, server: &TestServer) {
    const NAME: &str = "GetFailedRows";
    let flawed = samples::upload(server, "Name,Email\nAlan Turing,alan at bletchley\n").await;
    let id = flawed["id"].as_str().expect("an id");
    let path = |step: &str| format!("/api/v1/imports/{id}/{step}");
    let mapping = json!({ "columns": ["name", "email"] });
    for request in [
        server.request("PUT", &path("mapping")).json(&mapping),
        server.request("POST", &path("preview")),
    ] {
        let got = send(request).await;
        assert_eq!(got.status.as_u16(), 200, "{}", got.text());
    }
    let got = all
        .call_as(server, &server.sender(spec(NAME)), NAME, id, None, None)
        .await;
    let table = all.steady.lines(&got.text());
    all.answers.insert(NAME.to_owned(), json!({ "text/csv": table }));
}

async fn collect(server: &TestServer, store: &Store) -> Collected {
    let mut all = Collected::default();
    let folder = server.data_dir().display().to_string();
    all.steady.words.push((folder, "/var/lib/aicmo"));
    let campaign = all.call(server, "CreateCampaign", "", None).await["id"].clone();
    let campaign = campaign.as_str().expect("an id").to_owned();
    let created = all.call(server, "CreateLead", "", None).await["lead"].clone();
    let id = created["id"].as_str().expect("an id").to_owned();
    let patched = all
        .call(server, "PatchLead", &id, Some(&created["version"]))
        .await;
    all.call(server, "ChangeLeadStatus", &id, Some(&patched["version"]))
        .await;
    for (name, id) in [
        ("ChangeLeadConsent", &id),
        ("ListLeadConsent", &id),
        ("GetLead", &id),
        ("ListLeadEvents", &id),
    ] {
        all.call(server, name, id, None).await;
    }
    bulk_change(&mut all, server, store).await;
    for (name, id) in [
        ("ActivateCampaign", &campaign),
        ("PauseCampaign", &campaign),
        ("ResumeCampaign", &campaign),
        ("GetCampaign", &campaign),
        ("CompleteCampaign", &campaign),
    ] {
        all.call(server, name, id, None).await;
    }
    let body = json!({ "name": "Autumn", "objective": "sales" });
    let other = send(server.request("POST", "/api/v1/campaigns").json(&body))
        .await
        .json();
    all.call(server, "StopCampaign", other["id"].as_str().expect("an id"), None)
        .await;
    let import = all.call(server, "UploadImport", "", None).await["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    for name in [
        "MapImport",
        "PreviewImport",
        "ListImportRows",
        "GetImport",
        "CommitImport",
    ] {
        all.call(server, name, &import, None).await;
    }
    stands(server, &import, "COMMITTED").await;
    all.call(server, "UndoImport", &import, None).await;
    stands(server, &import, "UNDONE").await;
    let running = samples::committing(server, store).await;
    all.call(server, "PauseImport", &running, None).await;
    all.call(server, "ResumeImport", &running, None).await;
    stands(server, &running, "COMMITTED").await;
    failed_rows(&mut all, server).await;
    let unwanted = samples::upload(server, "Name,Email\nX,x@many.example\n").await;
    all.call(
        server,
        "CancelImport",
        unwanted["id"].as_str().expect("an id"),
        None,
    )
    .await;
    for name in [
        "GetStatus",
        "GetAttention",
        "ListActivity",
        "GetMyWork",
        "ListLeads",
        "ListCampaigns",
        "ListImports",
        "ReportClientError",
    ] {
        all.call(server, name, "", None).await;
    }

    for name in [
        "ListEntryPoints",
        "GetDiagnostics",
        "RunDiagnostics",
        "MakeSupportBundle",
    ] {
        all.call(server, name, "", None).await;
    }
    refusals::of_leads(&mut all, server, &id, &campaign, &import).await;
    people::walk(&mut all, server).await;
    refusals::at_the_door(&mut all, server).await;
    all
}

fn path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/openapi/examples.json")
}

on_both_databases! {
    async fn every_example_is_what_a_running_server_takes_and_answers(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let collected = collect(&server, &db.store()).await.file();
        if std::env::var_os("AICMO_WRITE_EXAMPLES").is_some() {
            let text = serde_json::to_string_pretty(&collected).expect("serialises");
            std::fs::write(path(), text + "\n").expect("written");
            return;
        }
        let kept: Value = serde_json::from_str(&std::fs::read_to_string(path()).expect("the file")).expect("JSON");
        for part in ["requests", "answers", "problems"] {
            for (name, seen) in collected[part].as_object().expect("examples") {
                if BY_CHANCE.contains(&name.as_str()) {
                    continue;
                }
                assert_eq!(
                    &kept[part][name], seen,
                    "{part}/{name} is otherwise: look at it, then run `cargo xtask openapi --examples`"
                );
            }
        }
    }
}

/// What an operation shows for a body or an answer, with its schema.
fn shown(content: &Value, media: &str, name: &str) {
    let content = &content[media];
    let example = &content["example"];
    assert!(!example.is_null(), "{name} shows no {media}");
    let faults = described::faults(&content["schema"], example);
    assert!(faults.is_empty(), "{name}: {faults:?}");
}

#[test]
fn every_endpoint_shows_what_it_takes_and_answers() {
    for spec in api::ALL {
        let operation = &DOCUMENT["paths"][spec.path][spec.method.as_str().to_ascii_lowercase()];
        let content = &operation["responses"][spec.success.to_string()]["content"];
        for media in content.as_object().expect("forms of the answer").keys() {
            shown(content, media, spec.name);
        }
        if spec.body == BodyKind::Json {
            shown(
                &operation["requestBody"]["content"],
                "application/json",
                spec.name,
            );
        }
    }
}

#[test]
fn every_code_that_a_caller_can_bring_about_is_shown() {
    let mut missing = BTreeSet::new();
    for operation in DOCUMENT["paths"]
        .as_object()
        .expect("paths")
        .values()
        .flat_map(|path| path.as_object().expect("operations").values())
    {
        for response in operation["responses"].as_object().expect("responses").values() {
            let content = &response["content"]["application/problem+json"];
            let codes = content["schema"]["properties"]["code"]["enum"].as_array();
            for code in codes.into_iter().flatten().filter_map(Value::as_str) {
                if content["examples"][code].is_null() {
                    missing.insert(code.to_owned());
                }
            }
        }
    }
    let expected: BTreeSet<String> = NOT_AT_WILL.iter().map(ErrorCode::to_string).collect();
    assert_eq!(
        missing, expected,
        "show the code, or say that nobody can bring it about"
    );
}
