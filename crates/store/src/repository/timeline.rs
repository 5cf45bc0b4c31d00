//! What happened to one lead: touches, status steps, edits and bulk changes in one order.

use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::{ActorType, AuditAction};
use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::job::{ItemOutcome, ItemUndo};
use aicmo_shared::lead::{LeadEvent, LeadEventKind, LeadSource, LeadStatus, LostReason};
use aicmo_shared::{JobId, LeadId, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde_json::{Map, Value};

use super::accounts::actors::ActorNames;
use super::{fetch, jobs};
use crate::column::Row;
use crate::entity::{audit_log, job_item, lead_status_step, lead_touch};
use crate::error::StoreError;
use crate::listed::Listed;
use crate::session::Session;

const WHAT: &str = "read the timeline of a lead";

/// The newest `limit` events of a lead, newest first. A lead that does not exist has none.
pub async fn list(session: &impl Session, lead: LeadId, limit: u32) -> Result<Listed<LeadEvent>, StoreError> {
    let touches = lead_touch::Entity::find()
        .filter(lead_touch::Column::LeadId.eq(lead.get()))
        .order_by_desc(lead_touch::Column::TouchedAt)
        .order_by_desc(lead_touch::Column::Id)
        .limit(u64::from(limit))
        .into_query();
    let steps = lead_status_step::Entity::find()
        .filter(lead_status_step::Column::LeadId.eq(lead.get()))
        .order_by_desc(lead_status_step::Column::At)
        .order_by_desc(lead_status_step::Column::Id)
        .limit(u64::from(limit))
        .into_query();
    let edits = audit_log::Entity::find()
        .filter(audit_log::Column::SubjectType.eq(SubjectType::Lead.as_str()))
        .filter(audit_log::Column::SubjectId.eq(lead.to_string()))
        .filter(audit_log::Column::Action.eq(AuditAction::LeadEdited.as_str()))
        .order_by_desc(audit_log::Column::At)
        .order_by_desc(audit_log::Column::Seq)
        .limit(u64::from(limit))
        .into_query();

    let bulk = job_item::Entity::find()
        .filter(job_item::Column::LeadId.eq(lead.get()))
        .filter(job_item::Column::Outcome.eq(ItemOutcome::Changed.as_str()))
        .order_by_desc(job_item::Column::SettledAt)
        .limit(u64::from(limit))
        .into_query();

    let mut events = Listed::default();
    for row in fetch::<lead_touch::Model>(session, WHAT, "lead_touches", &touches).await? {
        events.push(row.and_then(touch_event));
    }
    for row in fetch::<lead_status_step::Model>(session, WHAT, "lead_status_history", &steps).await? {
        events.push(row.and_then(step_event));
    }
    for row in fetch::<audit_log::Model>(session, WHAT, "audit_log", &edits).await? {
        events.push(row.and_then(edit_event));
    }
    for row in fetch::<job_item::Model>(session, WHAT, "job_items", &bulk).await? {
        match row {
            Ok(item) => events.push(bulk_event(session, item).await?),
            Err(corrupt) => events.corrupt.push(corrupt),
        }
    }
    let names = ActorNames::read(session, events.rows.iter().map(|event| event.actor.as_str())).await?;
    for event in &mut events.rows {
        event.actor = names.of(std::mem::take(&mut event.actor));
    }
    // The sort is stable: at one instant a touch stands before the step that it caused.
    events.rows.sort_by_key(|event| std::cmp::Reverse(event.at));
    events.rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(events)
}

fn touch_event(touch: lead_touch::Model) -> Result<LeadEvent, CorruptRow> {
    let source: LeadSource = Row::new("lead_touches", touch.id).closed("source", &touch.source)?;
    let labelled = |label: &str, text: Option<String>| text.map(|text| format!("{label} {text}"));
    let detail: Vec<String> = [
        touch.source_channel,
        labelled("utm_source", touch.utm_source),
        labelled("utm_medium", touch.utm_medium),
        labelled("utm_campaign", touch.utm_campaign),
        labelled("utm_content", touch.utm_content),
    ]
    .into_iter()
    .flatten()
    .collect();
    Ok(LeadEvent {
        at: Timestamp::from_millis(touch.touched_at),
        kind: LeadEventKind::Touch,
        title: format!("Touch: {}", source.label()),
        detail: (!detail.is_empty()).then(|| detail.join(", ")),
        actor: ActorType::System.to_string(),
    })
}

fn step_event(step: lead_status_step::Model) -> Result<LeadEvent, CorruptRow> {
    let row = Row::new("lead_status_history", step.id);
    let from: Option<LeadStatus> = row.closed_opt("from_status", step.from_status.as_deref())?;
    let to: LeadStatus = row.closed("to_status", &step.to_status)?;
    let code: Option<LostReason> = row.closed_opt("reason_code", step.reason_code.as_deref())?;
    let detail: Vec<String> = code
        .map(|code| code.to_string())
        .into_iter()
        .chain(step.reason)
        .collect();
    Ok(LeadEvent {
        at: Timestamp::from_millis(step.at),
        kind: LeadEventKind::Status,
        title: match from {
            Some(from) => format!("Status went from {} to {}", from.label(), to.label()),
            None => format!("Status began as {}", to.label()),
        },
        detail: (!detail.is_empty()).then(|| detail.join(": ")),
        actor: step.actor_id,
    })
}

fn edit_event(edit: audit_log::Model) -> Result<LeadEvent, CorruptRow> {
    let fields: Option<Map<String, Value>> =
        Row::new("audit_log", edit.id).json_opt("after", edit.after.as_deref())?;
    let fields: Vec<String> = fields.into_iter().flatten().map(|(name, _)| name).collect();
    Ok(LeadEvent {
        at: Timestamp::from_millis(edit.at),
        kind: LeadEventKind::Edit,
        title: "Edited".to_owned(),
        detail: (!fields.is_empty()).then(|| fields.join(", ")),
        actor: edit.actor_id,
    })
}

/// What a bulk change did to the lead. Its steps of the status are told as steps.
async fn bulk_event(
    session: &impl Session,
    item: job_item::Model,
) -> Result<Result<LeadEvent, CorruptRow>, StoreError> {
    let undone = item
        .undone_as
        .is_some_and(|undone| undone == ItemUndo::TakenBack.as_str());
    match jobs::get(session, JobId::new(item.job_id)).await {
        Ok(job) => Ok(Ok(LeadEvent {
            at: Timestamp::from_millis(item.settled_at.unwrap_or_default()),
            kind: LeadEventKind::Edit,
            title: format!("Bulk change: {}", job.change.describe()),
            detail: match (undone, job.reason) {
                (true, _) => Some("taken back since".to_owned()),
                (false, reason) => reason,
            },
            actor: job.started_by,
        })),
        Err(StoreError::Corrupt(corrupt)) => Ok(Err(corrupt)),
        Err(other) => Err(other),
    }
}
