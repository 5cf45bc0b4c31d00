//! What the tests of long work share: a process on a test database, somebody who uses it, and a kill.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use aicmo_shared::Timestamp;
use aicmo_shared::audit::ActorType;
use aicmo_shared::build_marker::BuildMarker;
use aicmo_shared::diagnostics::{ConsoleReport, DatabaseKind};
use aicmo_store::{Actor, Store};
use tempfile::TempDir;

use crate::accounts::AccountSettings;
use crate::clock::FixedClock;
use crate::context::{Mode, Operations, OperationsSettings, Operator};
use crate::facts::ProcessFacts;
use crate::secrets::Secrets;

pub const NOON: Timestamp = FixedClock::MOCK_INSTANT;

fn facts() -> ProcessFacts {
    let build = BuildMarker::new("AICMO_DASH_V3_2026_01_15_abc1234");
    ProcessFacts {
        console: ConsoleReport {
            embedded: false,
            build: None,
            matches_server: true,
            files: 0,
        },
        build,
        version: "0.1.0".to_owned(),
        git_commit: "abc1234".to_owned(),
        binary_path: String::new(),
        working_directory: String::new(),
        role: "serve".to_owned(),
        pid: 1,
        started_at: NOON,
        settings: Vec::new(),
        unknown_settings: Vec::new(),
        entry_points: Vec::new(),
        last_fatal_error: None,
        database_kind: DatabaseKind::Sqlite,
        database_address: String::new(),
        schema_expected: String::new(),
    }
}

/// A process whose clock stands at noon.
pub fn process(store: &Store, folder: &TempDir) -> Arc<Operations> {
    process_at(NOON, store, folder)
}

/// A process whose clock stands at `now`.
pub fn process_at(now: Timestamp, store: &Store, folder: &TempDir) -> Arc<Operations> {
    Operations::new(
        OperationsSettings {
            clock: Arc::new(FixedClock::at(now)),
            secrets: Secrets {
                identity_key: [1; 32],
                cursor_key: [2; 32],
            },
            data_dir: folder.path().to_owned(),
            import_max_bytes: 10_000_000,
            campaign_ops_enabled: true,
            services_disabled: Vec::new(),
            streams_each: 16,
            webhook_port: Arc::new(crate::webhooks::NoWayOut),
            e2e: false,
            accounts: AccountSettings::default(),
            facts: facts(),
        },
        Mode::Live(store.clone()),
    )
}

pub fn olga() -> Operator {
    Operator {
        actor: Actor {
            kind: ActorType::User,
            id: "olga".to_owned(),
        },
        request_id: "req-1".to_owned(),
    }
}

/// A future that is dropped after it was polled `left` times: a kill at that instant.
pub struct Killed<F> {
    pub work: Pin<Box<F>>,
    pub left: usize,
}

impl<F: Future> Future for Killed<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        self.work.as_mut().poll(context).map(Some)
    }
}
