//! Signing in and out, the own password, the second factor and the lockout, over HTTP.

use aicmo_operations::Operator;
use aicmo_operations::accounts::{add_person, set_up_link};
use aicmo_shared::ErrorCode;
use aicmo_shared::access::{Capability, Role};
use aicmo_shared::api::{
    AcceptInvitation, BeginSecondFactor, ChangeOwnName, ChangePassword, ConfirmSecondFactor, EndSession,
    Endpoint, GetSession, ListSessions, RemoveSecondFactor, RenewRecoveryCodes, ResetPassword, SetUp, SignIn,
    SignOut,
};
use aicmo_shared::session::{CurrentSession, SecretText, Standing};
use aicmo_test_support::on_both_databases;
use serde_json::{Value, json};

use super::harness::{Got, Start, TestServer, send};
use super::people::{Who, call};
use super::samples::{self, PASSWORD};

const OTHER_PASSWORD: &str = "nine otters swim upstream";

/// A person with a password; answers the address.
pub async fn somebody(server: &TestServer, name: &str, role: Role) -> String {
    let email = format!("{name}@people.example");
    add_person(
        &server.ops,
        &Operator::process(),
        &email,
        name.to_owned(),
        role,
        &SecretText::new(PASSWORD),
    )
    .await
    .expect("a person");
    email
}

pub async fn sign_in(server: &TestServer, email: &str, password: &str) -> Got {
    let body = json!({ "email": email, "password": password });
    call::<SignIn>(server, &Who::Nobody, "", &body).await
}

/// The cookie of that name in an answer, with its attributes.
fn cookie(got: &Got, name: &str) -> Option<String> {
    got.headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .find(|text| text.starts_with(&format!("{name}=")))
        .map(str::to_owned)
}

fn value_of(cookie: &str) -> &str {
    cookie.split(['=', ';']).nth(1).unwrap_or_default()
}

/// The session that an answer began or renewed.
pub fn session_of(got: &Got) -> Who {
    assert!(got.status.is_success(), "{}", got.text());
    let body = got.json();
    let current = body
        .get("session")
        .filter(|inner| inner.get("user").is_some())
        .unwrap_or(&body);
    let current: CurrentSession = serde_json::from_value(current.clone()).expect("a session");
    let ticket = current.session.expect("a ticket");
    Who::Session {
        user: current.user.expect("a person").id,
        id: ticket.id,
        token: value_of(&cookie(got, "aicmo_session").expect("a cookie")).to_owned(),
        csrf: ticket.csrf_token,
    }
}

async fn standing(server: &TestServer, who: &Who) -> Standing {
    let got = call::<GetSession>(server, who, "", &Value::Null).await;
    let current: CurrentSession = serde_json::from_value(got.json()["data"].clone()).expect("an answer");
    current.standing
}

/// What follows in the fragment of a link.
pub fn token_of(link: &str) -> &str {
    link.split_once("#token=").expect("a token in the fragment").1
}

