//! Backups as an operator sees them.

use serde::{Deserialize, Serialize};

use crate::diagnostics::DatabaseKind;
use crate::time::Timestamp;

/// A backup that was made and found whole by unpacking it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Backup {
    /// The name of its file in the directory of backups.
    pub name: String,
    pub made_at: Timestamp,
    pub bytes: u64,
    /// Rows of all tables.
    pub rows: u64,
    /// The database it was taken from.
    pub database: DatabaseKind,
    /// The newest migration of its schema.
    pub schema: String,
    /// The build that made it.
    pub build: String,
    /// Whether the keys of the installation lie in it. Without them known leads are not found again.
    pub has_keys: bool,
}
