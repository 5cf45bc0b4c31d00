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

/// The workspace's own programs, and which packages can reach the server's code.
fn programs() -> (BTreeSet<String>, Vec<String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace");
    let manifest_of = |folder: &Path| -> toml::Table {
        let text = std::fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest");
        text.parse().expect("TOML")
    };
    let members = manifest_of(root)["workspace"]["members"]
        .as_array()
        .expect("members")
        .clone();
    let mut programs = BTreeSet::new();
    let mut reach_the_server = Vec::new();
    for member in members {
        let folder = root.join(member.as_str().expect("a path"));
        let manifest = manifest_of(&folder);
        let package = manifest["package"]["name"].as_str().expect("a name").to_owned();
        let named = manifest
            .get("bin")
            .and_then(|bins| bins.as_array())
            .cloned()
            .unwrap_or_default();
        for bin in &named {
            programs.insert(bin["name"].as_str().expect("a name").to_owned());
        }
        let has_main = folder.join("src/main.rs").exists();
        if named.is_empty() && has_main {
            programs.insert(package.clone());
        }
        let extra = std::fs::read_dir(folder.join("src/bin")).map_or(0, Iterator::count);
        let allowed = named.len().saturating_sub(usize::from(has_main));
        assert_eq!(
            extra, allowed,
            "{package} has a program that its manifest does not name"
        );
        let uses = manifest.get("dependencies").and_then(|list| list.as_table());
        if uses.is_some_and(|list| list.contains_key("aicmo-backend")) {
            reach_the_server.push(package);
        }
    }
    (programs, reach_the_server)
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
    // The console itself runs in a browser, xtask starts `aicmo serve` like everybody else, and
    // seed-leads fills a database for the bench.
    let expected = ["aicmo", "aicmo-frontend", "seed-leads", "xtask"].map(str::to_owned);
    let (programs, reach_the_server) = programs();
    assert_eq!(programs, expected.into());
    assert!(
        reach_the_server.is_empty(),
        "only aicmo can serve: {reach_the_server:?}"
    );
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
            // A command that has commands of its own says which.
            matches!(ended.status.code(), Some(0..=2)),
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
