//! The diagnostics report: what is running, from where, with which settings, and how it fares.
//!
//! One structure for the endpoint, the panel and `aicmo doctor`. It is built even when the database
//! is down; what could not be asked is absent and the database part says why. `checks` holds the
//! checks that `run_diagnostics` makes.

mod checks;

use std::sync::PoisonError;

use aicmo_shared::Sourced;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::control::ControlFlags;
use aicmo_shared::diagnostics::{
    Check, CorruptRow, CounterCheck, DatabaseReport, Diagnostics, SupportBundle,
};
use aicmo_store::{AuditEntry, Store, StoreError, counters, integrity};

use crate::context::{Mode, Operations, Operator};
use crate::error::OperationError;
use crate::status::{control_flags, services};

/// Corrupt rows that a report names; their number is always whole.
const MAX_CORRUPT: u32 = 100;

/// What the last run of the checks found.
#[derive(Clone, Debug, Default)]
pub struct LastRun {
    counters: Option<CounterCheck>,
    checks: Vec<Check>,
}

/// Counts every maintained counter anew from its rows and compares them once more.
///
/// # Errors
/// `MockMode` without a database; `Unavailable` when it does not answer.
pub async fn rebuild_counters(ops: &Operations, operator: &Operator) -> Result<CounterCheck, OperationError> {
    let store = ops.live(None)?;
    let rebuilt = rebuild(ops, &store, operator).await.map_err(OperationError::from);
    ops.wrote(&rebuilt);
    rebuilt
}

async fn rebuild(ops: &Operations, store: &Store, operator: &Operator) -> Result<CounterCheck, StoreError> {
    let now = ops.now();
    let tx = store.begin_write().await?;
    counters::rebuild(&tx).await?;
    tx.commit(AuditEntry {
        actor: operator.actor.clone(),
        action: AuditAction::CountersRebuilt,
        subject_type: SubjectType::System,
        subject_id: None,
        campaign: None,
        before: None,
        after: None,
        reason: None,
        request_id: operator.request_id.clone(),
        at: now,
    })
    .await?;
    counters::compare(&store.reader(), now).await
}

/// What a database answers about itself, as far as it answers.
struct Findings {
    report: DatabaseReport,
    control: Option<ControlFlags>,
    corrupt: Option<(Vec<CorruptRow>, u64)>,
}

/// The report, with the outcome of the last run of the checks. It never fails.
///
/// # Errors
/// None; the type is that of every read.
pub async fn get_diagnostics(ops: &Operations) -> Result<Sourced<Diagnostics>, OperationError> {
    let mode = ops.mode();
    let findings = look_at(ops, &mode).await;
    let last = ops
        .last_run
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
        .unwrap_or_default();
    let report = assemble(ops, &mode, findings, last);
    Ok(ops.about_process(&mode, report))
}

/// Runs the checks and answers the new report. It changes no data, so it works in mock mode too; a
/// check that could not run has failed.
///
/// # Errors
/// None; the type is that of every operation.
pub async fn run_diagnostics(ops: &Operations) -> Result<Diagnostics, OperationError> {
    let mode = ops.mode();
    let findings = look_at(ops, &mode).await;
    let counters = match mode.store() {
        Some(store) => compared(ops, store).await,
        None => None,
    };
    let run = LastRun {
        checks: checks::all(ops, &mode, &findings, counters.as_ref()),
        counters,
    };
    *ops.last_run.lock().unwrap_or_else(PoisonError::into_inner) = Some(run.clone());
    Ok(assemble(ops, &mode, findings, run))
}

/// Runs the checks and puts the report and the last log lines into one document.
///
/// # Errors
/// None; the type is that of every operation.
pub async fn make_support_bundle(
    ops: &Operations,
    log: Vec<String>,
) -> Result<SupportBundle, OperationError> {
    let diagnostics = run_diagnostics(ops).await?;
    Ok(SupportBundle {
        format: SupportBundle::FORMAT.to_owned(),
        made_at: ops.now(),
        diagnostics,
        log,
    })
}

