//! Everybody whom the rows of a file have to do with, and the verdict on each row.
//!
//! Owns the matching of a row against known leads and against the rows before it, and the verdict
//! that follows. Dry run and commit judge with the same code and differ in what they remember of a
//! person: an `Outline` says which fields are filled, so that a million rows fit into memory; a
//! `Whole` has the record that is to be written. What a merge does is decided in `merge` alone: an
//! outline is blown up into a record for it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use aicmo_shared::import::{FieldChange, RowNote, RowReason, RowVerdict};
use aicmo_shared::lead::{ConsentStatus, IdentityKind, LeadSource};
use aicmo_shared::{LeadId, Timestamp};
use aicmo_store::identities::IdentityRecord;
use aicmo_store::leads::LeadRecord;
use aicmo_store::{Session, StoreError, identities, leads};

use super::row::{Person, RowReading, noted};
use crate::identity::{Identity, comparable_name};
use crate::matching::{Holder, Match, find_match};
use crate::merge::{changes, merge, new_lead};

/// The field of a change that gives a lead one more identity.
pub const IDENTITIES: &str = "identities";

/// What a book remembers of one person.
pub trait Memory {
    /// Whether `recall` gives the values of filled fields, and not only that they are filled.
    const HOLDS_VALUES: bool;
    /// Begins to remember; `is_new` when the person is not in the database.
    fn remember(lead: LeadRecord, is_new: bool) -> Self;
    /// The person as far as it is remembered: every empty field is empty, tags and consent are true.
    fn recall(&self) -> Cow<'_, LeadRecord>;
    /// The person after a merge.
    fn revise(&mut self, after: LeadRecord);
}

/// The verdict on a row, and what a commit would write.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    pub verdict: RowVerdict,
    pub notes: Vec<RowNote>,
    /// The fields that a merge fills.
    pub fills: Vec<String>,
    /// What a merge changes, with the values; empty where the book does not remember them.
    pub changes: Vec<FieldChange>,
    /// Whom the row is about; none when it is invalid.
    pub lead: Option<LeadId>,
    pub is_new: bool,
    /// Identities that nobody had.
    pub added: Vec<Identity>,
}

struct Entry<M> {
    lead: LeadId,
    /// The row that brought a person whom the database does not know.
    row: Option<u64>,
    /// Hash of the comparable name: telephones match only where the names agree.
    name: u64,
    memory: M,
}

/// The people of a file.
pub struct Book<M> {
    people: Vec<Entry<M>>,
    by_identity: HashMap<u128, usize>,
    by_lead: HashMap<LeadId, usize>,
    accepts_without_identity: bool,
}

impl<M> Default for Book<M> {
    fn default() -> Self {
        Self {
            people: Vec::new(),
            by_identity: HashMap::new(),
            by_lead: HashMap::new(),
            accepts_without_identity: false,
        }
    }
}

impl<M: Memory> Book<M> {
    /// Nobody yet; whether a row without an identity of its own brings somebody new.
    pub fn accepting_without_identity(accepts: bool) -> Self {
        Self {
            accepts_without_identity: accepts,
            ..Self::default()
        }
    }

