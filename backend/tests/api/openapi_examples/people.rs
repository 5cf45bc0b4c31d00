//! The walk through what belongs to people, tools, webhooks, the audit trail and backups.

use aicmo_operations::accounts::set_up_link;
use aicmo_shared::ErrorCode;
use aicmo_shared::access::Role;
use aicmo_test_support::Authenticator;
use serde_json::{Value, json};

use super::super::harness::{Got, TestServer};
use super::super::passkeys::PASSKEY_ORIGIN;
use super::super::people::Who;
use super::super::samples::{self, PASSWORD};
use super::super::session::{code, session_of, token_of};
use super::super::stream::first_told;
use super::Collected;

const NEW_PASSWORD: &str = "nine otters swim upstream";

/// Calls each endpoint once, as whoever it is for.
pub async fn walk(all: &mut Collected, server: &TestServer) {
    let admin = own_account(all, server).await;
    let service = accounts(all, server, &admin).await;
    keys(all, server, &admin, &service).await;
    webhooks(all, server, &admin).await;
    trail(all, server, &admin).await;
    let backups: [(&str, Option<Value>); 2] = [("CreateBackup", None), ("ListBackups", None)];
    for (name, body) in backups {
        all.call_as(server, &admin, name, "", None, body).await;
    }
    all.call_as(server, &admin, "SignOut", "", None, None).await;
}

fn text(got: &Got, pointer: &str) -> String {
    let json = got.json();
    let found = json.pointer(pointer).and_then(Value::as_str);
    found
        .unwrap_or_else(|| panic!("no {pointer} in {json}"))
        .to_owned()
}

/// From the set-up link to a session with a second factor and back; answers the session.
async fn own_account(all: &mut Collected, server: &TestServer) -> Who {
    let link = set_up_link(&server.ops)
        .await
        .expect("asked")
        .expect("nobody is there");
    let mut body = samples::body("SetUp");
    body["token"] = json!(token_of(link.expose()));
    all.call_as(server, &Who::Nobody, "SetUp", "", None, Some(body.clone()))
        .await;
    let again = server.ask(&Who::Nobody, "POST", "/api/v1/setup").json(&body);
    all.refused(&super::send(again).await, ErrorCode::AlreadySetUp);

    let mut credentials = samples::body("SignIn");
    let got = all
        .call_as(
            server,
            &Who::Nobody,
            "SignIn",
            "",
            None,
            Some(credentials.clone()),
        )
        .await;
    let me = session_of(&got);
    let listed = all
        .call_as(server, &me, "ListSessions", "", None, None)
        .await
        .json();
    let sessions = listed["data"].as_array().expect("sessions");
    let other = sessions
        .iter()
        .find(|session| session["current"] == false)
        .expect("the one of the set-up");
    let other = other["id"].as_str().expect("an id");
    all.call_as(server, &me, "EndSession", other, None, None).await;
    // With one session left there is one order to list them in.
    all.call_as(server, &me, "ListSessions", "", None, None).await;

    let change = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
    let got = all
        .call_as(server, &me, "ChangePassword", "", None, Some(change))
        .await;
    let me = session_of(&got);
    let again = json!({ "password": NEW_PASSWORD });
    let offer = all
        .call_as(server, &me, "BeginSecondFactor", "", None, Some(again.clone()))
        .await;
    let now = code(server, &text(&offer, "/secret"), 0);
    let got = all
        .call_as(
            server,
            &me,
            "ConfirmSecondFactor",
            "",
            None,
            Some(json!({ "code": now })),
        )
        .await;
    let me = session_of(&got);
    credentials["password"] = json!(NEW_PASSWORD);
    let sign_in = |body: &Value| server.ask(&Who::Nobody, "POST", "/api/v1/session").json(body);
    all.refused(
        &super::send(sign_in(&credentials)).await,
        ErrorCode::SecondFactorRequired,
    );
    credentials["password"] = json!("not the one that was chosen");
    all.refused(
        &super::send(sign_in(&credentials)).await,
        ErrorCode::InvalidCredentials,
    );
    let got = all
        .call_as(server, &me, "RenewRecoveryCodes", "", None, Some(again.clone()))
        .await;
    let me = session_of(&got);
    let got = all
        .call_as(server, &me, "RemoveSecondFactor", "", None, Some(again.clone()))
        .await;
    let me = passkeys(all, server, session_of(&got), again).await;
    let name = Some(samples::body("ChangeOwnName"));
    all.call_as(server, &me, "ChangeOwnName", "", None, name).await;
    all.call_as(server, &me, "GetSession", "", None, None).await;
    me
}

