//! The command line: the one way in, and every command it has.
//!
//! Owns: names, arguments and help of the commands, and how their answers are printed. Does not own
//! what they do. The retired names are refused before anything else is read or opened.

mod accounts;
mod args;
mod audit;
mod database;
mod doctor;
mod export;
mod import;
mod inventory;
mod local;
mod output;
mod remote;
pub mod table;
mod transfer;

use std::process::ExitCode;

use clap::Parser as _;

pub use args::{Arguments, Command};
pub use inventory::entry_points;
pub(crate) use output::print_text;

use crate::process::{Exit, Stop, fatal, logging, serve};
use crate::settings::{Settings, Sources};
use crate::traces::Traces;

/// Runs the command that the arguments of this process name.
pub fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args_os()
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    if let Some(retired) = aicmo_legacy_guard::find_in_arguments(arguments.iter().map(String::as_str)) {
        eprintln!("{}", retired.refusal_line());
        return Exit::Retired.into();
    }
    let arguments = match Arguments::try_parse_from(&arguments) {
        Ok(arguments) => arguments,
        Err(told) => {
            // Help and version are answers; everything else is a usage error. Both exit by clap's rule.
            let _ = told.print();
            return ExitCode::from(u8::try_from(told.exit_code()).unwrap_or(Exit::Usage as u8));
        }
    };
    fatal::install_hook();
    fatal::guard(|| run(arguments)).into()
}

fn run(arguments: Arguments) -> Result<Exit, Stop> {
    aicmo_client::install_crypto_provider();
    match arguments.command {
        Command::Inventory { json } => inventory::print(json),
        Command::Openapi => inventory::print_openapi(),
        Command::Smoke { report } => {
            logging::start("warn", crate::settings::LogFormat::Text, &Traces::default());
            crate::smoke::run(report.as_deref())
        }
        command => with_settings(&command, &arguments.settings),
    }
}

fn with_settings(command: &Command, flags: &args::SettingFlags) -> Result<Exit, Stop> {
    let settings = Settings::from_sources(&Sources::gather(flags.by_key(command)?)?)?;
    if settings.forced_mock().is_none() || settings.data_dir.is_dir() {
        fatal::keep_evidence_in(settings.diagnostics_dir());
    }
    let serving = matches!(command, Command::Serve { .. });
    // A command that answers a question is quiet unless it is told otherwise.
    let filter = if serving || is_set(&settings, "AICMO_LOG_LEVEL") {
        settings.log_level.as_str()
    } else {
        "error"
    };
    let traces = if serving {
        Traces::begin(settings.otlp_endpoint.as_ref())?
    } else {
        Traces::default()
    };
    logging::start(filter, settings.log_format, &traces);
    match command {
        Command::Serve { .. } => serve::serve(&settings, traces),
        Command::Doctor { json, bundle } => doctor::run(&settings, *json, bundle.as_deref()),
        Command::Migrate { check, rehearse } => database::migrate(&settings, *check, *rehearse),
        Command::Healthcheck { .. } => remote::healthcheck(&settings),
        Command::Status { json, .. } => remote::status(&settings, *json),
        Command::Export(args::ExportCommand::Leads(asked)) => export::leads(&settings, asked),
        Command::Import(args::ImportCommand::Leads(asked)) => import::leads(&settings, asked),
        Command::Backup { file, with_keys } => transfer::backup(&settings, file.as_deref(), *with_keys),
        Command::Restore { file, into, replace } => {
            transfer::restore(&settings, file, into.as_deref(), *replace)
        }
        Command::MoveTo { url, dry_run } => transfer::move_to(&settings, url, *dry_run),
        Command::Audit(command) => audit::run(&settings, command),
        Command::User { command } => accounts::user(&settings, command),
        Command::ApiKey { command } => accounts::api_key(&settings, command),
        Command::Inventory { .. } | Command::Openapi | Command::Smoke { .. } => Ok(Exit::Fine),
    }
}

fn is_set(settings: &Settings, key: &str) -> bool {
    use aicmo_shared::diagnostics::SettingSource;
    settings
        .report()
        .iter()
        .any(|row| row.key == key && row.source != SettingSource::Default)
}

/// A runtime for a command that asks a few questions and ends.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Stop> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|cause| Stop::fatal(format!("The process cannot start its threads: {cause}.")))?;
    Ok(runtime.block_on(work))
}
