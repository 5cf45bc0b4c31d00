//! What keeps a server from starting: one sentence, the right exit code, nothing touched.

use std::path::Path;
use std::process::Command;

use aicmo_backend::smoke::server::run_to_end;

use crate::support::{Room, binary, or_skip, refusal};

#[test]
fn a_bad_setting_exits_78_with_key_and_rule_and_touches_nothing() {
    for (key, value, rule) in [
        ("AICMO_BIND", "everywhere", "an address and a port"),
        ("AICMO_DB_POOL_MAX", "0", "from 1 to 200"),
        ("AICMO_DB_REQUIRED", "yes", "true or false"),
        ("AICMO_DATA_SOURCE", "demo", "live or mock"),
        ("AICMO_LOG_FORMAT", "xml", "text or json"),
        ("AICMO_SERVICES_DISABLED", "mail", "campaign_ops"),
        ("AICMO_IDENTITY_KEY", "short", "at least 32"),
        ("AICMO_BOOTSTRAP_ADMIN_KEY", "short", "at least 32"),
        ("AICMO_SESSION_HOURS", "0", "from 1 to 720"),
        ("AICMO_CONFIG", "/nowhere/aicmo.toml", "can be read"),
        ("DATABASE_URL", "mysql://x/y", "postgres://"),
    ] {
        let room = Room::new();
        for command in ["serve", "doctor"] {
            let (code, sentence) = refusal(&room.run(&[command], &[(key, value)]));
            assert_eq!(code, 78, "{sentence}");
            assert!(sentence.contains(key) && sentence.contains(rule), "{sentence}");
        }
        assert!(room.files().is_empty(), "{key}: {:?}", room.files());
    }
}

#[test]
fn a_setting_of_a_later_version_is_a_warning_and_stands_in_the_report() {
    let room = Room::new();
    let server = room.serve(&[("AICMO_AUTONOMY_ENABLED", "true"), ("AICMO_BIMD", "x")]);
    let log = server.log();
    for name in ["AICMO_AUTONOMY_ENABLED", "AICMO_BIMD"] {
        assert!(
            log.contains(&format!("{name} is not a setting of this version")),
            "{log}"
        );
    }
    let report = room.run(&["doctor", "--json"], &[("AICMO_BIMD", "x")]);
    let report: serde_json::Value = serde_json::from_str(&report.stdout).expect("JSON");
    assert_eq!(report["unknown_settings"], serde_json::json!(["AICMO_BIMD"]));
}

#[test]
fn a_file_that_is_not_a_database_exits_78_and_keeps_its_bytes() {
    let room = Room::new();
    let letter = room.path().join("letter.db");
    let content = "Dear reader, this is not a database. ".repeat(100);
    std::fs::write(&letter, &content).expect("written");
    let url = format!("sqlite://{}", letter.display());
    for arguments in [["serve"].as_slice(), &["migrate"], &["migrate", "--check"]] {
        let (code, sentence) = refusal(&room.run(arguments, &[("DATABASE_URL", &url)]));
        assert_eq!(code, 78, "{arguments:?}");
        assert!(sentence.contains("not a SQLite database"), "{sentence}");
        assert_eq!(std::fs::read_to_string(&letter).expect("read"), content);
    }
    let doctor = room.run(&["doctor"], &[("DATABASE_URL", &url)]);
    assert_eq!(doctor.status.code(), Some(1));
    assert!(
        doctor.stdout.contains("not a SQLite database"),
        "{}",
        doctor.stdout
    );
    assert_eq!(std::fs::read_to_string(&letter).expect("read"), content);
}

#[test]
fn a_database_of_another_program_exits_78_and_keeps_its_bytes() {
    let room = Room::new();
    let file = room.path().join("recipes.db");
    // What `CREATE TABLE recipes (title)` leaves in a file of two pages.
    std::fs::write(&file, include_bytes!("recipes.db")).expect("written");
    let url = format!("sqlite://{}", file.display());
    for arguments in [["serve"].as_slice(), &["migrate"], &["migrate", "--check"]] {
        let (code, sentence) = refusal(&room.run(arguments, &[("DATABASE_URL", &url)]));
        assert_eq!(code, 78, "{arguments:?}");
        assert!(
            sentence.contains("another program") && sentence.contains("recipes"),
            "{sentence}"
        );
    }
    let doctor = room.run(&["doctor"], &[("DATABASE_URL", &url)]);
    assert_eq!(doctor.status.code(), Some(1));
    assert!(doctor.stdout.contains("another program"), "{}", doctor.stdout);
    assert_eq!(std::fs::read(&file).expect("read"), include_bytes!("recipes.db"));
}

#[test]
fn a_place_that_cannot_be_written_exits_78_and_names_it() {
    let room = Room::new();
    let file = room.path().join("file");
    std::fs::write(&file, "").expect("written");
    let below_a_file = file.join("data");
    let in_proc = Path::new("/proc/aicmo-data");
    for dir in [below_a_file.as_path(), file.as_path(), in_proc] {
        let dir = dir.to_str().expect("UTF-8");
        let (code, sentence) = refusal(&room.run(&["serve"], &[("AICMO_DATA_DIR", dir)]));
        assert_eq!(code, 78, "{sentence}");
        assert!(sentence.contains(dir), "{sentence}");
    }
    let url = format!("sqlite://{}/missing/aicmo.db", room.path().display());
    let (code, sentence) = refusal(&room.run(&["serve"], &[("DATABASE_URL", &url)]));
    assert_eq!(code, 78);
    assert!(sentence.contains("does not exist"), "{sentence}");
    assert_eq!(room.files(), [file.display().to_string()]);
}