on_both_databases! {
    async fn the_workspace_is_set_up_once_by_the_link_that_was_printed(db: TestDatabase) {
        let server = TestServer::live(db.store());
        assert_eq!(standing(&server, &Who::Nobody).await, Standing::SetUpNeeded);
        let first = set_up_link(&server.ops).await.expect("made").expect("nobody is there");
        let link = set_up_link(&server.ops).await.expect("made").expect("nobody is there");
        assert!(link.expose().contains("/setup#token="), "no server sees the fragment");
        let with = |token: &str| {
            let mut body = samples::body("SetUp");
            body["token"] = json!(token);
            body
        };
        call::<SetUp>(&server, &Who::Nobody, "", &with("nonsense")).await.refused(ErrorCode::LinkInvalid);
        let mut weak = with(token_of(link.expose()));
        weak["password"] = json!("short");
        let problem = call::<SetUp>(&server, &Who::Nobody, "", &weak).await.refused(ErrorCode::ValidationFailed);
        assert_eq!(problem.errors[0].pointer, "/password", "the link is not used up by a mistake");

        let got = call::<SetUp>(&server, &Who::Nobody, "", &with(token_of(link.expose()))).await;
        assert_eq!(got.status.as_u16(), 201, "{}", got.text());
        let admin = session_of(&got);
        assert_eq!(standing(&server, &admin).await, Standing::SignedIn);
        assert_eq!(standing(&server, &Who::Nobody).await, Standing::Nobody);
        let can = got.json()["capabilities"].as_array().map(Vec::len);
        assert_eq!(can, Some(Capability::ALL.len()), "the first person is an administrator");
        for link in [first, link] {
            let again = call::<SetUp>(&server, &Who::Nobody, "", &with(token_of(link.expose()))).await;
            again.refused(ErrorCode::AlreadySetUp);
        }
        assert!(set_up_link(&server.ops).await.expect("asked").is_none());
    }

    async fn signing_in_gives_a_session_and_signing_out_ends_it(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let email = somebody(&server, "ada", Role::Operator).await;
        let got = sign_in(&server, &email.to_uppercase(), PASSWORD).await;
        assert_eq!(got.status.as_u16(), 201, "{}", got.text());
        for name in ["aicmo_session", "aicmo_device"] {
            let cookie = cookie(&got, name).expect("a cookie");
            for part in ["; Path=/", "; HttpOnly", "; SameSite=Strict", "; Max-Age="] {
                assert!(cookie.contains(part), "{cookie}");
            }
            assert!(!cookie.contains("Secure") && !cookie.contains("Domain"), "{cookie}");
        }
        let person = session_of(&got);
        let listed = call::<ListSessions>(&server, &person, "", &Value::Null).await.json();
        assert_eq!(listed["data"].as_array().map(Vec::len), Some(1));
        assert_eq!(listed["data"][0]["current"], true);

        let out = call::<SignOut>(&server, &person, "", &Value::Null).await;
        assert_eq!(out.json()["standing"], "nobody");
        assert!(cookie(&out, "aicmo_session").expect("taken back").contains("Max-Age=0"));
        send(server.ask(&person, "GET", "/api/v1/leads")).await.refused(ErrorCode::SessionExpired);
        assert_eq!(standing(&server, &person).await, Standing::Nobody, "which is no error");
    }

    async fn a_wrong_password_an_unknown_and_a_shut_account_are_told_apart_by_nobody(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let email = somebody(&server, "ada", Role::Viewer).await;
        let shut = somebody(&server, "grace", Role::Viewer).await;
        let user = aicmo_operations::accounts::find_account(&server.ops, &shut).await.expect("grace");
        let path = format!("/api/v1/users/{}", user.id);
        let request = server.request("PATCH", &path).header("If-Match", "\"v1\"");
        assert_eq!(send(request.json(&json!({ "active": false }))).await.status.as_u16(), 200);
        let mut words = std::collections::BTreeSet::new();
        for (email, password) in [
            (email.as_str(), "not the password"),
            ("nobody@people.example", PASSWORD),
            ("no address", PASSWORD),
            (shut.as_str(), PASSWORD),
        ] {
            let problem = sign_in(&server, email, password).await.refused(ErrorCode::InvalidCredentials);
            words.insert((problem.title, problem.detail, problem.extras.len()));
        }
        assert_eq!(words.len(), 1, "{words:?}");
    }

    async fn another_password_ends_the_other_sessions_and_renews_this_one(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let email = somebody(&server, "ada", Role::Viewer).await;
        let here = session_of(&sign_in(&server, &email, PASSWORD).await);
        let there = session_of(&sign_in(&server, &email, PASSWORD).await);
        let wrong = json!({ "current_password": "something else", "new_password": OTHER_PASSWORD });
        let problem =
            call::<ChangePassword>(&server, &here, "", &wrong).await.refused(ErrorCode::ValidationFailed);
        assert_eq!(problem.errors[0].pointer, "/current_password");
        let change = json!({ "current_password": PASSWORD, "new_password": OTHER_PASSWORD });
        let renewed = session_of(&call::<ChangePassword>(&server, &here, "", &change).await);
        for ended in [&here, &there] {
            send(server.ask(ended, "GET", "/api/v1/leads")).await.refused(ErrorCode::SessionExpired);
        }
        assert_eq!(send(server.ask(&renewed, "GET", "/api/v1/leads")).await.status.as_u16(), 200);
        sign_in(&server, &email, PASSWORD).await.refused(ErrorCode::InvalidCredentials);
        assert_eq!(sign_in(&server, &email, OTHER_PASSWORD).await.status.as_u16(), 201);
    }

    async fn a_person_ends_a_session_of_their_own_and_of_nobody_else(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let here = server.as_role(Role::Viewer).await;
        let there = server.signed_in(here.user()).await;
        let stranger = server.as_role(Role::Admin).await;
        let Who::Session { id, .. } = &there else { panic!("a session") };
        let id = id.to_string();
        call::<EndSession>(&server, &stranger, &id, &Value::Null).await.refused(ErrorCode::NotFound);
        assert_eq!(call::<EndSession>(&server, &here, &id, &Value::Null).await.json()["ended"], 1);
        send(server.ask(&there, "GET", "/api/v1/leads")).await.refused(ErrorCode::SessionExpired);
        assert_eq!(send(server.ask(&here, "GET", "/api/v1/leads")).await.status.as_u16(), 200);
    }
}

