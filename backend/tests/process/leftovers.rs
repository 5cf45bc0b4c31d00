//! What a killed command leaves, and who may remove it.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use aicmo_backend::smoke::server::command;
use aicmo_operations::drafts;

use crate::support::{Room, binary};

/// How long a kill may miss its moment before a test gives up.
const PATIENCE: Duration = Duration::from_mins(1);

fn drafts_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(".aicmo-draft-"))
        .map(|entry| entry.path())
        .collect()
}

fn begin(room: &Room, arguments: &[&str]) -> Child {
    let data = room.data();
    let environment = [("AICMO_DATA_DIR", data.to_str().expect("UTF-8"))];
    let mut command = command(binary(), &environment);
    command
        .args(arguments)
        .current_dir(room.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().expect("started")
}

/// Kills the command in the moment in which its draft lies in `folder`, as often as it takes.
fn kill_in_the_middle(room: &Room, arguments: &[&str], folder: &Path, result: Option<&Path>) {
    let deadline = Instant::now() + PATIENCE;
    let known = drafts_in(folder).len();
    let is_there = || drafts_in(folder).len() > known;
    while !is_there() {
        assert!(Instant::now() < deadline, "{arguments:?} is never in the middle");
        let mut child = begin(room, arguments);
        while !is_there() && child.try_wait().expect("asked").is_none() {
            std::thread::yield_now();
        }
        child.kill().expect("killed");
        child.wait().expect("gone");
        // It was faster this time.
        if let Some(result) = result.filter(|result| result.exists()) {
            std::fs::remove_file(result).expect("removed");
        }
    }
}

#[test]
fn the_next_run_removes_what_a_killed_one_left_and_nothing_else() {
    let room = Room::new();
    drop(room.serve(&[]));
    let result = room.path().join("one.db");
    kill_in_the_middle(&room, &["backup", "one.db"], room.path(), Some(result.as_path()));
    // One that is alive, and what belongs to others.
    let alive = drafts::make_in(room.path()).expect("a draft");
    assert_eq!(
        drafts_in(room.path()),
        [alive.path()],
        "making one removes those of the dead"
    );
    for name in [".backup-abc123", ".aicmo-draft-of-a-letter", "aicmo-draft-abc123"] {
        std::fs::write(room.path().join(name), "mine").expect("written");
    }
    kill_in_the_middle(&room, &["backup", "one.db"], room.path(), Some(result.as_path()));
    let made = room.run(&["backup", "one.db"], &[]);
    assert_eq!(made.status.code(), Some(0), "{}", made.stderr);
    let mut after = drafts_in(room.path());
    after.sort();
    let mut expected = [
        alive.path().to_owned(),
        room.path().join(".aicmo-draft-of-a-letter"),
    ];
    expected.sort();
    assert_eq!(after, expected);
    assert!(room.path().join(".backup-abc123").exists());
    assert!(room.path().join("aicmo-draft-abc123").exists());
}

#[test]
fn a_server_removes_at_its_start_what_killed_commands_left_in_its_folders() {
    let room = Room::new();
    drop(room.serve(&[]));
    let backups = room.data().join("backups");
    std::fs::create_dir_all(&backups).expect("made");
    let target = backups.join("killed.backup.db");
    let name = target.to_str().expect("UTF-8");
    kill_in_the_middle(&room, &["backup", name], &backups, Some(target.as_path()));
    kill_in_the_middle(&room, &["migrate", "--rehearse"], &room.data(), None);
    let uploads = room.data().join("uploads");
    std::fs::create_dir_all(&uploads).expect("made");
    std::fs::write(uploads.join(".aicmo-draft-abc123"), "Name,Email").expect("written");
    let alive = drafts::make_in(&uploads).expect("a draft");
    std::fs::write(uploads.join(".aicmo-draft-abc123"), "Name,Email").expect("written again");

    let server = room.serve(&[]);
    for folder in [&backups, &room.data()] {
        assert!(drafts_in(folder).is_empty(), "{folder:?}: {}", server.log());
    }
    assert_eq!(drafts_in(&uploads), [alive.path()]);
}
