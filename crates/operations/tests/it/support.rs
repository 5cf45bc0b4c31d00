//! A context on a test database with a clock that stands still, and the people who use it.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};

use aicmo_operations::accounts::AccountSettings;
use aicmo_operations::webhooks::{Answer, Message, WebhookPort};
use aicmo_operations::{Actor, Clock, Mode, Operations, OperationsSettings, Operator, ProcessFacts, Secrets};
use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::{ActorType, AuditAction};
use aicmo_shared::build_marker::BuildMarker;
use aicmo_shared::diagnostics::{ConsoleReport, DatabaseKind};
use aicmo_shared::inventory::{EntryPoint, EntryPointKind, EntryPointState};
use aicmo_shared::lead::{LeadDraft, LeadSource};
use aicmo_shared::status::ServiceName;
use aicmo_shared::webhook::AttemptFault;
use aicmo_shared::{LeadId, MockReason, Timestamp};
use aicmo_store::leads::LeadRecord;
use aicmo_store::{AuditEntry, Store, leads, verify_audit_chain};

/// 2026-01-15T12:00:00Z.
pub const NOON: Timestamp = Timestamp::from_millis(1_768_478_400_000);
pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// The frozen clock as operations know clocks; it measures ages, too.
pub struct FrozenClock(aicmo_test_support::FrozenClock);

impl FrozenClock {
    pub fn at(at: Timestamp) -> Arc<Self> {
        Arc::new(Self(aicmo_test_support::FrozenClock::at(at)))
    }

    pub fn advance(&self, millis: i64) {
        self.0.advance(millis);
    }
}

impl Clock for FrozenClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn monotonic_ms(&self) -> u64 {
        self.0.now().as_millis().unsigned_abs()
    }
}

/// What a fake receiver does with the next message.
#[derive(Clone, Copy, Debug)]
pub enum Reply {
    /// Answers with this status.
    Status(u16),
    /// Cannot be reached.
    Fault(AttemptFault),
    /// Brings the attempt down.
    Panic,
}

/// Stands where webhooks leave the house: keeps what it is sent, and answers as it is told.
#[derive(Debug, Default)]
pub struct FakeReceiver {
    pub heard: Mutex<Vec<Message>>,
    /// In turn; 200 when there is none left.
    pub replies: Mutex<VecDeque<Reply>>,
}

impl FakeReceiver {
    pub fn replying(replies: &[Reply]) -> Arc<Self> {
        Arc::new(Self {
            heard: Mutex::default(),
            replies: Mutex::new(replies.iter().copied().collect()),
        })
    }

    pub fn heard(&self) -> Vec<Message> {
        self.heard.lock().expect("no panic").clone()
    }
}

#[async_trait::async_trait]
impl WebhookPort for FakeReceiver {
    fn check(&self, url: &str) -> Result<(), &'static str> {
        if url.starts_with("https://") {
            Ok(())
        } else {
            Err("The address must begin with https://.")
        }
    }

    async fn post(&self, message: Message) -> Result<Answer, AttemptFault> {
        self.heard.lock().expect("no panic").push(message);
        let reply = self.replies.lock().expect("no panic").pop_front();
        match reply.unwrap_or(Reply::Status(200)) {
            Reply::Status(status) => Ok(Answer {
                status,
                beginning: format!("said \0 {status}"),
            }),
            Reply::Fault(fault) => Err(fault),
            Reply::Panic => panic!("the receiver broke the attempt"),
        }
    }
}

/// Everything a context needs; a test changes what it is about.
pub fn settings(clock: Arc<dyn Clock>) -> OperationsSettings {
    OperationsSettings {
        clock,
        secrets: Secrets {
            identity_key: [1; 32],
            cursor_key: [2; 32],
        },
        data_dir: std::env::temp_dir(),
        import_max_bytes: 1_000_000,
        campaign_ops_enabled: true,
        services_disabled: Vec::new(),
        streams_each: 16,
        webhook_port: Arc::new(FakeReceiver::default()),
        e2e: false,
        accounts: AccountSettings::default(),
        facts: facts(),
    }
}

