//! What one bulk change does to one lead, and what taking it back does. Pure: no clock, no database.
//!
//! The rules are those of a change of a single lead: the table of statuses, consent that only moves
//! towards do-not-contact, and the most tags a lead keeps.

use aicmo_shared::Timestamp;
use aicmo_shared::closed_enum::Lifecycle as _;
use aicmo_shared::job::{LeadChange, RefusalReason};
use aicmo_shared::lead::{ConsentOrigin, ConsentStatus, LeadStatus};
use aicmo_store::jobs::Was;
use aicmo_store::leads::LeadRecord;

use crate::leads::may_be_opened_again;
use crate::merge::MAX_TAGS;

/// What a change does to a lead.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The lead afterwards, and what it had before where that can be given back.
    Changed(Box<LeadRecord>, Option<Was>),
    Unchanged,
    Refused(RefusalReason),
}

/// Judges `change` of `lead` at `now`.
pub fn judge(change: &LeadChange, lead: &LeadRecord, now: Timestamp) -> Verdict {
    let mut after = lead.clone();
    after.updated_at = now;
    let was = match change {
        LeadChange::Status { to, .. } if lead.status == *to => return Verdict::Unchanged,
        LeadChange::Status { to, reason_code } => {
            if !lead.status.can_become(*to) {
                return Verdict::Refused(RefusalReason::IllegalTransition);
            }
            if lead.status == LeadStatus::Lost && may_be_opened_again(lead).is_err() {
                return Verdict::Refused(RefusalReason::ConsentMonotonic);
            }
            after.status = *to;
            after.lost_reason = *reason_code;
            Some(Was::Status(lead.status, lead.lost_reason))
        }
        LeadChange::AddTags { tags } => {
            let new = tags.iter().filter(|tag| !has(&lead.tags, tag));
            after.tags.extend(new.cloned());
            if after.tags.len() > MAX_TAGS && after.tags.len() > lead.tags.len() {
                return Verdict::Refused(RefusalReason::TooManyTags);
            }
            Some(Was::Tags(lead.tags.clone()))
        }
        LeadChange::RemoveTags { tags } => {
            after.tags.retain(|tag| !has(tags, tag));
            Some(Was::Tags(lead.tags.clone()))
        }
        LeadChange::Owner { owner } => {
            after.owner.clone_from(owner);
            Some(Was::Owner(lead.owner.clone()))
        }
        LeadChange::Campaign { campaign } => {
            after.campaign = *campaign;
            Some(Was::Campaign(lead.campaign))
        }
        LeadChange::DoNotContact {} => {
            if lead.consent_status != ConsentStatus::Dnc {
                after.consent_status = ConsentStatus::Dnc;
                after.consent_at = Some(now);
                after.consent_origin = Some(ConsentOrigin::Operator);
            }
            None
        }
    };
    if after
        == (LeadRecord {
            updated_at: now,
            ..lead.clone()
        })
    {
        return Verdict::Unchanged;
    }
    Verdict::Changed(Box::new(after), was)
}

/// The lead with its former value, or none when somebody changed it since the bulk change gave it
/// `version_after`. A status is only given back to a lead that nobody touched at all; of the other
/// fields, each stands for itself.
pub fn taken_back(
    change: &LeadChange,
    was: &Was,
    version_after: i64,
    lead: &LeadRecord,
    now: Timestamp,
) -> Option<LeadRecord> {
    let mut after = lead.clone();
    match (change, was) {
        (LeadChange::Status { to, .. }, Was::Status(status, lost_reason)) => {
            if lead.status != *to || lead.version != version_after {
                return None;
            }
            after.status = *status;
            after.lost_reason = *lost_reason;
        }
        (LeadChange::AddTags { tags }, Was::Tags(before)) => {
            after.tags.retain(|tag| has(before, tag) || !has(tags, tag));
        }
        (LeadChange::RemoveTags { tags }, Was::Tags(before)) => {
            let gone = before
                .iter()
                .filter(|tag| has(tags, tag) && !has(&lead.tags, tag));
            after.tags.extend(gone.cloned());
            if after.tags.len() > MAX_TAGS {
                return None;
            }
        }
        (LeadChange::Owner { owner }, Was::Owner(before)) if lead.owner == *owner => {
            after.owner.clone_from(before);
        }
        (LeadChange::Campaign { campaign }, Was::Campaign(before)) if lead.campaign == *campaign => {
            after.campaign = *before;
        }
        _ => return None,
    }
    if after == *lead {
        return None;
    }
    after.updated_at = now;
    Some(after)
}

/// Whether a tag is among others, without regard to case.
fn has(tags: &[String], tag: &str) -> bool {
    let tag = tag.to_lowercase();
    tags.iter().any(|known| known.to_lowercase() == tag)
}

#[cfg(test)]
mod tests;
