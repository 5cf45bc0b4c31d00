//! Ways in: there is exactly one that starts the console, and the help knows them all.

use std::collections::BTreeSet;
use std::path::Path;

use aicmo_shared::inventory::{EntryPoint, EntryPointKind, EntryPointState};

use crate::support::Room;

fn inventory(room: &Room) -> Vec<EntryPoint> {
    let ended = room.run(&["inventory", "--json"], &[]);
    assert_eq!(ended.status.code(), Some(0));
    serde_json::from_str(&ended.stdout).expect("JSON")
}

/// The workspace's own programs: packages with a `main.rs`, and those a manifest names.
fn programs() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace");
    let text = std::fs::read_to_string(root.join("Cargo.toml")).expect("the workspace's manifest");
    let manifest: toml::Table = text.parse().expect("TOML");
    let members = manifest["workspace"]["members"]
        .as_array()
        .expect("members")
        .clone();
    let mut programs = BTreeSet::new();
    for member in members {
        let folder = root.join(member.as_str().expect("a path"));
        let text = std::fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest");
        let manifest: toml::Table = text.parse().expect("TOML");
        let named = manifest
            .get("bin")
            .and_then(|bins| bins.as_array())
            .cloned()
            .unwrap_or_default();
        for bin in &named {
            programs.insert(bin["name"].as_str().expect("a name").to_owned());
        }
        if named.is_empty() && folder.join("src/main.rs").exists() {
            programs.insert(manifest["package"]["name"].as_str().expect("a name").to_owned());
        }
        assert!(
            !folder.join("src/bin").exists(),
            "{} hides a program",
            folder.display()
        );
    }
    programs
}

#[test]
fn exactly_one_entry_point_starts_the_console() {
    let room = Room::new();
    let doors = inventory(&room);
    let starts: Vec<&str> = doors
        .iter()
        .filter(|door| door.starts_console)
        .map(|door| door.name.as_str())
        .collect();
    assert_eq!(starts, ["aicmo serve"]);
    // The console itself runs in a browser, and xtask starts `aicmo serve` like everybody else.
    let expected: BTreeSet<String> = ["aicmo", "aicmo-frontend", "xtask"].map(str::to_owned).into();
    assert_eq!(programs(), expected);
    assert!(room.files().is_empty(), "taking inventory touches nothing");
}

#[test]
fn every_other_command_ends_without_listening() {
    let room = Room::new();
    for door in inventory(&room) {
        let is_command = door.kind == EntryPointKind::Subcommand && door.state == EntryPointState::Active;
        let name = door.name.strip_prefix("aicmo ").unwrap_or_default();
        // The smoke check starts servers, each of them by `aicmo serve`; it has tests of its own.
        if !is_command || ["serve", "smoke"].contains(&name) {
            continue;
        }
        let ended = room.run(&[name], &[("AICMO_BACKEND_URL", "http://127.0.0.1:9")]);
        assert!(!ended.stdout.contains("aicmo ready"), "{name}");
        assert!(
            matches!(ended.status.code(), Some(0 | 1)),
            "{name}: {}",
            ended.stderr
        );
    }
}

#[test]
fn help_names_every_command_and_the_exit_codes() {
    let room = Room::new();
    let help = room.run(&["--help"], &[]);
    assert_eq!(help.status.code(), Some(0));
    for name in [
        "serve",
        "doctor",
        "smoke",
        "inventory",
        "healthcheck",
        "migrate",
        "openapi",
        "status",
    ] {
        assert!(
            help.stdout.contains(&format!("\n  {name}")),
            "{name}: {}",
            help.stdout
        );
    }
    assert!(help.stdout.contains("75 another instance"));
    assert!(help.stdout.contains("--set"));
}

#[test]
fn what_the_command_line_does_not_know_exits_2() {
    let room = Room::new();
    for arguments in [
        vec![],
        vec!["worker"],
        vec!["serve", "--nope"],
        vec!["serve", "--set", "AICMO_BIND"],
        vec!["smoke", "--report", "evidence.pdf"],
    ] {
        let ended = room.run(&arguments, &[]);
        assert_eq!(ended.status.code(), Some(2), "{arguments:?}: {}", ended.stderr);
        assert_eq!(ended.stdout, "");
    }
    assert!(room.files().is_empty());
}

#[test]
fn the_openapi_document_is_printed_without_a_server() {
    let room = Room::new();
    let ended = room.run(&["openapi"], &[]);
    assert_eq!(ended.status.code(), Some(0));
    let document: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert!(
        document["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3.1"))
    );
    for endpoint in aicmo_shared::api::ALL {
        assert!(
            document["paths"].get(endpoint.path).is_some(),
            "{}",
            endpoint.path
        );
    }
    assert!(room.files().is_empty());
}
