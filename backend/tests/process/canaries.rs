//! Every secret that a person or a tool is given or sends, looked for in everything that somebody
//! else can read: logs at the loudest level, diagnostics, the support bundle, lists, the audit
//! trail, and the database file.

use std::fmt::Write as _;

use aicmo_backend::smoke::Server;
use aicmo_client::Client;
use aicmo_client::reqwest::RequestBuilder;
use aicmo_shared::access::{Role, Scope};
use aicmo_shared::account::{InvitationAcceptance, InvitationDraft};
use aicmo_shared::api::{
    AcceptInvitation, BeginSecondFactor, ConfirmSecondFactor, CreateApiKey, CreateInvitation,
    CreatePasswordReset, CreateWebhook, GetSession, RotateWebhookSecret, SignIn,
};
use aicmo_shared::api_key::ApiKeyDraft;
use aicmo_shared::session::{CSRF_HEADER, PasswordAgain, SecretText, SignInRequest};
use aicmo_shared::webhook::{EventFilter, WebhookDraft};
use aicmo_test_support::wait_until;
use serde_json::{Value, json};

use crate::support::{Room, client, code_of};

/// What may look like nothing else, so that no escaping can hide it.
const PASSWORD: &str = "pa55c0deca4a12pa55c0deca4a12";
const WRONG_PASSWORD: &str = "wr0ngc0deca4a12wr0ngc0deca4a12";
const WRONG_KEY: &str = "aicmo_badc0deca4a12badc0deca4a12badc0deca4a12badc0deca4";
const WRONG_TOKEN: &str = "t0kenc0deca4a12t0kenc0deca4a12";
const WRONG_COOKIE: &str = "c00k1ec0deca4a12c00k1ec0deca4a12";
const IN_A_QUERY: &str = "que7yc0deca4a12que7yc0deca4a12";
const BESIDE_A_FIELD: &str = "f1e1dc0deca4a12f1e1dc0deca4a12";

/// A secret by what it is. The database keeps hashes, and seals what it must read again.
struct Planted {
    what: &'static str,
    secret: String,
}

#[derive(Default)]
struct Garden(Vec<Planted>);

impl Garden {
    fn plant(&mut self, what: &'static str, secret: &str) {
        assert!(secret.len() >= 16, "{what} is no secret: {secret}");
        self.0.push(Planted {
            what,
            secret: secret.to_owned(),
        });
    }

    /// A recovery code as it is shown, and as it may be typed.
    fn plant_code(&mut self, what: &'static str, code: &str) {
        self.plant(what, code);
        self.plant(what, &code.replace('-', ""));
        self.plant(what, &code.replace('-', "").to_ascii_lowercase());
    }

    #[track_caller]
    fn grows_nowhere_in(&self, place: &str, text: &str) {
        assert!(!text.is_empty(), "{place} is empty");
        for planted in &self.0 {
            assert!(
                !text.contains(&planted.secret),
                "{} stands in {place}",
                planted.what
            );
        }
    }
}

