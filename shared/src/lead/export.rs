//! Leads as a file: what is asked for. The columns are the operation's.

use serde::{Deserialize, Serialize};

use super::{LeadFilter, LeadSort};
use crate::closed_enum;

closed_enum! {
    /// In which form leads leave the house.
    pub enum LeadFileFormat {
        /// A table for a spreadsheet, in which nothing is a formula.
        Csv = "csv",
        /// A line of JSON for each lead.
        Ndjson = "ndjson",
    }
}

/// Which leads, in which order and form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeadExport {
    pub format: LeadFileFormat,
    /// All of them when absent.
    #[serde(default)]
    pub filter: LeadFilter,
    /// By priority when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<LeadSort>,
}

/// The answer of an export: the file itself, `text/csv` or `application/x-ndjson`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeadFile {}
