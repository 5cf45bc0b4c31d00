//! Entry points: every way in, and whether it still opens.

use serde::{Deserialize, Serialize};

use crate::closed_enum;

closed_enum! {
    /// Whether an entry point works.
    pub enum EntryPointState { Active = "active", Retired = "retired" }
}

closed_enum! {
    /// What kind of door it is.
    pub enum EntryPointKind { Subcommand = "subcommand", Program = "program", Route = "route" }
}

/// One way into the product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntryPoint {
    pub name: String,
    pub kind: EntryPointKind,
    pub state: EntryPointState,
    /// What it does, or what to use instead.
    pub purpose: String,
    /// What to use instead; only of a retired one.
    pub replacement: Option<String>,
    /// Exit code of a retired subcommand or program, HTTP status of a retired route.
    pub refusal: Option<u16>,
    /// Starts the console; true for exactly one entry point.
    pub starts_console: bool,
}
