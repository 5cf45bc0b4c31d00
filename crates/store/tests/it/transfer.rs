//! Whole databases on their way: what arrives is what was sent, and anything else is told.

use std::path::{Path, PathBuf};

use aicmo_migrations::Migrator;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::lead::{LeadSource, Utm};
use aicmo_shared::{LeadId, TouchId};
use aicmo_store::touches::{self, TouchRecord};
use aicmo_store::{
    BackupManifest, BackupSource, DatabaseTarget, Load, Store, StoreSettings, TransferError, audit_head,
    back_up, check_backup, counters, leads, load_into_postgres, new_id, read_manifest, rehearse_migration,
    unpack, verify_audit_chain,
};
use aicmo_test_support::{
    DatabaseKind, NOON, TestDatabase, a_campaign, a_lead, a_task, an_approval, an_attempt, on_both_databases,
    wait_until,
};
use sea_orm::{ConnectionTrait, Database};
use sea_orm_migration::MigratorTrait;

use crate::support::{all_leads, an_entry};

/// Some of everything that the builders can make.
async fn populate(db: &TestDatabase) {
    a_campaign().insert(db).await;
    for _ in 0..7 {
        a_lead().insert(db).await;
    }
    an_approval().insert(db).await;
    a_task().insert(db).await;
    an_attempt().insert(db).await;
}

fn source() -> BackupSource {
    BackupSource {
        made_at: NOON,
        build: "a build".to_owned(),
        files: vec![("identity.key".to_owned(), b"secret".to_vec())],
    }
}

fn settings(path: &Path) -> StoreSettings {
    StoreSettings::new(DatabaseTarget::Sqlite {
        path: path.to_owned(),
    })
}

async fn backed_up(db: &TestDatabase, folder: &Path) -> (PathBuf, BackupManifest) {
    let path = folder.join("backup.db");
    let manifest = back_up(&db.store(), &path, source()).await.expect("backed up");
    (path, manifest)
}

/// Does to a file what only damage or a person with a tool would do.
async fn alter(path: &Path, sql: &str) {
    let file = Database::connect(format!("sqlite://{}", path.display()))
        .await
        .expect("a connection");
    for statement in sql.split(';') {
        file.execute_unprepared(statement).await.expect("altered");
    }
    file.close().await.expect("closed");
}

