//! Faults that a test may ask the server for. The route exists in E2E mode only.

use serde::{Deserialize, Serialize};

use crate::closed_enum;

closed_enum! {
    /// What goes wrong.
    pub enum FaultKind {
        /// 500 problem document.
        Error500 = "error_500",
        /// 503 `database_unavailable`.
        Error503 = "error_503",
        /// The answer does not come before the console gives up.
        Timeout = "timeout",
        /// 200 with a body that is not JSON.
        MalformedJson = "malformed_json",
        /// 200 with an empty list, or an empty selection of figures.
        Empty = "empty",
        /// The handler panics.
        Panic = "panic",
    }
}

/// Arms a fault for one endpoint until it is cleared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultOrder {
    /// The name of the endpoint, as in the endpoint table.
    pub endpoint: String,
    /// Null clears the fault of that endpoint.
    pub kind: Option<FaultKind>,
}

/// A crash of the console, as it tells the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientErrorReport {
    /// The slug of the tab that was open.
    pub tab: String,
    /// At most 2,000 characters are kept.
    pub message: String,
    /// File, line and column of the panic, or the place of a script error.
    pub location: Option<String>,
    /// The build marker of the console.
    pub build: String,
    /// Whether the console came back by itself.
    pub recovered: bool,
}

/// How many crashes of consoles this process has heard of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientErrorCount {
    pub since_start: u64,
}
