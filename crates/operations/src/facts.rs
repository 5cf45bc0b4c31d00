//! What the process knows about itself, handed in once by the composition root.
//!
//! Everything here is already redacted by its type: a secret has no field.

use aicmo_shared::Timestamp;
use aicmo_shared::build_marker::BuildMarker;
use aicmo_shared::diagnostics::{ConsoleReport, DatabaseKind, FatalError, SettingReport};
use aicmo_shared::inventory::EntryPoint;

/// Facts that do not change while the process runs.
#[derive(Clone, Debug)]
pub struct ProcessFacts {
    pub build: BuildMarker,
    pub version: String,
    pub git_commit: String,
    /// The console that is embedded in the binary.
    pub console: ConsoleReport,
    pub binary_path: String,
    pub working_directory: String,
    /// `serve` or the subcommand that runs.
    pub role: String,
    pub pid: u32,
    pub started_at: Timestamp,
    pub settings: Vec<SettingReport>,
    /// `AICMO_` variables that no setting knows.
    pub unknown_settings: Vec<String>,
    /// Every way in, active or retired.
    pub entry_points: Vec<EntryPoint>,
    pub last_fatal_error: Option<FatalError>,
    /// Which database the settings name, also when it was never opened.
    pub database_kind: DatabaseKind,
    /// Its address without user and password; a path for SQLite.
    pub database_address: String,
    /// The newest migration this binary knows.
    pub schema_expected: String,
}
