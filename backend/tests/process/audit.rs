//! `aicmo audit`: verified and exported beside a running server, and a file without any database.

use std::process::Stdio;

use aicmo_backend::smoke::server::command;
use aicmo_shared::api::CreateCampaign;
use aicmo_shared::campaign::{CampaignDraft, CampaignObjective};
use serde_json::Value;

use crate::support::{Room, binary, client, refusal};

fn a_campaign(name: &str) -> CampaignDraft {
    serde_json::from_value(serde_json::json!({ "name": name, "objective": CampaignObjective::Sales }))
        .expect("a draft")
}

#[tokio::test]
async fn a_trail_is_verified_and_exported_while_the_server_runs_and_a_file_alone() {
    let room = Room::new();
    let server = room.serve(&[]);
    for name in ["Spring", "Summer"] {
        client(&server)
            .command::<CreateCampaign>(&[], &a_campaign(name), None)
            .await
            .expect("created");
    }
    let verified = room.run(&["audit", "verify"], &[]);
    assert_eq!(verified.status.code(), Some(0), "{}", verified.stderr);
    assert!(
        verified
            .stdout
            .starts_with("The audit trail is intact: 2 rows, head "),
        "{}",
        verified.stdout
    );

    let exported = room.run(&["audit", "export", "trail.ndjson"], &[]);
    assert_eq!(exported.status.code(), Some(0), "{}", exported.stderr);
    let again = room.run(&["audit", "export", "trail.ndjson"], &[]);
    let (code, sentence) = refusal(&again);
    assert_eq!(code, 78, "never over another file: {sentence}");
    drop(server);

    // The file alone: no database is looked for.
    let nowhere = [("AICMO_DATA_DIR", "/nowhere/at/all")];
    let verified = room.run(&["audit", "verify", "--file", "trail.ndjson", "--json"], &nowhere);
    let report: Value = serde_json::from_str(&verified.stdout).expect("JSON");
    assert_eq!(
        (&report["is_intact"], &report["rows"]),
        (&true.into(), &3.into()),
        "{report}"
    );

    let path = room.path().join("trail.ndjson");
    let text = std::fs::read_to_string(&path).expect("the file");
    std::fs::write(&path, text.replacen("Summer", "Winter", 1)).expect("altered");
    let verified = room.run(&["audit", "verify", "--file", "trail.ndjson"], &nowhere);
    assert_eq!(verified.status.code(), Some(1));
    assert!(
        verified
            .stdout
            .starts_with("The audit trail is broken: row 2 is not as it was written."),
        "{}",
        verified.stdout
    );

    let lines: Vec<&str> = text.lines().collect();
    std::fs::write(&path, format!("{}\n", lines[..2].join("\n"))).expect("cut");
    let verified = room.run(&["audit", "verify", "--file", "trail.ndjson"], &nowhere);
    assert_eq!(verified.status.code(), Some(1));
    assert!(
        verified
            .stdout
            .contains("row 3 is missing, with everything behind it"),
        "{}",
        verified.stdout
    );

    let table = room.run(&["audit", "export", "-", "--format", "csv"], &[]);
    assert!(table.stdout.starts_with("seq,at,actor_type,"), "{}", table.stdout);
}

#[test]
fn a_reader_that_has_enough_of_an_export_is_no_failure() {
    let room = Room::new();
    drop(room.serve(&[]));
    let data = room.data();
    let environment = [("AICMO_DATA_DIR", data.to_str().expect("UTF-8"))];
    let mut child = command(binary(), &environment)
        .args(["audit", "export", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}

#[test]
fn a_database_that_does_not_exist_is_not_made() {
    let room = Room::new();
    for arguments in [
        ["audit", "verify"].as_slice(),
        &["audit", "export", "trail.ndjson"],
    ] {
        let (code, sentence) = refusal(&room.run(arguments, &[]));
        assert_eq!(code, 78);
        assert!(sentence.contains("does not exist yet"), "{sentence}");
    }
    assert!(room.files().is_empty(), "{:?}", room.files());
}
