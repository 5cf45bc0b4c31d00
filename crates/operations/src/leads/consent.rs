//! Moves the consent of one lead towards do-not-contact, with what proves it, and tells its history.

use aicmo_shared::LeadId;
use aicmo_shared::Sourced;
use aicmo_shared::Timestamp;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::closed_enum::Lifecycle as _;
use aicmo_shared::lead::{ConsentChange, ConsentEvent, ConsentOrigin, ConsentStatus, Lead};
use aicmo_shared::status::ServiceName;
use aicmo_store::leads::LeadRecord;
use aicmo_store::{AuditEntry, Store, consent_history, leads};

use super::{ATTEMPTS, trail};
use crate::consent::{Cause, step_between};
use crate::context::{Operations, Operator};
use crate::error::OperationError;
use crate::text::{self, Faults};

/// The longest evidence: a sentence of a form or a link with its query.
const EVIDENCE: usize = 1_000;

/// A change with its texts checked.
struct Checked {
    to: ConsentStatus,
    reason: String,
    given_at: Timestamp,
    origin: ConsentOrigin,
    evidence: Option<String>,
}

/// Takes one step and writes it into history and audit trail. The same status again changes nothing.
///
/// It asks for no version: whoever wrote the lead in the meantime, do-not-contact is meant.
///
/// # Errors
/// `ReasonRequired`; `Validation` when CONSENTED comes without its time, origin or evidence;
/// `ConsentMonotonic` for every step that lowers; `NotFound`.
pub async fn change_lead_consent(
    ops: &Operations,
    operator: &Operator,
    id: LeadId,
    change: ConsentChange,
) -> Result<Lead, OperationError> {
    let store = ops.live(Some(ServiceName::Leads))?;
    let change = checked(change, ops.now())?;
    let mut written = write(ops, &store, operator, id, &change).await;
    for _ in 1..ATTEMPTS {
        if !matches!(written, Err(OperationError::Conflict { .. })) {
            break;
        }
        written = write(ops, &store, operator, id, &change).await;
    }
    ops.wrote(&written);
    written?;
    Ok(leads::get(&store.reader(), id).await?)
}

/// Every step of a lead's consent, the newest first.
///
/// # Errors
/// `NotFound`; `Unavailable` when the database does not answer.
pub async fn list_lead_consent(
    ops: &Operations,
    id: LeadId,
) -> Result<Sourced<Vec<ConsentEvent>>, OperationError> {
    ops.reads(Some(ServiceName::Leads))?.lead_consent(id).await
}

fn checked(change: ConsentChange, now: Timestamp) -> Result<Checked, OperationError> {
    let sentence = "Changing consent needs a reason of 3 to 500 characters.";
    let reason = text::required_reason(change.reason, sentence)?;
    let mut faults = Faults::default();
    let evidence = faults.lines("/evidence", change.evidence, EVIDENCE);
    if change.to == ConsentStatus::Consented {
        let mut needs = |pointer: &str, is_missing: bool, what: &str| {
            if is_missing {
                faults.add(pointer, "required", format!("Consent needs {what}."));
            }
        };
        needs(
            "/given_at",
            change.given_at.is_none(),
            "the time at which it was given",
        );
        needs("/origin", change.origin.is_none(), "the place where it was given");
        needs("/evidence", evidence.is_none(), "evidence that it was given");
    }
    if change.origin == Some(ConsentOrigin::Erasure) {
        faults.add(
            "/origin",
            "not_allowed",
            "Only an erasure itself has this origin.",
        );
    }
    if change.given_at.is_some_and(|given| given > now) {
        faults.add(
            "/given_at",
            "in_the_future",
            "Nobody has said anything in the future.",
        );
    }
    faults.finish()?;
    Ok(Checked {
        to: change.to,
        reason,
        given_at: change.given_at.unwrap_or(now),
        origin: change.origin.unwrap_or(ConsentOrigin::Operator),
        evidence,
    })
}

async fn write(
    ops: &Operations,
    store: &Store,
    operator: &Operator,
    id: LeadId,
    change: &Checked,
) -> Result<(), OperationError> {
    let now = ops.now();
    let tx = store.begin_write().await?;
    let before = leads::record(&tx, id).await?;
    if before.consent_status == change.to {
        tx.rollback().await?;
        return Ok(());
    }
    if !before.consent_status.can_become(change.to) {
        return Err(OperationError::ConsentMonotonic(format!(
            "consent is {} and cannot become {}",
            before.consent_status, change.to
        )));
    }
    let after = LeadRecord {
        consent_status: change.to,
        consent_at: Some(change.given_at),
        consent_origin: Some(change.origin),
        updated_at: now,
        ..before.clone()
    };
    leads::replace(&tx, &before, &after).await?;
    let cause = Cause {
        actor: &operator.actor,
        evidence: change.evidence.clone(),
        reason: Some(change.reason.clone()),
        at: now,
    };
    consent_history::append(&tx, step_between(Some(&before), &after, cause).as_slice()).await?;
    let (was, is) = trail::changes(&ops.secrets, &before, &after);
    tx.commit(AuditEntry {
        actor: operator.actor.clone(),
        action: AuditAction::LeadEdited,
        subject_type: SubjectType::Lead,
        subject_id: Some(id.to_string()),
        campaign: after.campaign,
        before: Some(was),
        after: Some(is),
        reason: Some(change.reason.clone()),
        request_id: operator.request_id.clone(),
        at: now,
    })
    .await?;
    Ok(())
}