/// The code of an authenticator app with this secret, `steps` half minutes from now.
pub fn code(server: &TestServer, secret: &str, steps: i64) -> String {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let key = data_encoding::BASE32_NOPAD
        .decode(secret.as_bytes())
        .expect("base32");
    let step = server.ops.now().as_millis() / 30_000 + steps;
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&key).expect("a key");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 15);
    let number = u32::from_be_bytes(digest[offset..offset + 4].try_into().expect("four bytes")) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

on_both_databases! {
    async fn a_second_factor_is_asked_for_and_each_code_works_once(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let email = somebody(&server, "ada", Role::Viewer).await;
        let person = session_of(&sign_in(&server, &email, PASSWORD).await);
        let other = session_of(&sign_in(&server, &email, PASSWORD).await);
        let again = json!({ "password": PASSWORD });
        call::<BeginSecondFactor>(&server, &person, "", &json!({ "password": "not mine at all" })).await
            .refused(ErrorCode::ValidationFailed);
        let offer = call::<BeginSecondFactor>(&server, &person, "", &again).await;
        assert_eq!(offer.status.as_u16(), 201, "{}", offer.text());
        let secret = offer.json()["secret"].as_str().expect("a secret").to_owned();
        assert!(offer.json()["otpauth_uri"].as_str().is_some_and(|uri| uri.starts_with("otpauth://totp/")));
        assert_eq!(sign_in(&server, &email, PASSWORD).await.status.as_u16(), 201, "an offer counts for nothing");
        call::<ConfirmSecondFactor>(&server, &person, "", &json!({ "code": "12345" })).await
            .refused(ErrorCode::ValidationFailed);
        let now = code(&server, &secret, -1);
        let confirmed = call::<ConfirmSecondFactor>(&server, &person, "", &json!({ "code": now })).await;
        let person = session_of(&confirmed);
        let recovery = confirmed.json()["codes"][0].as_str().expect("a recovery code").to_owned();
        send(server.ask(&other, "GET", "/api/v1/leads")).await.refused(ErrorCode::SessionExpired);

        sign_in(&server, &email, PASSWORD).await.refused(ErrorCode::SecondFactorRequired);
        let with = async |code: &str| {
            let body = json!({ "email": email, "password": PASSWORD, "code": code });
            call::<SignIn>(&server, &Who::Nobody, "", &body).await
        };
        with(&now).await.refused(ErrorCode::InvalidCredentials);
        let next = code(&server, &secret, 1);
        assert_eq!(with(&next).await.status.as_u16(), 201);
        with(&next).await.refused(ErrorCode::InvalidCredentials);
        assert_eq!(with(&recovery.to_lowercase()).await.status.as_u16(), 201);
        with(&recovery).await.refused(ErrorCode::InvalidCredentials);

        let renewed = call::<RenewRecoveryCodes>(&server, &person, "", &again).await;
        let person = session_of(&renewed);
        assert_eq!(renewed.json()["session"]["user"]["recovery_codes_left"], 10);
        let off = session_of(&call::<RemoveSecondFactor>(&server, &person, "", &again).await);
        send(server.ask(&person, "GET", "/api/v1/leads")).await.refused(ErrorCode::SessionExpired);
        assert_eq!(send(server.ask(&off, "GET", "/api/v1/leads")).await.status.as_u16(), 200);
        assert_eq!(sign_in(&server, &email, PASSWORD).await.status.as_u16(), 201);
    }

    async fn guessing_is_slowed_and_the_persons_own_browser_is_not(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let email = somebody(&server, "ada", Role::Viewer).await;
        let mine = cookie(&sign_in(&server, &email, PASSWORD).await, "aicmo_device").expect("a mark");
        for account in [email.as_str(), "nobody@people.example"] {
            for _ in 0..5 {
                sign_in(&server, account, "not the password").await.refused(ErrorCode::InvalidCredentials);
            }
            let slowed = sign_in(&server, account, PASSWORD).await;
            slowed.refused(ErrorCode::RateLimited);
            let wait: u64 = slowed.header("retry-after").parse().expect("seconds");
            assert!((1..=2).contains(&wait), "{wait}");
        }
        let body = json!({ "email": email, "password": PASSWORD });
        let request = server
            .ask(&Who::Nobody, "POST", "/api/v1/session")
            .header("Cookie", format!("aicmo_device={}", value_of(&mine)));
        assert_eq!(send(request.json(&body)).await.status.as_u16(), 201, "a known browser");
    }

    async fn a_link_that_nobody_made_is_410(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let accept = samples::body("AcceptInvitation");
        call::<AcceptInvitation>(&server, &Who::Nobody, "", &accept).await.refused(ErrorCode::LinkInvalid);
        let reset = samples::body("ResetPassword");
        call::<ResetPassword>(&server, &Who::Nobody, "", &reset).await.refused(ErrorCode::LinkInvalid);
    }

    async fn over_https_the_cookies_are_kept_to_this_host(db: TestDatabase) {
        let server = Start { over_tls: true, ..Start::live(db.store()) }.serve();
        let email = somebody(&server, "ada", Role::Viewer).await;
        let got = sign_in(&server, &email, PASSWORD).await;
        let session = cookie(&got, "__Host-aicmo_session").expect("a cookie");
        assert!(session.ends_with("; Secure"), "{session}");
        let who = |name: &str| {
            server
                .ask(&Who::Nobody, "GET", "/api/v1/leads")
                .header("Cookie", format!("{name}={}", value_of(&session)))
        };
        assert_eq!(send(who("__Host-aicmo_session")).await.status.as_u16(), 200);
        send(who("aicmo_session")).await.refused(ErrorCode::Unauthenticated);
    }
}

