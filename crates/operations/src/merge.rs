//! How a known lead and a new record about the same person become one.
//!
//! Pure: no clock, no database. Used by the form that creates one lead and by the import of a file,
//! so both treat a person alike. A merge fills empty fields only. It never changes status, owner,
//! campaign, grade or review flag, never lowers consent, unites tags, and moves the last touch
//! forward and the first touch backward only. Who is the same person is decided in `matching`.

mod changes;

pub use changes::{Reverted, apply, changes, revert};

use aicmo_shared::closed_enum::Lifecycle;
use aicmo_shared::lead::{CompanySize, ConsentOrigin, ConsentStatus, LeadSource, Utm};
use aicmo_shared::{CampaignId, LeadId, Timestamp};
use aicmo_store::leads::LeadRecord;

/// The most tags a lead keeps.
pub const MAX_TAGS: usize = 50;

/// What a form or a row of a file says about a person. Every text is trimmed, bounded and not empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    pub name: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub company: Option<String>,
    pub title: Option<String>,
    /// The normal form.
    pub email: Option<String>,
    /// As it was written.
    pub phone: Option<String>,
    /// E.164, when the country is known.
    pub phone_e164: Option<String>,
    /// The normal form `linkedin.com/in/<slug>`.
    pub linkedin_url: Option<String>,
    pub website: Option<String>,
    pub company_size: Option<CompanySize>,
    pub industry: Option<String>,
    pub location: Option<String>,
    /// Only for a new lead; a merge leaves owner and campaign alone.
    pub owner: Option<String>,
    /// The campaign of the touch, and of a new lead.
    pub campaign: Option<CampaignId>,
    pub notes: Option<String>,
    pub tags: Vec<String>,
    pub source: LeadSource,
    pub source_channel: Option<String>,
    /// Makes the touch idempotent.
    pub source_ref: Option<String>,
    pub utm: Utm,
    /// What the record says about consent, and where it says so from.
    pub consent: Option<(ConsentStatus, ConsentOrigin)>,
    pub touched_at: Timestamp,
}

impl Incoming {
    /// A record of which nothing is known but its door and its time.
    pub fn from_source(source: LeadSource, touched_at: Timestamp) -> Self {
        Self {
            name: None,
            first_name: None,
            last_name: None,
            company: None,
            title: None,
            email: None,
            phone: None,
            phone_e164: None,
            linkedin_url: None,
            website: None,
            company_size: None,
            industry: None,
            location: None,
            owner: None,
            campaign: None,
            notes: None,
            tags: Vec::new(),
            source,
            source_channel: None,
            source_ref: None,
            utm: Utm::default(),
            consent: None,
            touched_at,
        }
    }

    /// The name to show, and whether it had to be made up: the name; first and last name; the
    /// company; the part of the e-mail address before the @. `None` when all are missing.
    pub fn display_name(&self) -> Option<(String, bool)> {
        if let Some(name) = &self.name {
            return Some((name.clone(), false));
        }
        let joined = [&self.first_name, &self.last_name]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ");
        if !joined.is_empty() {
            return Some((joined, false));
        }
        let local = || {
            self.email
                .as_deref()?
                .split('@')
                .next()
                .filter(|local| !local.is_empty())
                .map(str::to_owned)
        };
        self.company.clone().or_else(local).map(|name| (name, true))
    }
}

/// A lead after a merge, and what the merge filled.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    pub after: LeadRecord,
    /// The names of the fields that were empty and are not any more, and of `consent_status` when it
    /// moved; empty when the record brought nothing but a touch.
    pub filled: Vec<String>,
}

