//! The life of a server: one per file, killed and back, asked to end.

use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use aicmo_backend::smoke::Server;
use aicmo_shared::api::{CreateLead, GetAttention, GetStatus, NoQuery, OpenStream};
use aicmo_shared::lead::{LeadDraft, LeadOutcome};

use crate::support::{Room, binary, client, refusal, signal};

fn draft(number: usize) -> LeadDraft {
    LeadDraft {
        name: Some(format!("Lead {number}")),
        email: Some(format!("lead-{number}@example.com")),
        ..LeadDraft::default()
    }
}

async fn leads(server: &Server) -> u64 {
    let answer = client(server)
        .read::<GetAttention>(&[], &NoQuery {})
        .await
        .expect("figures");
    assert!(!answer.is_mock());
    answer.data().leads
}

#[test]
fn the_first_line_says_where_what_and_how() {
    let room = Room::new();
    let server = room.serve(&[]);
    let build = aicmo_backend::process::build::marker();
    assert_eq!(
        server.ready_line,
        format!(
            "aicmo ready url={} build={build} database=sqlite mode=live",
            server.url
        )
    );
    assert!(server.url.starts_with("http://127.0.0.1:"), "{}", server.url);
}

#[test]
fn the_data_directory_and_the_keys_belong_to_their_owner_alone() {
    let room = Room::new();
    let server = room.serve(&[]);
    let mode = |path: &str| {
        let there = std::fs::metadata(room.data().join(path)).expect("it is there");
        there.permissions().mode() & 0o777
    };
    assert_eq!(mode(""), 0o700);
    assert_eq!(mode("keys/identity.key"), 0o600);
    assert_eq!(mode("keys/session.key"), 0o600);
    assert_eq!(mode("aicmo.db.lock"), 0o600);
    drop(server);
}

#[tokio::test]
async fn a_second_server_on_one_file_exits_75_and_names_the_first() {
    let room = Room::new();
    let first = room.serve(&[]);
    client(&first)
        .command::<CreateLead>(&[], &draft(1), None)
        .await
        .expect("made");
    for command in ["serve", "migrate"] {
        let (code, sentence) = refusal(&room.run(&[command], &[]));
        assert_eq!(code, 75, "{sentence}");
        assert!(
            sentence.contains(&format!("process {}", first.pid())),
            "{sentence}"
        );
    }
    let alias = room.path().join("alias.db");
    std::os::unix::fs::symlink(room.data().join("aicmo.db"), &alias).expect("linked");
    let url = format!("sqlite://{}", alias.display());
    let (code, _) = refusal(&room.run(&["serve"], &[("DATABASE_URL", &url)]));
    assert_eq!(code, 75, "another name of the same file");
    assert_eq!(leads(&first).await, 1, "the first one never noticed");
}

#[tokio::test]
async fn killed_at_any_instant_it_comes_back_with_every_lead_it_accepted() {
    let room = Room::new();
    let mut accepted = 0;
    for round in 0..3 {
        let mut server = room.serve(&[]);
        assert_eq!(leads(&server).await, accepted);
        for number in 0..5 {
            let made = client(&server)
                .command::<CreateLead>(&[], &draft(round * 5 + number), None)
                .await
                .expect("made");
            assert_eq!(made.outcome, LeadOutcome::New);
            accepted += 1;
        }
        signal("KILL", &server);
        assert!(!server.wait().expect("gone").success());
    }
    let server = room.serve(&[]);
    assert_eq!(leads(&server).await, accepted);
    let again = client(&server)
        .command::<CreateLead>(&[], &draft(0), None)
        .await
        .expect("known");
    assert_ne!(again.outcome, LeadOutcome::New, "its identity key survived, too");
}

#[tokio::test]
async fn asked_to_end_it_exits_0_in_time_folds_its_log_and_lets_the_file_go() {
    for name in ["TERM", "INT"] {
        let room = Room::new();
        let mut server = room.serve(&[]);
        client(&server)
            .command::<CreateLead>(&[], &draft(1), None)
            .await
            .expect("made");
        // An idle connection must not hold up the end.
        let idle = std::net::TcpStream::connect(server.url.trim_start_matches("http://")).expect("connected");
        let began = Instant::now();
        signal(name, &server);
        assert_eq!(server.wait().expect("ended").code(), Some(0), "{}", server.log());
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "{name}: {:?}",
            began.elapsed()
        );
        drop(idle);
        let rest = std::fs::metadata(room.data().join("aicmo.db-wal")).map_or(0, |log| log.len());
        assert_eq!(rest, 0, "the write-ahead log is folded into the file");
        let again = room.serve(&[]);
        assert_eq!(leads(&again).await, 1);
    }
}

