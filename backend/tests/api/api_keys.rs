//! Keys of tools over HTTP.

use aicmo_shared::ErrorCode;
use aicmo_shared::access::{Role, Scope};
use aicmo_shared::api::{CreateApiKey, ListApiKeys, RevokeApiKey};
use aicmo_test_support::{on_both_databases, wait_until};
use serde_json::{Value, json};

use super::harness::{TestServer, send};
use super::people::{Who, call};
use super::samples::NOBODY;

on_both_databases! {
    async fn a_key_is_shown_once_works_until_it_is_revoked_and_says_when_it_was_used(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let admin = server.as_role(Role::Admin).await;
        let draft = json!({ "name": "Nightly report", "scopes": ["read"] });
        let made = call::<CreateApiKey>(&server, &admin, "", &draft).await;
        assert_eq!(made.status.as_u16(), 201, "{}", made.text());
        let made = made.json();
        let secret = made["secret"].as_str().expect("a secret").to_owned();
        assert!(secret.starts_with("aicmo_"));
        assert_eq!(made["key"]["last_used_at"], Value::Null);
        let key = Who::Bearer(secret.clone());
        assert_eq!(send(server.ask(&key, "GET", "/api/v1/leads")).await.status.as_u16(), 200);
        let listed = async || call::<ListApiKeys>(&server, &admin, "", &Value::Null).await.json();
        wait_until("the use is noted", async || {
            let used = listed().await["data"][0]["last_used_at"].clone();
            if used.is_string() { Ok(()) } else { Err(used) }
        })
        .await;
        assert!(!listed().await.to_string().contains(&secret), "the secret is nowhere again");
        assert_eq!(listed().await["data"][0]["owner"]["id"], json!(admin.user()));

        let id = made["key"]["id"].as_str().expect("an id").to_owned();
        let revoked = call::<RevokeApiKey>(&server, &admin, &id, &Value::Null).await.json();
        assert_eq!(revoked["state"], "revoked");
        send(server.ask(&key, "GET", "/api/v1/leads")).await.refused(ErrorCode::Unauthenticated);
        call::<RevokeApiKey>(&server, &admin, &id, &Value::Null).await.refused(ErrorCode::IllegalTransition);
    }

    async fn a_key_can_do_no_more_than_its_owner_and_nothing_once_the_owner_is_shut_out(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let owner = server.person(Role::Viewer).await;
        let (key, _) = server.key_of(owner, &[Scope::Read, Scope::LeadsWrite], None).await;
        let lead = json!({ "name": "Ada" });
        send(server.ask(&key, "POST", "/api/v1/leads").json(&lead)).await.refused(ErrorCode::RoleRequired);
        assert_eq!(send(server.ask(&key, "GET", "/api/v1/leads")).await.status.as_u16(), 200);
        let shut = server.request("PATCH", &format!("/api/v1/users/{owner}")).header("If-Match", "\"v1\"");
        assert_eq!(send(shut.json(&json!({ "active": false }))).await.status.as_u16(), 200);
        send(server.ask(&key, "GET", "/api/v1/leads")).await.refused(ErrorCode::Unauthenticated);
    }

    async fn a_draft_that_makes_no_sense_is_refused_by_field(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let draft = json!({ "name": " ", "scopes": [], "expires_at": "2020-01-01T00:00:00Z" });
        let problem =
            call::<CreateApiKey>(&server, &Who::administrator(), "", &draft).await.refused(ErrorCode::ValidationFailed);
        let pointers: Vec<&str> = problem.errors.iter().map(|field| field.pointer.as_str()).collect();
        assert_eq!(pointers, ["/name", "/scopes", "/expires_at", "/owner"]);
        let unknown = json!({ "name": "x", "scopes": ["read"], "owner": NOBODY });
        let problem =
            call::<CreateApiKey>(&server, &Who::administrator(), "", &unknown).await.refused(ErrorCode::ValidationFailed);
        assert_eq!(problem.errors[0].pointer, "/owner");
    }

    async fn another_scheme_than_bearer_is_refused_and_a_key_counts_before_a_cookie(db: TestDatabase) {
        let server = TestServer::live(db.store());
        for value in ["Basic YTpi", "Bearer", "Bearer  ", "nonsense"] {
            let request = server.ask(&Who::Nobody, "GET", "/api/v1/leads").header("Authorization", value);
            send(request).await.refused(ErrorCode::Unauthenticated);
        }
        let person = server.as_role(Role::Admin).await;
        let key = server.as_key(&[Scope::Read]).await;
        let both = key.sign(server.ask(&person, "GET", "/api/v1/users"));
        send(both).await.refused(ErrorCode::ScopeRequired);
    }
}
