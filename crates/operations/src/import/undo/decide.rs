//! What may be taken back of one lead, and what stays and why. Pure.
//!
//! A lead that the import created goes if it is exactly what the import made of it and nothing else
//! speaks of it; else all of it stays, with the touches that say where it came from. On a lead that
//! was known before, each field goes back unless somebody has changed it since. Consent never moves
//! back, so whoever came in as do-not-contact stays known as that.

use aicmo_shared::import::{KeptReason, RowUndo};
use aicmo_shared::lead::{ConsentStatus, IdentityKind};
use aicmo_shared::{ClosedEnum, Timestamp};
use aicmo_store::imports::{ImportRowRecord, UndoneRow};
use aicmo_store::leads::{LeadRecord, Ties};

use crate::import::book::IDENTITIES;
use crate::import::row::source_ref;
use crate::merge::{Reverted, apply, revert};

/// What happens to one lead.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It goes.
    TakenBack,
    /// It stays, and it is as this says. The touches of the import go.
    Restored {
        after: Box<LeadRecord>,
        /// Identities that the import gave it.
        identities: Vec<(IdentityKind, String)>,
    },
    /// All of it stays as it is.
    Kept,
}

/// What happens to one lead and to the rows that have to do with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub fate: Fate,
    pub rows: Vec<UndoneRow>,
}

/// What the import made of a new person with its first row, before its later rows changed it; as the
/// reader of rows gives it.
pub type Created = Option<LeadRecord>;

/// Decides about `lead`, of which `rows` are all rows of the import, in file order. `created` is what
/// the first of them made of a new person.
pub fn decide(lead: &LeadRecord, rows: &[&ImportRowRecord], ties: Ties, created: Created) -> Decision {
    match created.filter(|_| is_own(lead, rows)) {
        Some(created) => own(lead, rows, ties, created),
        None if is_own(lead, rows) => kept(rows, &[KeptReason::Edited]),
        None => known(lead, rows, ties),
    }
}

/// Whether the import created the lead.
pub fn is_own(lead: &LeadRecord, rows: &[&ImportRowRecord]) -> bool {
    rows.first().is_some_and(|row| {
        lead.source_ref.as_deref() == Some(source_ref(row.import, row.row_number).as_str())
    })
}

fn own(lead: &LeadRecord, rows: &[&ImportRowRecord], ties: Ties, created: LeadRecord) -> Decision {
    let reasons = since(lead, rows, ties, created);
    if !reasons.is_empty() {
        return kept(rows, &reasons);
    }
    Decision {
        fate: Fate::TakenBack,
        rows: rows
            .iter()
            .map(|row| undone(row, RowUndo::TakenBack, &[]))
            .collect(),
    }
}

/// What happened to a lead since the import made it.
fn since(lead: &LeadRecord, rows: &[&ImportRowRecord], ties: Ties, created: LeadRecord) -> Vec<KeptReason> {
    let mut expected = created;
    for change in rows.iter().flat_map(|row| &row.changes) {
        apply(&mut expected, change);
    }
    let mut reasons = Vec::new();
    let mut note = |is_so: bool, reason: KeptReason| {
        if is_so {
            reasons.push(reason);
        }
    };
    note(
        lead.consent_status != ConsentStatus::Unknown,
        KeptReason::DoNotContact,
    );
    note(
        ties.steps > 1 || lead.status != expected.status,
        KeptReason::StatusChanged,
    );
    note(ties.other_touches > 0, KeptReason::TouchedAgain);
    note(
        ties.attempts > 0 || lead.last_contacted_at.is_some(),
        KeptReason::Contacted,
    );
    note(lead.last_replied_at.is_some(), KeptReason::Replied);
    note(content(lead) != content(&expected), KeptReason::Edited);
    reasons
}

/// What people write on a lead: neither its bookkeeping nor what is told apart above, nor scores,
/// which rules compute.
fn content(lead: &LeadRecord) -> LeadRecord {
    let epoch = Timestamp::from_millis(0);
    LeadRecord {
        campaign: lead.campaign,
        name_derived: lead.name_derived,
        first_name: lead.first_name.clone(),
        last_name: lead.last_name.clone(),
        company: lead.company.clone(),
        title: lead.title.clone(),
        email: lead.email.clone(),
        phone: lead.phone.clone(),
        phone_e164: lead.phone_e164.clone(),
        linkedin_url: lead.linkedin_url.clone(),
        website: lead.website.clone(),
        company_size: lead.company_size,
        industry: lead.industry.clone(),
        location: lead.location.clone(),
        source_channel: lead.source_channel.clone(),
        requires_human_review: lead.requires_human_review,
        review_type: lead.review_type,
        review_reason: lead.review_reason.clone(),
        tags: lead.tags.clone(),
        owner: lead.owner.clone(),
        notes: lead.notes.clone(),
        next_action_at: lead.next_action_at,
        ..LeadRecord::new(lead.id, lead.name.clone(), lead.source, epoch)
    }
}

fn known(lead: &LeadRecord, rows: &[&ImportRowRecord], ties: Ties) -> Decision {
    let mut after = lead.clone();
    let mut identities = Vec::new();
    let mut undone_rows = Vec::with_capacity(rows.len());
    // The last change of a field goes first.
    for row in rows.iter().rev() {
        let mut reasons = Vec::new();
        for change in row.changes.iter().rev() {
            if change.field == IDENTITIES {
                identities.extend(change.after.as_deref().and_then(identity));
                continue;
            }
            let reason = match revert(&mut after, change) {
                Reverted::Back => continue,
                Reverted::Edited => KeptReason::Edited,
                Reverted::Consent => KeptReason::DoNotContact,
            };
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        let outcome = if reasons.is_empty() {
            RowUndo::Restored
        } else {
            RowUndo::Kept
        };
        undone_rows.push(undone(row, outcome, &reasons));
    }
    undone_rows.reverse();
    // An address that stays on the lead goes on finding it.
    identities.retain(|(kind, value)| {
        let shown = match kind {
            IdentityKind::Email => &after.email,
            IdentityKind::Phone => &after.phone_e164,
            IdentityKind::Linkedin => &after.linkedin_url,
        };
        shown.as_ref() != Some(value)
    });
    if Some(lead.last_touch_at) == ties.last_own_touch_at {
        after.last_touch_at = ties.last_other_touch_at.unwrap_or(lead.first_touch_at);
    }
    Decision {
        fate: Fate::Restored {
            after: Box::new(after),
            identities,
        },
        rows: undone_rows,
    }
}

/// `email:ada@example.org` as a kind and a value.
fn identity(text: &str) -> Option<(IdentityKind, String)> {
    let (kind, value) = text.split_once(':')?;
    Some((IdentityKind::parse(kind).ok()?, value.to_owned()))
}

fn kept(rows: &[&ImportRowRecord], reasons: &[KeptReason]) -> Decision {
    Decision {
        fate: Fate::Kept,
        rows: rows
            .iter()
            .map(|row| undone(row, RowUndo::Kept, reasons))
            .collect(),
    }
}

fn undone(row: &ImportRowRecord, undo: RowUndo, kept: &[KeptReason]) -> UndoneRow {
    UndoneRow {
        row_number: row.row_number,
        undo,
        kept: kept.to_vec(),
    }
}

#[cfg(test)]
mod tests;
