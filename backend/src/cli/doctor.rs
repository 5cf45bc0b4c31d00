//! `aicmo doctor`: the report of diagnostics without a server, and what to do about each problem.
//!
//! It looks and changes nothing: a missing SQLite file is not made and an older schema is not
//! brought up to date.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use aicmo_operations::webhooks::NoWayOut;
use aicmo_operations::{Mode, Operations, OperationsSettings, SystemClock, diagnostics, drafts};
use aicmo_shared::MockReason;
use aicmo_shared::diagnostics::{CheckOutcome, Diagnostics, SupportBundle};
use aicmo_store::Store;
use serde::Serialize;

use super::output::{print_json, print_text};
use super::{block_on, table};
use crate::process::data_dir::unusable;
use crate::process::{Exit, Stop, data_dir, facts, fatal, first_start, keys, logging};
use crate::settings::{DatabaseAddress, Settings};

pub(super) fn run(settings: &Settings, json: bool, bundle: Option<&Path>) -> Result<Exit, Stop> {
    let report = block_on(look(settings))??;
    if let Some(path) = bundle {
        write_bundle(settings, &report, path)?;
    }
    let findings = findings(&report, settings);
    let outcome = if findings.iter().any(|finding| finding.is_problem) {
        Exit::Failed
    } else {
        Exit::Fine
    };
    if json {
        print_json(&report)?;
    } else {
        print_text(&describe(&report, &findings))?;
    }
    Ok(outcome)
}

/// What stands in the file: the bundle of a server, and what only a command can add.
#[derive(Serialize)]
struct BundleFile<'a> {
    #[serde(flatten)]
    bundle: SupportBundle,
    /// `fatal_error.json` of the data directory as it is.
    fatal_error: Option<serde_json::Value>,
    /// The smoke check of this binary on a temporary database.
    smoke: &'a crate::smoke::Smoke,
}

