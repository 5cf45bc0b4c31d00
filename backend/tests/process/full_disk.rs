//! A disk that fills while a server serves: it says so, reads go on, and room brings writes back.

use std::path::{Path, PathBuf};
use std::process::Command;

use aicmo_client::{Client, ClientError};
use aicmo_shared::ErrorCode;
use aicmo_shared::api::{CreateLead, GetAttention, NoQuery};
use aicmo_shared::lead::LeadDraft;
use aicmo_test_support::wait_until;

use crate::refusals::namespace;
use crate::support::{Room, binary, client, or_skip};

fn draft(number: usize) -> LeadDraft {
    LeadDraft {
        name: Some(format!("Lead {number}")),
        email: Some(format!("lead-{number}@example.com")),
        notes: Some("n".repeat(2_000)),
        ..LeadDraft::default()
    }
}

async fn leads(client: &Client) -> u64 {
    let figures = client.read::<GetAttention>(&[], &NoQuery {}).await;
    figures.expect("figures").data().leads
}

/// A program that mounts a small file system over `data` and becomes the server.
fn wrapper(room: &Room, data: &Path, namespace: &[&str]) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let script = room.path().join("serve-on-a-small-disk");
    let text = format!(
        "#!/bin/sh\nexec {} sh -c 'mount -t tmpfs -o size=4m none {} && exec {} \"$@\"' sh \"$@\"\n",
        namespace.join(" "),
        data.display(),
        binary().display()
    );
    std::fs::write(&script, text).expect("written");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("set");
    script
}

/// Runs a line where the server sees its disk.
fn inside(pid: u32, line: &str) -> bool {
    let mut command = Command::new("nsenter");
    command.args(["-t", &pid.to_string(), "-m", "sh", "-c", line]);
    command.status().is_ok_and(|status| status.success())
}

#[tokio::test]
async fn a_disk_that_fills_refuses_writes_serves_reads_and_needs_no_restart() {
    let room = Room::new();
    let data = room.data();
    std::fs::create_dir(&data).expect("made");
    let namespace = namespace();
    if !or_skip(namespace.is_some(), "a mount namespace") {
        return;
    }
    let script = wrapper(&room, &data, &namespace.unwrap_or_default());
    let server = aicmo_backend::smoke::Server::start(&script, &data, &[]).expect("ready");
    if !or_skip(inside(server.pid(), "true"), "a way into the namespace") {
        return;
    }
    let client = client(&server);
    client
        .command::<CreateLead>(&[], &draft(0), None)
        .await
        .expect("made");

    let ballast = format!("{}/ballast", data.display());
    // It is full when nothing more can be written; that dd fails is what it is for.
    let _ = inside(
        server.pid(),
        &format!("dd if=/dev/zero of={ballast} bs=4k 2>/dev/null"),
    );
    let mut made = 1;
    let refused = loop {
        match client.command::<CreateLead>(&[], &draft(made), None).await {
            Ok(_) => made += 1,
            Err(error) => break error,
        }
        assert!(made < 2_000, "four megabytes hold no two thousand leads");
    };
    let problem = match &refused {
        ClientError::Problem(problem) => problem,
        other => panic!("a full disk is a problem document: {other:?}"),
    };
    assert_eq!(problem.code, ErrorCode::ServiceUnavailable, "{problem:?}");
    assert!(
        problem.detail.contains("storage"),
        "it says what is wrong: {problem:?}"
    );
    assert!(!problem.detail.to_lowercase().contains("sqlite"), "{problem:?}");
    for _ in 0..3 {
        let again = client.command::<CreateLead>(&[], &draft(made), None).await;
        assert!(
            again.is_err_and(|error| error.problem().is_some()),
            "still a problem document"
        );
        assert_eq!(leads(&client).await, made as u64, "reads go on and are right");
    }

    assert!(inside(server.pid(), &format!("rm {ballast}")));
    wait_until("writes work again", async || {
        client
            .command::<CreateLead>(&[], &draft(made), None)
            .await
            .map_err(|error| format!("{error:?}"))
    })
    .await;
    assert_eq!(leads(&client).await, made as u64 + 1);
}
