//! `aicmo backup`, `restore` and `move-to` as an administrator uses them.

use aicmo_shared::api::{CreateCampaign, ListCampaigns};
use aicmo_shared::campaign::CampaignObjective;
use aicmo_test_support::{DatabaseKind, TestDatabase, a_campaign};

use crate::support::{Room, client, or_skip, refusal};

async fn add_campaign(server: &aicmo_backend::smoke::Server, name: &str) {
    let draft =
        serde_json::from_value(serde_json::json!({ "name": name, "objective": CampaignObjective::Sales }));
    client(server)
        .command::<CreateCampaign>(&[], &draft.expect("a draft"), None)
        .await
        .expect("created");
}

async fn campaigns(server: &aicmo_backend::smoke::Server) -> Vec<String> {
    let listed = client(server)
        .read::<ListCampaigns>(&[], &aicmo_shared::api::CampaignQuery::default())
        .await;
    listed
        .expect("a list")
        .into_data()
        .into_iter()
        .map(|campaign| campaign.name)
        .collect()
}

#[tokio::test]
async fn a_backup_made_beside_a_server_comes_back_with_its_keys_elsewhere() {
    let room = Room::new();
    let server = room.serve(&[]);
    add_campaign(&server, "Spring").await;
    let made = room.run(&["backup", "one.db", "--with-keys"], &[]);
    assert_eq!(made.status.code(), Some(0), "{}", made.stderr);
    assert!(
        made.stdout.contains("was found whole by restoring it"),
        "{}",
        made.stdout
    );
    assert!(made.stdout.contains("keys are in it"), "{}", made.stdout);
    let permissions = std::fs::metadata(room.path().join("one.db"))
        .expect("the file")
        .permissions();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o777,
        0o600
    );
    let (code, sentence) = refusal(&room.run(&["backup", "one.db"], &[]));
    assert_eq!(code, 78, "{sentence}");

    add_campaign(&server, "Summer").await;
    let (code, _) = refusal(&room.run(&["restore", "one.db"], &[]));
    assert_eq!(code, 75, "the server holds it");
    drop(server);
    let (code, sentence) = refusal(&room.run(&["restore", "one.db"], &[]));
    assert_eq!(code, 78);
    assert!(sentence.contains("--replace puts it aside"), "{sentence}");

    let restored = room.run(&["restore", "one.db", "--replace"], &[]);
    assert_eq!(restored.status.code(), Some(0), "{}", restored.stderr);
    assert!(
        restored.stdout.contains("revoke again what was revoked since"),
        "{}",
        restored.stdout
    );
    let server = room.serve(&[]);
    assert_eq!(campaigns(&server).await, ["Spring"]);
    drop(server);
    let data = std::fs::read_dir(room.data()).expect("a folder");
    let aside = data
        .filter_map(Result::ok)
        .any(|file| file.file_name().to_string_lossy().contains(".before-"));
    assert!(aside, "what was there is still there");

    let restored = room.run(&["restore", "one.db", "--into", "elsewhere"], &[]);
    assert_eq!(restored.status.code(), Some(0), "{}", restored.stderr);
    for key in ["identity.key", "session.key"] {
        let here = std::fs::read(room.data().join("keys").join(key)).expect("a key");
        let there = std::fs::read(room.path().join("elsewhere/keys").join(key)).expect("a key");
        assert_eq!(here, there, "{key}");
    }
    let verified = room.run(&["audit", "verify"], &[("AICMO_DATA_DIR", "elsewhere")]);
    assert!(
        verified.stdout.starts_with("The audit trail is intact"),
        "{} {}",
        verified.stdout,
        verified.stderr
    );
}

#[test]
fn what_is_no_backup_is_refused_and_nothing_is_made() {
    let room = Room::new();
    std::fs::write(room.path().join("letter.db"), "Dear reader").expect("written");
    let (code, sentence) = refusal(&room.run(&["restore", "letter.db"], &[]));
    assert_eq!(code, 78);
    assert!(sentence.contains("is not a backup"), "{sentence}");
    assert!(!room.data().exists());
}

