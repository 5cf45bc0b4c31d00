//! What the process tells about itself.

use aicmo_operations::{Clock as _, ProcessFacts, SystemClock};
use aicmo_shared::diagnostics::DatabaseKind;

use super::{build, fatal};
use crate::settings::{DatabaseAddress, Settings};

/// Collects the facts of this process, which runs as `role`.
pub fn collect(settings: &Settings, role: &str) -> ProcessFacts {
    let shown = |path: std::io::Result<std::path::PathBuf>| {
        path.map_or_else(|_| "unknown".to_owned(), |path| path.display().to_string())
    };
    ProcessFacts {
        build: build::marker(),
        version: build::VERSION.to_owned(),
        git_commit: build::GIT_COMMIT.to_owned(),
        console: crate::http::console::report(),
        binary_path: shown(std::env::current_exe()),
        working_directory: shown(std::env::current_dir()),
        role: role.to_owned(),
        pid: std::process::id(),
        started_at: SystemClock.now(),
        settings: settings.report(),
        unknown_settings: settings.unknown.clone(),
        entry_points: crate::cli::entry_points(),
        last_fatal_error: fatal::last(&settings.diagnostics_dir()),
        database_kind: match settings.database() {
            DatabaseAddress::Sqlite(_) => DatabaseKind::Sqlite,
            DatabaseAddress::Postgres { .. } => DatabaseKind::Postgres,
        },
        database_address: settings.store_settings().target.redacted(),
        schema_expected: aicmo_store::SchemaState::newest_known(),
    }
}
