//! The diagnostics report: one structure for the endpoint, the panel and `aicmo doctor`.
//!
//! Everything here is already redacted: a secret has no field.

use serde::{Deserialize, Serialize};

use crate::build_marker::BuildMarker;
use crate::closed_enum;
use crate::control::ControlFlags;
use crate::sourced::MockReason;
use crate::status::ServiceHealth;
use crate::time::Timestamp;

closed_enum! {
    /// Where a setting's value came from.
    pub enum SettingSource {
        Default = "default", File = "file", Environment = "environment", Flag = "flag",
    }
}

closed_enum! {
    /// Which database is behind this process.
    pub enum DatabaseKind { Sqlite = "sqlite", Postgres = "postgres" }
}

closed_enum! {
    /// How one check came out.
    pub enum CheckOutcome { Pass = "pass", Fail = "fail" }
}

/// One setting, redacted by its type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SettingReport {
    /// The environment variable.
    pub key: String,
    pub source: SettingSource,
    /// Whether it has a value; an empty one is not set.
    pub set: bool,
    /// The value as it may be shown; `***` for a secret.
    pub value: Option<String>,
    /// What it does, and what an unset one means.
    pub help: String,
}

/// The database, without its secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DatabaseReport {
    pub kind: DatabaseKind,
    /// Scheme, host, port and database, or the path of the file.
    pub address: String,
    pub reachable: bool,
    /// Why it is not reachable, in our own words.
    pub why: Option<String>,
    pub latency_ms: Option<f64>,
    /// The newest migration applied.
    pub schema_version: Option<String>,
    /// The newest migration this binary knows.
    pub schema_expected: String,
    pub writable: Option<bool>,
    pub size_bytes: Option<u64>,
    /// Difference between the database's clock and ours; null for SQLite, which has none.
    pub clock_skew_ms: Option<i64>,
}

/// A row that holds a value which no enum knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CorruptRow {
    pub table: String,
    pub column: String,
    pub id: String,
    /// The value found, cut to 64 characters.
    pub value: String,
}

/// A maintained counter beside the rows it should equal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CounterMismatch {
    pub counter: String,
    pub counted: i64,
    pub rows: i64,
}

/// What the last comparison of counters with rows found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CounterCheck {
    pub checked_at: Timestamp,
    pub compared: u64,
    pub mismatches: Vec<CounterMismatch>,
}

/// A check with its outcome and a sentence of advice when it failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Check {
    pub name: String,
    pub outcome: CheckOutcome,
    /// What was found.
    pub finding: String,
    /// What to do; null when it passed.
    pub advice: Option<String>,
}

/// The console that is embedded in this binary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleReport {
    /// False when the binary was built without a console.
    pub embedded: bool,
    pub build: Option<BuildMarker>,
    pub matches_server: bool,
    pub files: u64,
}

/// The last fatal error of a process on this data directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FatalError {
    pub at: Timestamp,
    pub build: String,
    pub message: String,
}

/// The report. It is built even when the database is down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Diagnostics {
    pub build: BuildMarker,
    pub version: String,
    pub git_commit: String,
    pub console: ConsoleReport,
    pub binary_path: String,
    pub working_directory: String,
    pub data_directory: String,
    pub pid: u32,
    /// `serve` or the subcommand that built the report.
    pub role: String,
    pub started_at: Timestamp,
    pub uptime_ms: i64,
    pub server_time: Timestamp,
    pub mock_reason: Option<MockReason>,
    pub settings: Vec<SettingReport>,
    /// `AICMO_` variables that no setting knows.
    pub unknown_settings: Vec<String>,
    pub database: DatabaseReport,
    pub services: Vec<ServiceHealth>,
    pub control: Option<ControlFlags>,
    /// At most 100; `corrupt_total` has the whole number.
    pub corrupt_rows: Vec<CorruptRow>,
    /// Null when the database did not answer.
    pub corrupt_total: Option<u64>,
    /// Null until the checks have been run in this process.
    pub counters: Option<CounterCheck>,
    /// The outcome of the last run of the checks; empty until then.
    pub checks: Vec<Check>,
    /// Crashes of consoles reported since start.
    pub client_errors: u64,
    pub last_fatal_error: Option<FatalError>,
}

/// What is handed to whoever helps: one document, already redacted, without a row of data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SupportBundle {
    /// `aicmo-support-bundle-1`.
    pub format: String,
    pub made_at: Timestamp,
    /// With the outcome of the checks, which are run for it.
    pub diagnostics: Diagnostics,
    /// The newest log lines of this process, oldest first; at most 1,000.
    pub log: Vec<String>,
}

impl SupportBundle {
    /// What `format` says.
    pub const FORMAT: &str = "aicmo-support-bundle-1";
}
