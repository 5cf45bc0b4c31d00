//! The texts of the New lead form, what keeps them from being sent, and the answer in words. Pure.

use aicmo_shared::lead::{LeadCreated, LeadDraft, LeadOutcome, Utm};
use aicmo_shared::problem::FieldProblem;
use serde::{Deserialize, Serialize};

use super::edit_form::tags_of;

/// A field of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewField {
    Email,
    Name,
    Company,
    Title,
    Phone,
    LinkedinUrl,
    Website,
    Owner,
    Tags,
    Notes,
    UtmSource,
    UtmMedium,
    UtmCampaign,
}

impl NewField {
    /// Every field, in the order of the form.
    pub const ALL: &'static [Self] = &[
        Self::Email,
        Self::Name,
        Self::Company,
        Self::Title,
        Self::Phone,
        Self::LinkedinUrl,
        Self::Website,
        Self::Owner,
        Self::Tags,
        Self::Notes,
        Self::UtmSource,
        Self::UtmMedium,
        Self::UtmCampaign,
    ];

    /// The label of the field.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Email => "E-mail",
            Self::Name => "Name",
            Self::Company => "Company",
            Self::Title => "Job title",
            Self::Phone => "Phone",
            Self::LinkedinUrl => "LinkedIn profile",
            Self::Website => "Website",
            Self::Owner => "Owner",
            Self::Tags => "Tags",
            Self::Notes => "Notes",
            Self::UtmSource => "UTM source",
            Self::UtmMedium => "UTM medium",
            Self::UtmCampaign => "UTM campaign",
        }
    }

    /// The id in the document.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Email => "aicmo-lead-email",
            Self::Name => "aicmo-lead-name",
            Self::Company => "aicmo-lead-company",
            Self::Title => "aicmo-lead-title",
            Self::Phone => "aicmo-lead-phone",
            Self::LinkedinUrl => "aicmo-lead-linkedin",
            Self::Website => "aicmo-lead-website",
            Self::Owner => "aicmo-lead-owner",
            Self::Tags => "aicmo-lead-tags",
            Self::Notes => "aicmo-lead-notes",
            Self::UtmSource => "aicmo-lead-utm-source",
            Self::UtmMedium => "aicmo-lead-utm-medium",
            Self::UtmCampaign => "aicmo-lead-utm-campaign",
        }
    }

    /// How the server points at the field.
    pub const fn pointer(self) -> &'static str {
        match self {
            Self::Email => "/email",
            Self::Name => "/name",
            Self::Company => "/company",
            Self::Title => "/title",
            Self::Phone => "/phone",
            Self::LinkedinUrl => "/linkedin_url",
            Self::Website => "/website",
            Self::Owner => "/owner",
            Self::Tags => "/tags",
            Self::Notes => "/notes",
            Self::UtmSource => "/utm/source",
            Self::UtmMedium => "/utm/medium",
            Self::UtmCampaign => "/utm/campaign",
        }
    }

    /// What to write, when the label does not say it all.
    pub const fn help(self) -> &'static str {
        match self {
            Self::Email => "Finds the person again; a known address is merged, not doubled.",
            Self::Phone => "With country code, such as +49 30 1234567.",
            Self::LinkedinUrl => "A person's profile: linkedin.com/in/…",
            Self::Tags => "Separated by commas.",
            Self::UtmCampaign => "Kept with this contact as its origin.",
            _ => "",
        }
    }
}

/// The texts of the form, as the draft store keeps them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewLead {
    texts: std::collections::BTreeMap<String, String>,
    /// The campaign that will own the lead; empty for none.
    pub campaign: String,
}

impl NewLead {
    /// A form of the given texts.
    pub fn of(campaign: String, texts: impl Iterator<Item = (NewField, String)>) -> Self {
        let texts = texts.map(|(field, text)| (field.id().to_owned(), text)).collect();
        Self { texts, campaign }
    }

    /// The text of a field.
    pub fn get(&self, field: NewField) -> &str {
        self.texts.get(field.id()).map_or("", String::as_str)
    }

    /// Whether anything is written.
    pub fn is_blank(&self) -> bool {
        self.campaign.is_empty() && self.texts.values().all(|text| text.trim().is_empty())
    }

