//! What every operation is given: the mode, the clock, the keys, and who acts.
//!
//! The mode is decided at start. A live process never turns mock; a process that is mock only
//! because its database could not be opened turns live once, at one instant. An operation takes one
//! snapshot of the mode at its beginning and uses nothing else, so no answer mixes the two.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::{ActorType, AuditAction};
use aicmo_shared::status::ServiceName;
use aicmo_shared::{MockReason, Sourced, Timestamp};
use aicmo_store::{Actor, AuditEntry, Store, events};
use serde_json::json;
use uuid::Uuid;

use crate::accounts::{AccountSettings, Accounts};
use crate::client_errors::ClientErrors;
use crate::clock::Clock;
use crate::cursor::Cursors;
use crate::diagnostics::LastRun;
use crate::error::OperationError;
use crate::facts::ProcessFacts;
use crate::health::Health;
use crate::ids::IdSource;
use crate::metrics::AttentionCache;
use crate::provider::{LiveData, MockData, ReadPort};
use crate::secrets::Secrets;
use crate::stream::Hub;
use crate::webhooks::WebhookPort;

/// What the composition root decides once.
pub struct OperationsSettings {
    pub clock: Arc<dyn Clock>,
    pub secrets: Secrets,
    /// Where uploaded files are kept.
    pub data_dir: PathBuf,
    /// The largest file an import takes, in bytes.
    pub import_max_bytes: u64,
    /// `AICMO_CAMPAIGN_OPS_ENABLED`.
    pub campaign_ops_enabled: bool,
    /// `AICMO_SERVICES_DISABLED`: these serve mock data and refuse writes.
    pub services_disabled: Vec<ServiceName>,
    /// How many event streams one session or key may have.
    pub streams_each: usize,
    /// How webhooks leave the house.
    pub webhook_port: Arc<dyn WebhookPort>,
    /// E2E mode: faults can be injected.
    pub e2e: bool,
    /// Sessions, links and the bootstrap key.
    pub accounts: AccountSettings,
    pub facts: ProcessFacts,
}

/// Where the data of this process comes from.
#[derive(Clone)]
pub enum Mode {
    /// From the database.
    Live(Store),
    /// From the fixed mock set, for this reason.
    Mock(MockReason),
}

impl Mode {
    /// Why the whole process serves mock data; `None` when it is live.
    pub fn mock_reason(&self) -> Option<MockReason> {
        match self {
            Self::Live(_) => None,
            Self::Mock(reason) => Some(*reason),
        }
    }

    /// The database, when there is one.
    pub fn store(&self) -> Option<&Store> {
        match self {
            Self::Live(store) => Some(store),
            Self::Mock(_) => None,
        }
    }
}

/// Who acts, and in which request.
#[derive(Clone, Debug)]
pub struct Operator {
    pub actor: Actor,
    /// Finds the log lines and the audit row of this request.
    pub request_id: String,
}

impl Operator {
    /// The process itself, outside any request.
    pub fn process() -> Self {
        Self {
            actor: Actor {
                kind: ActorType::System,
                id: "aicmo".to_owned(),
            },
            request_id: String::new(),
        }
    }
}

/// Backups that the server keeps until it is told another number.
const BACKUPS_KEPT: usize = 7;

/// The context of every operation.
pub struct Operations {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) secrets: Secrets,
    pub(crate) data_dir: PathBuf,
    pub(crate) import_max_bytes: u64,
    pub(crate) campaign_ops_enabled: bool,
    pub(crate) services_disabled: Vec<ServiceName>,
    pub(crate) e2e: bool,
    pub(crate) facts: ProcessFacts,
    pub(crate) cursors: Cursors,
    pub(crate) accounts: Accounts,
    pub(crate) attention: AttentionCache,
    pub(crate) health: Health,
    pub(crate) client_errors: ClientErrors,
    pub(crate) last_run: Mutex<Option<LastRun>>,
    ids: IdSource,
    backups_kept: AtomicUsize,
    mode: RwLock<Mode>,
    /// Held while the process turns live, so that it turns once.
    turning: tokio::sync::Mutex<()>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) webhook_port: Arc<dyn WebhookPort>,
}

impl Operations {
    /// Puts the context together; nothing is opened here.
    pub fn new(settings: OperationsSettings, mode: Mode) -> Arc<Self> {
        let now = settings.clock.now();
        let accounts = Accounts::new(settings.accounts, &settings.secrets);
        Arc::new(Self {
            cursors: Cursors::new(settings.secrets.cursor_key),
            hub: Hub::new(settings.streams_each, Arc::clone(&accounts.cache)),
            accounts,
            health: Health::at_start(&mode, now),
            clock: settings.clock,
            secrets: settings.secrets,
            data_dir: settings.data_dir,
            import_max_bytes: settings.import_max_bytes,
            campaign_ops_enabled: settings.campaign_ops_enabled,
            services_disabled: settings.services_disabled,
            e2e: settings.e2e,
            facts: settings.facts,
            attention: AttentionCache::default(),
            client_errors: ClientErrors::default(),
            last_run: Mutex::new(None),
            ids: IdSource::default(),
            backups_kept: AtomicUsize::new(BACKUPS_KEPT),
            mode: RwLock::new(mode),
            turning: tokio::sync::Mutex::new(()),
            webhook_port: settings.webhook_port,
        })
    }

