//! A well-formed request for every endpoint, so that walks over the table meet the endpoint itself
//! and not its input checks.

use std::collections::BTreeMap;

use aicmo_client::reqwest::RequestBuilder;
use aicmo_client::reqwest::multipart::{Form, Part};
use aicmo_shared::activity::SubjectType;
use aicmo_shared::api::{BodyKind, EndpointSpec, Method};
use aicmo_shared::audit::{ActorType, AuditAction};
use aicmo_shared::import::ImportState;
use aicmo_shared::job::{JobState, LeadChange};
use aicmo_shared::{ImportId, JobId, Timestamp};
use aicmo_store::imports::{self, ImportRecord};
use aicmo_store::jobs::{self, JobRecord};
use aicmo_store::{Actor, AuditEntry, Store};
use aicmo_test_support::wait_until;
use serde_json::{Value, json};

use super::harness::{TestServer, send};
use super::people::Who;

/// An id that nothing has.
pub const NOBODY: &str = "0197c1f0-0000-7000-8000-000000000001";

/// The password of everybody in these tests.
pub const PASSWORD: &str = "seven turtles walk home";

/// A file of two leads.
pub const CSV: &str =
    "Name,Email,Company\nAda Lovelace,ada@engine.example,Engine\nGrace Hopper,grace@navy.example,Navy\n";

/// What a JSON endpoint takes. The names are those of the endpoint table.
pub fn body(name: &str) -> Value {
    match name {
        "CreateLead" => json!({ "name": "Ada Lovelace", "email": "ada@engine.example" }),
        "PatchLead" => json!({ "title": "Analyst" }),
        "ChangeLeadStatus" => json!({ "to": "ENRICHED" }),
        "ChangeLeadConsent" => json!({ "to": "CONSENTED", "reason": "signed up at the fair",
            "given_at": "2026-01-15T09:00:00Z", "origin": "form", "evidence": "Form 12 of the spring fair" }),
        "PreviewBulk" => json!({ "selection": { "filter": {} },
            "change": { "kind": "add_tags", "tags": ["warm"] } }),
        "StartBulk" => json!({ "selection": { "filter": {} },
            "change": { "kind": "add_tags", "tags": ["warm"] }, "expected_count": 1 }),
        "CreateCampaign" => json!({ "name": "Spring launch", "objective": "lead_generation" }),
        "ActivateCampaign" | "PauseCampaign" | "ResumeCampaign" | "CompleteCampaign" | "StopCampaign"
        | "UndoImport" => {
            json!({ "reason": "asked by the client" })
        }
        "MapImport" => json!({ "columns": ["name", "email", "company"] }),
        "CreateWebhook" => json!({ "url": "http://127.0.0.1:9/hook" }),
        "PatchWebhook" => json!({ "description": "Warehouse" }),
        "ReplayWebhook" => json!({ "failed_since": "2026-01-15T09:30:00Z" }),
        "ExportAudit" => json!({ "format": "ndjson" }),
        "ExportLeads" => json!({ "format": "csv", "filter": { "status": "NEW" } }),
        "ReportClientError" => json!({ "tab": "leads", "message": "boom", "location": "leads.rs:1:1",
            "build": "dev", "recovered": true }),
        "SignIn" => json!({ "email": "ada@people.example", "password": PASSWORD }),
        "SetUp" => json!({ "token": "nobody-made-this-token", "email": "ada@people.example",
            "display_name": "Ada", "password": PASSWORD }),
        "AcceptInvitation" => json!({ "token": "nobody-made-this-token", "display_name": "Ada",
            "password": PASSWORD }),
        "ResetPassword" => json!({ "token": "nobody-made-this-token", "password": PASSWORD }),
        "ChangePassword" => {
            json!({ "current_password": PASSWORD, "new_password": "nine otters swim upstream" })
        }
        "ChangeOwnName" => json!({ "display_name": "Ada King" }),
        "BeginSecondFactor" | "RemoveSecondFactor" | "RenewRecoveryCodes" => json!({ "password": PASSWORD }),
        "BeginPasskey" | "RemovePasskey" => json!({ "password": PASSWORD }),
        "RenamePasskey" => json!({ "name": "Work laptop" }),
        "AddPasskey" => json!({ "token": "nobody-made-this-token", "name": "Work laptop", "credential": {} }),
        "SignInByPasskey" => json!({ "token": "nobody-made-this-token", "credential": {} }),
        "ConfirmSecondFactor" => json!({ "code": "000000" }),
        "CreateServiceAccount" => json!({ "display_name": "Nightly report", "role": "viewer" }),
        "PatchUser" => json!({ "display_name": "Ada K. Lovelace" }),
        "CreateInvitation" => json!({ "email": "grace@people.example", "role": "operator" }),
        "CreateApiKey" => json!({ "name": "Nightly report", "scopes": ["read"], "owner": NOBODY }),
        other => panic!("{other} takes JSON and has no sample: add one"),
    }
}

