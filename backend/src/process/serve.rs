//! `aicmo serve`: opens everything in order, says that it is ready, and closes in order.
//!
//! Nothing here looks at rows: the time from start to ready does not grow with the data.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use aicmo_operations::{Clock, FixedClock, Mode, Operations, OperationsSettings, SystemClock};
use aicmo_shared::MockReason;
use aicmo_store::{Store, StoreError};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::database::{directory_of, explain, is_passing, open_within};
use super::lock::InstanceLock;
use super::signals::Signals;
use super::{Exit, Stop, courier, data_dir, facts, files, first_start, keys, recovery, upkeep};
use crate::http::{self, AllowedOrigins, HttpState};
use crate::settings::{DatabaseAddress, Settings, WebAddress};
use crate::traces::Traces;

/// How long answers under way may take once the process is asked to end.
const DRAIN: Duration = Duration::from_secs(7);

/// How long closing the database may take after that.
const CLOSE: Duration = Duration::from_secs(2);

/// More workers than this serve no single machine better: requests wait for the database.
const WORKERS_MAX: usize = 4;

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// Everything that keeps the process from starting, each with its exit code.
pub fn serve(settings: &Settings, traces: Traces) -> Result<Exit, Stop> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|cause| Stop::fatal(format!("The process cannot start its threads: {cause}.")))?
        .block_on(run(settings, traces))
}

async fn run(settings: &Settings, traces: Traces) -> Result<Exit, Stop> {
    let mut signals = Signals::listen()?;
    for name in &settings.unknown {
        tracing::warn!("{name} is not a setting of this version and has no effect");
    }
    let lock = settings
        .forced_mock()
        .is_none()
        .then(|| hold(settings))
        .transpose()?
        .flatten();
    if settings.forced_mock().is_none() {
        upkeep::remove_leftovers(settings);
    }
    let listener = listen(settings.bind)?;
    let opened = tokio::select! {
        opened = open(settings) => opened?,
        () = signals.received() => return Ok(Exit::Fine),
    };
    first_start::require_a_way_in(settings, &opened).await?;
    let process = Process::begin(settings, listener, &opened, traces)?;
    process.announce();
    if opened.store().is_some() {
        first_start::announce_set_up(&process.ops).await;
    }
    let ended = process.until_asked_to_end(&mut signals).await;
    drop(lock);
    ended
}