/// A passkey from the first question to its end; answers the session that was renewed with it.
async fn passkeys(all: &mut Collected, server: &TestServer, me: Who, again: Value) -> Who {
    let mut phone = Authenticator::at(PASSKEY_ORIGIN);
    let asked = all
        .call_as(server, &me, "BeginPasskey", "", None, Some(again.clone()))
        .await
        .json();
    let made = phone.create(&asked["options"]);
    let draft = json!({ "token": asked["token"], "name": "Work laptop", "credential": made });
    let added = all
        .call_as(server, &me, "AddPasskey", "", None, Some(draft))
        .await;
    let (me, id) = (session_of(&added), text(&added, "/passkey/id"));
    let name = samples::body("RenamePasskey");
    all.call_as(server, &me, "RenamePasskey", &id, None, Some(name))
        .await;
    let asked = all
        .call_as(server, &Who::Nobody, "BeginPasskeySignIn", "", None, None)
        .await
        .json();
    let answer = phone.answer(&asked["options"]);
    let body = json!({ "token": asked["token"], "credential": answer });
    let got = all
        .call_as(server, &Who::Nobody, "SignInByPasskey", "", None, Some(body))
        .await;
    all.call_as(server, &me, "ListPasskeys", "", None, None).await;
    let there = session_of(&got);
    super::send(server.ask(&there, "DELETE", "/api/v1/session")).await;
    let got = all
        .call_as(server, &me, "RemovePasskey", &id, None, Some(again))
        .await;
    session_of(&got)
}

/// Invitations, people and a service account; answers the id of the last.
async fn accounts(all: &mut Collected, server: &TestServer, admin: &Who) -> String {
    let invitation = samples::body("CreateInvitation");
    let got = all
        .call_as(
            server,
            admin,
            "CreateInvitation",
            "",
            None,
            Some(invitation.clone()),
        )
        .await;
    all.call_as(server, admin, "ListInvitations", "", None, None)
        .await;
    let link = text(&got, "/link");
    let mut acceptance = samples::body("AcceptInvitation");
    acceptance["token"] = json!(token_of(&link));
    acceptance["display_name"] = json!("Grace");
    let accepted = all
        .call_as(
            server,
            &Who::Nobody,
            "AcceptInvitation",
            "",
            None,
            Some(acceptance.clone()),
        )
        .await;
    let grace = text(&accepted, "/user/id");
    let used = server
        .ask(&Who::Nobody, "POST", "/api/v1/invitations/accept")
        .json(&acceptance);
    all.refused(&super::send(used).await, ErrorCode::LinkInvalid);
    let taken = server.ask(admin, "POST", "/api/v1/invitations").json(&invitation);
    all.refused(&super::send(taken).await, ErrorCode::EmailTaken);
    let unwanted = json!({ "email": "mallory@people.example", "role": "viewer" });
    let unwanted = server.ask(admin, "POST", "/api/v1/invitations").json(&unwanted);
    let unwanted = text(&super::send(unwanted).await, "/invitation/id");
    all.call_as(server, admin, "RevokeInvitation", &unwanted, None, None)
        .await;

    let got = all
        .call_as(
            server,
            admin,
            "CreateServiceAccount",
            "",
            None,
            Some(samples::body("CreateServiceAccount")),
        )
        .await;
    let service = text(&got, "/id");
    all.call_as(server, admin, "ListUsers", "", None, None).await;
    let version = all
        .call_as(server, admin, "GetUser", &grace, None, None)
        .await
        .json()["data"]["version"]
        .clone();
    let patch = json!({ "display_name": "Grace Hopper", "role": Role::Approver });
    all.call_as(server, admin, "PatchUser", &grace, Some(&version), Some(patch))
        .await;
    let Who::Session { user, .. } = admin else {
        panic!("the administrator is a person");
    };
    let account = format!("/api/v1/users/{user}");
    let mine = super::send(server.ask(admin, "GET", &account)).await;
    let last = server
        .ask(admin, "PATCH", &account)
        .header("If-Match", mine.header("etag"))
        .json(&json!({ "role": Role::Viewer }));
    all.refused(&super::send(last).await, ErrorCode::LastAdmin);

    all.call_as(server, admin, "RemoveUserSecondFactor", &grace, None, None)
        .await;
    all.call_as(server, admin, "EndUserSessions", &grace, None, None)
        .await;
    let got = all
        .call_as(server, admin, "CreatePasswordReset", &grace, None, None)
        .await;
    let mut reset = samples::body("ResetPassword");
    reset["token"] = json!(token_of(&text(&got, "/link")));
    all.call_as(server, &Who::Nobody, "ResetPassword", "", None, Some(reset))
        .await;
    service
}

