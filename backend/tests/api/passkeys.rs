//! Passkeys over HTTP: added, listed, renamed, signed in with and removed, with the cookies that go
//! with it. What is refused, and why, is tried where the rules are: in the operations.

use aicmo_shared::ErrorCode;
use aicmo_shared::access::Role;
use aicmo_shared::api::{
    AddPasskey, BeginPasskey, BeginPasskeySignIn, GetSession, ListPasskeys, RemovePasskey, RenamePasskey,
    SignInByPasskey,
};
use aicmo_test_support::{Authenticator, on_both_databases};
use serde_json::{Value, json};

use super::harness::{Got, Start, TestServer, send};
use super::people::{Who, call};
use super::samples::{self, PASSWORD};
use super::session::{session_of, sign_in, somebody};

/// Where the browsers of these tests stand.
pub const PASSKEY_ORIGIN: &str = "http://localhost:8000";

async fn sign_in_with(server: &TestServer, phone: &mut Authenticator) -> Got {
    let asked = call::<BeginPasskeySignIn>(server, &Who::Nobody, "", &Value::Null).await;
    assert_eq!(asked.status.as_u16(), 201, "{}", asked.text());
    let asked = asked.json();
    let answer = phone.answer(&asked["options"]);
    let body = json!({ "token": asked["token"], "credential": answer });
    call::<SignInByPasskey>(server, &Who::Nobody, "", &body).await
}

on_both_databases! {
    async fn a_passkey_is_added_signs_in_is_renamed_and_removed(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let email = somebody(&server, "ada", Role::Operator).await;
        let person = session_of(&sign_in(&server, &email, PASSWORD).await);
        let listed = async |who: &Who| {
            call::<ListPasskeys>(&server, who, "", &Value::Null).await.json()["data"].clone()
        };
        assert_eq!(listed(&person).await, json!([]));

        let wrong = json!({ "password": "not mine at all" });
        let problem = call::<BeginPasskey>(&server, &person, "", &wrong).await.refused(ErrorCode::ValidationFailed);
        assert_eq!(problem.errors[0].pointer, "/password");
        let again = json!({ "password": PASSWORD });
        let asked = call::<BeginPasskey>(&server, &person, "", &again).await;
        assert_eq!(asked.status.as_u16(), 201, "{}", asked.text());
        let asked = asked.json();
        assert_eq!(asked["options"]["rp"]["id"], "localhost");
        assert_eq!(asked["options"]["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(asked["options"]["authenticatorSelection"]["userVerification"], "required");
        let mut phone = Authenticator::at(PASSKEY_ORIGIN);
        let draft = json!({ "token": asked["token"], "name": " Phone ", "credential": phone.create(&asked["options"]) });
        let added = call::<AddPasskey>(&server, &person, "", &draft).await;
        assert_eq!(added.status.as_u16(), 201, "{}", added.text());
        assert_eq!(added.json()["passkey"]["name"], "Phone");
        let renewed = session_of(&added);
        send(server.ask(&person, "GET", "/api/v1/leads")).await.refused(ErrorCode::SessionExpired);
        let person = renewed;
        assert_eq!(listed(&person).await[0]["last_used_at"], Value::Null);

        let got = sign_in_with(&server, &mut phone).await;
        assert_eq!(got.status.as_u16(), 201, "{}", got.text());
        let by_passkey = session_of(&got);
        assert_eq!(by_passkey.user(), person.user());
        assert!(listed(&person).await[0]["last_used_at"].is_string());
        let id = listed(&person).await[0]["id"].as_str().expect("an id").to_owned();

        let stranger = server.as_role(Role::Admin).await;
        let name = json!({ "name": "Old phone" });
        call::<RenamePasskey>(&server, &stranger, &id, &name).await.refused(ErrorCode::NotFound);
        call::<RemovePasskey>(&server, &stranger, &id, &again).await.refused(ErrorCode::NotFound);
        let blank = json!({ "name": " " });
        call::<RenamePasskey>(&server, &person, &id, &blank).await.refused(ErrorCode::ValidationFailed);
        assert_eq!(call::<RenamePasskey>(&server, &person, &id, &name).await.json()["name"], "Old phone");

        call::<RemovePasskey>(&server, &person, &id, &wrong).await.refused(ErrorCode::ValidationFailed);
        let person = session_of(&call::<RemovePasskey>(&server, &person, &id, &again).await);
        assert_eq!(listed(&person).await, json!([]));
        sign_in_with(&server, &mut phone).await.refused(ErrorCode::InvalidCredentials);
    }

    async fn where_browsers_know_no_passkeys_none_is_asked_for(db: TestDatabase) {
        let server = Start { public_url: "http://192.0.2.1:8000".to_owned(), ..Start::live(db.store()) }.serve();
        let current = call::<GetSession>(&server, &Who::Nobody, "", &Value::Null).await.json();
        assert_eq!(current["data"]["passkey_origin"], Value::Null);
        let email = somebody(&server, "ada", Role::Operator).await;
        let person = session_of(&sign_in(&server, &email, PASSWORD).await);
        for got in [
            call::<BeginPasskeySignIn>(&server, &Who::Nobody, "", &Value::Null).await,
            call::<SignInByPasskey>(&server, &Who::Nobody, "", &samples::body("SignInByPasskey")).await,
            call::<BeginPasskey>(&server, &person, "", &samples::body("BeginPasskey")).await,
            call::<AddPasskey>(&server, &person, "", &samples::body("AddPasskey")).await,
        ] {
            let problem = got.refused(ErrorCode::FeatureDisabled);
            assert_eq!(problem.extras["setting"], "AICMO_PUBLIC_URL");
            assert!(problem.detail.contains("https"), "{}", problem.detail);
        }
        assert_eq!(call::<ListPasskeys>(&server, &person, "", &Value::Null).await.json()["data"], json!([]));
    }
}

#[tokio::test]
async fn everybody_is_told_where_passkeys_work() {
    let server = TestServer::mock();
    let current = call::<GetSession>(&server, &Who::Nobody, "", &Value::Null)
        .await
        .json();
    assert_eq!(current["data"]["passkey_origin"], PASSKEY_ORIGIN);
}
