//! The editable fields of a lead as texts, what they change, and where two edits collide. Pure.
//!
//! The form is what the draft store keeps: base, version and texts. Three-way: `base` is what the
//! operator started from, `mine` what is typed now, `theirs` what the server has after a 412.

use aicmo_shared::CampaignId;
use aicmo_shared::lead::{CompanySize, Lead, LeadPatch};
use aicmo_shared::patch::Patch;
use serde::{Deserialize, Serialize};

/// A field that an operator may edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeadField {
    Name,
    Company,
    Title,
    Phone,
    Website,
    Industry,
    Location,
    CompanySize,
    Owner,
    Campaign,
    Tags,
    Notes,
}

impl LeadField {
    /// Every field, in the order of the form.
    pub const ALL: &'static [Self] = &[
        Self::Name,
        Self::Company,
        Self::Title,
        Self::Phone,
        Self::Website,
        Self::Industry,
        Self::Location,
        Self::CompanySize,
        Self::Owner,
        Self::Campaign,
        Self::Tags,
        Self::Notes,
    ];

    /// The label of the field.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Company => "Company",
            Self::Title => "Job title",
            Self::Phone => "Phone",
            Self::Website => "Website",
            Self::Industry => "Industry",
            Self::Location => "Location",
            Self::CompanySize => "Company size",
            Self::Owner => "Owner",
            Self::Campaign => "Campaign",
            Self::Tags => "Tags",
            Self::Notes => "Notes",
        }
    }

    /// The name on the wire, by which the server points at a field.
    pub const fn wire_name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Company => "company",
            Self::Title => "title",
            Self::Phone => "phone",
            Self::Website => "website",
            Self::Industry => "industry",
            Self::Location => "location",
            Self::CompanySize => "company_size",
            Self::Owner => "owner",
            Self::Campaign => "campaign",
            Self::Tags => "tags",
            Self::Notes => "notes",
        }
    }
}

/// The texts of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LeadTexts {
    name: String,
    company: String,
    title: String,
    phone: String,
    website: String,
    industry: String,
    location: String,
    company_size: String,
    owner: String,
    campaign: String,
    tags: String,
    notes: String,
}

impl LeadTexts {
    /// The texts of a lead as the server has it.
    pub fn of(lead: &Lead) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Self {
            name: lead.row.name.clone(),
            company: text(&lead.row.company),
            title: text(&lead.row.title),
            phone: text(&lead.row.phone),
            website: text(&lead.website),
            industry: text(&lead.industry),
            location: text(&lead.location),
            company_size: lead
                .company_size
                .map_or_else(String::new, |size| size.as_str().to_owned()),
            owner: text(&lead.row.owner),
            campaign: lead
                .row
                .campaign
                .as_ref()
                .map_or_else(String::new, |campaign| campaign.id.to_string()),
            tags: lead.row.tags.join(", "),
            notes: text(&lead.notes),
        }
    }

    /// The text of a field.
    pub fn get(&self, field: LeadField) -> &str {
        match field {
            LeadField::Name => &self.name,
            LeadField::Company => &self.company,
            LeadField::Title => &self.title,
            LeadField::Phone => &self.phone,
            LeadField::Website => &self.website,
            LeadField::Industry => &self.industry,
            LeadField::Location => &self.location,
            LeadField::CompanySize => &self.company_size,
            LeadField::Owner => &self.owner,
            LeadField::Campaign => &self.campaign,
            LeadField::Tags => &self.tags,
            LeadField::Notes => &self.notes,
        }
    }

    /// Replaces the text of a field.
    pub fn set(&mut self, field: LeadField, text: String) {
        let slot = match field {
            LeadField::Name => &mut self.name,
            LeadField::Company => &mut self.company,
            LeadField::Title => &mut self.title,
            LeadField::Phone => &mut self.phone,
            LeadField::Website => &mut self.website,
            LeadField::Industry => &mut self.industry,
            LeadField::Location => &mut self.location,
            LeadField::CompanySize => &mut self.company_size,
            LeadField::Owner => &mut self.owner,
            LeadField::Campaign => &mut self.campaign,
            LeadField::Tags => &mut self.tags,
            LeadField::Notes => &mut self.notes,
        };
        *slot = text;
    }

    /// The fields whose text differs from `base`, blanks around it aside.
    pub fn changed_from(&self, base: &Self) -> Vec<LeadField> {
        LeadField::ALL
            .iter()
            .copied()
            .filter(|field| self.get(*field).trim() != base.get(*field).trim())
            .collect()
    }

    /// What to send so that the fields changed from `base` become as they stand here.
    pub fn patch_from(&self, base: &Self) -> LeadPatch {
        let mut patch = LeadPatch::default();
        for field in self.changed_from(base) {
            let text = self.get(field).trim();
            match field {
                LeadField::Name => patch.name = Some(text.to_owned()),
                LeadField::Company => patch.company = text_patch(text),
                LeadField::Title => patch.title = text_patch(text),
                LeadField::Phone => patch.phone = text_patch(text),
                LeadField::Website => patch.website = text_patch(text),
                LeadField::Industry => patch.industry = text_patch(text),
                LeadField::Location => patch.location = text_patch(text),
                LeadField::CompanySize => {
                    patch.company_size = text.parse::<CompanySize>().map_or(Patch::Clear, Patch::Set);
                }
                LeadField::Owner => patch.owner = text_patch(text),
                LeadField::Campaign => {
                    patch.campaign = text.parse::<CampaignId>().map_or(Patch::Clear, Patch::Set);
                }
                LeadField::Tags => patch.tags = Some(tags_of(text)),
                LeadField::Notes => patch.notes = text_patch(text),
            }
        }
        patch
    }
}

