//! The smoke check, and doctor, on this very binary.

use aicmo_backend::http::console;

use crate::support::{Room, or_skip};

/// Whether the console of this binary is there and of its build. A test run of the server alone has
/// none; the whole suite builds it first.
fn console_is_current() -> bool {
    let report = console::report();
    or_skip(
        report.embedded && report.matches_server,
        "a console of this build",
    )
}

#[test]
fn smoke_passes_all_twelve_and_writes_dated_evidence() {
    let room = Room::new();
    let evidence = room.path().join("smoke.json");
    let ended = room.run(&["smoke", "--report", evidence.to_str().expect("UTF-8")], &[]);
    let text = std::fs::read_to_string(&evidence).expect("evidence");
    let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let checks = document["checks"].as_array().expect("checks");
    assert_eq!(checks.len(), 12);
    let whole = console_is_current();
    for check in checks.iter().skip(usize::from(!whole)) {
        assert_eq!(check["passed"], true, "{check}");
    }
    if whole {
        assert_eq!(ended.status.code(), Some(0), "{}", ended.stdout);
        assert_eq!(document["passed"], true);
    } else {
        assert_eq!(
            ended.status.code(),
            Some(1),
            "a missing console is a failure: {}",
            ended.stdout
        );
        assert_eq!(checks[0]["passed"], false);
    }
    assert!(document["at"].as_str().is_some_and(|at| at.ends_with('Z')));
    assert!(
        document["start_to_ready_ms"]
            .as_u64()
            .is_some_and(|took| took < 5_000)
    );
    assert!(
        !room.data().exists(),
        "the data of this installation is left alone"
    );
}

#[test]
fn doctor_is_content_with_a_running_installation_and_gives_advice_without_one() {
    let room = Room::new();
    let before = room.run(&["doctor"], &[]);
    assert_eq!(before.status.code(), Some(1));
    assert!(before.stdout.contains("does not exist yet"), "{}", before.stdout);
    assert!(room.files().is_empty(), "doctor makes nothing");
    let _server = room.serve(&[]);
    let ended = room.run(&["doctor"], &[]);
    let problems: Vec<&str> = ended
        .stdout
        .lines()
        .filter(|line| line.starts_with("PROBLEM"))
        .collect();
    if console_is_current() {
        assert_eq!(
            (ended.status.code(), problems.len()),
            (Some(0), 0),
            "{}",
            ended.stdout
        );
    } else {
        assert_eq!(problems.len(), 1, "only the console: {problems:?}");
        assert!(problems[0].contains("console"), "{problems:?}");
    }
}
