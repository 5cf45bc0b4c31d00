//! Every setting, once: key, default, rule, how it may be shown, and what it does.
//!
//! `Settings`, `TABLE` and the report of diagnostics come from this one list, and
//! `docs/OPERATIONS.md` is compared with it by a test. A setting that this version does not use has
//! no row, so it is reported as unknown instead of being accepted in silence.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use aicmo_shared::diagnostics::{SettingReport, SettingSource};
use aicmo_shared::status::ServiceName;

use crate::http::TrustedProxies;

use super::redacted::MASK;
use super::{
    DataSource, DatabaseAddress, LogFormat, Redacted, SettingError, Sources, WebAddress, parse, source_name,
};

/// How a value may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// As it is.
    Plain,
    /// As scheme, host, port and database, with `***` for the user.
    Address,
    /// As `***`.
    Secret,
}

/// A setting as data.
#[derive(Clone, Copy, Debug)]
pub struct SettingSpec {
    /// The environment variable, and the key in the configuration file.
    pub key: &'static str,
    /// The value when nothing sets it; empty when it is then unset.
    pub default: &'static str,
    /// What it does, and what an unset one means.
    pub help: &'static str,
    /// How its value may be shown.
    pub show: Show,
    /// Answers the rule that `text` breaks.
    pub check: fn(text: &str) -> Result<(), String>,
}

impl SettingSpec {
    /// The setting of that key.
    pub fn find(key: &str) -> Option<&'static Self> {
        TABLE.iter().find(|spec| spec.key == key)
    }

    /// `text` as it may be shown.
    fn shown(&self, text: &str) -> Option<String> {
        match self.show {
            _ if text.is_empty() => None,
            Show::Plain => Some(text.to_owned()),
            Show::Secret => Some(MASK.to_owned()),
            Show::Address => Some(
                DatabaseAddress::parse(text).map_or_else(|_| MASK.to_owned(), |address| address.to_string()),
            ),
        }
    }
}

