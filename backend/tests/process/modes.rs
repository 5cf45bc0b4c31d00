//! Live or mock: decided once at start, in a fixed order, and from mock to live without a restart.

use aicmo_backend::smoke::Server;
use aicmo_backend::smoke::server::field;
use aicmo_client::ClientError;
use aicmo_shared::api::{
    ActivityQuery, CreateLead, GetAttention, GetStatus, ListActivity, NoQuery, RunDiagnostics,
};
use aicmo_shared::lead::LeadDraft;
use aicmo_shared::{ErrorCode, MockReason};
use aicmo_store::DatabaseTarget;
use aicmo_test_support::{DatabaseKind, TestDatabase, wait_until};

use crate::gate::Gate;
use crate::support::{Room, binary, client, refusal};

/// A server that is not there: nothing listens on port 9.
const NOWHERE: &str = "postgres://nobody@127.0.0.1:9/aicmo";

async fn reason(server: &Server) -> Option<MockReason> {
    let client = client(server);
    let answer = client
        .read::<GetAttention>(&[], &NoQuery {})
        .await
        .expect("figures");
    let status = client
        .read::<GetStatus>(&[], &NoQuery {})
        .await
        .expect("a status");
    assert_eq!(
        status.data().mock_reason,
        answer.mock_reason(),
        "one mode for everything"
    );
    if answer.is_mock() {
        assert_eq!(answer.data().leads, 12, "the fixed set");
    }
    answer.mock_reason()
}

#[tokio::test]
async fn mock_by_setting_needs_no_database_and_leaves_no_file() {
    let room = Room::new();
    for (environment, expected) in [
        (vec![("AICMO_DATA_SOURCE", "mock")], MockReason::ForcedBySetting),
        (vec![("AICMO_E2E_MODE", "true")], MockReason::E2eMode),
        (
            vec![("AICMO_E2E_MODE", "true"), ("AICMO_DATA_SOURCE", "mock")],
            MockReason::ForcedBySetting,
        ),
        (
            vec![
                ("AICMO_DATA_SOURCE", "mock"),
                ("DATABASE_URL", NOWHERE),
                ("AICMO_DB_REQUIRED", "true"),
            ],
            MockReason::ForcedBySetting,
        ),
    ] {
        let server = room.serve(&environment);
        assert_eq!(field(&server.ready_line, "mode").as_deref(), Some("mock"));
        assert_eq!(field(&server.ready_line, "database").as_deref(), Some("none"));
        assert_eq!(reason(&server).await, Some(expected), "{environment:?}");
        let client = client(&server);
        let refused = client
            .command::<CreateLead>(&[], &LeadDraft::default(), None)
            .await;
        let code = refused
            .err()
            .as_ref()
            .and_then(ClientError::problem)
            .map(|problem| problem.code);
        assert_eq!(code, Some(ErrorCode::MockModeReadOnly));
        client
            .command::<RunDiagnostics>(&[], &(), None)
            .await
            .expect("it changes no data");
    }
    assert!(room.files().is_empty(), "{:?}", room.files());
}

#[tokio::test]
async fn two_servers_may_show_mock_data_beside_a_live_one() {
    let room = Room::new();
    let live = room.serve(&[]);
    let first = room.serve(&[("AICMO_DATA_SOURCE", "mock")]);
    let second = room.serve(&[("AICMO_DATA_SOURCE", "mock")]);
    assert_eq!(reason(&live).await, None);
    assert_eq!(reason(&first).await, Some(MockReason::ForcedBySetting));
    assert_eq!(reason(&second).await, Some(MockReason::ForcedBySetting));
}

#[tokio::test]
async fn without_a_database_it_says_why_it_shows_mock_data() {
    let room = Room::new();
    let server = room.serve(&[("DATABASE_URL", NOWHERE), ("AICMO_DB_STARTUP_RETRY_SECS", "0")]);
    assert!(
        server.ready_line.ends_with(" database=none mode=mock"),
        "{}",
        server.ready_line
    );
    assert_eq!(
        reason(&server).await,
        Some(MockReason::DatabaseUnavailableAtStart)
    );
    let log = server.log();
    assert!(
        log.contains("postgres://***@127.0.0.1:9/aicmo") || log.contains("127.0.0.1:9"),
        "{log}"
    );
}

#[test]
fn a_required_database_that_is_absent_exits_69() {
    let room = Room::new();
    let environment = [
        ("DATABASE_URL", NOWHERE),
        ("AICMO_DB_STARTUP_RETRY_SECS", "1"),
        ("AICMO_DB_REQUIRED", "true"),
    ];
    let began = std::time::Instant::now();
    let (code, sentence) = refusal(&room.run(&["serve"], &environment));
    assert_eq!(code, 69);
    assert!(
        sentence.contains("127.0.0.1:9/aicmo does not answer"),
        "{sentence}"
    );
    assert!(!sentence.contains("nobody"), "{sentence}");
    assert!(
        began.elapsed().as_millis() >= 1_000,
        "it kept trying for as long as it was told"
    );
    assert!(room.files().is_empty());
}

