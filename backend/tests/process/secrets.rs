//! Planted secrets are looked for in everything that a person can read.

use aicmo_shared::api::{GetDiagnostics, GetStatus, NoQuery};

use crate::support::{Room, client};

/// Hexadecimal, so that no escaping can hide it.
const CANARY: &str = "5ec2e75ec2e75ec2e75ec2e75ec2e75ec2e7";

#[tokio::test]
async fn a_secret_planted_in_every_field_that_takes_one_occurs_nowhere() {
    let room = Room::new();
    let url = format!("postgres://{CANARY}:{CANARY}@127.0.0.1:9/aicmo?sslpassword={CANARY}");
    let key_file = room.path().join("session");
    std::fs::write(&key_file, CANARY).expect("written");
    let unknown = format!("AICMO_{CANARY}");
    for format in ["text", "json"] {
        let environment = [
            ("DATABASE_URL", url.as_str()),
            ("AICMO_IDENTITY_KEY", CANARY),
            ("AICMO_SESSION_KEY_FILE", key_file.to_str().expect("UTF-8")),
            ("AICMO_SMTP_PASSWORD", CANARY),
            ("AICMO_DB_STARTUP_RETRY_SECS", "0"),
            ("AICMO_LOG_LEVEL", "trace"),
            ("AICMO_LOG_FORMAT", format),
        ];
        let server = room.serve(&environment);
        let client = client(&server);
        let report = client
            .read::<GetDiagnostics>(&[], &NoQuery {})
            .await
            .expect("a report");
        let status = client
            .read::<GetStatus>(&[], &NoQuery {})
            .await
            .expect("a status");
        let ready = client.get("/readyz?verbose=1").send().await.expect("an answer");
        let doctor = room.run(&["doctor", "--json"], &environment);
        let table = room.run(&["doctor"], &environment);
        let migrate = room.run(&["migrate"], &environment);
        assert_eq!(migrate.status.code(), Some(69));
        for text in [
            serde_json::to_string(&report).expect("JSON"),
            serde_json::to_string(&status).expect("JSON"),
            ready.text().await.expect("text"),
            doctor.stdout,
            doctor.stderr,
            table.stdout,
            migrate.stderr,
            server.log(),
            server.ready_line.clone(),
        ] {
            assert!(!text.is_empty());
            assert!(!text.contains(CANARY), "{text}");
        }
        let row = report
            .data()
            .settings
            .iter()
            .find(|row| row.key == "DATABASE_URL")
            .expect("a row");
        assert_eq!(row.value.as_deref(), Some("postgres://***@127.0.0.1:9/aicmo"));
        let row = report
            .data()
            .settings
            .iter()
            .find(|row| row.key == "AICMO_IDENTITY_KEY")
            .expect("a row");
        assert_eq!((row.set, row.value.as_deref()), (true, Some("***")));
    }
    // The name of a variable is not a secret; its value is.
    let report = room.run(
        &["doctor", "--json"],
        &[(unknown.as_str(), "x"), ("AICMO_DATA_SOURCE", "mock")],
    );
    assert!(report.stdout.contains("AICMO_5ec2e7"));
}

#[test]
fn a_secret_in_the_wrong_place_is_refused_and_not_repeated() {
    let room = Room::new();
    let url = format!("postgres://user:pa/{CANARY}@host/db");
    let web = format!("http://user:{CANARY}@host");
    for (key, value) in [
        ("DATABASE_URL", url.as_str()),
        ("DATABASE_URL", CANARY),
        ("AICMO_PUBLIC_URL", web.as_str()),
        ("AICMO_BIND", CANARY),
        ("AICMO_DB_REQUIRED", CANARY),
        ("AICMO_SERVICES_DISABLED", CANARY),
        ("AICMO_SESSION_HOURS", CANARY),
    ] {
        let ended = room.run(&["serve"], &[(key, value)]);
        assert_eq!(ended.status.code(), Some(78), "{key}");
        assert!(!ended.stderr.contains(CANARY), "{}", ended.stderr);
    }
    let flag = format!("AICMO_IDENTITY_KEY={CANARY}");
    let ended = room.run(&["serve", "--set", &flag], &[]);
    assert_eq!(ended.status.code(), Some(78));
    assert!(ended.stderr.contains("command line") && !ended.stderr.contains(CANARY));
}