    /// Looks up whoever holds an identity of `rows`, in few queries.
    ///
    /// # Errors
    /// The database did not answer, or a lead holds a value that no enum knows.
    pub async fn look_up<'a>(
        &mut self,
        session: &impl Session,
        rows: impl Iterator<Item = &'a RowReading>,
    ) -> Result<(), StoreError> {
        let mut wanted: Vec<(IdentityKind, String)> = rows
            .filter_map(|row| row.person.as_ref())
            .flat_map(|person| &person.identities)
            .filter(|identity| !self.by_identity.contains_key(&key(&identity.hash)))
            .map(|identity| (identity.kind, identity.hash.clone()))
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.is_empty() {
            return Ok(());
        }
        let found = identities::find(session, &wanted).await?;
        let mut unknown: Vec<LeadId> = found
            .iter()
            .map(|identity| identity.lead)
            .filter(|lead| !self.by_lead.contains_key(lead))
            .collect();
        unknown.sort_unstable();
        unknown.dedup();
        let records = if unknown.is_empty() {
            Vec::new()
        } else {
            leads::records(session, &unknown).await?
        };
        self.learn(&found, records);
        Ok(())
    }

    fn learn(&mut self, found: &[IdentityRecord], records: Vec<LeadRecord>) {
        for record in records {
            self.enter(record, None);
        }
        for identity in found {
            if let Some(index) = self.by_lead.get(&identity.lead) {
                self.by_identity.insert(key(&identity.hash), *index);
            }
        }
    }

    fn enter(&mut self, record: LeadRecord, row: Option<u64>) -> usize {
        let index = self.people.len();
        self.by_lead.insert(record.id, index);
        self.people.push(Entry {
            lead: record.id,
            row,
            name: name_key(&record.name),
            memory: M::remember(record, row.is_some()),
        });
        index
    }

    /// Judges a row and remembers what it brings. `look_up` must have seen it; `new_id` is the lead
    /// that it becomes when nobody is known.
    pub fn judge(&mut self, row: &RowReading, new_id: LeadId, now: Timestamp) -> Judgement {
        let mut judgement = Judgement {
            verdict: RowVerdict::Invalid,
            notes: row.notes.clone(),
            fills: Vec::new(),
            changes: Vec::new(),
            lead: None,
            is_new: false,
            added: Vec::new(),
        };
        let Some(person) = &row.person else {
            return judgement;
        };
        let held = self.held(person);
        let own_name = name_key(&person.name);
        let holders: Vec<Holder> = held
            .iter()
            .filter_map(|(identity, index)| {
                let entry = self.people.get(*index)?;
                Some(Holder {
                    kind: identity.kind,
                    lead: entry.lead,
                    names_agree: identity.kind == IdentityKind::Phone && entry.name == own_name,
                })
            })
            .collect();
        let who = match find_match(&holders).who {
            Match::Conflict(people) => {
                judgement.notes.push(self.conflict(&people));
                return judgement;
            }
            Match::One(lead) => self.by_lead.get(&lead).copied(),
            Match::Nobody => None,
        };
        let is_held = |identity: &Identity| held.iter().any(|(held, _)| *held == identity);
        judgement.added = person
            .identities
            .iter()
            .filter(|identity| !is_held(identity))
            .cloned()
            .collect();
        for (identity, index) in held.iter().filter(|(_, index)| Some(*index) != who) {
            let is_only = who.is_none() && judgement.added.is_empty() && !self.accepts_without_identity;
            judgement.notes.push(self.shared(identity, *index, is_only));
        }
        if who.is_none() && judgement.added.is_empty() && !self.accepts_without_identity {
            return judgement;
        }
        let index = if let Some(index) = who {
            self.merge_into(index, person, &mut judgement);
            index
        } else {
            let named = (person.name.clone(), person.name_derived);
            judgement.is_new = true;
            self.enter(
                new_lead(new_id, named, &person.incoming, now),
                Some(row.row_number),
            )
        };
        for identity in &judgement.added {
            self.by_identity.insert(key(&identity.hash), index);
        }
        let Some(entry) = self.people.get(index) else {
            return judgement;
        };
        judgement.lead = Some(entry.lead);
        let is_dnc = entry.memory.recall().consent_status == ConsentStatus::Dnc;
        if is_dnc
            && !judgement
                .notes
                .iter()
                .any(|note| note.reason == RowReason::DoNotContact)
        {
            judgement.notes.push(RowNote {
                reason: RowReason::DoNotContact,
                column: None,
                value: None,
                message: "This person must not be contacted, and that stays so.".to_owned(),
                is_warning: true,
            });
        }
        judgement.verdict = if is_dnc {
            RowVerdict::Suppressed
        } else if judgement.is_new {
            RowVerdict::New
        } else if judgement.fills.is_empty() {
            RowVerdict::Unchanged
        } else {
            RowVerdict::Merged
        };
        judgement
    }

    /// The identities of `person` that somebody holds.
    fn held<'a>(&self, person: &'a Person) -> Vec<(&'a Identity, usize)> {
        person
            .identities
            .iter()
            .filter_map(|identity| Some((identity, *self.by_identity.get(&key(&identity.hash))?)))
            .collect()
    }

    fn merge_into(&mut self, index: usize, person: &Person, judgement: &mut Judgement) {
        if let Some(entry) = self.people.get_mut(index) {
            let known = entry.memory.recall();
            let merged = merge(&known, &person.incoming);
            if M::HOLDS_VALUES {
                judgement.changes = changes(&known, &merged.after);
            }
            drop(known);
            judgement.fills = merged.filled;
            if judgement.fills.iter().any(|field| field == "name") {
                entry.name = name_key(&merged.after.name);
            }
            entry.memory.revise(merged.after);
        }
        if !judgement.added.is_empty() {
            judgement.fills.push(IDENTITIES.to_owned());
            if M::HOLDS_VALUES {
                judgement
                    .changes
                    .extend(judgement.added.iter().map(identity_added));
            }
        }
    }

    fn conflict(&self, people: &[LeadId]) -> RowNote {
        let named: Vec<String> = people
            .iter()
            .filter_map(|lead| self.by_lead.get(lead))
            .map(|index| self.describe(*index))
            .collect();
        RowNote {
            reason: RowReason::IdentityConflict,
            column: None,
            value: None,
            message: format!(
                "The addresses of this row belong to different people: {}. Nothing is written for it.",
                named.join(" and ")
            ),
            is_warning: false,
        }
    }

    fn shared(&self, phone: &Identity, index: usize, is_only: bool) -> RowNote {
        let owner = self.describe(index);
        RowNote {
            reason: RowReason::IdentityShared,
            column: None,
            value: Some(noted(&phone.value)),
            message: if is_only {
                format!(
                    "This number belongs to {owner}, who has another name, and nothing else identifies this person."
                )
            } else {
                format!(
                    "This number belongs to {owner}, who has another name. It is kept, but identifies nobody here."
                )
            },
            is_warning: !is_only,
        }
    }

    fn describe(&self, index: usize) -> String {
        match self.people.get(index) {
            Some(Entry { row: Some(row), .. }) => format!("the lead of row {row}"),
            Some(entry) => format!("lead {}", entry.lead),
            None => "another lead".to_owned(),
        }
    }

    /// Everybody in the book, in the order in which they came in.
    pub fn into_people(self) -> impl Iterator<Item = M> {
        self.people.into_iter().map(|entry| entry.memory)
    }
}

