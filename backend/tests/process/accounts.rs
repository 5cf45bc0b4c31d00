//! The first start and the commands about people and keys, as a person at a terminal meets them.

use std::io::Write as _;
use std::process::Stdio;

use aicmo_backend::smoke::server::command;
use aicmo_client::Client;
use aicmo_shared::account::User;
use aicmo_shared::api::{GetSession, ListLeads, NoQuery, SetUp, SignIn};
use aicmo_shared::api_key::ApiKeyCreated;
use aicmo_shared::session::{SecretText, SignInRequest, Standing};
use aicmo_shared::{ErrorCode, account::SetUpRequest};
use aicmo_test_support::wait_until;

use crate::support::{Room, binary, refusal};

const PASSWORD: &str = "seven turtles walk home";

/// A server without a bootstrap key.
const NO_KEY: [(&str, &str); 1] = [("AICMO_BOOTSTRAP_ADMIN_KEY", "")];

fn nobody(url: &str) -> Client {
    Client::new(url).expect("a client")
}

async fn standing(client: &Client) -> Standing {
    let answer = client.read::<GetSession>(&[], &NoQuery {}).await;
    answer.expect("an answer").data().standing
}

fn add_with_password(room: &Room, email: &str, role: &str) -> User {
    let data = room.data();
    let environment = [("AICMO_DATA_DIR", data.to_str().expect("UTF-8"))];
    let mut child = command(binary(), &environment)
        .args(["user", "add", email, "--role", role, "--password-stdin", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let mut stdin = child.stdin.take().expect("a pipe");
    writeln!(stdin, "{PASSWORD}").expect("written");
    drop(stdin);
    let ended = child.wait_with_output().expect("it ends");
    assert!(ended.status.success(), "{ended:?}");
    serde_json::from_slice(&ended.stdout).expect("an account")
}

#[tokio::test]
async fn the_first_start_prints_a_link_that_makes_the_first_administrator_and_no_log_has_it() {
    let room = Room::new();
    let server = room.serve(&NO_KEY);
    let told = wait_until("the second line on stdout", async || {
        server.line_after_ready().ok_or("nothing yet")
    })
    .await;
    let link = told.strip_prefix("aicmo setup url=").expect("the set-up line");
    let (page, token) = link.split_once("#token=").expect("a token in the fragment");
    assert_eq!(page, format!("{}/setup", server.url));
    assert!(!server.log().contains(token), "the log never sees the token");
    let client = nobody(&server.url);
    assert_eq!(standing(&client).await, Standing::SetUpNeeded);
    let refused = client
        .read::<ListLeads>(&[], &aicmo_shared::api::LeadQuery::default())
        .await;
    let problem = refused.expect_err("nobody reads");
    assert_eq!(
        problem.problem().expect("a problem").code,
        ErrorCode::Unauthenticated
    );
    let request = SetUpRequest {
        token: SecretText::new(token),
        email: "ada@people.example".to_owned(),
        display_name: "Ada".to_owned(),
        password: SecretText::new(PASSWORD),
    };
    let made = client
        .command::<SetUp>(&[], &request, None)
        .await
        .expect("set up");
    assert_eq!(made.standing, Standing::SignedIn);
    assert_eq!(standing(&client).await, Standing::Nobody);
    drop(server);
    let again = room.serve(&NO_KEY);
    assert_eq!(standing(&nobody(&again.url)).await, Standing::Nobody);
    assert_eq!(again.line_after_ready(), None, "nothing to set up any more");
    let (code, sentence) = refusal(&room.run(&["user", "setup-link"], &[]));
    assert_eq!(code, 1);
    assert!(sentence.contains("accounts already"), "{sentence}");
}

#[test]
fn an_address_that_others_reach_is_refused_until_somebody_could_sign_in() {
    let room = Room::new();
    let everywhere = [("AICMO_BIND", "0.0.0.0:0")];
    let (code, sentence) = refusal(&room.run(&["serve"], &everywhere));
    assert_eq!(code, 78, "{sentence}");
    assert!(sentence.contains("no account yet"), "{sentence}");
    let mock = [everywhere[0], ("AICMO_DATA_SOURCE", "mock")];
    assert_eq!(refusal(&room.run(&["serve"], &mock)).0, 78);
    let with_key = room.serve(&everywhere);
    assert!(
        with_key.ready_line.contains("url=http://0.0.0.0:"),
        "{}",
        with_key.ready_line
    );
    drop(with_key);
    add_with_password(&room, "ada@people.example", "admin");
    let with_account = room.serve(&[everywhere[0], NO_KEY[0]]);
    assert!(with_account.ready_line.contains("mode=live"));
}

#[tokio::test]
async fn people_and_keys_are_managed_beside_a_running_server_which_sees_it_within_a_second() {
    let room = Room::new();
    let server = room.serve(&NO_KEY);
    let added = add_with_password(&room, "ada@people.example", "admin");
    let client = nobody(&server.url);
    let request = SignInRequest {
        email: "ada@people.example".to_owned(),
        password: SecretText::new(PASSWORD),
        code: None,
    };
    let signed_in = client
        .command::<SignIn>(&[], &request, None)
        .await
        .expect("signed in");
    assert_eq!(signed_in.user.expect("a person").id, added.id);

    let made = room.run(
        &[
            "api-key",
            "create",
            "Nightly",
            "--owner",
            "ada@people.example",
            "--scope",
            "read",
            "--json",
        ],
        &[],
    );
    let made: ApiKeyCreated = serde_json::from_str(&made.stdout).expect("a key");
    let tool = nobody(&server.url).with_key(made.secret.expose());
    let query = aicmo_shared::api::LeadQuery::default();
    tool.read::<ListLeads>(&[], &query).await.expect("a key reads");
    let listed = room.run(&["api-key", "list"], &[]);
    assert!(listed.stdout.contains(&made.key.prefix) && !listed.stdout.contains(made.secret.expose()));
    let revoked = room.run(&["api-key", "revoke", &made.key.id.to_string()], &[]);
    assert_eq!(revoked.status.code(), Some(0), "{}", revoked.stderr);
    wait_until("the server knows that the key is revoked", async || {
        match tool.read::<ListLeads>(&[], &query).await {
            Err(error) => {
                let _: () = assert_eq!(
                    error.problem().expect("a problem").code,
                    ErrorCode::Unauthenticated
                );
                Ok(())
            }
            Ok(_) => Err("it still reads"),
        }
    })
    .await;

    let (code, sentence) = refusal(&room.run(&["user", "deactivate", "ada@people.example"], &[]));
    assert_eq!(code, 1);
    assert!(sentence.contains("last active administrator"), "{sentence}");
    let invited = room.run(
        &["user", "add", "grace@people.example", "--role", "operator"],
        &[],
    );
    assert!(
        invited.stdout.contains("/invitation#token="),
        "{}",
        invited.stdout
    );
    let reset = room.run(&["user", "reset-link", "ada@people.example"], &[]);
    assert!(
        reset.stdout.contains("/reset-password#token="),
        "{}",
        reset.stdout
    );
    let role = room.run(&["user", "set-role", "ADA@people.example", "owner"], &[]);
    assert_eq!(role.status.code(), Some(2), "{}", role.stderr);
    assert!(
        role.stderr.contains("viewer, operator, approver, admin"),
        "{}",
        role.stderr
    );
    let users = room.run(&["user", "list", "--json"], &[]);
    let users: Vec<User> = serde_json::from_str(&users.stdout).expect("accounts");
    assert_eq!(users.len(), 1);
}

#[test]
fn whoever_only_looks_or_changes_makes_no_database_where_there_is_none() {
    let room = Room::new();
    for arguments in [
        ["user", "list"].as_slice(),
        &["user", "deactivate", "ada@people.example"],
        &["user", "setup-link"],
        &["api-key", "list"],
        &[
            "api-key",
            "create",
            "Nightly",
            "--owner",
            "ada@people.example",
            "--scope",
            "read",
        ],
    ] {
        let (code, sentence) = refusal(&room.run(arguments, &[]));
        assert_eq!(code, 78, "{arguments:?}");
        assert!(sentence.contains("does not exist yet"), "{sentence}");
    }
    assert!(room.files().is_empty(), "{:?}", room.files());
    add_with_password(&room, "ada@people.example", "admin");
    let listed = room.run(&["user", "list"], &[]);
    assert!(listed.stdout.contains("ada@people.example"), "{}", listed.stdout);
}
