//! The one typed configuration: default, then file, then environment, then flag.
//!
//! Owns: which settings there are (`table`), where their values come from (`sources`), what a legal
//! value is (`parse`) and how a value may be shown (`redacted`). Does not own: what any value does;
//! nothing else in this program reads the environment. Everything is checked before anything is
//! opened, and the first value that breaks its rule stops the start with one sentence.

mod address;
mod parse;
mod redacted;
mod sources;
mod table;

#[cfg(test)]
mod tests;

pub use address::{DatabaseAddress, WebAddress};
pub use parse::{DataSource, LogFormat};
pub use redacted::Redacted;
pub use sources::Sources;
pub use table::{SettingSpec, Settings, Show, TABLE};

use std::path::PathBuf;
use std::time::Duration;

use aicmo_shared::MockReason;
use aicmo_shared::diagnostics::{SettingReport, SettingSource};
use aicmo_store::{DatabaseTarget, StoreSettings};

use crate::http::{Budgets, Limits};

/// A value that breaks its rule. Never carries the value: it may be a secret in the wrong place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key} (from {source_name}) {rule}.")]
pub struct SettingError {
    /// The setting at fault.
    pub key: String,
    /// Where its value came from, for a person.
    pub source_name: &'static str,
    /// What a legal value is: "must be true or false".
    pub rule: String,
}

/// Where a value came from, in words that stand after "from".
pub(crate) const fn source_name(source: SettingSource) -> &'static str {
    match source {
        SettingSource::Default => "the default",
        SettingSource::File => "the file that AICMO_CONFIG names",
        SettingSource::Environment => "the environment",
        SettingSource::Flag => "the command line",
    }
}

impl Settings {
    /// What diagnostics may show: every setting with its source, secrets as `***`.
    pub fn report(&self) -> Vec<SettingReport> {
        self.report.clone()
    }

    /// The SQLite file or the PostgreSQL server that holds the data.
    pub fn database(&self) -> DatabaseAddress {
        self.database_url
            .clone()
            .unwrap_or_else(|| DatabaseAddress::Sqlite(self.data_dir.join("aicmo.db")))
    }

    /// How the store is opened.
    pub fn store_settings(&self) -> StoreSettings {
        StoreSettings {
            target: match self.database() {
                DatabaseAddress::Sqlite(path) => DatabaseTarget::Sqlite { path },
                DatabaseAddress::Postgres { url, .. } => DatabaseTarget::Postgres {
                    url: url.expose().clone(),
                },
            },
            connect_timeout: self.db_connect_timeout,
            pool_max: self.db_pool_max,
        }
    }

    /// Why this process serves mock data whatever the database does; `None` when it does not.
    pub const fn forced_mock(&self) -> Option<MockReason> {
        if matches!(self.data_source, DataSource::Mock) {
            Some(MockReason::ForcedBySetting)
        } else if self.e2e_mode {
            Some(MockReason::E2eMode)
        } else {
            None
        }
    }

    /// The largest file of leads that is accepted, in bytes.
    pub const fn import_max_bytes(&self) -> u64 {
        self.import_max_mb * 1024 * 1024
    }

    /// How many requests one caller may send.
    pub fn limits(&self) -> Limits {
        let budgets = Budgets {
            reads: self.reads_per_minute,
            writes: self.writes_per_minute,
            sign_ins: self.sign_ins_per_minute,
        };
        Limits::new(budgets, self.trusted_proxies.clone())
    }

    /// How many event streams one session or key may have.
    pub fn streams_each(&self) -> usize {
        usize::try_from(self.streams_per_caller).unwrap_or(usize::MAX)
    }

    /// Where evidence of a crash is kept.
    pub fn diagnostics_dir(&self) -> PathBuf {
        self.data_dir.join("diagnostics")
    }

    /// The longest that one attempt to reach the database may take.
    pub const fn connect_timeout(&self) -> Duration {
        self.db_connect_timeout
    }
}