/// An edit under way, as the draft store keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadEdit {
    /// The version that `base` was read from.
    pub version: i64,
    /// What the operator started from.
    pub base: LeadTexts,
    /// What is typed now.
    pub mine: LeadTexts,
}

impl LeadEdit {
    /// An edit that changes nothing yet.
    pub fn begin(lead: &Lead) -> Self {
        let base = LeadTexts::of(lead);
        Self {
            version: lead.row.version,
            mine: base.clone(),
            base,
        }
    }

    /// Whether anything is changed.
    pub fn is_dirty(&self) -> bool {
        !self.mine.changed_from(&self.base).is_empty()
    }

    /// What to send.
    pub fn patch(&self) -> LeadPatch {
        self.mine.patch_from(&self.base)
    }

    /// The fields that both sides changed, and to different texts.
    pub fn collisions(&self, theirs: &LeadTexts) -> Vec<LeadField> {
        self.mine
            .changed_from(&self.base)
            .into_iter()
            .filter(|field| {
                let their = theirs.get(*field).trim();
                their != self.base.get(*field).trim() && their != self.mine.get(*field).trim()
            })
            .collect()
    }

    /// The same edit on top of what the server has now. In `theirs_wins` their text stays; every
    /// other field that was typed keeps the typed text, and the rest is as the server has it.
    pub fn rebased(&self, lead: &Lead, theirs_wins: &[LeadField]) -> Self {
        let base = LeadTexts::of(lead);
        let mut mine = base.clone();
        for field in self.mine.changed_from(&self.base) {
            if !theirs_wins.contains(&field) {
                mine.set(field, self.mine.get(field).to_owned());
            }
        }
        Self {
            version: lead.row.version,
            base,
            mine,
        }
    }
}

/// The tags in a text: separated by commas, blanks and doubles left out.
pub fn tags_of(text: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
        if !tags.iter().any(|known| known == tag) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

fn text_patch(text: &str) -> Patch<String> {
    if text.is_empty() {
        Patch::Clear
    } else {
        Patch::Set(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(company: &str, title: &str, notes: &str) -> LeadTexts {
        LeadTexts {
            company: company.to_owned(),
            title: title.to_owned(),
            notes: notes.to_owned(),
            ..LeadTexts::default()
        }
    }

    fn edit(base: LeadTexts, mine: LeadTexts) -> LeadEdit {
        LeadEdit {
            version: 1,
            base,
            mine,
        }
    }

    #[test]
    fn only_what_changed_is_sent_and_an_emptied_field_is_cleared() {
        let sent = edit(texts("Acme", "CEO", ""), texts("Acme ", "", "call")).patch();
        assert_eq!(sent.company, Patch::Absent);
        assert_eq!(sent.title, Patch::Clear);
        assert_eq!(sent.notes, Patch::Set("call".to_owned()));
        assert_eq!(sent.name, None);
    }

    #[test]
    fn only_fields_that_both_sides_changed_differently_collide() {
        let mine = edit(texts("Acme", "CEO", ""), texts("Acme Ltd", "CTO", "x"));
        let theirs = texts("Acme Inc", "CTO", "");
        assert_eq!(mine.collisions(&theirs), [LeadField::Company]);
    }

    #[test]
    fn every_field_can_be_set_and_read_back_and_has_its_own_wire_name() {
        let mut form = LeadTexts::default();
        let mut names = std::collections::BTreeSet::new();
        for field in LeadField::ALL {
            form.set(*field, field.label().to_owned());
            assert!(names.insert(field.wire_name()), "{}", field.label());
        }
        for field in LeadField::ALL {
            assert_eq!(form.get(*field), field.label());
        }
        assert_eq!(
            form.changed_from(&LeadTexts::default()).len(),
            LeadField::ALL.len()
        );
    }

    #[test]
    fn tags_are_split_trimmed_and_unique() {
        assert_eq!(tags_of(" vip, fair ,, vip"), ["vip", "fair"]);
    }
}