/// Merges `incoming` into `existing`.
pub fn merge(existing: &LeadRecord, incoming: &Incoming) -> Merged {
    let mut after = existing.clone();
    let mut filled = Vec::new();
    if existing.name_derived
        && let Some((name, false)) = incoming.display_name()
    {
        after.name = name;
        after.name_derived = false;
        filled.push("name".to_owned());
    }
    let mut fill = |field: &str, slot: &mut Option<String>, value: &Option<String>| {
        if slot.as_deref().is_none_or(str::is_empty) && value.is_some() {
            slot.clone_from(value);
            filled.push(field.to_owned());
        }
    };
    fill("first_name", &mut after.first_name, &incoming.first_name);
    fill("last_name", &mut after.last_name, &incoming.last_name);
    fill("company", &mut after.company, &incoming.company);
    fill("title", &mut after.title, &incoming.title);
    fill("email", &mut after.email, &incoming.email);
    fill("phone", &mut after.phone, &incoming.phone);
    fill("linkedin_url", &mut after.linkedin_url, &incoming.linkedin_url);
    fill("website", &mut after.website, &incoming.website);
    fill("industry", &mut after.industry, &incoming.industry);
    fill("location", &mut after.location, &incoming.location);
    fill("notes", &mut after.notes, &incoming.notes);
    // The normal form follows the number as it was written; alone it would contradict it.
    if existing.phone.is_none() {
        after.phone_e164.clone_from(&incoming.phone_e164);
    }
    if after.company_size.is_none() && incoming.company_size.is_some() {
        after.company_size = incoming.company_size;
        filled.push("company_size".to_owned());
    }
    if unite_tags(&mut after.tags, &incoming.tags) {
        filled.push("tags".to_owned());
    }
    if let Some((status, origin)) = incoming.consent
        && existing.consent_status.can_become(status)
    {
        after.consent_status = status;
        after.consent_at = Some(incoming.touched_at);
        after.consent_origin = Some(origin);
        filled.push("consent_status".to_owned());
    }
    after.last_touch_at = existing.last_touch_at.max(incoming.touched_at);
    after.first_touch_at = existing.first_touch_at.min(incoming.touched_at);
    Merged { after, filled }
}

/// Adds the tags that `tags` does not have, compared without regard to case, up to `MAX_TAGS`.
fn unite_tags(tags: &mut Vec<String>, more: &[String]) -> bool {
    let before = tags.len();
    for tag in more {
        let known = tags
            .iter()
            .any(|known| known.to_lowercase() == tag.to_lowercase());
        if !known && tags.len() < MAX_TAGS {
            tags.push(tag.clone());
        }
    }
    tags.len() > before
}

/// The record of a person whom nobody knew; `name` is what `display_name` gave.
pub fn new_lead(
    id: LeadId,
    (name, name_derived): (String, bool),
    incoming: &Incoming,
    now: Timestamp,
) -> LeadRecord {
    let (consent_status, consent_origin) = match incoming.consent {
        Some((status, origin)) if status != ConsentStatus::Unknown => (status, Some(origin)),
        _ => (ConsentStatus::Unknown, None),
    };
    let mut tags = Vec::new();
    unite_tags(&mut tags, &incoming.tags);
    LeadRecord {
        name_derived,
        first_name: incoming.first_name.clone(),
        last_name: incoming.last_name.clone(),
        company: incoming.company.clone(),
        title: incoming.title.clone(),
        email: incoming.email.clone(),
        phone: incoming.phone.clone(),
        phone_e164: incoming.phone_e164.clone(),
        linkedin_url: incoming.linkedin_url.clone(),
        website: incoming.website.clone(),
        company_size: incoming.company_size,
        industry: incoming.industry.clone(),
        location: incoming.location.clone(),
        source_channel: incoming.source_channel.clone(),
        source_ref: incoming.source_ref.clone(),
        consent_status,
        consent_at: consent_origin.map(|_| incoming.touched_at),
        consent_origin,
        campaign: incoming.campaign,
        owner: incoming.owner.clone(),
        tags,
        notes: incoming.notes.clone(),
        first_touch_at: incoming.touched_at,
        last_touch_at: incoming.touched_at,
        ..LeadRecord::new(id, name, incoming.source, now)
    }
}

#[cfg(test)]
mod tests;
