//! The workspace's control flags, as every screen shows them.
//!
//! Read only here: no endpoint of this table sets a flag.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// One flag with who set it, why and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ControlFlag {
    pub on: bool,
    pub by: Option<String>,
    pub reason: Option<String>,
    pub at: Option<Timestamp>,
}

/// All flags and the epoch that fences writes made under older ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ControlFlags {
    pub paused: ControlFlag,
    pub killed: ControlFlag,
    pub proof_mode: ControlFlag,
    pub live_enabled: ControlFlag,
    pub epoch: i64,
}
