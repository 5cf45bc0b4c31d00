//! Every command leaves one audit row with the id of its request; a refused one leaves none, and
//! neither does one that is sent again under its idempotency key.

use std::collections::BTreeSet;

use aicmo_operations::accounts::set_up_link;
use aicmo_shared::ErrorCode;
use aicmo_shared::api::{self, AnswerKind, BodyKind, Kind};
use aicmo_shared::audit::AuditAction;
use aicmo_shared::job::JobState;
use aicmo_store::{audit_rows, verify_audit_chain};
use aicmo_test_support::{Authenticator, TestDatabase, on_both_databases, wait_until};
use serde_json::{Value, json};

use super::harness::{Got, TestServer, send};
use super::idempotency::replays;
use super::passkeys::PASSKEY_ORIGIN;
use super::people::Who;
use super::samples::{self, CSV, PASSWORD};
use super::session::{code, session_of, token_of};

/// Runs commands and checks what each leaves behind.
struct Walk<'a> {
    server: &'a TestServer,
    db: &'a TestDatabase,
    done: BTreeSet<&'static str>,
}

impl Walk<'_> {
    async fn rows_of(&self, request_id: &str) -> usize {
        audit_rows(&self.db.store().reader(), 0, 10_000)
            .await
            .expect("the trail is read")
            .iter()
            .filter(|row| row.entry.request_id == request_id)
            // What the worker commits in a request's name comes after its answer, a row per chunk.
            .filter(|row| {
                !matches!(
                    row.entry.action,
                    AuditAction::ImportChunkCommitted
                        | AuditAction::ImportCommitted
                        | AuditAction::ImportChunkUndone
                        | AuditAction::ImportUndone
                        | AuditAction::JobChunkWritten
                        | AuditAction::JobCompleted
                        | AuditAction::JobChunkUndone
                        | AuditAction::JobUndone
                )
            })
            .count()
    }

    /// Runs the command on the thing with `id` and answers what came back.
    async fn run(&mut self, name: &'static str, id: &str, version: Option<i64>) -> Got {
        let spec = api::ALL
            .iter()
            .find(|spec| spec.name == name)
            .expect("a name of the table");
        let key = format!("walk-{name}");
        let request = || {
            let mut request = samples::request(self.server, spec, id);
            if let Some(version) = version {
                request = self
                    .server
                    .request(spec.method.as_str(), &spec.path_with(&[id]))
                    .header("If-Match", format!("\"v{version}\""));
                if spec.body == BodyKind::Json {
                    request = request.json(&samples::body(name));
                }
            }
            request.header("Idempotency-Key", key.clone())
        };
        let got = send(request()).await;
        assert_eq!(got.status.as_u16(), spec.success, "{name}: {}", got.text());
        self.left_one_row(name, &got).await;
        if spec.takes_key() {
            let again = send(request()).await;
            match spec.answer {
                // A secret is shown once, and the change is made once all the same.
                AnswerKind::Secret => drop(again.refused(ErrorCode::AnswerNotKept)),
                _ => replays(&got, &again),
            }
            assert_eq!(
                self.rows_of(again.header("x-request-id")).await,
                0,
                "{name} ran again"
            );
        }
        got
    }

    /// Runs a command of the accounts as `who`, with a body of its own.
    async fn run_by(&mut self, who: &Who, name: &'static str, id: &str, body: &Value) -> Got {
        let spec = api::ALL
            .iter()
            .find(|spec| spec.name == name)
            .expect("a name of the table");
        let mut request = self.server.ask(who, spec.method.as_str(), &spec.path_with(&[id]));
        if spec.body == BodyKind::Json {
            request = request.json(body);
        }
        let got = send(request).await;
        assert_eq!(got.status.as_u16(), spec.success, "{name}: {}", got.text());
        self.left_one_row(name, &got).await;
        got
    }

    /// Every command about people, their sessions and keys, from the first start on.
    async fn accounts(&mut self) {
        let nothing = Value::Null;
        let link = set_up_link(&self.server.ops)
            .await
            .expect("made")
            .expect("nobody is there");
        let mut body = samples::body("SetUp");
        body["token"] = json!(token_of(link.expose()));
        let admin = session_of(&self.run_by(&Who::Nobody, "SetUp", "", &body).await);

        let invitation = self.run("CreateInvitation", "", None).await.json();
        let mut body = samples::body("AcceptInvitation");
        body["token"] = json!(token_of(invitation["link"].as_str().expect("a link")));
        let grace = session_of(&self.run_by(&Who::Nobody, "AcceptInvitation", "", &body).await);
        let id = grace.user().to_string();
        let other = json!({ "email": "joan@people.example", "role": "viewer" });
        let other = send(self.server.request("POST", "/api/v1/invitations").json(&other))
            .await
            .json();
        let other = other["invitation"]["id"].as_str().expect("an id").to_owned();
        self.run("RevokeInvitation", &other, None).await;

        let service = id_of(&self.run("CreateServiceAccount", "", None).await);
        self.run("PatchUser", &service, Some(1)).await;
        let mut body = samples::body("CreateApiKey");
        body["owner"] = json!(service);
        let key = self.run_by(&admin, "CreateApiKey", "", &body).await.json();
        let key = key["key"]["id"].as_str().expect("an id").to_owned();
        self.run("RevokeApiKey", &key, None).await;

        let reset = self.run("CreatePasswordReset", &id, None).await.json();
        let mut body = samples::body("ResetPassword");
        body["token"] = json!(token_of(reset["link"].as_str().expect("a link")));
        self.run_by(&Who::Nobody, "ResetPassword", "", &body).await;
        self.run("EndUserSessions", &id, None).await;
        self.run("RemoveUserSecondFactor", &id, None).await;

        let body = json!({ "email": "grace@people.example", "password": PASSWORD });
        let grace = session_of(&self.run_by(&Who::Nobody, "SignIn", "", &body).await);
        let change = samples::body("ChangePassword");
        let again = json!({ "password": change["new_password"] });
        let grace = session_of(&self.run_by(&grace, "ChangePassword", "", &change).await);
        self.run_by(&grace, "ChangeOwnName", "", &samples::body("ChangeOwnName"))
            .await;
        let offer = self.run_by(&grace, "BeginSecondFactor", "", &again).await.json();
        let code = code(self.server, offer["secret"].as_str().expect("a secret"), 0);
        let confirmed = self
            .run_by(&grace, "ConfirmSecondFactor", "", &json!({ "code": code }))
            .await;
        let grace = session_of(&confirmed);
        let grace = session_of(&self.run_by(&grace, "RenewRecoveryCodes", "", &again).await);
        let grace = session_of(&self.run_by(&grace, "RemoveSecondFactor", "", &again).await);
        let grace = self.passkeys(grace, &again).await;
        let Who::Session { id: elsewhere, .. } = self.server.signed_in(grace.user()).await else {
            panic!("a session");
        };
        self.run_by(&grace, "EndSession", &elsewhere.to_string(), &nothing)
            .await;
        self.run_by(&grace, "SignOut", "", &nothing).await;
    }

    /// Every command about passkeys; answers the session that the last of them renewed.
    async fn passkeys(&mut self, grace: Who, again: &Value) -> Who {
        let mut phone = Authenticator::at(PASSKEY_ORIGIN);
        let asked = self.run_by(&grace, "BeginPasskey", "", again).await.json();
        let made = phone.create(&asked["options"]);
        let draft = json!({ "token": asked["token"], "name": "Phone", "credential": made });
        let added = self.run_by(&grace, "AddPasskey", "", &draft).await;
        let grace = session_of(&added);
        let id = added.json()["passkey"]["id"].as_str().expect("an id").to_owned();
        self.run_by(&grace, "RenamePasskey", &id, &json!({ "name": "Old phone" }))
            .await;
        let asked = send(self.server.request("POST", "/api/v1/session/passkey/begin"))
            .await
            .json();
        let answer = phone.answer(&asked["options"]);
        let body = json!({ "token": asked["token"], "credential": answer });
        self.run_by(&Who::Nobody, "SignInByPasskey", "", &body).await;
        session_of(&self.run_by(&grace, "RemovePasskey", &id, again).await)
    }

    async fn left_one_row(&mut self, name: &'static str, got: &Got) {
        let request_id = got.header("x-request-id");
        assert_eq!(
            self.rows_of(request_id).await,
            1,
            "{name} left another number of rows"
        );
        self.done.insert(name);
    }
}