/// Appears whole or not at all, readable by its owner alone.
fn write_bundle(settings: &Settings, report: &Diagnostics, path: &Path) -> Result<(), Stop> {
    let smoke = block_on(crate::smoke::run_all())??;
    let file = BundleFile {
        bundle: SupportBundle {
            format: SupportBundle::FORMAT.to_owned(),
            made_at: report.server_time,
            diagnostics: report.clone(),
            log: logging::last_lines(),
        },
        fatal_error: fatal::evidence(&settings.diagnostics_dir()),
        smoke: &smoke,
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let written = drafts::make_in(folder.unwrap_or(Path::new("."))).and_then(|mut kept| {
        serde_json::to_writer_pretty(&mut kept, &file)?;
        kept.write_all(b"\n")?;
        kept.persist(path).map_err(|failed| failed.error)
    });
    written.map(drop).map_err(|cause| unusable(path, &cause))
}

/// Builds the report on the database that the settings name.
pub(crate) async fn look(settings: &Settings) -> Result<Diagnostics, Stop> {
    let (mode, why) = open(settings).await;
    let store = mode.store().cloned();
    let ops = Operations::new(
        OperationsSettings {
            clock: Arc::new(SystemClock),
            secrets: keys::ephemeral()?,
            data_dir: settings.data_dir.clone(),
            import_max_bytes: settings.import_max_bytes(),
            campaign_ops_enabled: settings.campaign_ops_enabled,
            services_disabled: settings.services_disabled.clone(),
            streams_each: settings.streams_each(),
            webhook_port: Arc::new(NoWayOut),
            e2e: settings.e2e_mode,
            accounts: first_start::account_settings(settings, None),
            facts: facts::collect(settings, "doctor"),
        },
        mode,
    );
    let mut report = diagnostics::run_diagnostics(&ops)
        .await
        .map_err(|error| Stop::fatal(format!("The report cannot be built: {error}.")))?;
    if let Some(why) = why {
        explain(&mut report, why);
    }
    if let Some(store) = store {
        store.close().await;
    }
    Ok(report)
}

/// The database if it can be opened, else why not.
async fn open(settings: &Settings) -> (Mode, Option<String>) {
    if let Some(reason) = settings.forced_mock() {
        return (Mode::Mock(reason), None);
    }
    let absent = |why: String| (Mode::Mock(MockReason::DatabaseUnavailableAtStart), Some(why));
    if let DatabaseAddress::Sqlite(path) = settings.database()
        && !path.exists()
    {
        return absent("The file does not exist yet; `aicmo serve` makes it.".to_owned());
    }
    match Store::open(&settings.store_settings()).await {
        Ok(store) => (Mode::Live(store), None),
        Err(error) => {
            let address = settings.store_settings().target.redacted();
            tracing::debug!(
                cause = crate::process::database::chain(&error),
                "the database cannot be opened"
            );
            absent(crate::process::database::explain(&error, &address).sentence)
        }
    }
}

/// Says why the database could not be opened, where the report of a server would say that it waits.
fn explain(report: &mut Diagnostics, why: String) {
    for check in report.checks.iter_mut().filter(|check| check.name == "database") {
        check.finding.clone_from(&why);
        check.advice = Some(
            "Start the database or `aicmo serve`, or correct DATABASE_URL or AICMO_DATA_DIR.".to_owned(),
        );
    }
    report.database.why = Some(why);
}

/// Something that a person should know, and what to do about it.
struct Finding {
    is_problem: bool,
    what: String,
    advice: String,
}

/// What is wrong, then what is worth knowing and fails nothing.
fn findings(report: &Diagnostics, settings: &Settings) -> Vec<Finding> {
    let failed = report
        .checks
        .iter()
        .filter(|check| check.outcome == CheckOutcome::Fail);
    let mut found: Vec<Finding> = failed
        .map(|check| Finding {
            is_problem: true,
            what: format!("{}: {}", check.name, check.finding),
            advice: check.advice.clone().unwrap_or_default(),
        })
        .collect();
    let uses_directory = settings.forced_mock().is_none() && settings.data_dir.exists();
    if uses_directory && !data_dir::is_writable(&settings.data_dir) {
        found.push(Finding {
            is_problem: true,
            what: format!(
                "The data directory {} cannot be written",
                settings.data_dir.display()
            ),
            advice: "Give this user the permission to write, or correct AICMO_DATA_DIR.".to_owned(),
        });
    }
    if let Some(error) = &report.last_fatal_error {
        found.push(Finding {
            is_problem: false,
            what: format!(
                "A process ended with a fatal error at {}: {}",
                error.at, error.message
            ),
            advice:
                "Look at diagnostics/fatal_error.json in the data directory; remove it when it is dealt with."
                    .to_owned(),
        });
    }
    found
}

fn describe(report: &Diagnostics, findings: &[Finding]) -> String {
    let database = &report.database;
    let mode = report
        .mock_reason
        .map_or_else(|| "live".to_owned(), |reason| format!("mock ({reason})"));
    let facts = [
        ("build", report.build.to_string()),
        ("version", format!("{} ({})", report.version, report.git_commit)),
        ("binary", report.binary_path.clone()),
        ("working directory", report.working_directory.clone()),
        ("data directory", report.data_directory.clone()),
        ("mode", mode),
        ("database", format!("{} {}", database.kind, database.address)),
        (
            "latency",
            database.latency_ms.map_or_else(
                || "not reachable".to_owned(),
                |latency| format!("{latency:.1} ms"),
            ),
        ),
        (
            "schema",
            format!(
                "{} (expected {})",
                database.schema_version.as_deref().unwrap_or("none"),
                database.schema_expected
            ),
        ),
        (
            "console",
            if report.console.embedded {
                format!("{} files", report.console.files)
            } else {
                "not embedded".to_owned()
            },
        ),
    ];
    let facts: Vec<Vec<String>> = facts.map(|(name, value)| vec![name.to_owned(), value]).to_vec();
    let settings: Vec<Vec<String>> = report
        .settings
        .iter()
        .map(|row| {
            let value = row.value.clone().unwrap_or_else(|| "(not set)".to_owned());
            vec![row.key.clone(), row.source.to_string(), value]
        })
        .collect();
    let checks: Vec<Vec<String>> = report
        .checks
        .iter()
        .map(|check| {
            vec![
                check.name.clone(),
                check.outcome.to_string(),
                check.finding.clone(),
            ]
        })
        .collect();
    let mut text = table::draw(&["fact", "value"], &facts);
    text.push('\n');
    text.push_str(&table::draw(&["setting", "source", "value"], &settings));
    if !checks.is_empty() {
        text.push('\n');
        text.push_str(&table::draw(&["check", "outcome", "finding"], &checks));
    }
    text.push('\n');
    for finding in findings {
        let word = if finding.is_problem { "PROBLEM" } else { "NOTE" };
        let what = finding.what.trim_end_matches('.');
        let _ = writeln!(text, "{word}: {what}.\n  {}", finding.advice);
    }
    if !findings.iter().any(|finding| finding.is_problem) {
        text.push_str("No problem was found.\n");
    }
    text
}