async fn compared(ops: &Operations, store: &Store) -> Option<CounterCheck> {
    match counters::compare(&store.reader(), ops.now()).await {
        Ok(check) => Some(check),
        Err(error) => {
            log("the counters could not be compared with the rows", &error.into());
            None
        }
    }
}

/// The cause goes to the log; the report says what could not be done.
fn log(what: &str, error: &OperationError) {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    tracing::warn!(error = %error, cause, "{what}");
}

async fn look_at(ops: &Operations, mode: &Mode) -> Findings {
    let Some(store) = mode.store() else {
        return unopened(ops);
    };
    let mut report = DatabaseReport {
        kind: store.kind(),
        address: store.address().to_owned(),
        reachable: false,
        why: None,
        latency_ms: None,
        schema_version: None,
        schema_expected: ops.facts.schema_expected.clone(),
        writable: None,
        size_bytes: None,
        clock_skew_ms: None,
    };
    let control = match control_flags(ops, store).await {
        Ok(flags) => Some(flags),
        Err(error) => {
            log("the control flags could not be read", &error);
            None
        }
    };
    match store.ping().await.map_err(OperationError::from) {
        Ok(latency) => {
            report.reachable = true;
            report.latency_ms = Some(latency.as_secs_f64() * 1_000.0);
        }
        Err(error) => {
            log("the database does not answer", &error);
            report.why = Some(as_reason(&error));
            return Findings {
                report,
                control,
                corrupt: None,
            };
        }
    }
    if let Ok(schema) = store.schema().await {
        report.schema_version = schema.applied;
        report.schema_expected = schema.expected;
    }
    report.writable = store.is_writable().await.ok();
    report.size_bytes = store.size_bytes().await.ok();
    report.clock_skew_ms = store.clock_skew_ms(ops.now()).await.ok().flatten();
    let corrupt = match integrity::corrupt_rows(&store.reader(), MAX_CORRUPT).await {
        Ok(found) => Some(found),
        Err(error) => {
            log("corrupt rows could not be looked for", &error.into());
            None
        }
    };
    Findings {
        report,
        control,
        corrupt,
    }
}

/// A database that this process has not opened.
fn unopened(ops: &Operations) -> Findings {
    let report = DatabaseReport {
        kind: ops.facts.database_kind,
        address: ops.facts.database_address.clone(),
        reachable: false,
        why: ops.health.database().why,
        latency_ms: None,
        schema_version: None,
        schema_expected: ops.facts.schema_expected.clone(),
        writable: None,
        size_bytes: None,
        clock_skew_ms: None,
    };
    Findings {
        report,
        control: None,
        corrupt: None,
    }
}

/// The public face of an error as a sentence.
fn as_reason(error: &OperationError) -> String {
    error.to_problem().detail
}

fn assemble(ops: &Operations, mode: &Mode, findings: Findings, run: LastRun) -> Diagnostics {
    let facts = &ops.facts;
    let now = ops.now();
    let (corrupt_rows, corrupt_total) = match findings.corrupt {
        Some((rows, total)) => (rows, Some(total)),
        None => (Vec::new(), None),
    };
    Diagnostics {
        build: facts.build.clone(),
        version: facts.version.clone(),
        git_commit: facts.git_commit.clone(),
        console: facts.console.clone(),
        binary_path: facts.binary_path.clone(),
        working_directory: facts.working_directory.clone(),
        data_directory: ops.data_dir.display().to_string(),
        pid: facts.pid,
        role: facts.role.clone(),
        started_at: facts.started_at,
        uptime_ms: now.since(facts.started_at),
        server_time: now,
        mock_reason: mode.mock_reason(),
        settings: facts.settings.clone(),
        unknown_settings: facts.unknown_settings.clone(),
        database: findings.report,
        services: services(ops, mode),
        control: findings.control,
        corrupt_rows,
        corrupt_total,
        counters: run.counters,
        checks: run.checks,
        client_errors: ops.client_errors.since_start(),
        last_fatal_error: facts.last_fatal_error.clone(),
    }
}