fn id_of(got: &Got) -> String {
    got.json()["id"].as_str().expect("an id").to_owned()
}

on_both_databases! {
    async fn every_command_leaves_exactly_one_row(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let mut walk = Walk { server: &server, db: &db, done: BTreeSet::new() };

        walk.accounts().await;
        let lead = walk.run("CreateLead", "", None).await.json()["lead"].clone();
        let id = lead["id"].as_str().expect("an id").to_owned();
        let version = lead["version"].as_i64().expect("a version");
        let patched = walk.run("PatchLead", &id, Some(version)).await.json();
        let version = patched["version"].as_i64().expect("a version");
        walk.run("ChangeLeadStatus", &id, Some(version)).await;
        walk.run("ChangeLeadConsent", &id, None).await;

        let job = id_of(&walk.run("StartBulk", "", None).await);
        samples::job_stands(&server, &job, JobState::Completed).await;
        walk.run("UndoJob", &job, None).await;
        let job = samples::standing_job(&db.store(), JobState::Running).await;
        walk.run("CancelJob", &job, None).await;
        let job = samples::standing_job(&db.store(), JobState::Failed).await;
        walk.run("RetryJob", &job, None).await;

        let campaign = id_of(&walk.run("CreateCampaign", "", None).await);
        for step in ["ActivateCampaign", "PauseCampaign", "ResumeCampaign", "CompleteCampaign"] {
            walk.run(step, &campaign, None).await;
        }
        let other = send(server.request("POST", "/api/v1/campaigns").json(&json!({
            "name": "Autumn", "objective": "sales" }))).await;
        walk.run("StopCampaign", &id_of(&other), None).await;

        let webhook = walk.run("CreateWebhook", "", None).await.json()["webhook"]["id"].clone();
        let webhook = webhook.as_str().expect("an id").to_owned();
        walk.run("PatchWebhook", &webhook, Some(1)).await;
        for step in ["RotateWebhookSecret", "TestWebhook", "ReplayWebhook"] {
            walk.run(step, &webhook, None).await;
        }
        walk.run("DeleteWebhook", &webhook, Some(3)).await;

        let import = id_of(&walk.run("UploadImport", "", None).await);
        for step in ["MapImport", "PreviewImport", "CancelImport"] {
            walk.run(step, &import, None).await;
        }
        let import = samples::upload(&server, CSV).await["id"].as_str().expect("an id").to_owned();
        for (method, step) in [("PUT", "mapping"), ("POST", "preview")] {
            let path = format!("/api/v1/imports/{import}/{step}");
            let got = send(server.request(method, &path).json(&samples::body("MapImport"))).await;
            assert_eq!(got.status.as_u16(), 200, "{}", got.text());
        }
        walk.run("CommitImport", &import, None).await;
        let path = format!("/api/v1/imports/{import}");
        wait_until("the import is committed", async || {
            let state = send(server.get(&path)).await.json()["data"]["state"].clone();
            (state == "COMMITTED").then_some(()).ok_or(state)
        })
        .await;
        walk.run("UndoImport", &import, None).await;
        let import = samples::committing(&server, &db.store()).await;
        for step in ["PauseImport", "ResumeImport"] {
            walk.run(step, &import, None).await;
        }

        walk.run("ExportAudit", "", None).await;
        walk.run("ExportLeads", "", None).await;
        walk.run("CreateBackup", "", None).await;

        let commands: BTreeSet<&str> =
            api::ALL.iter().filter(|spec| spec.kind == Kind::Command).map(|spec| spec.name).collect();
        assert_eq!(walk.done, commands, "a command is missing from this walk");
        let chain = verify_audit_chain(&db.store().reader()).await.expect("the chain is computed");
        assert_eq!(chain.broken, None);
    }
}

on_both_databases! {
    async fn a_refused_command_leaves_no_row(db: TestDatabase) {
        let server = TestServer::live(db.store());
        server.with_owner().await;
        let before = audit_rows(&db.store().reader(), 0, 10).await.expect("the trail is read").len();
        for spec in api::ALL.iter().filter(|spec| spec.kind == Kind::Command && spec.path.contains('{')) {
            let got = send(samples::request(&server, spec, samples::NOBODY)).await;
            got.refused(ErrorCode::NotFound);
        }
        let rows = audit_rows(&db.store().reader(), 0, 10).await.expect("the trail is read");
        assert_eq!(rows.len(), before, "{rows:?}");
    }
}