/// An identity that a known lead gets, as a change: `email:ada@example.org`.
fn identity_added(identity: &Identity) -> FieldChange {
    FieldChange {
        field: IDENTITIES.to_owned(),
        before: None,
        after: Some(format!("{}:{}", identity.kind, identity.value)),
    }
}

/// Half of the hash: 128 bits are as good as unique and half the memory.
fn key(hash: &str) -> u128 {
    hash.chars().take(32).fold(0, |key, digit| {
        (key << 4) | u128::from(digit.to_digit(16).unwrap_or(0))
    })
}

fn name_key(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    comparable_name(name).hash(&mut hasher);
    hasher.finish()
}

/// The record as it was and as it shall be.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    /// None for a person whom the database does not know.
    pub before: Option<LeadRecord>,
    pub after: LeadRecord,
}

impl Memory for Whole {
    const HOLDS_VALUES: bool = true;

    fn remember(lead: LeadRecord, is_new: bool) -> Self {
        Self {
            before: (!is_new).then(|| lead.clone()),
            after: lead,
        }
    }

    fn recall(&self) -> Cow<'_, LeadRecord> {
        Cow::Borrowed(&self.after)
    }

    fn revise(&mut self, after: LeadRecord) {
        self.after = after;
    }
}

/// Which fields of a person are filled, and what a merge has to compare.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    id: LeadId,
    filled: u16,
    name_derived: bool,
    consent: ConsentStatus,
    tags: Box<[Box<str>]>,
}

/// The optional texts of a record that a merge fills, in one order for reading and writing.
fn texts(record: &mut LeadRecord) -> [&mut Option<String>; 11] {
    [
        &mut record.first_name,
        &mut record.last_name,
        &mut record.company,
        &mut record.title,
        &mut record.email,
        &mut record.phone,
        &mut record.linkedin_url,
        &mut record.website,
        &mut record.industry,
        &mut record.location,
        &mut record.notes,
    ]
}

impl Memory for Outline {
    const HOLDS_VALUES: bool = false;

    fn remember(mut lead: LeadRecord, _is_new: bool) -> Self {
        let filled = texts(&mut lead).into_iter().rev().fold(0, |bits, text| {
            (bits << 1) | u16::from(text.as_deref().is_some_and(|text| !text.is_empty()))
        });
        Self {
            id: lead.id,
            filled,
            name_derived: lead.name_derived,
            consent: lead.consent_status,
            tags: lead.tags.into_iter().map(String::into_boxed_str).collect(),
        }
    }

    fn recall(&self) -> Cow<'_, LeadRecord> {
        let mut record = LeadRecord::new(self.id, "", LeadSource::Csv, Timestamp::from_millis(0));
        for (bit, text) in texts(&mut record).into_iter().enumerate() {
            *text = (self.filled >> bit & 1 == 1).then(|| "filled".to_owned());
        }
        record.name_derived = self.name_derived;
        record.consent_status = self.consent;
        record.tags = self.tags.iter().map(ToString::to_string).collect();
        Cow::Owned(record)
    }

    fn revise(&mut self, after: LeadRecord) {
        *self = Self::remember(after, false);
    }
}

#[cfg(test)]
mod tests;
