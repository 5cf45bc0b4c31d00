//! Campaigns: list, create, and every step of their life.
//!
//! Each action takes one step: activating starts a planned campaign, resuming a paused one, so a
//! wrong click cannot start what was only to be resumed. Pausing and stopping ask for a reason and
//! for nothing else: no feature switch stands in their way.

use aicmo_shared::activity::SubjectType;
use aicmo_shared::api::CampaignQuery;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::campaign::{Campaign, CampaignDraft, CampaignMode, CampaignStatus, CampaignStep};
use aicmo_shared::closed_enum::Lifecycle as _;
use aicmo_shared::status::ServiceName;
use aicmo_shared::{CampaignId, Sourced};
use aicmo_store::campaigns::CampaignRecord;
use aicmo_store::{AuditEntry, Store, StoreError, campaigns};
use serde_json::json;

use crate::context::{Operations, Operator};
use crate::error::OperationError;
use crate::text::{self, Faults};

const CAMPAIGN_NAME: usize = 120;
const DESCRIPTION: usize = 2_000;
const TIME_ZONE: usize = 64;

/// A page of campaigns, newest first.
///
/// # Errors
/// `InvalidCursor`; `Unavailable` when the database does not answer.
pub async fn list_campaigns(
    ops: &Operations,
    query: &CampaignQuery,
) -> Result<Sourced<Vec<Campaign>>, OperationError> {
    ops.reads(Some(ServiceName::Campaigns))?.campaigns(query).await
}

/// A campaign with its leads by status.
///
/// # Errors
/// `NotFound`; `Unavailable` when the database does not answer.
pub async fn get_campaign(ops: &Operations, id: CampaignId) -> Result<Sourced<Campaign>, OperationError> {
    ops.reads(Some(ServiceName::Campaigns))?.campaign(id).await
}

/// Creates a campaign, planned and in simulation.
///
/// # Errors
/// `Validation` with every field at fault; `DuplicateName` when a campaign has the name already.
pub async fn create_campaign(
    ops: &Operations,
    operator: &Operator,
    draft: CampaignDraft,
) -> Result<Campaign, OperationError> {
    let store = ops.live(Some(ServiceName::Campaigns))?;
    let record = planned(ops, draft)?;
    let outcome = insert(&store, operator, &record).await;
    let created = outcome.map_err(|error| match error {
        StoreError::Duplicate(_) => OperationError::DuplicateName {
            noun: CampaignId::NOUN,
            name: record.name.clone(),
        },
        other => other.into(),
    });
    ops.wrote(&created);
    created?;
    Ok(campaigns::get(&store.reader(), record.id).await?)
}

async fn insert(store: &Store, operator: &Operator, record: &CampaignRecord) -> Result<(), StoreError> {
    let tx = store.begin_write().await?;
    campaigns::insert(&tx, record).await?;
    tx.commit(AuditEntry {
        actor: operator.actor.clone(),
        action: AuditAction::CampaignCreated,
        subject_type: SubjectType::Campaign,
        subject_id: Some(record.id.to_string()),
        campaign: Some(record.id),
        before: None,
        after: Some(json!({
            "name": record.name,
            "status": record.status,
            "mode": record.mode,
            "objective": record.objective,
        })),
        reason: None,
        request_id: operator.request_id.clone(),
        at: record.created_at,
    })
    .await
}

/// Checks a draft and makes the record of it.
fn planned(ops: &Operations, draft: CampaignDraft) -> Result<CampaignRecord, OperationError> {
    let now = ops.now();
    let mut faults = Faults::default();
    let name = faults.required_line("/name", draft.name, CAMPAIGN_NAME);
    let client = faults.line("/client", draft.client, text::LINE);
    let description = faults.lines("/description", draft.description, DESCRIPTION);
    let time_zone = faults.line("/time_zone", draft.time_zone, TIME_ZONE);
    if time_zone.as_deref().is_some_and(|zone| !is_zone_name(zone)) {
        faults.add(
            "/time_zone",
            "time_zone_invalid",
            "Use an IANA name such as Europe/Vienna, or UTC.",
        );
    }
    if let (Some(start), Some(end)) = (&draft.start_on, &draft.end_on)
        && end < start
    {
        faults.add(
            "/end_on",
            "before_start",
            format!("The end must not be before the start, {start}."),
        );
    }
    faults.finish()?;
    Ok(CampaignRecord {
        id: CampaignId::new(ops.new_id(now)),
        version: 1,
        name,
        client,
        objective: draft.objective,
        description,
        status: CampaignStatus::Planned,
        status_reason: None,
        mode: CampaignMode::Simulation,
        kill_switch: false,
        time_zone: time_zone.unwrap_or_else(|| "UTC".to_owned()),
        start_on: draft.start_on,
        end_on: draft.end_on,
        created_at: now,
        updated_at: now,
    })
}

/// The shape of an IANA name; which names exist changes with every release of the database.
fn is_zone_name(zone: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-+".contains(&byte))
    };
    zone == "UTC" || (zone.contains('/') && zone.split('/').all(is_part))
}

/// Starts a planned campaign.
///
/// # Errors
/// `NotFound`; `IllegalTransition` or `WrongAction` when it is not planned.
pub async fn activate_campaign(
    ops: &Operations,
    operator: &Operator,
    id: CampaignId,
    step: CampaignStep,
) -> Result<Campaign, OperationError> {
    take(ops, operator, id, Action::Activate, step).await
}

