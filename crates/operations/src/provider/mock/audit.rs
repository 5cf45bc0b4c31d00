//! A short mock trail, chained as a real one is.

use aicmo_shared::Timestamp;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::{ActorType, AuditAction, AuditFilter, AuditRow};
use aicmo_store::{Actor, AuditChain, AuditEntry, chain_without_a_database};
use serde_json::{Value, json};

use super::{DAY, HOUR, MINUTE, ago, campaigns, id, leads};

/// The rows, oldest first, and what walking them finds.
pub(crate) fn chain() -> (Vec<AuditRow>, AuditChain) {
    let entries = entries();
    let numbered = entries.into_iter().zip(1..);
    chain_without_a_database(
        numbered
            .map(|(entry, number)| (id(entry.at, number), entry))
            .collect(),
    )
}

/// The rows that match, newest first.
pub(super) fn rows(filter: &AuditFilter) -> Vec<AuditRow> {
    let (mut rows, _) = chain();
    rows.retain(|row| matches(row, filter));
    rows.reverse();
    rows
}

fn matches(row: &AuditRow, filter: &AuditFilter) -> bool {
    let is = |wanted: &Option<String>, value: &str| wanted.as_ref().is_none_or(|wanted| wanted == value);
    filter.actor_type.is_none_or(|wanted| row.actor_type == wanted)
        && is(&filter.actor, &row.actor_id)
        && filter.action.is_none_or(|wanted| row.action == wanted)
        && filter
            .subject_type
            .is_none_or(|wanted| row.subject_type == wanted)
        && (filter.subject.is_none() || row.subject_id == filter.subject)
        && is(&filter.request, &row.request_id)
        && filter.from.is_none_or(|from| row.at >= from)
        && filter.to.is_none_or(|to| row.at < to)
        && filter.reason.as_ref().is_none_or(|wanted| {
            let reason = row.reason.as_ref().map(|reason| reason.to_lowercase());
            reason.is_some_and(|reason| reason.contains(&wanted.to_lowercase()))
        })
}

/// What led to the mock campaigns and leads, oldest first.
fn entries() -> Vec<AuditEntry> {
    let change =
        |at: Timestamp, action, (subject_type, subject_id), before: Option<Value>, after: Value| AuditEntry {
            actor: Actor {
                kind: ActorType::User,
                id: "mock-operator".to_owned(),
            },
            action,
            subject_type,
            subject_id: Some(subject_id),
            campaign: None,
            before,
            after: Some(after),
            reason: None,
            request_id: format!("mock-request-{}", at.as_millis()),
            at,
        };
    let campaign = |index| (SubjectType::Campaign, campaigns::id_of(index).to_string());
    let status = |status: &str| json!({ "status": status });
    vec![
        change(
            ago(45 * DAY),
            AuditAction::CampaignCreated,
            campaign(2),
            None,
            status("PLANNED"),
        ),
        change(
            ago(12 * DAY),
            AuditAction::CampaignCreated,
            campaign(0),
            None,
            status("PLANNED"),
        ),
        change(
            ago(11 * DAY),
            AuditAction::CampaignStatusChanged,
            campaign(0),
            Some(status("PLANNED")),
            status("ACTIVE"),
        ),
        AuditEntry {
            reason: Some("Waiting for the new price list.".to_owned()),
            ..change(
                ago(5 * HOUR),
                AuditAction::CampaignStatusChanged,
                campaign(2),
                Some(status("ACTIVE")),
                status("PAUSED"),
            )
        },
        AuditEntry {
            reason: Some("no budget".to_owned()),
            ..change(
                ago(3 * MINUTE),
                AuditAction::LeadStatusChanged,
                (SubjectType::Lead, leads::lost().to_string()),
                Some(status("CONTACTED")),
                status("LOST"),
            )
        },
    ]
}