    /// What keeps the form from being sent.
    pub fn objections(&self) -> Vec<FieldProblem> {
        let mut found = Vec::new();
        let given = |field| !self.get(field).trim().is_empty();
        if !given(NewField::Email) && !given(NewField::Phone) && !given(NewField::LinkedinUrl) {
            found.push(objection(
                NewField::Email,
                "identity_missing",
                "Give an e-mail, a phone number or a LinkedIn profile: by it the person is found again.",
            ));
        }
        let email = self.get(NewField::Email).trim();
        if !email.is_empty() && !looks_like_address(email) {
            found.push(objection(
                NewField::Email,
                "email_invalid",
                "This is not an e-mail address: it needs one @ with a name before and a domain after it.",
            ));
        }
        found
    }

    /// What to send.
    pub fn draft(&self) -> LeadDraft {
        let text = |field| {
            let text = self.get(field).trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        LeadDraft {
            name: text(NewField::Name),
            email: text(NewField::Email),
            phone: text(NewField::Phone),
            linkedin_url: text(NewField::LinkedinUrl),
            company: text(NewField::Company),
            title: text(NewField::Title),
            website: text(NewField::Website),
            owner: text(NewField::Owner),
            notes: text(NewField::Notes),
            campaign: self.campaign.parse().ok(),
            tags: tags_of(self.get(NewField::Tags)),
            utm: Utm {
                source: text(NewField::UtmSource),
                medium: text(NewField::UtmMedium),
                campaign: text(NewField::UtmCampaign),
                content: None,
            },
            ..LeadDraft::default()
        }
    }
}

/// What became of the draft, in one or two sentences.
pub fn outcome_in_words(created: &LeadCreated) -> String {
    let name = &created.lead.row.name;
    match created.outcome {
        LeadOutcome::New => format!("{name} was created."),
        LeadOutcome::Merged if created.filled.is_empty() => {
            format!("{name} was known already and was merged. A contact was recorded.")
        }
        LeadOutcome::Merged => format!(
            "{name} was known already and was merged. Filled: {}.",
            created.filled.join(", ").replace('_', " ")
        ),
        LeadOutcome::Unchanged => {
            format!("{name} was known already, and nothing was new. A contact was recorded.")
        }
        LeadOutcome::Suppressed => {
            format!("{name} must not be contacted. The lead is kept as do-not-contact.")
        }
    }
}

/// One `@`, something before it, a dot in what follows. The server decides; this only saves a trip.
fn looks_like_address(text: &str) -> bool {
    let mut parts = text.split('@');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(local), Some(domain), None) => {
            !local.is_empty()
                && domain.contains('.')
                && !domain.starts_with('.')
                && !domain.ends_with('.')
                && !text.contains(char::is_whitespace)
        }
        _ => false,
    }
}

fn objection(field: NewField, code: &str, message: &str) -> FieldProblem {
    FieldProblem {
        pointer: field.pointer().to_owned(),
        code: code.to_owned(),
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(NewField, &str)]) -> NewLead {
        NewLead::of(
            String::new(),
            pairs.iter().map(|(field, text)| (*field, (*text).to_owned())),
        )
    }

    #[test]
    fn a_lead_without_identity_is_objected_to_and_a_phone_is_enough() {
        assert_eq!(form(&[(NewField::Name, "Ana")]).objections().len(), 1);
        assert!(form(&[(NewField::Phone, "+4930123")]).objections().is_empty());
    }

    #[test]
    fn an_address_needs_a_name_and_a_domain() {
        for (text, fine) in [
            ("a@b.de", true),
            ("a@b", false),
            ("@b.de", false),
            ("a@b@c.de", false),
            ("a b@c.de", false),
            ("a@b.de.", false),
        ] {
            assert_eq!(
                form(&[(NewField::Email, text)]).objections().is_empty(),
                fine,
                "{text}"
            );
        }
    }

    #[test]
    fn blanks_are_not_sent() {
        let draft = form(&[
            (NewField::Email, " a@b.de "),
            (NewField::Company, "  "),
            (NewField::UtmCampaign, "spring"),
        ])
        .draft();
        assert_eq!(draft.email.as_deref(), Some("a@b.de"));
        assert_eq!(draft.company, None);
        assert_eq!(draft.utm.campaign.as_deref(), Some("spring"));
    }

    #[test]
    fn ids_and_pointers_are_unique() {
        let ids: std::collections::BTreeSet<_> = NewField::ALL.iter().map(|field| field.id()).collect();
        let pointers: std::collections::BTreeSet<_> =
            NewField::ALL.iter().map(|field| field.pointer()).collect();
        assert_eq!(ids.len(), NewField::ALL.len());
        assert_eq!(pointers.len(), NewField::ALL.len());
    }
}
