//! SQLite files that live for one test, copied from a template that was migrated once.

use std::path::{Path, PathBuf};

use aicmo_store::{DatabaseTarget, Store, StoreSettings};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, Statement};
use tempfile::TempDir;

/// A directory with a migrated database in it.
pub(crate) async fn create() -> (TempDir, DatabaseTarget) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("aicmo.db");
    std::fs::copy(template().await, &path).expect("copy the template database");
    (directory, DatabaseTarget::Sqlite { path })
}

/// Asks SQLite itself whether every page, index and reference of the file at `path` is as it should be.
///
/// # Panics
/// With what SQLite found.
pub async fn assert_sound(path: &Path) {
    let url = format!("sqlite://{}?mode=rw", path.display());
    let connection = Database::connect(ConnectOptions::new(url))
        .await
        .expect("the file opens");
    for (question, good) in [
        ("PRAGMA integrity_check", Some("ok")),
        ("PRAGMA foreign_key_check", None),
    ] {
        let statement = Statement::from_string(connection.get_database_backend(), question);
        let rows = connection.query_all_raw(statement).await.expect("an answer");
        let found: Vec<String> = rows
            .iter()
            .map(|row| row.try_get_by_index(0).expect("a word"))
            .collect();
        assert_eq!(found, Vec::from_iter(good), "{question}");
    }
    connection.close().await.expect("closed");
}

/// The template's path; makes it when this schema has none yet.
async fn template() -> PathBuf {
    let folder = std::env::temp_dir().join("aicmo-test-templates");
    std::fs::create_dir_all(&folder).expect("a folder for template databases");
    let path = folder.join(format!("{}.db", env!("AICMO_SCHEMA_STAMP")));
    if !path.exists() {
        make(&folder, &path).await;
    }
    path
}

/// Built aside and moved into place: another process sees all of it or nothing.
async fn make(folder: &Path, path: &Path) {
    let aside = tempfile::tempdir_in(folder).expect("a temporary directory");
    let draft = aside.path().join("draft.db");
    let settings = StoreSettings::new(DatabaseTarget::Sqlite { path: draft.clone() });
    let store = Store::open(&settings).await.expect("open the template database");
    store.migrate().await.expect("migrate the template database");
    store.close().await;
    std::fs::rename(draft, path).expect("move the template database into place");
}