async fn keys(all: &mut Collected, server: &TestServer, admin: &Who, service: &str) {
    let mut draft = samples::body("CreateApiKey");
    draft["owner"] = json!(service);
    let got = all
        .call_as(server, admin, "CreateApiKey", "", None, Some(draft))
        .await;
    all.call_as(server, admin, "ListApiKeys", "", None, None).await;
    let id = text(&got, "/key/id");
    all.call_as(server, admin, "RevokeApiKey", &id, None, None).await;
}

async fn webhooks(all: &mut Collected, server: &TestServer, admin: &Who) {
    let draft = json!({
        "url": "https://hooks.example/aicmo",
        "description": "Warehouse",
        "filter": { "topics": [], "kinds": ["lead.created"] },
    });
    let got = all
        .call_as(server, admin, "CreateWebhook", "", None, Some(draft))
        .await;
    let id = text(&got, "/webhook/id");
    let got = all.call_as(server, admin, "TestWebhook", &id, None, None).await;
    let delivery = json!({ "delivery": text(&got, "/id") });
    for (name, body) in [
        ("ListWebhookDeliveries", None),
        ("ReplayWebhook", Some(delivery)),
        ("RotateWebhookSecret", None),
        ("ListWebhooks", None),
    ] {
        all.call_as(server, admin, name, &id, None, body).await;
    }
    let found = all
        .call_as(server, admin, "GetWebhook", &id, None, None)
        .await
        .json();
    let patch = Some(samples::body("PatchWebhook"));
    let version = &found["data"]["version"];
    let patched = all
        .call_as(server, admin, "PatchWebhook", &id, Some(version), patch)
        .await
        .json();
    all.call_as(
        server,
        admin,
        "DeleteWebhook",
        &id,
        Some(&patched["version"]),
        None,
    )
    .await;
}

async fn trail(all: &mut Collected, server: &TestServer, admin: &Who) {
    for name in ["ListAudit", "VerifyAudit"] {
        all.call_as(server, admin, name, "", None, None).await;
    }
    for name in ["ExportLeads", "ExportAudit"] {
        // The first lines are enough to see what a file looks like.
        let mut forms = serde_json::Map::new();
        for (format, media) in [("csv", "text/csv"), ("ndjson", "application/x-ndjson")] {
            let body = json!({ "format": format });
            let got = all
                .call_as(server, admin, name, "", None, Some(body))
                .await
                .text();
            let lines: Vec<&str> = got.lines().take(2).collect();
            let lines = all.steady.lines(&lines.join("\n"));
            forms.insert(media.to_owned(), json!(format!("{lines}\n")));
        }
        all.answers.insert(name.to_owned(), Value::Object(forms));
    }
    // The schema is that of what an event carries, so that is what is shown.
    let told = first_told(server).await;
    let told = all.steady.value(&told);
    all.answers
        .insert("OpenStream".to_owned(), json!({ "text/event-stream": told }));
}