/// Pauses an active campaign.
///
/// # Errors
/// `NotFound`; `ReasonRequired`; `IllegalTransition` when it is not active.
pub async fn pause_campaign(
    ops: &Operations,
    operator: &Operator,
    id: CampaignId,
    step: CampaignStep,
) -> Result<Campaign, OperationError> {
    take(ops, operator, id, Action::Pause, step).await
}

/// Resumes a paused campaign.
///
/// # Errors
/// `NotFound`; `IllegalTransition` or `WrongAction` when it is not paused.
pub async fn resume_campaign(
    ops: &Operations,
    operator: &Operator,
    id: CampaignId,
    step: CampaignStep,
) -> Result<Campaign, OperationError> {
    take(ops, operator, id, Action::Resume, step).await
}

/// Completes a campaign, for good.
///
/// # Errors
/// `NotFound`; `IllegalTransition` when it is neither active nor paused.
pub async fn complete_campaign(
    ops: &Operations,
    operator: &Operator,
    id: CampaignId,
    step: CampaignStep,
) -> Result<Campaign, OperationError> {
    take(ops, operator, id, Action::Complete, step).await
}

/// Stops a campaign, for good.
///
/// # Errors
/// `NotFound`; `ReasonRequired`; `IllegalTransition` when it is completed or stopped already.
pub async fn stop_campaign(
    ops: &Operations,
    operator: &Operator,
    id: CampaignId,
    step: CampaignStep,
) -> Result<Campaign, OperationError> {
    take(ops, operator, id, Action::Stop, step).await
}

#[derive(Clone, Copy)]
enum Action {
    Activate,
    Pause,
    Resume,
    Complete,
    Stop,
}

impl Action {
    const fn to(self) -> CampaignStatus {
        match self {
            Self::Activate | Self::Resume => CampaignStatus::Active,
            Self::Pause => CampaignStatus::Paused,
            Self::Complete => CampaignStatus::Completed,
            Self::Stop => CampaignStatus::Stopped,
        }
    }

    /// The service that may switch the action off; stopping is always allowed.
    const fn service(self) -> Option<ServiceName> {
        match self {
            Self::Pause | Self::Stop => None,
            Self::Activate | Self::Resume | Self::Complete => Some(ServiceName::Campaigns),
        }
    }

    /// What is asked for a reason, for those that need one.
    const fn reason_sentence(self) -> Option<&'static str> {
        match self {
            Self::Pause => Some("Pausing a campaign needs a reason of 3 to 500 characters."),
            Self::Stop => Some("Stopping a campaign needs a reason of 3 to 500 characters."),
            Self::Activate | Self::Resume | Self::Complete => None,
        }
    }

    /// ACTIVE has two ways in, and each action has one of them.
    fn require_way_in(self, from: CampaignStatus) -> Result<(), OperationError> {
        let sentence = match (self, from) {
            (Self::Activate, CampaignStatus::Paused) => {
                "activating starts a planned campaign; this one is PAUSED: resume it"
            }
            (Self::Resume, CampaignStatus::Planned) => {
                "resuming is for a paused campaign; this one is PLANNED: activate it"
            }
            _ => return Ok(()),
        };
        Err(OperationError::WrongAction {
            sentence: sentence.to_owned(),
            current: from.as_str(),
            legal: from.successors().iter().map(|status| status.as_str()).collect(),
        })
    }
}

/// Takes one step. Another step that slips in between is read and judged anew, so that a pause is
/// not lost to a race.
async fn take(
    ops: &Operations,
    operator: &Operator,
    id: CampaignId,
    action: Action,
    step: CampaignStep,
) -> Result<Campaign, OperationError> {
    const ATTEMPTS: u32 = 5;

    let store = ops.live(action.service())?;
    let reason = match action.reason_sentence() {
        Some(sentence) => Some(text::required_reason(step.reason, sentence)?),
        None => text::reason(step.reason)?,
    };
    let mut attempt = 1;
    let stepped = loop {
        match take_once(ops, &store, operator, id, action, reason.as_deref()).await {
            Err(OperationError::Conflict { .. }) if attempt < ATTEMPTS => attempt += 1,
            outcome => break outcome,
        }
    };
    ops.wrote(&stepped);
    stepped?;
    Ok(campaigns::get(&store.reader(), id).await?)
}

async fn take_once(
    ops: &Operations,
    store: &Store,
    operator: &Operator,
    id: CampaignId,
    action: Action,
    reason: Option<&str>,
) -> Result<(), OperationError> {
    let now = ops.now();
    let tx = store.begin_write().await?;
    let before = campaigns::record(&tx, id).await?;
    action.require_way_in(before.status)?;
    let step = before.status.step_to(action.to())?;
    campaigns::change_status(&tx, &before, step, reason, now).await?;
    tx.commit(AuditEntry {
        actor: operator.actor.clone(),
        action: AuditAction::CampaignStatusChanged,
        subject_type: SubjectType::Campaign,
        subject_id: Some(id.to_string()),
        campaign: Some(id),
        before: Some(json!({ "name": before.name, "status": step.from() })),
        after: Some(json!({ "name": before.name, "status": step.to() })),
        reason: reason.map(str::to_owned),
        request_id: operator.request_id.clone(),
        at: now,
    })
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_zone_name;

    #[test]
    fn a_time_zone_has_the_shape_of_an_iana_name() {
        for good in [
            "UTC",
            "Europe/Vienna",
            "America/Argentina/Buenos_Aires",
            "Etc/GMT+3",
        ] {
            assert!(is_zone_name(good), "{good}");
        }
        for bad in ["", "Vienna", "Europe/", "/Vienna", "+02:00", "Europe/Vi enna"] {
            assert!(!is_zone_name(bad), "{bad}");
        }
    }
}
