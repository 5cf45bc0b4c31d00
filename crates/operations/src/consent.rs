//! The line that the history of consent gets when a write moves a lead's consent.
//!
//! Every door that writes a lead (form, edit, import, the route of consent) asks here, with the
//! lead before and after, and appends the answer in its own transaction. Whether a step is legal
//! is decided by the door, with the table of `ConsentStatus`.

use aicmo_shared::Timestamp;
use aicmo_shared::lead::ConsentStatus;
use aicmo_store::Actor;
use aicmo_store::consent_history::ConsentStep;
use aicmo_store::leads::LeadRecord;

/// What moved the consent, beside the lead itself.
pub struct Cause<'a> {
    pub actor: &'a Actor,
    pub evidence: Option<String>,
    pub reason: Option<String>,
    /// When it is written down.
    pub at: Timestamp,
}

/// The step between two states of a lead; `before` is none for a lead that is new.
pub fn step_between(
    before: Option<&LeadRecord>,
    after: &LeadRecord,
    cause: Cause<'_>,
) -> Option<ConsentStep> {
    let from = before.map_or(ConsentStatus::Unknown, |lead| lead.consent_status);
    (from != after.consent_status).then(|| ConsentStep {
        lead: after.id,
        from,
        to: after.consent_status,
        given_at: after.consent_at.unwrap_or(cause.at),
        origin: after.consent_origin,
        evidence: cause.evidence,
        reason: cause.reason,
        actor: cause.actor.clone(),
        at: cause.at,
    })
}
