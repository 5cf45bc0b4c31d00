//! The examples of the document are what a running server takes and answers.
//!
//! With `AICMO_WRITE_EXAMPLES=1` the file of the examples is written anew; otherwise it is compared.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use aicmo_shared::ErrorCode;
use aicmo_shared::api::{self, BodyKind};
use aicmo_test_support::{on_both_databases, wait_until};
use serde_json::{Map, Value, json};

use super::described::{self, DOCUMENT};
use super::harness::{Got, TestServer, send};
use super::samples;

/// Endpoints whose answers are about one machine or hold nothing that an example could show.
const WITHOUT: &[&str] = &[
    "GetDiagnostics",
    "RunDiagnostics",
    "MakeSupportBundle",
    "ListEntryPoints",
];

/// The nouns whose endpoints this walk calls; the others have their examples in their own tests.
const NOUNS: &[&str] = &[
    "status",
    "metrics",
    "activity",
    "my-work",
    "leads",
    "campaigns",
    "imports",
    "client-errors",
];

/// Lists whose order within a millisecond is by chance: they are held against their schema alone.
const BY_CHANCE: &[&str] = &["ListLeadEvents", "ListActivity"];

/// Makes what differs from run to run the same: ids by the order in which they come, and instants.
#[derive(Default)]
struct Steady {
    ids: Vec<String>,
}

impl Steady {
    fn value(&mut self, value: &Value) -> Value {
        match value {
            Value::Object(fields) => {
                let steady: Map<String, Value> = fields
                    .iter()
                    .map(|(name, field)| (name.clone(), self.field(name, field)))
                    .collect();
                Value::Object(steady)
            }
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::String(text) => Value::String(self.text(text)),
            plain => plain.clone(),
        }
    }

    fn field(&mut self, name: &str, field: &Value) -> Value {
        match (name, field) {
            ("change_seq", Value::Number(_)) => json!(42),
            ("next_cursor", Value::String(_)) => json!("eyJuIjoxfQ.b3BhcXVl"),
            ("sha256", Value::String(_)) => {
                json!("5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef")
            }
            _ => self.value(field),
        }
    }

    fn text(&mut self, text: &str) -> String {
        if aicmo_shared::Timestamp::parse(text).is_some() {
            return "2026-01-15T09:30:00.000Z".to_owned();
        }
        let mut steady = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            if let Some(id) = rest
                .get(..36)
                .filter(|word| word.parse::<aicmo_shared::LeadId>().is_ok())
            {
                let known = self.ids.iter().position(|known| known == id).unwrap_or_else(|| {
                    self.ids.push(id.to_owned());
                    self.ids.len() - 1
                });
                let _ = write!(steady, "0197c1f0-5e8a-7000-8000-{:012x}", known + 1);
                rest = rest.get(36..).unwrap_or_default();
            } else {
                steady.push(letter);
                rest = rest.get(letter.len_utf8()..).unwrap_or_default();
            }
        }
        steady
    }
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
        let spec = api::ALL
            .iter()
            .find(|spec| spec.name == name)
            .expect("a name of the table");
        let mut request = server.request(spec.method.as_str(), &spec.path_with(&[id]));
        if spec.body == BodyKind::File {
            request = samples::request(server, spec, id);
        }
        if spec.body == BodyKind::Json {
            let body = samples::body(name);
            request = request.json(&body);
            self.requests.insert(name.to_owned(), body);
        }
        if let Some(version) = version {
            request = request.header("If-Match", format!("\"v{version}\""));
        }
        let got = send(request).await;
        assert_eq!(got.status.as_u16(), spec.success, "{name}: {}", got.text());
        let answer = got.json();
        if !WITHOUT.contains(&name) {
            self.answers.insert(name.to_owned(), self.steady.value(&answer));
        }
        answer
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