/// Takes the SQLite file for this process alone; a server database is shared.
fn hold(settings: &Settings) -> Result<Option<InstanceLock>, Stop> {
    match settings.database() {
        DatabaseAddress::Postgres { .. } => Ok(None),
        DatabaseAddress::Sqlite(path) => {
            if settings.database_url.is_none() {
                data_dir::prepare(directory_of(&path))?;
            }
            InstanceLock::take(&path).map(Some)
        }
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener, Stop> {
    TcpListener::bind(address).map_err(|cause| {
        Stop::configuration(match cause.kind() {
            std::io::ErrorKind::AddrInUse => format!(
                "Another program listens on {address}; stop it, or choose another port with AICMO_BIND (port 0 \
                 picks a free one)."
            ),
            _ => format!("AICMO_BIND names {address}, on which this machine cannot listen: {cause}."),
        })
    })
}

/// Decides the mode, once: by setting, else by whether the database can be opened.
async fn open(settings: &Settings) -> Result<Mode, Stop> {
    if let Some(reason) = settings.forced_mock() {
        return Ok(Mode::Mock(reason));
    }
    let store = settings.store_settings();
    match open_within(&store, settings.db_startup_retry).await {
        Ok(store) => {
            recovery::end_leases(&store).await;
            Ok(Mode::Live(store))
        }
        Err(error) if is_passing(&error) && !settings.db_required => {
            tracing::warn!(
                database = store.target.redacted(),
                "serving mock data: {}",
                MockReason::DatabaseUnavailableAtStart.sentence()
            );
            Ok(Mode::Mock(MockReason::DatabaseUnavailableAtStart))
        }
        Err(error) => Err(refuse(&error, &store.target.redacted())),
    }
}

/// The sentence says what a person needs; the driver's words are for who asks for them, except where
/// the sentence cannot say what happened.
fn refuse(error: &StoreError, address: &str) -> Stop {
    let cause = super::database::chain(error);
    if matches!(error, StoreError::Query { .. }) {
        tracing::error!(cause, "the database cannot be used");
    } else {
        tracing::debug!(cause, "the database cannot be used");
    }
    explain(error, address)
}

type Serving = Pin<Box<dyn Future<Output = std::io::Result<()>>>>;

/// Everything that runs.
struct Process {
    ops: Arc<Operations>,
    address: SocketAddr,
    handle: actix_web::dev::ServerHandle,
    serving: Serving,
    background: JoinHandle<()>,
    upkeep: JoinHandle<()>,
    traces: Traces,
    ready_line: String,
}

impl Process {
    fn begin(settings: &Settings, listener: TcpListener, mode: &Mode, traces: Traces) -> Result<Self, Stop> {
        let cannot_serve =
            |cause: std::io::Error| Stop::fatal(format!("The HTTP server cannot start: {cause}."));
        let address = listener.local_addr().map_err(cannot_serve)?;
        let ops = Operations::new(operations_settings(settings, address)?, mode.clone());
        let state = Arc::new(HttpState {
            ops: Arc::clone(&ops),
            build: super::build::marker(),
            e2e: settings.e2e_mode,
            public_hosts: vec![settings.public_url.host().to_owned()],
            over_tls: settings.public_url.is_https(),
            max_connections: files::make_room(settings.max_connections as usize),
            limits: settings.limits(),
            allowed_origins: AllowedOrigins::new(settings.allowed_origins.iter().map(WebAddress::as_str)),
            traces: traces.clone(),
        });
        let workers = std::thread::available_parallelism()
            .map_or(2, usize::from)
            .min(WORKERS_MAX);
        let upkeep = tokio::spawn(upkeep::tidy_up(Arc::clone(&state)));
        let server = http::serve(listener, state, workers).map_err(cannot_serve)?;
        let background = match mode {
            Mode::Live(_) => tokio::spawn({
                let ops = Arc::clone(&ops);
                async move {
                    recovery::follow_events(Arc::clone(&ops)).await;
                    recovery::resume_work(Arc::clone(&ops)).await;
                    courier::carry_webhooks(ops).await;
                }
            }),
            Mode::Mock(MockReason::DatabaseUnavailableAtStart) => tokio::spawn(recovery::wait_for_database(
                Arc::clone(&ops),
                settings.store_settings(),
            )),
            Mode::Mock(_) => tokio::spawn(async {}),
        };
        Ok(Self {
            ready_line: ready_line(address, mode),
            handle: server.handle(),
            serving: Box::pin(server),
            ops,
            address,
            background,
            upkeep,
            traces,
        })
    }

    /// The first line on stdout. Whoever started us may have closed it, which harms nothing.
    fn announce(&self) {
        tracing::info!(address = %self.address, build = %super::build::marker(), "ready");
        let mut stdout = std::io::stdout().lock();
        let _ = writeln!(stdout, "{}", self.ready_line).and_then(|()| stdout.flush());
    }

    async fn until_asked_to_end(mut self, signals: &mut Signals) -> Result<Exit, Stop> {
        tokio::select! {
            ended = &mut self.serving => {
                self.close().await;
                return Err(Stop::fatal(match ended {
                    Ok(()) => "The HTTP server ended by itself.".to_owned(),
                    Err(cause) => format!("The HTTP server failed: {cause}."),
                }));
            }
            () = signals.received() => {}
        }
        tracing::info!("asked to end: finishing the answers under way");
        // A stream would never finish by itself.
        self.ops.hub().close();
        let drain = async { tokio::join!(self.handle.stop(true), &mut self.serving) };
        if timeout(DRAIN, drain).await.is_err() {
            tracing::warn!("some answers did not finish in time and were given up");
        }
        self.close().await;
        tracing::info!("ended in order");
        Ok(Exit::Fine)
    }

    async fn close(&self) {
        self.background.abort();
        self.upkeep.abort();
        let database = async {
            if let Some(store) = self.ops.mode().store().cloned()
                && timeout(CLOSE, Store::close(&store)).await.is_err()
            {
                tracing::warn!("the database did not close in time; nothing that was answered is lost");
            }
        };
        tokio::join!(database, self.traces.flush());
    }
}

fn ready_line(address: SocketAddr, mode: &Mode) -> String {
    let (database, mode) = match mode {
        Mode::Live(store) => (store.kind().as_str(), "live"),
        Mode::Mock(_) => ("none", "mock"),
    };
    let build = super::build::marker();
    format!("aicmo ready url=http://{address} build={build} database={database} mode={mode}")
}

/// Forced mock data keeps nothing, so it needs neither the data directory nor lasting keys.
fn operations_settings(settings: &Settings, address: SocketAddr) -> Result<OperationsSettings, Stop> {
    let secrets = if settings.forced_mock().is_some() {
        keys::ephemeral()?
    } else {
        warn_of_a_key_of_its_own(settings);
        keys::load_or_make(settings)?
    };
    let clock: Arc<dyn Clock> = if settings.e2e_mode {
        Arc::new(FixedClock::at_mock_instant())
    } else {
        Arc::new(SystemClock)
    };
    Ok(OperationsSettings {
        clock,
        secrets,
        data_dir: settings.data_dir.clone(),
        import_max_bytes: settings.import_max_bytes(),
        campaign_ops_enabled: settings.campaign_ops_enabled,
        services_disabled: settings.services_disabled.clone(),
        streams_each: settings.streams_each(),
        webhook_port: courier::way_out(settings),
        e2e: settings.e2e_mode,
        accounts: first_start::account_settings(settings, Some(address)),
        facts: facts::collect(settings, "serve"),
    })
}

fn warn_of_a_key_of_its_own(settings: &Settings) {
    let shared = matches!(settings.database(), DatabaseAddress::Postgres { .. });
    if shared && settings.identity_key.is_none() {
        tracing::warn!(
            "AICMO_IDENTITY_KEY is not set: another server on this database with another key would not find the \
             leads that this one knows"
        );
    }
}
