//! Five mock campaigns, one in each status, counted over the mock leads.

use aicmo_shared::campaign::{Campaign, CampaignMode, CampaignObjective, CampaignStatus, StatusCount};
use aicmo_shared::closed_enum::Lifecycle as _;
use aicmo_shared::lead::{CampaignRef, LeadStatus};
use aicmo_shared::{CampaignId, DateText};

use super::{DAY, HOUR, ago, id, leads, some};

struct Row {
    name: &'static str,
    client: &'static str,
    objective: CampaignObjective,
    status: CampaignStatus,
    reason: Option<&'static str>,
    start_on: Option<&'static str>,
    days_old: i64,
}

/// Newest first.
const ROWS: [Row; 5] = [
    Row {
        name: "Mock Spring Launch",
        client: "Mock Bikes",
        objective: CampaignObjective::ProductLaunch,
        status: CampaignStatus::Active,
        reason: None,
        start_on: Some("2026-01-05"),
        days_old: 12,
    },
    Row {
        name: "Mock Harbor Outreach",
        client: "Mock Harbor Analytics",
        objective: CampaignObjective::LeadGeneration,
        status: CampaignStatus::Planned,
        reason: None,
        start_on: Some("2026-02-02"),
        days_old: 20,
    },
    Row {
        name: "Mock Partner Programme",
        client: "Mock Finance",
        objective: CampaignObjective::Sales,
        status: CampaignStatus::Paused,
        reason: Some("Waiting for the new price list."),
        start_on: Some("2025-12-01"),
        days_old: 45,
    },
    Row {
        name: "Mock Autumn Webinar",
        client: "Mock Motors",
        objective: CampaignObjective::EventPromotion,
        status: CampaignStatus::Completed,
        reason: None,
        start_on: Some("2025-10-06"),
        days_old: 110,
    },
    Row {
        name: "Mock Gym Referral",
        client: "Mock Gym",
        objective: CampaignObjective::BrandAwareness,
        status: CampaignStatus::Stopped,
        reason: Some("The client has closed."),
        start_on: None,
        days_old: 130,
    },
];

/// The identifier of campaign `index`, counted from 0.
pub(super) fn id_of(index: usize) -> CampaignId {
    let days = ROWS.get(index).map_or(0, |row| row.days_old);
    CampaignId::new(id(ago(days * DAY), u16::try_from(index).unwrap_or_default() + 1))
}

/// How a lead names campaign `index`.
pub(super) fn reference(index: usize) -> Option<CampaignRef> {
    ROWS.get(index).map(|row| CampaignRef {
        id: id_of(index),
        name: row.name.to_owned(),
    })
}

/// All five, newest first.
pub(super) fn all() -> Vec<Campaign> {
    let leads = leads::all();
    ROWS.iter()
        .enumerate()
        .map(|(index, row)| {
            let own = id_of(index);
            let count = |status: LeadStatus| {
                let counted = leads.iter().filter(|lead| {
                    lead.row.status == status && lead.row.campaign.as_ref().is_some_and(|it| it.id == own)
                });
                StatusCount {
                    status,
                    count: counted.count() as u64,
                }
            };
            let leads_by_status: Vec<_> = LeadStatus::ALL.iter().copied().map(count).collect();
            Campaign {
                id: own,
                version: 1,
                name: row.name.to_owned(),
                client: some(row.client),
                objective: row.objective,
                description: some("An invented campaign of the mock set."),
                status: row.status,
                status_reason: row.reason.and_then(some),
                mode: CampaignMode::Simulation,
                kill_switch: false,
                time_zone: "Europe/Vienna".to_owned(),
                start_on: row.start_on.and_then(DateText::parse),
                end_on: None,
                leads: leads_by_status.iter().map(|entry| entry.count).sum(),
                leads_by_status,
                created_at: ago(row.days_old * DAY),
                updated_at: ago(row.days_old * HOUR),
                legal_targets: row.status.successors().to_vec(),
            }
        })
        .collect()
}
