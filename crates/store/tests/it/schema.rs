//! The schema goes up, down and up again; what it cannot be brought to is refused untouched.

use aicmo_migrations::Migrator;
use aicmo_shared::diagnostics::DatabaseKind;
use aicmo_store::{DatabaseTarget, Store, StoreError, StoreSettings};
use aicmo_test_support::{TestDatabase, a_lead, on_both_databases};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use sea_orm_migration::MigratorTrait;

/// A connection past the store.
pub async fn connect(db: &TestDatabase) -> DatabaseConnection {
    let address = match db.target() {
        DatabaseTarget::Sqlite { path } => format!("sqlite://{}", path.display()),
        DatabaseTarget::Postgres { url } => url,
    };
    let mut options = ConnectOptions::new(address);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.expect("a connection")
}

on_both_databases! {
    async fn a_migrated_database_has_everything_this_program_knows(db: TestDatabase) {
        let state = db.store().schema().await.expect("the state");
        assert_eq!(state.applied.as_ref(), Some(&state.expected));
        assert_eq!(state.pending, 0);
        assert!(!state.is_newer);
        db.store().migrate().await.expect("a second time changes nothing");
    }

    async fn migrations_go_down_and_up_again(db: TestDatabase) {
        let steps = Migrator::migrations().len();
        let connection = connect(&db).await;
        Migrator::down(&connection, None).await.expect("all the way down");
        let state = db.store().schema().await.expect("the state");
        assert_eq!((state.applied, state.pending), (None, steps));
        db.store().migrate().await.expect("up again");
        a_lead().insert(&db).await;
        assert_eq!(db.count("leads").await, 1);
        let _ = connection.close().await;
    }

    async fn consent_that_was_known_before_its_history_is_its_first_line(db: TestDatabase) {
        for name in ["silent", "refused"] {
            a_lead().named(name).insert(&db).await;
        }
        let refuse = "UPDATE leads SET consent_status = 'DNC', consent_at = 5, consent_origin = 'import' WHERE name = 'refused'";
        db.execute(refuse, vec![]).await;
        let first = Migrator::migrations()
            .iter()
            .position(|step| step.name() == "m20261201_0024_create_consent_events")
            .expect("the step");
        let back = u32::try_from(Migrator::migrations().len() - first).expect("few steps");
        let connection = connect(&db).await;
        Migrator::down(&connection, Some(back)).await.expect("back");
        assert_eq!(db.count("leads").await, 2, "leads stay");
        db.store().migrate().await.expect("up again");
        let _ = connection.close().await;
        let rows = db
            .query("SELECT from_status, to_status, origin, given_at FROM consent_events", vec![])
            .await;
        let told: Vec<(String, String, String, i64)> = rows
            .iter()
            .map(|row| {
                let text = |column: &str| row.try_get("", column).expect("text");
                (text("from_status"), text("to_status"), text("origin"), row.try_get("", "given_at").expect("a time"))
            })
            .collect();
        assert_eq!(told, [("UNKNOWN".to_owned(), "DNC".to_owned(), "import".to_owned(), 5)]);
    }

    async fn a_schema_newer_than_the_program_is_refused_and_left_alone(db: TestDatabase) {
        db.execute("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_0001_future', 1)", vec![]).await;
        let refused = db.store().migrate().await.expect_err("a newer schema");
        let StoreError::SchemaTooNew { found, expected } = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(found, "m29990101_0001_future");
        assert!(expected.starts_with("m2026"), "{expected}");
        assert!(db.store().schema().await.expect("the state").is_newer);
        assert_eq!(db.count("leads").await, 0, "reading still works");
    }

    async fn an_empty_database_says_what_is_pending_and_stays_empty(db: TestDatabase) {
        let connection = connect(&db).await;
        Migrator::reset(&connection).await.expect("an empty database");
        let state = db.store().schema().await.expect("the state");
        assert_eq!(state.applied, None);
        assert_eq!(state.pending, Migrator::migrations().len());
        let _ = connection.close().await;
    }

    async fn two_processes_that_migrate_at_once_do_not_trip(db: TestDatabase) {
        let connection = connect(&db).await;
        Migrator::reset(&connection).await.expect("an empty database");
        let _ = connection.close().await;
        if db.kind() == DatabaseKind::Sqlite {
            // One server per file: the second is refused before it gets here.
            return db.store().migrate().await.expect("migrated");
        }
        let (first, second) = (db.store(), db.reopened().await);
        let both = [tokio::spawn(async move { first.migrate().await }), tokio::spawn({
            let second = second.clone();
            async move { second.migrate().await }
        })];
        for one in both {
            one.await.expect("no panic").expect("migrated");
        }
        assert_eq!(second.schema().await.expect("the state").pending, 0);
        second.close().await;
    }

    async fn the_database_tells_its_health(db: TestDatabase) {
        let store = db.store();
        store.ping().await.expect("it answers");
        assert!(store.size_bytes().await.expect("a size") > 10_000);
        assert!(store.is_writable().await.expect("an answer"));
        let skew = store.clock_skew_ms(aicmo_test_support::NOON).await.expect("an answer");
        assert_eq!(skew.is_some(), db.kind() == DatabaseKind::Postgres);
        assert!(!store.address().contains("postgres@"), "{}", store.address());
    }
}

