//! Edits fields of a lead under the version that the operator saw.

use aicmo_shared::LeadId;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::closed_enum::Lifecycle as _;
use aicmo_shared::lead::{ConsentOrigin, ConsentStatus, IdentityKind, Lead, LeadPatch};
use aicmo_shared::patch::Patch;
use aicmo_shared::status::ServiceName;
use aicmo_store::identities::IdentityRecord;
use aicmo_store::leads::LeadRecord;
use aicmo_store::{AuditEntry, Store, StoreError, WriteTx, consent_history, identities, leads};

use super::{require_campaign, require_version, trail, with_current};
use crate::consent::{Cause, step_between};
use crate::context::{Operations, Operator};
use crate::error::OperationError;
use crate::identity::{Identities, Phone, normalise_phone};
use crate::merge::MAX_TAGS;
use crate::text::{self, Faults};

/// Applies a merge patch. A patch that changes nothing writes nothing.
///
/// # Errors
/// `Conflict` with the current version when it is not `expected_version`; `Validation` with every
/// field at fault; `ConsentMonotonic` when consent would be lowered.
pub async fn patch_lead(
    ops: &Operations,
    operator: &Operator,
    id: LeadId,
    expected_version: i64,
    patch: LeadPatch,
) -> Result<Lead, OperationError> {
    let store = ops.live(Some(ServiceName::Leads))?;
    let patch = checked(patch)?;
    let written = match write(ops, &store, operator, id, expected_version, patch).await {
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
    patch: LeadPatch,
) -> Result<(), OperationError> {
    let now = ops.now();
    let tx = store.begin_write().await?;
    let before = leads::record(&tx, id).await?;
    require_version(&before, expected_version)?;
    if let Patch::Set(campaign) = patch.campaign {
        require_campaign(&tx, "/campaign", Some(campaign)).await?;
    }
    let mut after = applied(ops, &before, patch)?;
    if after == before {
        tx.rollback().await?;
        return Ok(());
    }
    after.updated_at = now;
    if after.phone_e164 != before.phone_e164 {
        adopt_phone(ops, &tx, &after).await?;
    }
    leads::replace(&tx, &before, &after).await?;
    let cause = Cause {
        actor: &operator.actor,
        evidence: None,
        reason: None,
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
        reason: None,
        request_id: operator.request_id.clone(),
        at: now,
    })
    .await?;
    Ok(())
}

/// The patch with its texts trimmed.
fn checked(patch: LeadPatch) -> Result<LeadPatch, OperationError> {
    let mut faults = Faults::default();
    let patch = LeadPatch {
        name: patch
            .name
            .map(|name| faults.required_line("/name", name, text::NAME)),
        company: faults.patched_line("/company", patch.company, text::LINE),
        title: faults.patched_line("/title", patch.title, text::LINE),
        phone: faults.patched_line("/phone", patch.phone, text::LINE),
        website: faults.patched_line("/website", patch.website, text::URL),
        industry: faults.patched_line("/industry", patch.industry, text::LINE),
        location: faults.patched_line("/location", patch.location, text::LINE),
        owner: faults.patched_line("/owner", patch.owner, text::LINE),
        notes: faults.patched_lines("/notes", patch.notes, text::NOTES),
        tags: patch.tags.map(|tags| faults.tags("/tags", tags, MAX_TAGS)),
        review_reason: faults.patched_lines("/review_reason", patch.review_reason, *text::REASON.end()),
        ..patch
    };
    if let Patch::Set(phone) = &patch.phone
        && let Err(unusable) = normalise_phone(phone)
    {
        faults.add(
            "/phone",
            "phone_invalid",
            format!("The telephone number {unusable}."),
        );
    }
    faults.finish()?;
    Ok(patch)
}

/// The record after a checked patch.
fn applied(ops: &Operations, before: &LeadRecord, patch: LeadPatch) -> Result<LeadRecord, OperationError> {
    let mut after = before.clone();
    if let Some(name) = patch.name {
        after.name = name;
        after.name_derived = false;
    }
    after.company = patch.company.applied_to(after.company);
    after.title = patch.title.applied_to(after.title);
    after.phone = patch.phone.applied_to(after.phone);
    if after.phone != before.phone {
        after.phone_e164 = after
            .phone
            .as_deref()
            .and_then(|phone| match normalise_phone(phone) {
                Ok(Phone::E164(number)) => Some(number),
                Ok(Phone::National) | Err(_) => None,
            });
    }
    after.website = patch.website.applied_to(after.website);
    after.industry = patch.industry.applied_to(after.industry);
    after.location = patch.location.applied_to(after.location);
    after.company_size = patch.company_size.applied_to(after.company_size);
    after.owner = patch.owner.applied_to(after.owner);
    after.campaign = patch.campaign.applied_to(after.campaign);
    after.notes = patch.notes.applied_to(after.notes);
    if let Some(tags) = patch.tags {
        after.tags = tags;
    }
    if let Some(flagged) = patch.requires_human_review {
        after.requires_human_review = flagged;
    }
    after.review_type = patch.review_type.applied_to(after.review_type);
    after.review_reason = patch.review_reason.applied_to(after.review_reason);
    if !after.requires_human_review {
        // What it waited for has no meaning once it does not wait.
        after.review_type = None;
        after.review_reason = None;
    }
    if let Some(consent) = patch.consent_status {
        step_consent(ops, &mut after, consent)?;
    }
    Ok(after)
}

/// Consent only ever moves towards do-not-contact.
fn step_consent(ops: &Operations, lead: &mut LeadRecord, to: ConsentStatus) -> Result<(), OperationError> {
    if lead.consent_status == to {
        return Ok(());
    }
    if to == ConsentStatus::Consented && lead.consent_status.can_become(to) {
        return Err(OperationError::field(
            "/consent_status",
            "evidence_required",
            "CONSENTED needs its time, origin and evidence: record it at the lead's consent route.",
        ));
    }
    if !lead.consent_status.can_become(to) {
        return Err(OperationError::ConsentMonotonic(format!(
            "consent is {} and cannot become {}",
            lead.consent_status, to
        )));
    }
    lead.consent_status = to;
    lead.consent_at = Some(ops.now());
    lead.consent_origin = Some(ConsentOrigin::Operator);
    Ok(())
}

/// A number that nobody has becomes an identity of the lead; one that another lead has stays contact
/// data. A former number keeps finding the lead.
async fn adopt_phone(ops: &Operations, tx: &WriteTx, after: &LeadRecord) -> Result<(), StoreError> {
    let Some(number) = after.phone_e164.clone() else {
        return Ok(());
    };
    let own = Identities::new(&ops.secrets.identity_key).of(IdentityKind::Phone, number);
    if !identities::find(tx, &[(own.kind, own.hash.clone())])
        .await?
        .is_empty()
    {
        return Ok(());
    }
    let record = IdentityRecord {
        lead: after.id,
        kind: own.kind,
        value: Some(own.value),
        hash: own.hash,
        is_key: false,
    };
    identities::insert(tx, &[record]).await
}
