//! What the shell needs on every screen: mode, build, flags, services. Built from memory.

use serde::{Deserialize, Serialize};

use crate::build_marker::BuildMarker;
use crate::closed_enum;
use crate::control::ControlFlags;
use crate::sourced::MockReason;
use crate::time::Timestamp;

closed_enum! {
    /// The state of a service of this process.
    pub enum ServiceState {
        Up = "up", Degraded = "degraded", Down = "down",
        /// Switched off by a setting: not broken, not empty.
        Off = "off",
    }
}

closed_enum! {
    /// The parts that can be up, down, or switched off, each alone.
    pub enum ServiceName {
        Database = "database",
        Leads = "leads",
        Campaigns = "campaigns",
        Imports = "imports",
        Activity = "activity",
        CampaignOps = "campaign_ops",
    }
}

impl ServiceName {
    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Database => "Database",
            Self::Leads => "Leads",
            Self::Campaigns => "Campaigns",
            Self::Imports => "Imports",
            Self::Activity => "Activity feed",
            Self::CampaignOps => "Campaign Ops",
        }
    }

    /// The services that `AICMO_SERVICES_DISABLED` may name.
    pub const SWITCHABLE: &'static [Self] = &[
        Self::Leads,
        Self::Campaigns,
        Self::Imports,
        Self::Activity,
        Self::CampaignOps,
    ];
}

/// One service with its state, the reason and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceHealth {
    pub name: ServiceName,
    pub state: ServiceState,
    /// Why it is not up; null when it is.
    pub why: Option<String>,
    pub since: Timestamp,
    /// Serves the fixed mock set although the process is live (`AICMO_SERVICES_DISABLED`).
    pub is_mock: bool,
}

/// The state of the process, for the shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Status {
    pub build: BuildMarker,
    /// Why the whole process serves mock data; null when it is live.
    pub mock_reason: Option<MockReason>,
    /// E2E mode: faults can be injected and `?__panic=` works.
    pub e2e: bool,
    pub started_at: Timestamp,
    pub server_time: Timestamp,
    /// The place of the newest event of the whole installation: grows with every committed change and
    /// with the turn from mock to live. Refetch when it moved.
    pub change_seq: u64,
    /// Null when the database does not answer; the reason stands at the database service.
    pub control: Option<ControlFlags>,
    pub services: Vec<ServiceHealth>,
}
