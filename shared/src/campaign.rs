//! Campaigns: the one container of work, as far as this surface goes.
//!
//! Only the lifecycle and the identity of a campaign are here; what it plans and sends is not.

use serde::{Deserialize, Serialize};

use crate::closed_enum;
use crate::closed_enum::Lifecycle;
use crate::id::CampaignId;
use crate::lead::LeadStatus;
use crate::time::{DateText, Timestamp};

closed_enum! {
    /// What a campaign is doing. A planned one has never sent; a stopped or completed one never will.
    pub enum CampaignStatus {
        Planned = "PLANNED", Active = "ACTIVE", Paused = "PAUSED",
        Completed = "COMPLETED", Stopped = "STOPPED",
    }
}

impl CampaignStatus {
    /// The statuses in which a campaign may send.
    pub const DISPATCHING: &'static [Self] = &[Self::Active];

    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Planned => "Planned",
            Self::Active => "Active",
            Self::Paused => "Paused",
            Self::Completed => "Completed",
            Self::Stopped => "Stopped",
        }
    }
}

impl Lifecycle for CampaignStatus {
    fn successors(self) -> &'static [Self] {
        match self {
            Self::Planned => &[Self::Active, Self::Stopped],
            Self::Active => &[Self::Paused, Self::Completed, Self::Stopped],
            Self::Paused => &[Self::Active, Self::Completed, Self::Stopped],
            Self::Completed | Self::Stopped => &[],
        }
    }
}

closed_enum! {
    /// Whether a campaign may ever send for real. LIVE needs a valid go-live approval.
    pub enum CampaignMode { Simulation = "SIMULATION", Live = "LIVE" }
}

impl Lifecycle for CampaignMode {
    fn successors(self) -> &'static [Self] {
        match self {
            Self::Simulation => &[Self::Live],
            Self::Live => &[Self::Simulation],
        }
    }
}

closed_enum! {
    /// What a campaign is for.
    pub enum CampaignObjective {
        LeadGeneration = "lead_generation",
        BrandAwareness = "brand_awareness",
        Hiring = "hiring",
        ProductLaunch = "product_launch",
        EventPromotion = "event_promotion",
        Sales = "sales",
    }
}

impl CampaignObjective {
    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::LeadGeneration => "Lead generation",
            Self::BrandAwareness => "Brand awareness",
            Self::Hiring => "Hiring",
            Self::ProductLaunch => "Product launch",
            Self::EventPromotion => "Event promotion",
            Self::Sales => "Sales",
        }
    }
}

/// How many leads of a campaign stand in one status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatusCount {
    pub status: LeadStatus,
    pub count: u64,
}

/// A campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Campaign {
    pub id: CampaignId,
    pub version: i64,
    pub name: String,
    pub client: Option<String>,
    pub objective: CampaignObjective,
    pub description: Option<String>,
    pub status: CampaignStatus,
    /// Why it is paused or stopped.
    pub status_reason: Option<String>,
    pub mode: CampaignMode,
    pub kill_switch: bool,
    pub time_zone: String,
    pub start_on: Option<DateText>,
    pub end_on: Option<DateText>,
    /// All eight statuses, zeros included, in the order of the domain; their sum is `leads`.
    pub leads_by_status: Vec<StatusCount>,
    pub leads: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// What the status may become from here.
    pub legal_targets: Vec<CampaignStatus>,
}

/// A campaign to be created; it starts PLANNED, in SIMULATION.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignDraft {
    /// 1 to 120 characters, unique without regard to case.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    pub objective: CampaignObjective,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// IANA name; UTC when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_on: Option<DateText>,
    /// Not before `start_on`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_on: Option<DateText>,
}

/// Why a campaign changes its status; needed for pause and stop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignStep {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