macro_rules! settings {
    ($( #[doc = $help:literal] $field:ident: $type:ty = $key:literal, default $default:literal, $show:ident, $parse:expr; )+) => {
        /// The configuration of a process.
        #[derive(Clone, Debug)]
        pub struct Settings {
            $( #[doc = $help] #[doc = concat!("\n\n`", $key, "`")] pub $field: $type, )+
            /// `AICMO_` names that no setting has.
            pub unknown: Vec<String>,
            pub(super) report: Vec<SettingReport>,
        }

        /// Every setting, in the order of the documentation.
        pub const TABLE: &[SettingSpec] = &[ $(
            SettingSpec {
                key: $key,
                default: $default,
                help: $help,
                show: Show::$show,
                check: |text| ($parse)(text).map(|_| ()),
            }
        ),+ ];

        impl Settings {
            /// Takes every value from where it comes first: flag, environment, file, default.
            ///
            /// # Errors
            /// The first value that breaks its rule, in the order of the table.
            pub fn from_sources(sources: &Sources) -> Result<Self, SettingError> {
                let mut report = Vec::with_capacity(TABLE.len());
                let mut rows = TABLE.iter();
                $(
                    let $field: $type = match rows.next() {
                        Some(spec) => take(spec, sources, &mut report, $parse)?,
                        None => ($parse)($default).map_err(|rule| SettingError {
                            key: $key.to_owned(),
                            source_name: source_name(SettingSource::Default),
                            rule,
                        })?,
                    };
                )+
                Ok(Self { $($field,)+ unknown: sources.unknown(), report })
            }
        }
    };
}

/// Finds the value of one setting, checks it and notes how it may be shown.
fn take<T>(
    spec: &SettingSpec,
    sources: &Sources,
    report: &mut Vec<SettingReport>,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<T, SettingError> {
    let (text, source) = sources
        .find(spec.key)?
        .unwrap_or_else(|| (spec.default.to_owned(), SettingSource::Default));
    let value = parse(&text).map_err(|rule| SettingError {
        key: spec.key.to_owned(),
        source_name: source_name(source),
        rule,
    })?;
    report.push(SettingReport {
        key: spec.key.to_owned(),
        source,
        set: !text.is_empty(),
        value: spec.shown(&text),
        help: spec.help.to_owned(),
    });
    Ok(value)
}

settings! {
    #[doc = "Where the data is: a PostgreSQL or SQLite URL. Unset: the file aicmo.db in AICMO_DATA_DIR."]
    database_url: Option<DatabaseAddress> = "DATABASE_URL", default "", Address, parse::optional_database;
    #[doc = "Seconds that one attempt to reach the database may take."]
    db_connect_timeout: Duration = "AICMO_DB_CONNECT_TIMEOUT_SECS", default "2", Plain, parse::seconds::<1, 60>;
    #[doc = "Seconds for which a starting server keeps trying to reach the database before it serves mock data or gives up."]
    db_startup_retry: Duration = "AICMO_DB_STARTUP_RETRY_SECS", default "20", Plain, parse::seconds::<0, 3600>;
    #[doc = "Whether a server without a database ends with exit code 69 instead of serving mock data."]
    db_required: bool = "AICMO_DB_REQUIRED", default "false", Plain, parse::boolean;
    #[doc = "The most connections to the database."]
    db_pool_max: u32 = "AICMO_DB_POOL_MAX", default "10", Plain, parse::count::<1, 200>;
    #[doc = "The address to listen on; loopback only while there is neither an account nor AICMO_BOOTSTRAP_ADMIN_KEY. Port 0 picks a free one, which the ready line names."]
    bind: SocketAddr = "AICMO_BIND", default "127.0.0.1:8000", Plain, parse::bind;
    #[doc = "The most connections at once. When all are taken, the client that has been idle longest makes room for a new one."]
    max_connections: u32 = "AICMO_MAX_CONNECTIONS", default "4096", Plain, parse::count::<16, 100_000>;
    #[doc = "The address under which browsers reach the console."]
    public_url: WebAddress = "AICMO_PUBLIC_URL", default "http://localhost:8000", Plain, WebAddress::parse;
    #[doc = "The server that status and healthcheck ask, and that trunk serve forwards to."]
    backend_url: WebAddress = "AICMO_BACKEND_URL", default "http://localhost:8000", Plain, WebAddress::parse;
    #[doc = "The directory for the database file, uploads, keys and evidence of crashes; made on first start."]
    data_dir: PathBuf = "AICMO_DATA_DIR", default "./data", Plain, parse::directory;
    #[doc = "Which log lines are written: a level, or levels per module."]
    log_level: String = "AICMO_LOG_LEVEL", default "info", Plain, parse::log_filter;
    #[doc = "How log lines are written: text or json."]
    log_format: LogFormat = "AICMO_LOG_FORMAT", default "text", Plain, parse::log_format;
    #[doc = "A TOML file with settings under these same names. Unset: no file is read."]
    config: Option<PathBuf> = "AICMO_CONFIG", default "", Plain, parse::optional_path;
    #[doc = "Where figures come from: live (the database) or mock (invented, labelled, read-only)."]
    data_source: DataSource = "AICMO_DATA_SOURCE", default "live", Plain, parse::data_source;
    #[doc = "Serves mock data with a clock that stands still and lets tests inject faults."]
    e2e_mode: bool = "AICMO_E2E_MODE", default "false", Plain, parse::boolean;
    #[doc = "Services, separated by commas, that serve mock data while the rest is live: leads, campaigns, imports, activity, campaign_ops. Unset: none."]
    services_disabled: Vec<ServiceName> = "AICMO_SERVICES_DISABLED", default "", Plain, parse::services;
    #[doc = "Whether Campaign Ops is offered; otherwise it is shown as switched off."]
    campaign_ops_enabled: bool = "AICMO_CAMPAIGN_OPS_ENABLED", default "true", Plain, parse::boolean;
    #[doc = "The key under which identities of leads are hashed, at least 32 characters. Unset: made on first start and kept in AICMO_DATA_DIR. A changed key no longer finds known leads again."]
    identity_key: Option<Redacted<String>> = "AICMO_IDENTITY_KEY", default "", Secret, parse::optional_key;
    #[doc = "A key of at least 32 characters that may do all an administrator may, for unattended set-up; sent as Authorization: Bearer. Unset: there is none."]
    bootstrap_admin_key: Option<Redacted<String>> = "AICMO_BOOTSTRAP_ADMIN_KEY", default "", Secret, parse::optional_key;
    #[doc = "The API key that the commands which ask a server send. Unset: none is sent."]
    api_key: Option<Redacted<String>> = "AICMO_API_KEY", default "", Secret, parse::optional_secret;
    #[doc = "Hours after which a session ends at the latest; a quarter of them without a request of a person ends it sooner, however long a page stands open."]
    session_hours: u32 = "AICMO_SESSION_HOURS", default "12", Plain, parse::count::<1, 720>;
    #[doc = "The key under which cursors are signed and the secrets of authenticator apps are sealed, at least 32 characters; the same for every replica. Unset: made on first start and kept in AICMO_DATA_DIR."]
    session_key: Option<Redacted<String>> = "AICMO_SESSION_KEY", default "", Secret, parse::optional_key;
    #[doc = "The largest file of leads that is accepted, in megabytes."]
    import_max_mb: u64 = "AICMO_IMPORT_MAX_MB", default "100", Plain, parse::megabytes::<1, 10_000>;
    #[doc = "How many backups made by the server are kept in AICMO_DATA_DIR; older ones are removed after a new one was made."]
    backup_keep: u32 = "AICMO_BACKUP_KEEP", default "7", Plain, parse::count::<1, 1000>;
    #[doc = "Reads of the API that one caller may send per minute; 0 is no limit."]
    reads_per_minute: u32 = "AICMO_READS_PER_MINUTE", default "12000", Plain, parse::count::<0, 1_000_000_000>;
    #[doc = "Writes to the API that one caller may send per minute; 0 is no limit."]
    writes_per_minute: u32 = "AICMO_WRITES_PER_MINUTE", default "3000", Plain, parse::count::<0, 1_000_000_000>;
    #[doc = "Sign-ins that one address may try per minute, and what leads to them; 0 is no limit."]
    sign_ins_per_minute: u32 = "AICMO_SIGN_INS_PER_MINUTE", default "60", Plain, parse::count::<0, 1_000_000_000>;
    #[doc = "Networks of proxies, separated by commas, whose X-Forwarded-For or Forwarded says where a request comes from, such as 10.0.0.0/8. Unset: the address of the connection counts."]
    trusted_proxies: TrustedProxies = "AICMO_TRUSTED_PROXIES", default "", Plain, parse::proxies;
    #[doc = "Origins, separated by commas, whose pages may use the API beside the console's own, such as https://tools.example. Unset: none."]
    allowed_origins: Vec<WebAddress> = "AICMO_ALLOWED_ORIGINS", default "", Plain, parse::origins;
    #[doc = "Event streams that one session or key may have open at once."]
    streams_per_caller: u32 = "AICMO_STREAMS_PER_CALLER", default "16", Plain, parse::count::<1, 4096>;
    #[doc = "Whether webhooks may go to addresses inside a network, and in plain HTTP to this machine: for development and tests."]
    webhook_allow_private: bool = "AICMO_WEBHOOK_ALLOW_PRIVATE", default "false", Plain, parse::boolean;
    #[doc = "The OpenTelemetry collector that traces go to, such as http://localhost:4318; a build without the feature otel refuses to start with it. Unset: no traces are made."]
    otlp_endpoint: Option<WebAddress> = "AICMO_OTLP_ENDPOINT", default "", Plain, parse::optional_address;
}