/// A well-formed request for `spec` by somebody who may send it, with `id` in its path.
pub fn request(server: &TestServer, spec: &EndpointSpec, id: &str) -> RequestBuilder {
    request_by(server, &server.sender(spec), spec, id)
}

/// A well-formed request for `spec` by `who`, with `id` in its path.
pub fn request_by(server: &TestServer, who: &Who, spec: &EndpointSpec, id: &str) -> RequestBuilder {
    let request = server.ask(who, spec.method.as_str(), &spec.path_with(&[id]));
    let request = match spec.body {
        BodyKind::None => request,
        BodyKind::Json => request.json(&body(spec.name)),
        BodyKind::File => {
            let file = Part::text(CSV).file_name("leads.csv");
            request.multipart(Form::new().part("file", file))
        }
    };
    if spec.needs_version {
        request.header("If-Match", "\"v1\"")
    } else {
        request
    }
}

/// The plural that `spec` belongs to: `leads`, `campaigns`, `imports`, or another first segment.
pub fn noun(spec: &EndpointSpec) -> &'static str {
    spec.path
        .trim_start_matches(aicmo_shared::api::BASE)
        .split('/')
        .nth(1)
        .unwrap_or_default()
}

/// Something of every noun, by the noun.
pub struct Populated(BTreeMap<&'static str, String>);

/// The list endpoints whose first rows have ids.
const LISTS: &[&str] = &[
    "leads",
    "campaigns",
    "imports",
    "jobs",
    "users",
    "invitations",
    "api-keys",
    "webhooks",
];

impl Populated {
    /// Rows of the trail that `through` leaves.
    pub const ROWS: u64 = 8;

    /// One of each, made through the API.
    pub async fn through(server: &TestServer) -> Self {
        server.with_owner().await;
        let create = async |path: &str, body: Value| {
            let got = send(server.request("POST", path).json(&body)).await;
            assert_eq!(got.status.as_u16(), 201, "{}", got.text());
            got.json()
        };
        let user = create("/api/v1/users", body("CreateServiceAccount")).await["id"].clone();
        let mut key = body("CreateApiKey");
        key["owner"] = user.clone();
        let invitation = create("/api/v1/invitations", body("CreateInvitation")).await;
        let ids = [
            (
                "leads",
                create("/api/v1/leads", body("CreateLead")).await["lead"]["id"].clone(),
            ),
            (
                "campaigns",
                create("/api/v1/campaigns", body("CreateCampaign")).await["id"].clone(),
            ),
            ("imports", upload(server, CSV).await["id"].clone()),
            ("users", user),
            ("invitations", invitation["invitation"]["id"].clone()),
            (
                "api-keys",
                create("/api/v1/api-keys", key).await["key"]["id"].clone(),
            ),
        ];
        Self(
            ids.map(|(noun, id)| (noun, id.as_str().expect("an id").to_owned()))
                .into(),
        )
    }

    /// As `through`, and a webhook and a bulk change that is done.
    pub async fn with_work(server: &TestServer) -> Self {
        let mut ids = Self::through(server).await;
        let started = server
            .request("POST", "/api/v1/leads/bulk")
            .json(&body("StartBulk"));
        let job = send(started).await.json()["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        job_stands(server, &job, JobState::Completed).await;
        ids.0.insert("jobs", job);
        let made = send(
            server
                .request("POST", "/api/v1/webhooks")
                .json(&body("CreateWebhook")),
        )
        .await;
        let webhook = made.json()["webhook"]["id"].as_str().expect("an id").to_owned();
        ids.0.insert("webhooks", webhook);
        ids
    }

    /// The first rows of the lists, for a server whose data is given.
    pub async fn found_in(server: &TestServer) -> Self {
        let mut ids = BTreeMap::new();
        for noun in LISTS {
            let path = format!("/api/v1/{noun}");
            let got = send(server.get(&path)).await;
            assert_eq!(got.status.as_u16(), 200, "{path}: {}", got.text());
            if let Some(id) = got.json()["data"][0]["id"].as_str() {
                ids.insert(*noun, id.to_owned());
            }
        }
        Self(ids)
    }

    pub fn id_for(&self, spec: &EndpointSpec) -> &str {
        self.0.get(noun(spec)).map_or(NOBODY, String::as_str)
    }

    /// The id of the thing of that noun.
    pub fn id_of(&self, noun: &str) -> &str {
        &self.0[noun]
    }
}

/// The id of an import of `CSV` whose commit has begun, with nobody working on it: one that runs has
/// written two rows before anybody could pause it.
pub async fn committing(server: &TestServer, store: &Store) -> String {
    let id = upload(server, CSV).await["id"].clone();
    for (method, step) in [("PUT", "mapping"), ("POST", "preview")] {
        let path = format!("/api/v1/imports/{}/{step}", id.as_str().expect("an id"));
        let got = send(server.request(method, &path).json(&body("MapImport"))).await;
        assert_eq!(got.status.as_u16(), 200, "{}", got.text());
    }
    let import: ImportId = serde_json::from_value(id.clone()).expect("an id");
    let previewed = imports::get(&store.reader(), import).await.expect("it is there");
    let begun = ImportRecord {
        state: ImportState::Committing,
        ..previewed.clone()
    };
    let tx = store.begin_write().await.expect("a transaction");
    imports::replace(&tx, &previewed, &begun).await.expect("begun");
    let entry = by_the_test(
        AuditAction::ImportCommitStarted,
        SubjectType::Import,
        import.to_string(),
        begun.updated_at,
    );
    tx.commit(entry).await.expect("committed");
    id.as_str().expect("an id").to_owned()
}

/// The id of a bulk change of no lead that stands in `state`, with nobody working on it.
pub async fn standing_job(store: &Store, state: JobState) -> String {
    let at = Timestamp::from_millis(1_768_478_400_000);
    let actor = Actor {
        kind: ActorType::System,
        id: "test".to_owned(),
    };
    let number = JobState::ALL.iter().position(|known| *known == state);
    let id: JobId = format!("0197c1f0-0000-7000-8000-{:012}", number.expect("a state"))
        .parse()
        .expect("an id");
    let record = JobRecord {
        state,
        error: (state == JobState::Failed).then(|| "The server made a mistake.".to_owned()),
        ..JobRecord::started(id, LeadChange::Owner { owner: None }, actor, at)
    };
    let tx = store.begin_write().await.expect("a transaction");
    jobs::insert(&tx, &record).await.expect("added");
    let entry = by_the_test(AuditAction::JobStarted, SubjectType::Job, id.to_string(), at);
    tx.commit(entry).await.expect("committed");
    id.to_string()
}

fn by_the_test(action: AuditAction, subject_type: SubjectType, id: String, at: Timestamp) -> AuditEntry {
    AuditEntry {
        actor: Actor {
            kind: ActorType::System,
            id: "test".to_owned(),
        },
        action,
        subject_type,
        subject_id: Some(id),
        campaign: None,
        before: None,
        after: None,
        reason: None,
        request_id: String::new(),
        at,
    }
}

/// Waits until the bulk change stands in `state`, and answers it.
pub async fn job_stands(server: &TestServer, id: &str, state: JobState) -> Value {
    let path = format!("/api/v1/jobs/{id}");
    wait_until("the bulk change gets there", async || {
        let job = send(server.get(&path)).await.json()["data"].clone();
        if job["state"] == state.as_str() {
            Ok(job)
        } else {
            Err(job)
        }
    })
    .await
}

/// Uploads `text` and answers the import.
pub async fn upload(server: &TestServer, text: &str) -> Value {
    let file = Part::text(text.to_owned()).file_name("leads.csv");
    let got = send(
        server
            .request("POST", "/api/v1/imports")
            .multipart(Form::new().part("file", file)),
    )
    .await;
    assert_eq!(got.status.as_u16(), 201, "{}", got.text());
    got.json()
}

/// The endpoints that write or act, and those that read.
pub fn is_read(spec: &EndpointSpec) -> bool {
    spec.method == Method::Get
}