/// Runs `aicmo serve` behind `prepare`, a shell line that may change what the process finds.
fn serve_after(room: &Room, wrapper: &[&str], prepare: &str, environment: &[(&str, &str)]) -> (i32, String) {
    let script = format!("{prepare} && exec {} serve", binary().display());
    let mut line: Vec<&str> = wrapper.to_vec();
    line.extend(["sh", "-c", &script]);
    let mut command = Command::new(line[0]);
    command
        .args(&line[1..])
        .current_dir(room.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("AICMO_BIND", "127.0.0.1:0")
        .env("AICMO_DATA_DIR", room.data())
        .envs(environment.iter().copied());
    refusal(&run_to_end(command).expect("it ends"))
}

/// A mount namespace of one's own, in which a test may mount what it likes.
pub fn namespace() -> Option<Vec<&'static str>> {
    let works = |line: &[&str]| {
        Command::new(line[0])
            .args(&line[1..])
            .args(["sh", "-c", "mount -t tmpfs none /mnt"])
            .stderr(std::process::Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    [vec!["unshare", "-m"], vec!["unshare", "-rm"]]
        .into_iter()
        .find(|line| works(line))
}

#[test]
fn a_read_only_file_system_exits_78() {
    let room = Room::new();
    std::fs::create_dir(room.data()).expect("made");
    let namespace = namespace();
    if !or_skip(namespace.is_some(), "a mount namespace") {
        return;
    }
    let data = room.data().display().to_string();
    let (code, sentence) = serve_after(
        &room,
        &namespace.unwrap_or_default(),
        &format!("mount --bind {data} {data} && mount -o remount,ro,bind {data}"),
        &[],
    );
    assert_eq!(code, 78, "{sentence}");
    assert!(
        sentence.contains("read-only") && sentence.contains(&data),
        "{sentence}"
    );
    assert_eq!(room.files(), [data]);
}

#[test]
fn a_full_disk_exits_70_and_says_so() {
    let room = Room::new();
    std::fs::create_dir(room.data()).expect("made");
    let namespace = namespace();
    if !or_skip(namespace.is_some(), "a mount namespace") {
        return;
    }
    let data = room.data().display().to_string();
    let (code, sentence) = serve_after(
        &room,
        &namespace.unwrap_or_default(),
        &format!("mount -t tmpfs -o size=40k none {data}"),
        &[],
    );
    assert_eq!(code, 70, "{sentence}");
    assert!(
        sentence.starts_with("AICMO_FATAL ") && sentence.contains("no space"),
        "{sentence}"
    );
}

#[test]
fn a_fatal_error_leaves_evidence_that_the_next_report_shows() {
    let room = Room::new();
    let small = room.path().join("small");
    std::fs::create_dir(&small).expect("made");
    let namespace = namespace();
    if !or_skip(namespace.is_some(), "a mount namespace") {
        return;
    }
    let url = format!("sqlite://{}/aicmo.db", small.display());
    let (code, sentence) = serve_after(
        &room,
        &namespace.unwrap_or_default(),
        &format!("mount -t tmpfs -o size=40k none {}", small.display()),
        &[("DATABASE_URL", &url)],
    );
    assert_eq!(code, 70, "{sentence}");
    let evidence = room.data().join("diagnostics/fatal_error.json");
    assert!(sentence.contains(&evidence.display().to_string()), "{sentence}");
    let evidence: serde_json::Value =
        serde_json::from_slice(&std::fs::read(evidence).expect("evidence")).expect("JSON");
    assert!(
        evidence["message"]
            .as_str()
            .is_some_and(|text| text.contains("no space"))
    );
    assert_eq!(
        evidence["build"],
        aicmo_backend::process::build::marker().as_str()
    );
    let report = room.run(&["doctor", "--json"], &[("AICMO_DATA_SOURCE", "mock")]);
    let report: serde_json::Value = serde_json::from_str(&report.stdout).expect("JSON");
    assert_eq!(report["last_fatal_error"]["message"], evidence["message"]);
    let doctor = room.run(&["doctor"], &[("AICMO_DATA_SOURCE", "mock")]);
    assert!(
        doctor.stdout.contains("NOTE: A process ended with a fatal error"),
        "{}",
        doctor.stdout
    );
}

#[test]
fn a_limit_on_file_sizes_is_met_like_a_full_disk_and_leaves_no_half_made_database() {
    let room = Room::new();
    let (code, sentence) = serve_after(&room, &[], "trap '' XFSZ && ulimit -f 0", &[]);
    assert_eq!(code, 70, "{sentence}");
    assert!(sentence.contains("no space"), "{sentence}");
    assert!(!room.data().join("aicmo.db").exists());
}

#[test]
fn a_port_that_is_taken_exits_78_before_the_database_is_made() {
    let room = Room::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let (code, sentence) = refusal(&room.run(&["serve"], &[("AICMO_BIND", &address)]));
    assert_eq!(code, 78);
    assert!(
        sentence.contains(&address) && sentence.contains("AICMO_BIND"),
        "{sentence}"
    );
    assert!(!room.data().join("aicmo.db").exists());
}