fn sqlite(path: std::path::PathBuf) -> StoreSettings {
    StoreSettings::new(DatabaseTarget::Sqlite { path })
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    for content in [
        "x",
        "this is a letter and not a database, however long it may become over time",
    ] {
        let path = folder.path().join("letter.txt");
        std::fs::write(&path, content).expect("write");
        let refused = Store::open(&sqlite(path.clone())).await.expect_err("no database");
        assert!(matches!(refused, StoreError::NotADatabase(_)), "{refused:?}");
        assert_eq!(std::fs::read_to_string(&path).expect("read"), content);
        assert_eq!(
            std::fs::read_dir(folder.path()).expect("list").count(),
            1,
            "nothing beside it"
        );
    }
}

/// A database that another program made at `path`, in the given journal mode.
async fn made_by_another_program(path: &std::path::Path, journal: &str) {
    let address = format!("sqlite://{}?mode=rwc", path.display());
    let connection = Database::connect(address).await.expect("a connection");
    for statement in [
        &format!("PRAGMA journal_mode = {journal}"),
        "CREATE TABLE recipes (id INTEGER PRIMARY KEY, title TEXT)",
        "INSERT INTO recipes (title) VALUES ('bread')",
    ] {
        connection.execute_unprepared(statement).await.expect(statement);
    }
    connection.close().await.expect("closed");
}

#[tokio::test]
async fn a_database_of_another_program_is_refused_and_left_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    for journal in ["DELETE", "WAL"] {
        let path = folder.path().join(format!("{journal}.db"));
        made_by_another_program(&path, journal).await;
        let before = std::fs::read(&path).expect("read");
        let refused = Store::open(&sqlite(path.clone())).await.expect_err("not ours");
        let StoreError::Foreign { table } = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(table, "recipes");
        assert_eq!(std::fs::read(&path).expect("read"), before, "{journal}");
    }
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("list").count(),
        2,
        "nothing beside them"
    );
}

#[tokio::test]
async fn a_first_start_that_was_killed_early_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("aicmo.db");
    let address = format!("sqlite://{}?mode=rwc", path.display());
    let connection = Database::connect(address).await.expect("a connection");
    Migrator::install(&connection).await.expect("the ledger alone");
    connection.close().await.expect("closed");
    let store = Store::open(&sqlite(path)).await.expect("ours");
    store.migrate().await.expect("migrated");
    store.close().await;
}

#[tokio::test]
async fn a_missing_file_is_made_and_a_missing_directory_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("what? 100%.db");
    let store = Store::open(&sqlite(path.clone())).await.expect("a new database");
    store.migrate().await.expect("migrated");
    store.close().await;
    let file = path.metadata().expect("the file");
    assert!(file.len() > 0);
    let mode = std::os::unix::fs::PermissionsExt::mode(&file.permissions());
    assert_eq!(mode & 0o777, 0o600, "for its owner alone");

    let nowhere = folder.path().join("nowhere");
    let refused = Store::open(&sqlite(nowhere.join("aicmo.db")))
        .await
        .expect_err("no directory");
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
    assert!(!nowhere.exists());
}

#[tokio::test]
async fn a_directory_without_write_permission_is_told_apart() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let closed = folder.path().join("closed");
    std::fs::create_dir(&closed).expect("a folder in it");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o555)).expect("closed");
    // Permissions do not bind the superuser; the kernel's own tree refuses even that one.
    let place = if std::fs::write(closed.join("probe"), "").is_ok() {
        "/sys/aicmo.db".into()
    } else {
        closed.join("aicmo.db")
    };
    let refused = Store::open(&sqlite(place)).await.expect_err("closed");
    assert!(matches!(refused, StoreError::ReadOnly(_)), "{refused:?}");
}

#[tokio::test]
async fn a_postgres_that_is_not_there_is_unavailable() {
    let settings = StoreSettings::new(DatabaseTarget::Postgres {
        url: "postgres://user:secret@127.0.0.1:1/aicmo".to_owned(),
    });
    let refused = Store::open(&settings).await.expect_err("nobody listens");
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
    assert!(!format!("{refused}").contains("secret"));
}