#[tokio::test]
async fn a_mock_process_has_a_viewer_and_nobody_signs_in() {
    let server = TestServer::mock();
    let got = call::<GetSession>(&server, &Who::Nobody, "", &Value::Null)
        .await
        .json();
    assert_eq!(got["data"]["standing"], "mock_viewer");
    assert_eq!(got["data"]["capabilities"], json!(["read"]));
    assert_eq!(got["is_mock"], true);
    sign_in(&server, "ada@people.example", PASSWORD)
        .await
        .refused(ErrorCode::MockModeReadOnly);
    assert_eq!(SignIn::SPEC.success, 201);
}

on_both_databases! {
    async fn a_person_changes_their_own_name_and_nothing_else(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let admin = server.as_role(Role::Admin).await;
        let email = somebody(&server, "ada", Role::Viewer).await;
        let ada = session_of(&sign_in(&server, &email, PASSWORD).await);
        let name = |text: &str| json!({ "display_name": text });
        for wrong in ["", "  ", "two\nlines", &"x".repeat(81)] {
            let got = call::<ChangeOwnName>(&server, &ada, "", &name(wrong)).await;
            let problem = got.refused(ErrorCode::ValidationFailed);
            assert_eq!(problem.errors[0].pointer, "/display_name", "{wrong:?}");
        }
        let more = json!({ "display_name": "Ada", "role": "admin" });
        call::<ChangeOwnName>(&server, &ada, "", &more).await.problem();
        call::<ChangeOwnName>(&server, &Who::administrator(), "", &name("Nobody"))
            .await
            .problem();

        let got = call::<ChangeOwnName>(&server, &ada, "", &name(" Ada King ")).await;
        assert_eq!(got.status.as_u16(), 200, "{}", got.text());
        assert_eq!(got.json()["user"]["display_name"], "Ada King");
        assert_eq!(got.json()["user"]["role"], "viewer");
        assert_eq!(standing(&server, &ada).await, Standing::SignedIn, "the session goes on");
        let seen = send(server.ask(&admin, "GET", "/api/v1/users")).await.json();
        let names: Vec<&str> = seen["data"]
            .as_array()
            .expect("people")
            .iter()
            .filter_map(|user| user["display_name"].as_str())
            .collect();
        assert!(names.contains(&"Ada King"), "others see it: {names:?}");

        let trail = send(server.ask(&admin, "GET", "/api/v1/audit")).await.json();
        let row = &trail["data"][0];
        assert_eq!(row["action"], "user.edited");
        assert_ne!(row["before"]["display_name"], row["after"]["display_name"]);
        let after = row["after"]["display_name"].as_str().expect("a hash");
        assert!(after.starts_with("hash:"), "{after}");
    }
}