async fn tables_of(db: &TestDatabase) -> Vec<String> {
    let sql = match db.kind() {
        DatabaseKind::Sqlite => {
            "SELECT name AS name FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        }
        DatabaseKind::Postgres => {
            "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema()"
        }
    };
    let mut names: Vec<String> = db
        .query(sql, vec![])
        .await
        .iter()
        .map(|row| row.try_get("", "name").expect("a name"))
        .filter(|name| name != "seaql_migrations")
        .collect();
    names.sort();
    names
}

/// How many steps lead back to before the one that ends in `name`.
fn steps_since(name: &str) -> u32 {
    let steps = Migrator::migrations();
    let place = steps
        .iter()
        .position(|step| step.name().ends_with(name))
        .expect("a step of that name");
    u32::try_from(steps.len() - place).expect("a few")
}

on_both_databases! {
    async fn a_backup_names_every_table_and_comes_back_whole(db: TestDatabase) {
        populate(&db).await;
        let folder = tempfile::tempdir().expect("a folder");
        let (path, manifest) = backed_up(&db, folder.path()).await;
        let named: Vec<String> = manifest.tables.iter().map(|table| table.table.clone()).collect();
        assert_eq!(named, tables_of(&db).await, "no table is forgotten");
        for table in &manifest.tables {
            assert_eq!(i64::try_from(table.rows).expect("few"), db.count(&table.table).await, "{}", table.table);
        }
        assert_eq!(manifest.database, db.kind());
        assert_eq!(read_manifest(&path).await.expect("a manifest"), manifest);
        assert_eq!(check_backup(&path).await.expect("whole"), manifest);
        let beside: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
        assert_eq!(beside.len(), 1, "one file: {beside:?}");

        let files = unpack(&path).await.expect("unpacked");
        assert_eq!(files, source().files);
        let store = Store::open(&settings(&path)).await.expect("a database");
        let reader = store.reader();
        assert_eq!(leads::count(&reader, &all_leads()).await.expect("a count"), Some(8));
        assert_eq!(counters::compare(&reader, NOON).await.expect("compared").mismatches, []);
        assert_eq!(audit_head(&reader).await.expect("a head"), (manifest.head_seq, manifest.head_hash));
        // It goes on from there.
        let tx = store.begin_write().await.expect("a transaction");
        tx.commit(an_entry(AuditAction::DataMoved)).await.expect("committed");
        assert_eq!(verify_audit_chain(&reader).await.expect("verified").broken, None);
        store.close().await;
    }

    async fn anything_altered_in_a_backup_is_told(db: TestDatabase) {
        populate(&db).await;
        let folder = tempfile::tempdir().expect("a folder");
        let (path, _) = backed_up(&db, folder.path()).await;
        let copy = folder.path().join("copy.db");
        let drop = "DROP TRIGGER audit_log_refuse_update; DROP TRIGGER audit_log_refuse_delete; ";
        for (sql, expected) in [
            ("UPDATE leads SET notes = 'x' WHERE id = (SELECT MIN(id) FROM leads)", "Table leads has its 8 rows, but"),
            ("DELETE FROM operator_tasks", "Table operator_tasks has 0 rows and should have 1"),
            ("UPDATE counters SET value = value + 1", "Table counters"),
            ("UPDATE audit_log SET reason = 'x' WHERE seq = 2", "Table audit_log"),
            ("UPDATE audit_head SET seq = 3", "Table audit_head"),
            ("DELETE FROM backup_manifest", "is not a backup"),
            ("UPDATE backup_manifest SET manifest = '{}'", "manifest that cannot be read"),
        ] {
            std::fs::copy(&path, &copy).expect("copied");
            let sql = if sql.contains("audit_log") { format!("{drop}{sql}") } else { sql.to_owned() };
            alter(&copy, &sql).await;
            let told = check_backup(&copy).await.expect_err(&sql).to_string();
            assert!(told.contains(expected), "{sql}: {told}");
        }
        std::fs::write(&copy, "a letter").expect("written");
        let told = check_backup(&copy).await.expect_err("a letter");
        assert!(matches!(told, TransferError::Refused(_)), "{told:?}");
        let mut bytes = std::fs::read(&path).expect("read");
        let half = bytes.len() / 2;
        bytes.truncate(half);
        std::fs::write(&copy, bytes).expect("written");
        check_backup(&copy).await.expect_err("half a file");
    }

    async fn a_backup_under_load_is_one_moment(db: TestDatabase) {
        for _ in 0..20 {
            lead_with_touch(&db.store()).await;
        }
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let writers: Vec<_> = (0..3)
            .map(|_| {
                let (store, stopped) = (db.store(), stopped.clone());
                tokio::spawn(async move {
                    let mut n = 0;
                    while !*stopped.borrow() {
                        lead_with_touch(&store).await;
                        n += 1;
                    }
                    n
                })
            })
            .collect();
        let folder = tempfile::tempdir().expect("a folder");
        for round in 0..3 {
            let path = folder.path().join(format!("{round}.db"));
            let before = leads::count(&db.store().reader(), &all_leads()).await.expect("a count");
            wait_until("the writers are at work", async || {
                let now = leads::count(&db.store().reader(), &all_leads()).await.expect("a count");
                (now > before).then_some(()).ok_or(now)
            })
            .await;
            let manifest = back_up(&db.store(), &path, source()).await.expect("backed up");
            check_backup(&path).await.expect("whole");
            let store = Store::open(&settings(&path)).await.expect("a database");
            let check = counters::compare(&store.reader(), NOON).await.expect("compared");
            assert_eq!(check.mismatches, [], "counters equal rows");
            store.close().await;
            let rows = |name: &str| {
                manifest.tables.iter().find(|table| table.table == name).map(|table| table.rows).expect("a table")
            };
            assert_eq!(rows("leads"), rows("lead_touches"), "each lead came with its touch");
            assert_eq!(rows("leads"), rows("audit_log"), "and with its row of the trail");
            assert_eq!(rows("audit_log"), manifest.head_seq);
        }
        stop.send(true).expect("writers listen");
        for writer in writers {
            assert!(writer.await.expect("no writer fails") > 0, "every writer got on");
        }
    }
}

/// A lead and its touch in one transaction.
async fn lead_with_touch(store: &Store) {
    let lead = a_lead().build();
    let tx = store.begin_write().await.expect("a transaction");
    leads::insert(&tx, std::slice::from_ref(&lead))
        .await
        .expect("a lead");
    touches::append(&tx, &[a_touch(lead.id)]).await.expect("a touch");
    tx.commit(an_entry(AuditAction::LeadCreated))
        .await
        .expect("committed");
}

fn a_touch(lead: LeadId) -> TouchRecord {
    TouchRecord {
        id: TouchId::new(new_id(NOON)),
        lead,
        campaign: None,
        source: LeadSource::Manual,
        source_channel: None,
        source_ref: None,
        utm: Utm::default(),
        import: None,
        touched_at: NOON,
    }
}

/// A test with a SQLite database to move and an empty PostgreSQL one to move to.
fn moving<F: Future<Output = ()>>(body: impl Fn(TestDatabase, TestDatabase) -> F) {
    aicmo_test_support::run(DatabaseKind::Postgres, |to| async move {
        let from = TestDatabase::create(DatabaseKind::Sqlite)
            .await
            .expect("SQLite is always there");
        populate(&from).await;
        body(from, to).await;
    });
}

fn target(db: &TestDatabase) -> StoreSettings {
    StoreSettings::new(db.target())
}

async fn try_move(from: &TestDatabase, to: &TestDatabase) -> Result<Load, TransferError> {
    let entry = an_entry(AuditAction::DataMoved);
    load_into_postgres(&from.store(), &target(to), entry, &mut |_| {}).await
}

/// Indexes, references and triggers, in words.
async fn schema_of(db: &TestDatabase) -> Vec<String> {
    let sql = "SELECT pg_get_indexdef(i.indexrelid) AS d FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
          WHERE c.relnamespace = current_schema()::regnamespace
        UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
          WHERE connamespace = current_schema()::regnamespace
        UNION ALL SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1";
    let rows = db.query(sql, vec![]).await;
    rows.iter()
        .map(|row| row.try_get("", "d").expect("text"))
        .collect()
}

#[test]
fn a_move_carries_everything_and_leaves_the_schema_as_it_was() {
    moving(|from, to| async move {
        let schema = schema_of(&to).await;
        assert!(schema.len() > 80, "{schema:?}");
        let folder = tempfile::tempdir().expect("a folder");
        let (_, before) = backed_up(&from, folder.path()).await;
        let mut told = Vec::new();
        let load = load_into_postgres(
            &from.store(),
            &target(&to),
            an_entry(AuditAction::DataMoved),
            &mut |progress| told.push(progress),
        )
        .await
        .expect("moved");
        assert!(!load.resumed);
        assert_eq!(load.tables, before.tables, "a move and a backup count alike");
        assert_eq!(schema_of(&to).await, schema);
        let last = told.last().expect("progress");
        assert_eq!((last.rows, last.of), (before.rows(), before.rows()));

        let store = to.reopened().await;
        let reader = store.reader();
        let arrived = leads::count(&reader, &all_leads()).await.expect("a count");
        let sent = leads::count(&from.store().reader(), &all_leads())
            .await
            .expect("a count");
        assert!(sent > Some(1), "there was something to move: {sent:?}");
        assert_eq!(arrived, sent);
        assert_eq!(
            counters::compare(&reader, NOON)
                .await
                .expect("compared")
                .mismatches,
            []
        );
        let chain = verify_audit_chain(&reader).await.expect("verified");
        assert_eq!(
            (chain.rows, chain.broken),
            (before.head_seq + 1, None),
            "and the row of the move"
        );
        let trail = to.audit_events().await;
        assert_eq!(trail.last().expect("a row").entry.action, AuditAction::DataMoved);
        store.close().await;

        let refused = try_move(&from, &to).await.expect_err("in use").to_string();
        assert!(refused.contains("in use already"), "{refused}");
    });
}

#[test]
fn a_move_that_was_killed_goes_on_and_one_of_another_source_does_not() {
    moving(|from, to| async move {
        // Killed after each of its steps in turn: the future is dropped where it stands.
        for steps in [1, 4, 9, 14, 19] {
            let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
            let mut seen = 0;
            let (store, settings) = (from.store(), target(&to));
            let killed = tokio::spawn(async move {
                load_into_postgres(&store, &settings, an_entry(AuditAction::DataMoved), &mut |_| {
                    seen += 1;
                    if seen == steps {
                        told.send(()).expect("somebody waits");
                        panic!("killed");
                    }
                })
                .await
                .map(drop)
            });
            heard.recv().await.expect("so far it came");
            assert!(killed.await.expect_err("killed").is_panic());
        }
        let other = TestDatabase::create(DatabaseKind::Sqlite)
            .await
            .expect("SQLite is always there");
        let refused = try_move(&other, &to)
            .await
            .expect_err("another source")
            .to_string();
        assert!(refused.contains("a part of another source"), "{refused}");

        let load = try_move(&from, &to).await.expect("moved");
        assert!(load.resumed);
        let store = to.reopened().await;
        assert_eq!(
            verify_audit_chain(&store.reader())
                .await
                .expect("verified")
                .broken,
            None
        );
        store.close().await;
    });
}

#[test]
fn a_database_of_another_program_is_not_touched() {
    moving(|from, to| async move {
        to.execute("DROP SCHEMA public CASCADE", vec![]).await;
        to.execute("CREATE SCHEMA public", vec![]).await;
        to.execute("CREATE TABLE theirs (id bigint)", vec![]).await;
        try_move(&from, &to).await.expect_err("another program");
        assert_eq!(tables_of(&to).await, ["theirs"]);
    });
}

on_both_databases! {
    async fn steps_are_tried_and_the_database_is_left_as_it_was(db: TestDatabase) {
        populate(&db).await;
        let address = match db.target() {
            DatabaseTarget::Sqlite { path } => format!("sqlite://{}", path.display()),
            DatabaseTarget::Postgres { url } => url,
        };
        let back = Database::connect(address).await.expect("a connection");
        let steps = steps_since("create_passkeys");
        Migrator::down(&back, Some(steps)).await.expect("some steps back");
        back.close().await.expect("closed");
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.reopened().await;
        let before = store.schema().await.expect("the state");
        assert_eq!(before.pending, steps as usize);
        let tried = rehearse_migration(&store, &folder.path().join("copy.db")).await.expect("they go well");
        assert_eq!(tried.steps, steps as usize);
        assert_eq!(store.schema().await.expect("the state"), before, "nothing moved");

        // What one of the steps makes is there already, put by somebody else.
        db.execute("CREATE TABLE passkeys (id bigint)", vec![]).await;
        rehearse_migration(&store, &folder.path().join("other.db")).await.expect_err("it fails on the copy");
        assert_eq!(store.schema().await.expect("the state"), before, "and still nothing moved");
        store.close().await;
    }
}