#[tokio::test]
async fn open_streams_do_not_hold_up_the_end() {
    let room = Room::new();
    let mut server = room.serve(&[]);
    let client = client(&server);
    let mut streams = Vec::new();
    for _ in 0..5 {
        let mut stream = client.endpoint::<OpenStream>(&[]).send().await.expect("open");
        let hello = stream.chunk().await.expect("a first event").expect("not the end");
        assert!(hello.starts_with(b"retry: "));
        streams.push(stream);
    }
    let began = Instant::now();
    signal("TERM", &server);
    assert_eq!(server.wait().expect("ended").code(), Some(0), "{}", server.log());
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert!(!server.log().contains("given up"), "{}", server.log());
    for mut stream in streams {
        assert_eq!(stream.chunk().await.expect("a clean end"), None);
    }
}

#[test]
fn a_flag_beats_the_environment() {
    let room = Room::new();
    let elsewhere = room.path().join("elsewhere");
    let report = room.run(
        &[
            "doctor",
            "--json",
            "--data-dir",
            elsewhere.to_str().expect("UTF-8"),
            "--set",
            "AICMO_DB_POOL_MAX=3",
        ],
        &[("AICMO_DB_POOL_MAX", "7")],
    );
    let report: serde_json::Value = serde_json::from_str(&report.stdout).expect("JSON");
    let row = |key: &str| {
        let rows = report["settings"].as_array().expect("rows");
        rows.iter().find(|row| row["key"] == key).expect("a row").clone()
    };
    assert_eq!(row("AICMO_DB_POOL_MAX")["value"], "3");
    assert_eq!(row("AICMO_DB_POOL_MAX")["source"], "flag");
    assert_eq!(row("AICMO_DATA_DIR")["value"], elsewhere.to_str().expect("UTF-8"));
    assert!(!elsewhere.exists(), "doctor makes nothing");
}

#[tokio::test]
async fn healthcheck_and_status_ask_a_running_server() {
    let room = Room::new();
    let server = room.serve(&[]);
    let url = server.url.clone();
    let environment = [
        ("AICMO_BACKEND_URL", url.as_str()),
        ("AICMO_API_KEY", server.key()),
    ];
    let healthy = room.run(&["healthcheck"], &environment);
    assert_eq!(
        (healthy.status.code(), healthy.stdout.as_str()),
        (Some(0), "ready\n")
    );
    let status = room.run(&["status", "--json"], &environment);
    let status: aicmo_shared::Sourced<aicmo_shared::status::Status> =
        serde_json::from_str(&status.stdout).expect("a status");
    let direct = client(&server)
        .read::<GetStatus>(&[], &NoQuery {})
        .await
        .expect("a status");
    assert_eq!(status.data().started_at, direct.data().started_at);
    let table = room.run(&["status", "--backend-url", &url], &environment[1..]);
    assert!(table.stdout.contains("mode     live"), "{}", table.stdout);
    let (code, sentence) = refusal(&room.run(&["status"], &environment[..1]));
    assert_eq!(code, 1);
    assert!(sentence.contains("signed in, or a key"), "{sentence}");
    let key = server.key().to_owned();
    drop(server);
    let environment = [
        ("AICMO_BACKEND_URL", url.as_str()),
        ("AICMO_API_KEY", key.as_str()),
    ];
    for command in ["healthcheck", "status"] {
        let (code, sentence) = refusal(&room.run(&[command], &environment));
        assert_eq!(code, 1);
        assert!(sentence.contains("No server answers"), "{sentence}");
    }
}

#[test]
fn migrate_makes_the_schema_and_its_check_changes_nothing() {
    let room = Room::new();
    assert_eq!(room.run(&["migrate", "--check"], &[]).status.code(), Some(1));
    assert!(room.files().is_empty());
    assert_eq!(room.run(&["migrate"], &[]).status.code(), Some(0));
    assert_eq!(room.run(&["migrate", "--check"], &[]).status.code(), Some(0));
    assert_eq!(
        room.run(&["migrate"], &[]).status.code(),
        Some(0),
        "safe to repeat"
    );
    assert!(Server::start(binary(), &room.data(), &[]).is_ok());
}

#[test]
fn asked_to_end_while_it_still_waits_for_its_database_it_exits_0() {
    let room = Room::new();
    let environment = [
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:9/aicmo"),
        ("AICMO_DB_STARTUP_RETRY_SECS", "600"),
        ("AICMO_DB_CONNECT_TIMEOUT_SECS", "1"),
    ];
    let data = room.data();
    let mut all = vec![
        ("AICMO_BIND", "127.0.0.1:0"),
        ("AICMO_DATA_DIR", data.to_str().expect("UTF-8")),
    ];
    all.extend(environment);
    let mut command = aicmo_backend::smoke::server::command(binary(), &all);
    command.arg("serve").stderr(std::process::Stdio::piped());
    let mut child = command.spawn().expect("started");
    let log = std::io::BufReader::new(child.stderr.take().expect("a log"));
    let told = std::io::BufRead::lines(log)
        .map_while(Result::ok)
        .find(|line| line.contains("the database does not answer"));
    assert!(told.is_some(), "it says that it waits");
    let asked = std::process::Command::new("sh")
        .args(["-c", &format!("kill -TERM {}", child.id())])
        .status()
        .expect("a shell");
    assert!(asked.success());
    assert_eq!(child.wait().expect("ended").code(), Some(0));
    assert!(room.files().is_empty());
}