#[expect(clippy::too_many_lines, reason = "one example after the other")]
async fn collect(server: &TestServer) -> Collected {
    let mut all = Collected::default();
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
        ("GetLead", &id),
        ("ListLeadEvents", &id),
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
    wait_until("the import is committed", async || {
        let state = send(server.get(&format!("/api/v1/imports/{import}")))
            .await
            .json()["data"]["state"]
            .clone();
        (state == "COMMITTED").then_some(()).ok_or(state)
    })
    .await;
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

    let lead = format!("/api/v1/leads/{id}");
    let etag = send(server.get(&lead)).await.header("etag").to_owned();
    let patch = |etag: &str| {
        server
            .request("PATCH", &lead)
            .header("If-Match", etag.to_owned())
            .json(&json!({ "title": "Engineer" }))
    };
    let post = |path: &str, body: Value| server.request("POST", path).json(&body);
    let refusals = [
        (server.get("/api/v1/leads?colour=blue"), ErrorCode::InvalidFilter),
        (server.get("/api/v1/leads?cursor=mine"), ErrorCode::InvalidCursor),
        (
            server.get("/api/v1/leads?filter[status]=ENGAGED"),
            ErrorCode::InvalidEnumValue,
        ),
        (
            server.get(&format!("/api/v1/leads/{}", samples::NOBODY)),
            ErrorCode::NotFound,
        ),
        (server.request("PUT", &lead), ErrorCode::MethodNotAllowed),
        (
            server
                .request("PATCH", &lead)
                .json(&json!({ "title": "Engineer" })),
            ErrorCode::PreconditionRequired,
        ),
        (patch("\"v1\""), ErrorCode::VersionConflict),
        (
            server
                .request("PATCH", &lead)
                .header("If-Match", etag.clone())
                .json(&json!({ "titel": "Engineer" })),
            ErrorCode::ValidationFailed,
        ),
        (
            server
                .request("PATCH", &lead)
                .header("If-Match", etag.clone())
                .body("{}"),
            ErrorCode::UnsupportedMediaType,
        ),
        (
            post(&format!("{lead}/status"), json!({ "to": "ROUTED" })).header("If-Match", etag.clone()),
            ErrorCode::IllegalTransition,
        ),
        (
            post("/api/v1/campaigns", samples::body("CreateCampaign")),
            ErrorCode::DuplicateName,
        ),
        (
            post(&format!("/api/v1/campaigns/{campaign}/stop"), json!({})),
            ErrorCode::ReasonRequired,
        ),
        (
            server.request("POST", &format!("/api/v1/imports/{import}/commit")),
            ErrorCode::ImportState,
        ),
        (
            server
                .request("POST", "/api/v1/leads")
                .header("content-type", "application/json")
                .body("{"),
            ErrorCode::MalformedRequest,
        ),
    ];
    for (request, code) in refusals {
        let got = send(request).await;
        all.refused(&got, code);
    }
    let keyed = |name: &str| {
        post("/api/v1/campaigns", json!({ "name": name, "objective": "sales" }))
            .header("Idempotency-Key", "k")
    };
    send(keyed("Winter")).await;
    let reused = send(keyed("Summer")).await;
    all.refused(&reused, ErrorCode::IdempotencyKeyReused);
    all
}

fn path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/openapi/examples.json")
}

on_both_databases! {
    async fn every_example_is_what_a_running_server_takes_and_answers(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let collected = collect(&server).await.file();
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

#[test]
fn every_endpoint_of_these_nouns_shows_what_it_takes_and_answers() {
    for spec in api::ALL
        .iter()
        .filter(|spec| NOUNS.contains(&samples::noun(spec)))
    {
        let operation = &DOCUMENT["paths"][spec.path][spec.method.as_str().to_ascii_lowercase()];
        let content = &operation["responses"][spec.success.to_string()]["content"]["application/json"];
        assert!(content["example"].is_object(), "{} shows no answer", spec.name);
        let faults = described::faults(&content["schema"], &content["example"]);
        assert!(faults.is_empty(), "{}: {faults:?}", spec.name);
        if spec.body == BodyKind::Json {
            let content = &operation["requestBody"]["content"]["application/json"];
            assert!(content["example"].is_object(), "{} shows no body", spec.name);
            let faults = described::faults(&content["schema"], &content["example"]);
            assert!(faults.is_empty(), "{}: {faults:?}", spec.name);
        }
    }
}

#[test]
fn an_example_is_made_steady_by_order_and_not_by_chance() {
    let id = "0197c1f0-aaaa-7bbb-8ccc-0123456789ab";
    let seen =
        json!({ "id": id, "path": format!("/leads/{id}/x"), "at": "2026-11-25T07:00:00.123Z", "n": 5 });
    assert_eq!(
        Steady::default().value(&seen),
        json!({ "id": "0197c1f0-5e8a-7000-8000-000000000001", "path": "/leads/0197c1f0-5e8a-7000-8000-000000000001/x",
            "at": "2026-01-15T09:30:00.000Z", "n": 5 })
    );
}
