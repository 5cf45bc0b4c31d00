//! A database that lives for one test.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use aicmo_shared::diagnostics::DatabaseKind;
use aicmo_store::{DatabaseTarget, Store, StoreSettings};
use sea_orm::{ConnectOptions, Database, DatabaseConnection};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::{postgres, sqlite};

/// A database that lives for one test; clones are the same database.
#[derive(Clone)]
pub struct TestDatabase {
    inner: Arc<Inner>,
}

struct Inner {
    kind: DatabaseKind,
    target: DatabaseTarget,
    store: Store,
    /// A way past the store, for what only a person with a database tool would do.
    side_door: OnceCell<DatabaseConnection>,
    server: Option<String>,
    _directory: Option<TempDir>,
}

impl TestDatabase {
    /// A migrated, empty database, or `None` when this kind cannot be had and that is allowed.
    pub async fn create(kind: DatabaseKind) -> Option<Self> {
        let (target, directory, server) = match kind {
            DatabaseKind::Sqlite => {
                let (directory, target) = sqlite::create().await;
                (target, Some(directory), None)
            }
            DatabaseKind::Postgres => {
                let server = postgres::server()?;
                (postgres::create(&server).await, None, Some(server))
            }
        };
        let store = open(&target).await;
        Some(Self {
            inner: Arc::new(Inner {
                kind,
                target,
                store,
                side_door: OnceCell::new(),
                server,
                _directory: directory,
            }),
        })
    }

    /// The store on it.
    pub fn store(&self) -> Store {
        self.inner.store.clone()
    }

    /// Another store on it, with connections of its own: another process, or the same one after a
    /// restart.
    pub async fn reopened(&self) -> Store {
        open(&self.inner.target).await
    }

    /// Which kind it is.
    pub fn kind(&self) -> DatabaseKind {
        self.inner.kind
    }

    /// Where it is.
    pub fn target(&self) -> DatabaseTarget {
        self.inner.target.clone()
    }

    pub(crate) async fn side_door(&self) -> &DatabaseConnection {
        self.inner.side_door.get_or_init(|| self.connect()).await
    }

    /// A connection past the store.
    pub(crate) async fn connect(&self) -> DatabaseConnection {
        let address = match &self.inner.target {
            DatabaseTarget::Sqlite { path } => format!("sqlite://{}", path.display()),
            DatabaseTarget::Postgres { url } => url.clone(),
        };
        let mut options = ConnectOptions::new(address);
        options.max_connections(1).sqlx_logging(false);
        Database::connect(options)
            .await
            .expect("a second connection to the test database")
    }

    async fn remove(self) {
        self.inner.store.close().await;
        if let Some(connection) = self.inner.side_door.get() {
            let _ = connection.close_by_ref().await;
        }
        if let Some(server) = &self.inner.server {
            postgres::drop(server, &self.inner.target).await;
        }
    }
}

async fn open(target: &DatabaseTarget) -> Store {
    Store::open(&StoreSettings::new(target.clone()))
        .await
        .expect("open the test database")
}

/// Runs one half of a test of `on_both_databases!`: makes the database, runs the body, removes the
/// database whatever became of the body.
pub fn run<F: Future<Output = ()>>(kind: DatabaseKind, body: impl FnOnce(TestDatabase) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let Some(database) = runtime.block_on(TestDatabase::create(kind)) else {
        eprintln!("SKIPPED: TEST_POSTGRES_URL is not set, so the PostgreSQL half of this test did not run");
        return;
    };
    let remains = database.clone();
    let outcome = catch_unwind(AssertUnwindSafe(|| runtime.block_on(body(database))));
    runtime.block_on(remains.remove());
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}
