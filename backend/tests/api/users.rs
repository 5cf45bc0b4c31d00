//! Accounts, invitations and reset links over HTTP.

use aicmo_shared::ErrorCode;
use aicmo_shared::access::Role;
use aicmo_shared::api::{
    AcceptInvitation, CreateInvitation, CreatePasswordReset, CreateServiceAccount, EndUserSessions, GetUser,
    ListInvitations, ListUsers, PatchUser, RemoveUserSecondFactor, ResetPassword, RevokeInvitation,
};
use aicmo_test_support::on_both_databases;
use serde_json::{Value, json};

use super::harness::{TestServer, send};
use super::people::{Who, call};
use super::samples::PASSWORD;
use super::session::{session_of, sign_in, somebody};

const OTHER_PASSWORD: &str = "nine otters swim upstream";

fn token_of(answer: &Value) -> String {
    let link = answer["link"].as_str().expect("a link");
    link.split_once("#token=").expect("a token").1.to_owned()
}

on_both_databases! {
    async fn an_invitation_becomes_an_account_of_its_role_once(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let admin = server.as_role(Role::Admin).await;
        let draft = json!({ "email": "grace@people.example", "role": "approver" });
        let first = call::<CreateInvitation>(&server, &admin, "", &draft).await.json();
        let second = call::<CreateInvitation>(&server, &admin, "", &draft).await.json();
        let accept = |answer: &Value| json!({ "token": token_of(answer), "display_name": "Grace",
            "password": PASSWORD });
        call::<AcceptInvitation>(&server, &Who::Nobody, "", &accept(&first)).await.refused(ErrorCode::LinkInvalid);
        let got = call::<AcceptInvitation>(&server, &Who::Nobody, "", &accept(&second)).await;
        assert_eq!(got.json()["user"]["role"], "approver");
        let grace = session_of(&got);
        assert_eq!(send(server.ask(&grace, "GET", "/api/v1/audit")).await.status.as_u16(), 200);
        call::<AcceptInvitation>(&server, &Who::Nobody, "", &accept(&second)).await.refused(ErrorCode::LinkInvalid);
        call::<CreateInvitation>(&server, &admin, "", &draft).await.refused(ErrorCode::EmailTaken);
        let listed = call::<ListInvitations>(&server, &admin, "", &Value::Null).await.json();
        let states: Vec<&str> =
            listed["data"].as_array().expect("a list").iter().filter_map(|row| row["state"].as_str()).collect();
        assert_eq!(states, ["accepted", "revoked"], "newest first");
        assert!(listed["data"][0]["invited_by"]["display_name"].is_string());
        assert!(!listed.to_string().contains(&token_of(&second)), "a link is shown once");
    }

    async fn an_invitation_is_taken_back(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let draft = json!({ "email": "grace@people.example", "role": "viewer" });
        let admin = Who::administrator();
        let made = call::<CreateInvitation>(&server, &admin, "", &draft).await.json();
        let id = made["invitation"]["id"].as_str().expect("an id").to_owned();
        let revoked = call::<RevokeInvitation>(&server, &admin, &id, &Value::Null).await.json();
        assert_eq!(revoked["state"], "revoked");
        call::<RevokeInvitation>(&server, &admin, &id, &Value::Null).await.refused(ErrorCode::IllegalTransition);
        let accept = json!({ "token": token_of(&made), "display_name": "Grace", "password": PASSWORD });
        call::<AcceptInvitation>(&server, &Who::Nobody, "", &accept).await.refused(ErrorCode::LinkInvalid);
    }

    async fn another_role_and_being_shut_out_count_at_once(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let admin = server.as_role(Role::Admin).await;
        let person = server.as_role(Role::Operator).await;
        let id = person.user().to_string();
        let patch = async |version: i64, body: Value| {
            let path = format!("/api/v1/users/{id}");
            let request = server.ask(&admin, "PATCH", &path).header("If-Match", format!("\"v{version}\""));
            send(request.json(&body)).await
        };
        assert_eq!(send(server.ask(&person, "GET", "/api/v1/leads")).await.status.as_u16(), 200);
        call::<PatchUser>(&server, &admin, &id, &json!({ "role": "viewer" })).await;
        send(server.ask(&person, "GET", "/api/v1/leads")).await.refused(ErrorCode::SessionExpired);
        let person = server.signed_in(person.user()).await;
        let lead = json!({ "name": "Ada" });
        send(server.ask(&person, "POST", "/api/v1/leads").json(&lead)).await.refused(ErrorCode::RoleRequired);
        patch(1, json!({ "role": "admin" })).await.refused(ErrorCode::VersionConflict);
        assert_eq!(patch(2, json!({ "active": false })).await.json()["active"], false);
        send(server.ask(&person, "GET", "/api/v1/leads")).await.refused(ErrorCode::SessionExpired);
        let user = call::<GetUser>(&server, &admin, &id, &Value::Null).await;
        assert_eq!(user.json()["data"]["sessions"], 0);
        assert!(user.header("etag").starts_with("\"v3"), "{}", user.header("etag"));
    }

    async fn the_last_administrator_stays(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let last = server.person(Role::Admin).await.to_string();
        let admin = Who::administrator();
        for body in [json!({ "role": "approver" }), json!({ "active": false })] {
            call::<PatchUser>(&server, &admin, &last, &body).await.refused(ErrorCode::LastAdmin);
        }
        server.person(Role::Admin).await;
        assert_eq!(call::<PatchUser>(&server, &admin, &last, &json!({ "role": "approver" })).await.status.as_u16(), 200);
    }

    async fn a_reset_link_sets_a_password_once_and_ends_every_session(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let email = somebody(&server, "ada", Role::Viewer).await;
        let person = session_of(&sign_in(&server, &email, PASSWORD).await);
        let id = person.user().to_string();
        let admin = Who::administrator();
        let made = call::<CreatePasswordReset>(&server, &admin, &id, &Value::Null).await.json();
        let reset = json!({ "token": token_of(&made), "password": OTHER_PASSWORD });
        let got = call::<ResetPassword>(&server, &Who::Nobody, "", &reset).await;
        assert_eq!(got.json()["email"], email.as_str());
        send(server.ask(&person, "GET", "/api/v1/leads")).await.refused(ErrorCode::SessionExpired);
        call::<ResetPassword>(&server, &Who::Nobody, "", &reset).await.refused(ErrorCode::LinkInvalid);
        sign_in(&server, &email, PASSWORD).await.refused(ErrorCode::InvalidCredentials);
        assert_eq!(sign_in(&server, &email, OTHER_PASSWORD).await.status.as_u16(), 201);
    }

    async fn an_administrator_ends_sessions_and_removes_a_lost_factor(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let person = server.as_role(Role::Viewer).await;
        server.signed_in(person.user()).await;
        let (admin, id) = (Who::administrator(), person.user().to_string());
        assert_eq!(call::<EndUserSessions>(&server, &admin, &id, &Value::Null).await.json()["ended"], 2);
        send(server.ask(&person, "GET", "/api/v1/leads")).await.refused(ErrorCode::SessionExpired);
        let user = call::<RemoveUserSecondFactor>(&server, &admin, &id, &Value::Null).await.json();
        assert_eq!(user["second_factor"], "off");
    }

    async fn service_accounts_have_names_of_their_own_and_the_list_is_paged(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let admin = Who::administrator();
        let draft = json!({ "display_name": "Nightly report", "role": "viewer" });
        let made = call::<CreateServiceAccount>(&server, &admin, "", &draft).await;
        assert_eq!((made.status.as_u16(), &made.json()["kind"]), (201, &json!("service")));
        let twin = json!({ "display_name": "NIGHTLY REPORT", "role": "viewer" });
        call::<CreateServiceAccount>(&server, &admin, "", &twin).await.refused(ErrorCode::DuplicateName);
        let id = made.json()["id"].as_str().expect("an id").to_owned();
        call::<CreatePasswordReset>(&server, &admin, &id, &Value::Null).await.refused(ErrorCode::NotFound);
        for _ in 0..2 {
            server.person(Role::Viewer).await;
        }
        let first = send(server.get("/api/v1/users?limit=2")).await.json();
        let cursor = first["page"]["next_cursor"].as_str().expect("there is more");
        let rest = send(server.get(&format!("/api/v1/users?limit=2&cursor={cursor}"))).await.json();
        assert_eq!(rest["data"][0]["id"], made.json()["id"], "newest first");
        assert_eq!(rest["page"]["next_cursor"], Value::Null);
        let all = call::<ListUsers>(&server, &admin, "", &Value::Null).await.json();
        assert_eq!(all["page"]["total"], 3);
        assert!(!all.to_string().contains("password_hash"));
    }
}