pub fn facts() -> ProcessFacts {
    let build = BuildMarker::new("AICMO_DASH_V3_2026_01_15_abc1234");
    ProcessFacts {
        build: build.clone(),
        version: "0.1.0".to_owned(),
        git_commit: "abc1234".to_owned(),
        console: ConsoleReport {
            embedded: true,
            build: Some(build),
            matches_server: true,
            files: 4,
        },
        binary_path: "/opt/aicmo".to_owned(),
        working_directory: "/srv".to_owned(),
        role: "serve".to_owned(),
        pid: 4711,
        started_at: NOON.plus_millis(-HOUR),
        settings: Vec::new(),
        unknown_settings: Vec::new(),
        entry_points: vec![EntryPoint {
            name: "serve".to_owned(),
            kind: EntryPointKind::Subcommand,
            state: EntryPointState::Active,
            purpose: "Starts the console.".to_owned(),
            replacement: None,
            refusal: None,
            starts_console: true,
        }],
        last_fatal_error: None,
        database_kind: DatabaseKind::Sqlite,
        database_address: "aicmo.db".to_owned(),
        schema_expected: "m_expected".to_owned(),
    }
}

/// A live context whose clock stands at noon.
pub fn live(store: &Store) -> Arc<Operations> {
    live_at(store, FrozenClock::at(NOON))
}

pub fn live_at(store: &Store, clock: Arc<FrozenClock>) -> Arc<Operations> {
    Operations::new(settings(clock), Mode::Live(store.clone()))
}

/// A live context in which services are disabled by name.
pub fn live_without(store: &Store, services: &[ServiceName]) -> Arc<Operations> {
    let disabled = OperationsSettings {
        services_disabled: services.to_vec(),
        ..settings(FrozenClock::at(NOON))
    };
    Operations::new(disabled, Mode::Live(store.clone()))
}

pub fn mock(reason: MockReason) -> Arc<Operations> {
    Operations::new(settings(FrozenClock::at(NOON)), Mode::Mock(reason))
}

pub fn an_operator() -> Operator {
    Operator {
        actor: Actor {
            kind: ActorType::User,
            id: "olga".to_owned(),
        },
        request_id: "req-1".to_owned(),
    }
}

/// A draft that says nothing but an address.
pub fn a_draft(email: &str) -> LeadDraft {
    LeadDraft {
        email: Some(email.to_owned()),
        ..LeadDraft::default()
    }
}

/// A lead as the store keeps it, made by the context's own ids.
pub fn a_record(ops: &Operations, name: &str) -> LeadRecord {
    let now = ops.now();
    LeadRecord::new(LeadId::new(ops.new_id(now)), name, LeadSource::Other, now)
}

/// Writes leads past every rule, as an import of old data would.
pub async fn put(store: &Store, records: &[LeadRecord]) {
    let tx = store.begin_write().await.expect("a unit of work begins");
    leads::insert(&tx, records).await.expect("leads are written");
    let entry = an_entry(AuditAction::LeadCreated);
    tx.commit(entry).await.expect("the change is kept");
}

/// A row of the trail for what a test does past the operations.
pub fn an_entry(action: AuditAction) -> AuditEntry {
    AuditEntry {
        actor: an_operator().actor,
        action,
        subject_type: SubjectType::Lead,
        subject_id: None,
        campaign: None,
        before: None,
        after: None,
        reason: None,
        request_id: "setup".to_owned(),
        at: NOON,
    }
}

/// Rows of the audit trail; the chain must be whole.
pub async fn audit_rows(store: &Store) -> u64 {
    let chain = verify_audit_chain(&store.reader())
        .await
        .expect("the chain can be read");
    assert_eq!(chain.broken, None, "the audit chain is broken");
    chain.rows
}

/// Nothing that a driver or an operating system would say.
pub fn assert_no_driver_words(text: &str) {
    let forbidden: BTreeSet<_> = [
        "sqlx",
        "sqlite",
        "postgres",
        "pool",
        "sql",
        "select",
        "connection",
        "os error",
        "sea-orm",
    ]
    .into();
    let lower = text.to_lowercase();
    for word in forbidden {
        assert!(!lower.contains(word), "{word:?} leaked: {text}");
    }
}
