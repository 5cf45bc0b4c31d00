//! Moves a lead along its transition table, with the reasons that a step needs.

use aicmo_shared::LeadId;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::closed_enum::{Lifecycle as _, Transition};
use aicmo_shared::lead::{ConsentStatus, Lead, LeadStatus, LeadStatusChange, LostReason};
use aicmo_shared::status::ServiceName;
use aicmo_store::lead_history::StatusStep;
use aicmo_store::leads::LeadRecord;
use aicmo_store::{AuditEntry, Store, lead_history, leads};

use super::{require_version, trail, with_current};
use crate::context::{Operations, Operator};
use crate::error::OperationError;
use crate::text;

/// Takes one step and writes it into history and audit trail.
///
/// LOST needs a reason code; LOST to NEW needs a reason in words and is never possible for a person
/// who must not be contacted.
///
/// # Errors
/// `Conflict` with the current version when it is not `expected_version`; `IllegalTransition` with
/// the legal steps; `ReasonRequired`; `ConsentMonotonic`.
pub async fn change_lead_status(
    ops: &Operations,
    operator: &Operator,
    id: LeadId,
    expected_version: i64,
    change: LeadStatusChange,
) -> Result<Lead, OperationError> {
    let store = ops.live(Some(ServiceName::Leads))?;
    let written = match write(ops, &store, operator, id, expected_version, change).await {
        Ok(()) => Ok(()),
        Err(error) => Err(with_current(&store, id, error).await),
    };
    ops.wrote(&written);
    written?;
    Ok(leads::get(&store.reader(), id).await?)
}

async fn write(
    ops: &Operations,
    store: &Store,
    operator: &Operator,
    id: LeadId,
    expected_version: i64,
    change: LeadStatusChange,
) -> Result<(), OperationError> {
    let now = ops.now();
    let tx = store.begin_write().await?;
    let before = leads::record(&tx, id).await?;
    require_version(&before, expected_version)?;
    let step = before.status.step_to(change.to)?;
    let reasons = reasons(&before, step, change)?;
    let after = LeadRecord {
        status: step.to(),
        lost_reason: reasons.code,
        updated_at: now,
        ..before.clone()
    };
    leads::replace(&tx, &before, &after).await?;
    let taken = StatusStep {
        lead: id,
        from: Some(step.from()),
        to: step.to(),
        actor: operator.actor.clone(),
        reason_code: reasons.code,
        reason: reasons.text.clone(),
        at: now,
    };
    lead_history::append(&tx, &[taken]).await?;
    let (was, is) = trail::changes(&ops.secrets, &before, &after);
    tx.commit(AuditEntry {
        actor: operator.actor.clone(),
        action: AuditAction::LeadStatusChanged,
        subject_type: SubjectType::Lead,
        subject_id: Some(id.to_string()),
        campaign: after.campaign,
        before: Some(was),
        after: Some(is),
        reason: reasons.text,
        request_id: operator.request_id.clone(),
        at: now,
    })
    .await?;
    Ok(())
}

/// Why a lead takes a step.
struct Reasons {
    code: Option<LostReason>,
    text: Option<String>,
}

fn reasons(
    before: &LeadRecord,
    step: Transition<LeadStatus>,
    change: LeadStatusChange,
) -> Result<Reasons, OperationError> {
    match (step.from(), step.to()) {
        (_, LeadStatus::Lost) => {
            let Some(code) = change.reason_code else {
                return Err(OperationError::ReasonRequired {
                    sentence: "Giving up a lead needs a reason code.".to_owned(),
                    pointer: "/reason_code",
                    legal: LostReason::ALL.iter().map(|code| code.as_str()).collect(),
                });
            };
            Ok(Reasons {
                code: Some(code),
                text: text::reason(change.reason)?,
            })
        }
        (_, _) if change.reason_code.is_some() => Err(OperationError::field(
            "/reason_code",
            "not_allowed",
            "Only a step to LOST takes a reason code.",
        )),
        (LeadStatus::Lost, _) => {
            may_be_opened_again(before)?;
            let sentence = "Opening a lost lead again needs a reason of 3 to 500 characters.";
            Ok(Reasons {
                code: None,
                text: Some(text::required_reason(change.reason, sentence)?),
            })
        }
        _ => Ok(Reasons {
            code: None,
            text: text::reason(change.reason)?,
        }),
    }
}

/// Whether a lost lead may become new again.
///
/// # Errors
/// `ConsentMonotonic` for a person who must not be contacted or has unsubscribed.
pub(crate) fn may_be_opened_again(lead: &LeadRecord) -> Result<(), OperationError> {
    let why = if lead.consent_status == ConsentStatus::Dnc {
        "this person must not be contacted"
    } else if lead.lost_reason == Some(LostReason::Unsubscribed) {
        "this person has unsubscribed"
    } else {
        return Ok(());
    };
    Err(OperationError::ConsentMonotonic(format!(
        "{why}: the lead cannot be opened again"
    )))
}