#[tokio::test]
async fn a_move_to_postgres_says_what_comes_next_and_a_server_goes_on_there() {
    let Some(db) = TestDatabase::create(DatabaseKind::Postgres).await else {
        assert!(!or_skip(false, "PostgreSQL"));
        return;
    };
    let aicmo_store::DatabaseTarget::Postgres { url } = db.target() else {
        panic!("PostgreSQL has an address");
    };
    let room = Room::new();
    let server = room.serve(&[]);
    add_campaign(&server, "Spring").await;
    let (code, _) = refusal(&room.run(&["move-to", &url], &[]));
    assert_eq!(code, 75, "the server holds the file");
    drop(server);

    let plan = room.run(&["move-to", &url, "--dry-run"], &[]);
    assert_eq!(plan.status.code(), Some(0), "{}", plan.stderr);
    assert!(
        plan.stdout.contains("1  campaigns") && plan.stdout.contains("Nothing was changed"),
        "{}",
        plan.stdout
    );
    let moved = room.run(&["move-to", &url], &[]);
    assert_eq!(moved.status.code(), Some(0), "{}", moved.stderr);
    assert!(
        moved.stdout.contains("Next: set DATABASE_URL"),
        "{}",
        moved.stdout
    );
    assert!(moved.stderr.contains("copy campaigns: "), "{}", moved.stderr);
    assert!(!moved.stdout.contains("postgres@"), "{}", moved.stdout);

    let server = room.serve(&[("DATABASE_URL", &url)]);
    assert_eq!(campaigns(&server).await, ["Spring"]);
    add_campaign(&server, "Summer").await;
    let made = room.run(&["backup", "two.db"], &[("DATABASE_URL", &url)]);
    assert_eq!(made.status.code(), Some(0), "{}", made.stderr);
    drop(server);
    let restored = room.run(&["restore", "two.db", "--into", "back"], &[]);
    assert_eq!(restored.status.code(), Some(0), "{}", restored.stderr);
    let back = format!("sqlite://{}", room.path().join("back/aicmo.db").display());
    let server = room.serve(&[("DATABASE_URL", &back)]);
    let mut names = campaigns(&server).await;
    names.sort();
    assert_eq!(names, ["Spring", "Summer"], "and back on SQLite");
    drop(server);

    // The way of this test into it is a session, too.
    db.store().close().await;
    let again = room.run(&["restore", "two.db", "--into", &url, "--replace"], &[]);
    assert_eq!(again.status.code(), Some(0), "{}", again.stderr);
    assert!(
        again.stdout.contains("in the schema public_before_"),
        "{}",
        again.stdout
    );
    let verified = room.run(&["audit", "verify"], &[("DATABASE_URL", &url)]);
    assert!(
        verified.stdout.starts_with("The audit trail is intact"),
        "{}",
        verified.stdout
    );
}

#[tokio::test]
async fn a_restore_that_fails_after_putting_data_aside_says_where_it_is_and_how_it_comes_back() {
    let Some(db) = TestDatabase::create(DatabaseKind::Postgres).await else {
        assert!(!or_skip(false, "PostgreSQL"));
        return;
    };
    let aicmo_store::DatabaseTarget::Postgres { url } = db.target() else {
        panic!("PostgreSQL has an address");
    };
    let room = Room::new();
    drop(room.serve(&[]));
    let made = room.run(&["backup", "one.db"], &[]);
    assert_eq!(made.status.code(), Some(0), "{}", made.stderr);
    a_campaign().named("Spring").insert(&db).await;
    // Whoever works there keeps a restore out.
    db.store().close().await;
    for sql in [
        "CREATE FUNCTION no_more() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''full''; END'",
        "CREATE EVENT TRIGGER no_more ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION no_more()",
    ] {
        db.execute_and_leave(sql).await;
    }
    let ended = room.run(&["restore", "one.db", "--into", &url, "--replace"], &[]);
    assert_ne!(ended.status.code(), Some(0), "{}", ended.stdout);
    let (_, way_back) = ended
        .stderr
        .split_once("To have it back: ")
        .unwrap_or_else(|| panic!("{}", ended.stderr));
    assert!(
        ended.stderr.contains("is in the schema public_before_"),
        "{}",
        ended.stderr
    );
    db.execute_and_leave("DROP EVENT TRIGGER no_more").await;
    for sql in way_back.split(';').take(2) {
        db.execute(sql, vec![]).await;
    }
    assert_eq!(db.count("campaigns").await, 1, "what was there is there again");
}

#[tokio::test]
async fn restoring_onto_postgres_is_refused_while_a_server_works_there() {
    let Some(db) = TestDatabase::create(DatabaseKind::Postgres).await else {
        assert!(!or_skip(false, "PostgreSQL"));
        return;
    };
    let aicmo_store::DatabaseTarget::Postgres { url } = db.target() else {
        panic!("PostgreSQL has an address");
    };
    db.store().close().await;
    let room = Room::new();
    let environment = [("DATABASE_URL", url.as_str())];
    let server = room.serve(&environment);
    add_campaign(&server, "Spring").await;
    let made = room.run(&["backup", "one.db"], &environment);
    assert_eq!(made.status.code(), Some(0), "{}", made.stderr);
    add_campaign(&server, "Summer").await;

    let (code, sentence) = refusal(&room.run(&["restore", "one.db", "--replace"], &environment));
    assert_eq!(code, 75, "{sentence}");
    assert!(sentence.contains("stop every server"), "{sentence}");
    assert!(sentence.contains("aicmo (process "), "it names who: {sentence}");
    assert!(!sentence.contains("postgres@"), "{sentence}");
    assert_eq!(campaigns(&server).await.len(), 2, "the server never noticed");

    drop(server);
    let restored = room.run(&["restore", "one.db", "--replace"], &environment);
    assert_eq!(restored.status.code(), Some(0), "{}", restored.stderr);
    let server = room.serve(&environment);
    assert_eq!(campaigns(&server).await, ["Spring"]);
}