async fn told(request: RequestBuilder) -> (Vec<String>, Value) {
    let answer = request.send().await.expect("an answer");
    let cookies = answer
        .headers()
        .get_all("set-cookie")
        .iter()
        .filter_map(|cookie| cookie.to_str().ok()?.split(';').next().map(str::to_owned))
        .collect();
    let body = answer.bytes().await.expect("a body");
    (cookies, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// Goes through everything that gives or takes a secret, and plants each.
async fn live_a_little(server: &Server, garden: &mut Garden) {
    let admin = client(server);
    garden.plant("the bootstrap key", server.key());
    let set_up = wait_until("there is a set-up link", async || {
        server.line_after_ready().ok_or("no second line")
    })
    .await;
    plant_link(garden, "the token of the set-up link", &set_up);
    let draft = InvitationDraft {
        email: "ada@engine.example".to_owned(),
        role: Role::Admin,
    };
    let invited = admin
        .command::<CreateInvitation>(&[], &draft, None)
        .await
        .expect("invited");
    let token = plant_link(garden, "the token of an invitation", invited.link.expose());
    garden.plant("a password", PASSWORD);
    let nobody = admin.clone().without_key();
    let acceptance = InvitationAcceptance {
        token: SecretText::new(token.as_str()),
        display_name: "Ada".to_owned(),
        password: SecretText::new(PASSWORD),
    };
    let (cookies, _) = told(nobody.endpoint::<AcceptInvitation>(&[]).json(&acceptance)).await;
    assert!(!cookies.is_empty(), "accepting signs in");
    for cookie in &cookies {
        let (_, secret) = cookie.split_once('=').expect("a value");
        garden.plant("a cookie", secret);
    }
    let cookies = cookies.join("; ");
    let (_, session) = told(nobody.endpoint::<GetSession>(&[]).header("Cookie", &cookies)).await;
    let ticket = session["data"]["session"]["csrf_token"]
        .as_str()
        .expect("a ticket");
    garden.plant("the token of a write", ticket);
    let again = PasswordAgain {
        password: SecretText::new(PASSWORD),
    };
    let (_, offer) = told(
        nobody
            .endpoint::<BeginSecondFactor>(&[])
            .header("Cookie", &cookies)
            .header(CSRF_HEADER, ticket)
            .json(&again),
    )
    .await;
    let secret = offer["secret"].as_str().expect("a secret");
    garden.plant("the secret of an app", secret);
    let (renewed, confirmed) = told(
        nobody
            .endpoint::<ConfirmSecondFactor>(&[])
            .header("Cookie", &cookies)
            .header(CSRF_HEADER, ticket)
            .json(&json!({ "code": code_of(secret) })),
    )
    .await;
    for cookie in &renewed {
        let (_, secret) = cookie.split_once('=').expect("a value");
        garden.plant("a cookie after the second factor", secret);
    }
    let codes = confirmed["codes"].as_array().expect("recovery codes");
    assert!(codes.len() >= 8, "{confirmed}");
    for code in codes {
        garden.plant_code("a recovery code", code.as_str().expect("a code"));
    }
    let user = session["data"]["user"]["id"].as_str().expect("an id").to_owned();
    let draft = ApiKeyDraft {
        name: "canary".to_owned(),
        scopes: vec![Scope::Read],
        owner: Some(user.parse().expect("an id")),
        expires_at: None,
    };
    let made = admin
        .command::<CreateApiKey>(&[], &draft, None)
        .await
        .expect("a key");
    garden.plant("an API key", made.secret.expose());
    let reset = admin
        .command::<CreatePasswordReset>(&[&user], &(), None)
        .await
        .expect("a link");
    plant_link(garden, "the token of a reset", reset.link.expose());
    make_a_webhook(&admin, garden).await;
    go_wrong(&nobody, garden).await;
}

/// Plants the token of a link, and the link itself.
fn plant_link(garden: &mut Garden, what: &'static str, link: &str) -> String {
    let (_, token) = link.split_once("#token=").expect("a token");
    garden.plant(what, token);
    token.to_owned()
}

/// A webhook has a secret, and another after it was rotated.
async fn make_a_webhook(admin: &Client, garden: &mut Garden) {
    let draft = WebhookDraft {
        url: "https://hooks.example/in".to_owned(),
        description: None,
        filter: EventFilter::default(),
    };
    let made = admin
        .command::<CreateWebhook>(&[], &draft, None)
        .await
        .expect("a webhook");
    plant_secret(garden, "the secret of a webhook", made.secret.expose());
    let rotated = admin
        .command::<RotateWebhookSecret>(&[&made.webhook.id.to_string()], &(), None)
        .await
        .expect("another secret");
    plant_secret(garden, "the new secret of a webhook", rotated.secret.expose());
}

/// As the receiver writes it down, and without its beginning, which says only what it is.
fn plant_secret(garden: &mut Garden, what: &'static str, secret: &str) {
    garden.plant(what, secret.strip_prefix("whsec_").expect("a webhook's secret"));
}

/// Sends secrets that are wrong, or in the wrong place, and looks at what is said about them.
async fn go_wrong(nobody: &Client, garden: &mut Garden) {
    for (what, secret) in [
        ("a wrong password", WRONG_PASSWORD),
        ("a wrong key", WRONG_KEY),
        ("a wrong token", WRONG_TOKEN),
        ("a wrong cookie", WRONG_COOKIE),
        ("a secret in a query", IN_A_QUERY),
        ("a secret in the wrong field", BESIDE_A_FIELD),
    ] {
        garden.plant(what, secret);
    }
    let sign_in = SignInRequest {
        email: "ada@engine.example".to_owned(),
        password: SecretText::new(WRONG_PASSWORD),
        code: None,
    };
    let accept = json!({ "token": WRONG_TOKEN, "display_name": "Eve", "password": WRONG_PASSWORD });
    let post = |path: &str| nobody.request("POST".parse().expect("a method"), path);
    let mut problems = String::new();
    for request in [
        nobody.endpoint::<SignIn>(&[]).json(&sign_in),
        nobody.endpoint::<SignIn>(&[]).json(&json!({
            "email": "ada@engine.example", "password": PASSWORD, "code": "000000", "passwort": BESIDE_A_FIELD,
        })),
        nobody
            .endpoint::<SignIn>(&[])
            .json(&json!({ "email": "ada@engine.example", "password": { "is": WRONG_PASSWORD } })),
        nobody
            .endpoint::<SignIn>(&[])
            .json(&json!({ "email": "ada@engine.example", "password": [WRONG_PASSWORD] })),
        nobody
            .endpoint::<SignIn>(&[])
            .header("Content-Type", "application/json")
            .body(format!(
                "{{\"email\":\"a@b.example\",\"password\":\"{WRONG_PASSWORD}"
            )),
        nobody.endpoint::<AcceptInvitation>(&[]).json(&accept),
        post("/api/v1/setup").json(&json!({ "token": WRONG_TOKEN, "email": "eve@evil.example",
            "display_name": "Eve", "password": WRONG_PASSWORD })),
        post("/api/v1/password-resets/accept")
            .json(&json!({ "token": WRONG_TOKEN, "password": WRONG_PASSWORD })),
        nobody
            .get("/api/v1/leads")
            .header("Authorization", format!("Bearer {WRONG_KEY}")),
        nobody
            .get("/api/v1/leads")
            .header("Authorization", format!("Basic {WRONG_KEY}")),
        nobody
            .get("/api/v1/leads")
            .header("Cookie", format!("aicmo_session={WRONG_COOKIE}")),
        nobody.get(&format!("/api/v1/leads?key={IN_A_QUERY}")),
        nobody.get(&format!("/readyz?token={IN_A_QUERY}")),
        post("/api/v1/client-errors")
            .header(CSRF_HEADER, WRONG_TOKEN)
            .json(&json!({})),
    ] {
        let (_, problem) = told(request).await;
        let status = problem["status"].as_u64().expect("a problem document");
        assert!((400..500).contains(&status), "{problem}");
        let _ = writeln!(problems, "{problem}");
    }
    garden.grows_nowhere_in("a problem document", &problems);
}

#[tokio::test]
async fn no_secret_of_a_person_or_a_tool_is_ever_repeated() {
    for format in ["text", "json"] {
        let room = Room::new();
        let environment = [("AICMO_LOG_LEVEL", "trace"), ("AICMO_LOG_FORMAT", format)];
        let mut garden = Garden::default();
        {
            let server = room.serve(&environment);
            live_a_little(&server, &mut garden).await;
            let admin = client(&server);
            for path in [
                "/api/v1/status",
                "/api/v1/diagnostics",
                "/api/v1/users",
                "/api/v1/invitations",
                "/api/v1/api-keys",
                "/api/v1/webhooks",
                "/metrics",
                "/api/v1/audit",
                "/api/v1/activity",
                "/api/v1/openapi.json",
                "/readyz?verbose=1",
            ] {
                let answer = admin.get(path).send().await.expect("an answer");
                assert_eq!(answer.status().as_u16(), 200, "{path}");
                garden.grows_nowhere_in(path, &answer.text().await.expect("text"));
            }
            for path in ["/api/v1/diagnostics/bundle", "/api/v1/diagnostics/run"] {
                let request = admin.request("POST".parse().expect("a method"), path);
                let answer = request.send().await.expect("an answer");
                assert_eq!(answer.status().as_u16(), 200, "{path}");
                garden.grows_nowhere_in(path, &answer.text().await.expect("text"));
            }
            assert!(
                server.log().contains("ada") || server.log().len() > 10_000,
                "it logs loudly"
            );
            garden.grows_nowhere_in("the log", &server.log());
            garden.grows_nowhere_in("the ready line", &server.ready_line);
        }
        let file = room.path().join("bundle.json");
        let ended = room.run(
            &["doctor", "--bundle", file.to_str().expect("UTF-8")],
            &environment,
        );
        garden.grows_nowhere_in("doctor", &ended.stdout);
        garden.grows_nowhere_in("the log of doctor", &ended.stderr);
        let bundle = std::fs::read_to_string(&file).expect("a bundle");
        let read: Value = serde_json::from_str(&bundle).expect("JSON");
        assert_eq!(read["format"], "aicmo-support-bundle-1");
        assert_eq!(read["smoke"]["checks"].as_array().map(Vec::len), Some(12));
        assert!(!read["log"].as_array().expect("lines").is_empty());
        garden.grows_nowhere_in("the bundle of doctor", &bundle);
        let mut stored = Vec::new();
        for name in ["aicmo.db", "aicmo.db-wal"] {
            stored.extend(std::fs::read(room.data().join(name)).unwrap_or_default());
        }
        assert!(stored.len() > 100_000);
        for planted in &garden.0 {
            let found = stored
                .windows(planted.secret.len())
                .any(|window| window == planted.secret.as_bytes());
            assert!(!found, "{} stands in the database as it is", planted.what);
        }
    }
}

#[test]
fn a_bundle_carries_the_last_fatal_error_and_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let room = Room::new();
    let evidence = room.data().join("diagnostics");
    std::fs::create_dir_all(&evidence).expect("made");
    let fatal = json!({ "at": "2026-01-15T09:55:00.000Z", "build": "B", "message": "the disk is full",
        "error_type": "error", "backtrace": "at the top", "request_id": null });
    std::fs::write(evidence.join("fatal_error.json"), fatal.to_string()).expect("written");
    let file = room.path().join("bundle.json");
    room.run(&["doctor", "--bundle", file.to_str().expect("UTF-8")], &[]);
    let bundle: Value = serde_json::from_slice(&std::fs::read(&file).expect("a bundle")).expect("JSON");
    assert_eq!(bundle["fatal_error"], fatal);
    assert_eq!(
        bundle["diagnostics"]["last_fatal_error"]["message"],
        "the disk is full"
    );
    let mode = std::fs::metadata(&file).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