    /// One snapshot of the mode; an operation takes it once.
    pub fn mode(&self) -> Mode {
        self.mode.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Why the whole process serves mock data; `None` when it is live.
    pub fn mock_reason(&self) -> Option<MockReason> {
        self.mode().mock_reason()
    }

    /// The time of day.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What the process knows about itself.
    pub fn facts(&self) -> &ProcessFacts {
        &self.facts
    }

    /// Whether a bootstrap key is set, by which a process without accounts can be managed.
    pub fn has_bootstrap_key(&self) -> bool {
        self.accounts.has_bootstrap_key()
    }

    /// Whether faults can be injected.
    pub fn is_e2e(&self) -> bool {
        self.e2e
    }

    /// Where uploaded files are kept.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// The largest file an import takes, in bytes.
    pub fn import_max_bytes(&self) -> u64 {
        self.import_max_bytes
    }

    /// How many backups the data directory keeps.
    pub fn backups_kept(&self) -> usize {
        self.backups_kept.load(Ordering::Relaxed)
    }

    /// Keeps that many backups from now on; at least one.
    pub fn keep_backups(&self, n: usize) {
        self.backups_kept.store(n.max(1), Ordering::Relaxed);
    }

    /// The keys of this installation.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Signs and reads list positions.
    pub fn cursors(&self) -> &Cursors {
        &self.cursors
    }

    /// A new identifier, greater than every earlier one of this process.
    pub fn new_id(&self, now: Timestamp) -> Uuid {
        self.ids.next(now)
    }

    /// The read port behind which live and mock data stand, for an endpoint governed by `service`.
    ///
    /// # Errors
    /// `FeatureDisabled` when a setting switches the service off.
    pub fn reads(&self, service: Option<ServiceName>) -> Result<Box<dyn ReadPort + '_>, OperationError> {
        self.require_feature(service)?;
        Ok(match self.mode() {
            Mode::Mock(reason) => Box::new(MockData::new(reason, &self.cursors)),
            Mode::Live(_) if self.serves_mock(service) => {
                Box::new(MockData::new(MockReason::ServiceDisabled, &self.cursors))
            }
            Mode::Live(store) => Box::new(LiveData::new(self, store)),
        })
    }

    /// The database, for a command governed by `service`.
    ///
    /// # Errors
    /// `MockMode` when the process or the service serves mock data, `FeatureDisabled` when a setting
    /// switches the service off. Nothing is kept for later.
    pub fn live(&self, service: Option<ServiceName>) -> Result<Store, OperationError> {
        self.require_feature(service)?;
        match self.mode() {
            Mode::Mock(reason) => Err(OperationError::MockMode(reason)),
            Mode::Live(_) if self.serves_mock(service) => {
                Err(OperationError::MockMode(MockReason::ServiceDisabled))
            }
            Mode::Live(store) => Ok(store),
        }
    }

    /// Turns a process live that is mock only because its database could not be opened.
    ///
    /// Writes one audit row and one log line. `Ok(false)` when the process is live already, or mock
    /// for a reason that only a restart ends; then `store` is dropped and nothing was written.
    ///
    /// # Errors
    /// `Unavailable` when the audit row could not be written; the process stays mock.
    pub async fn go_live(&self, store: Store) -> Result<bool, OperationError> {
        let _turning = self.turning.lock().await;
        if self.mock_reason() != Some(MockReason::DatabaseUnavailableAtStart) {
            return Ok(false);
        }
        let now = self.now();
        let before = events::head(&store.reader()).await?;
        let tx = store.begin_write().await?;
        tx.commit(AuditEntry {
            actor: Operator::process().actor,
            action: AuditAction::WentLive,
            subject_type: SubjectType::System,
            subject_id: None,
            campaign: None,
            before: Some(json!({ "source": "mock" })),
            after: Some(json!({ "source": "live" })),
            reason: None,
            request_id: String::new(),
            at: now,
        })
        .await?;
        {
            let mut mode = self.mode.write().unwrap_or_else(PoisonError::into_inner);
            *mode = Mode::Live(store.clone());
        }
        // Behind the turn itself: whoever listens hears of it as an event.
        self.hub.follow_behind(&store, &self.clock, before).await;
        self.health.database_up(now);
        tracing::info!(build = %self.facts.build, "the database is there: this process is live now");
        Ok(true)
    }

    /// Tells the health tracker how a command on the database went.
    pub(crate) fn wrote<T>(&self, outcome: &Result<T, OperationError>) {
        let now = self.now();
        match outcome {
            Ok(_) => self.health.database_up(now),
            Err(_) => self.health.learn(outcome, now),
        }
    }

    /// Facts about this process. They are true in either mode, yet the label follows the mode: the
    /// reason for mock data covers the whole process, and no answer of it says otherwise.
    pub(crate) fn about_process<T>(&self, mode: &Mode, facts: T) -> Sourced<T> {
        let now = self.now();
        match mode.mock_reason() {
            None => Sourced::live(facts, now),
            Some(reason) => Sourced::mock(facts, reason, now),
        }
    }

    /// Grows with every commit of the installation and with the turn from mock to live.
    pub(crate) fn change_seq(mode: &Mode) -> u64 {
        mode.store().map_or(0, Store::change_seq)
    }

    /// Tells every listener what moved.
    pub fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// Whether `service` serves mock data although the process is live.
    pub(crate) fn serves_mock(&self, service: Option<ServiceName>) -> bool {
        service.is_some_and(|service| self.services_disabled.contains(&service))
    }

    fn require_feature(&self, service: Option<ServiceName>) -> Result<(), OperationError> {
        if service == Some(ServiceName::CampaignOps) && !self.campaign_ops_enabled {
            return Err(OperationError::FeatureDisabled {
                feature: ServiceName::CampaignOps.label(),
                setting: "AICMO_CAMPAIGN_OPS_ENABLED",
                because: "is false",
            });
        }
        Ok(())
    }
}