#[tokio::test]
async fn a_newer_schema_exits_78_and_keeps_its_bytes() {
    let room = Room::new();
    let mut server = room.serve(&[]);
    crate::support::signal("TERM", &server);
    server.wait().expect("ended");
    let path = room.data().join("aicmo.db");
    let mut bytes = std::fs::read(&path).expect("the database");
    let newest = aicmo_store::SchemaState::newest_known();
    let later = newest.replacen("m2", "m9", 1);
    assert_eq!(newest.len(), later.len());
    // The name stands in the ledger and in its index; nothing else changes.
    assert!(replace_all(&mut bytes, newest.as_bytes(), later.as_bytes()) >= 1);
    std::fs::write(&path, &bytes).expect("written");
    for arguments in [["serve"].as_slice(), &["migrate"], &["migrate", "--check"]] {
        let (code, sentence) = refusal(&room.run(arguments, &[]));
        assert_eq!(code, 78, "{sentence}");
        assert!(
            sentence.contains(&later) && sentence.contains(&newest),
            "{sentence}"
        );
        assert!(
            std::fs::read(&path).expect("the database") == bytes,
            "not one byte moved"
        );
    }
    let doctor = room.run(&["doctor"], &[]);
    assert_eq!(doctor.status.code(), Some(1));
    assert!(doctor.stdout.contains(&later), "{}", doctor.stdout);
}

fn replace_all(bytes: &mut [u8], from: &[u8], to: &[u8]) -> usize {
    let mut replaced = 0;
    for at in 0..bytes.len().saturating_sub(from.len()) {
        if bytes[at..].starts_with(from) {
            bytes[at..at + to.len()].copy_from_slice(to);
            replaced += 1;
        }
    }
    replaced
}

#[test]
fn a_database_that_comes_back_turns_the_server_live_without_a_restart() {
    aicmo_test_support::run(DatabaseKind::Postgres, comes_back);
}

#[test]
fn a_database_that_comes_while_the_server_starts_is_waited_for() {
    aicmo_test_support::run(DatabaseKind::Postgres, comes_in_time);
}

async fn comes_in_time(database: TestDatabase) {
    let gate = std::sync::Arc::new(Gate::before(&url_of(&database)));
    let starting = std::sync::Arc::clone(&gate);
    let room = Room::new();
    let data = room.data();
    let server = tokio::task::spawn_blocking(move || {
        Server::start(
            binary(),
            &data,
            &[("DATABASE_URL", starting.url()), ("AICMO_DB_REQUIRED", "true")],
        )
    });
    wait_until("the server has found the gate closed", || async {
        match gate.refused() {
            0 => Err("no visitor yet"),
            _ => Ok(()),
        }
    })
    .await;
    gate.open();
    let server = server.await.expect("no panic").expect("ready");
    assert!(
        server.ready_line.ends_with(" database=postgres mode=live"),
        "{}",
        server.ready_line
    );
    assert_eq!(reason(&server).await, None);
}

fn url_of(database: &TestDatabase) -> String {
    match database.target() {
        DatabaseTarget::Postgres { url } => url,
        other @ DatabaseTarget::Sqlite { .. } => panic!("{other:?} is no PostgreSQL database"),
    }
}

async fn comes_back(database: TestDatabase) {
    let gate = Gate::before(&url_of(&database));
    let room = Room::new();
    let server = room.serve(&[("DATABASE_URL", gate.url()), ("AICMO_DB_STARTUP_RETRY_SECS", "0")]);
    assert_eq!(field(&server.ready_line, "mode").as_deref(), Some("mock"));
    assert_eq!(
        reason(&server).await,
        Some(MockReason::DatabaseUnavailableAtStart)
    );
    let client = client(&server);
    let before = client
        .read::<GetStatus>(&[], &NoQuery {})
        .await
        .expect("a status");

    gate.open();
    let opened = std::time::Instant::now();
    wait_until("the server turns live", || async {
        let answer = client
            .read::<GetAttention>(&[], &NoQuery {})
            .await
            .map_err(|error| error.to_string())?;
        match answer.mock_reason() {
            None => Ok(()),
            Some(reason) => Err(reason.to_string()),
        }
    })
    .await;
    assert!(opened.elapsed().as_secs() < 5, "{:?}", opened.elapsed());
    assert_eq!(reason(&server).await, None);
    let after = client
        .read::<GetStatus>(&[], &NoQuery {})
        .await
        .expect("a status");
    assert!(
        after.data().change_seq > before.data().change_seq,
        "consoles refetch"
    );
    let figures = client
        .read::<GetAttention>(&[], &NoQuery {})
        .await
        .expect("figures");
    assert_eq!(
        figures.data().leads,
        0,
        "the database's figure and not the mock set's"
    );
    let feed = client
        .read::<ListActivity>(&[], &ActivityQuery::default())
        .await
        .expect("a feed");
    assert_eq!(feed.data().len(), 1, "one event for the turn: {:?}", feed.data());
    let draft = LeadDraft {
        name: Some("Live".into()),
        email: Some("live@example.com".into()),
        ..LeadDraft::default()
    };
    client
        .command::<CreateLead>(&[], &draft, None)
        .await
        .expect("writes are taken now");
    assert_eq!(server.log().matches("this process is live now").count(), 1);

    gate.close();
    let refused = client.read::<GetAttention>(&[], &NoQuery {}).await;
    let problem = refused.expect_err("a live server never turns mock again");
    assert_eq!(
        problem.problem().map(|problem| problem.code),
        Some(ErrorCode::DatabaseUnavailable),
        "{problem}"
    );
}
