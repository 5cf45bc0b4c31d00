//! What a merge changed on a lead, field by field, and the way back.
//!
//! Pure. A change names its field as the wire does and holds both values as text, so that it can be
//! shown and stored as it is. Several tags are several changes. When a lead was touched last is no
//! change: every touch moves it.

use aicmo_shared::ClosedEnum;
use aicmo_shared::import::FieldChange;
use aicmo_shared::lead::CompanySize;
use aicmo_store::leads::LeadRecord;

/// The field of a name that was made from company or e-mail.
const NAME_DERIVED: &str = "name_derived";
const TAGS: &str = "tags";
const CONSENT: &str = "consent_status";

/// What became of a change that was to be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reverted {
    /// The field is as it was before.
    Back,
    /// Somebody has changed the field since, so it stays.
    Edited,
    /// Consent is never taken back.
    Consent,
}

/// The optional texts that a merge may change, by their wire names.
fn texts(record: &mut LeadRecord) -> [(&'static str, &mut Option<String>); 12] {
    [
        ("first_name", &mut record.first_name),
        ("last_name", &mut record.last_name),
        ("company", &mut record.company),
        ("title", &mut record.title),
        ("email", &mut record.email),
        ("phone", &mut record.phone),
        ("phone_e164", &mut record.phone_e164),
        ("linkedin_url", &mut record.linkedin_url),
        ("website", &mut record.website),
        ("industry", &mut record.industry),
        ("location", &mut record.location),
        ("notes", &mut record.notes),
    ]
}

/// What differs between a lead before and after a merge.
pub fn changes(before: &LeadRecord, after: &LeadRecord) -> Vec<FieldChange> {
    let mut found = Vec::new();
    let mut note = |field: &str, before: Option<&str>, after: Option<&str>| {
        if before != after {
            found.push(FieldChange {
                field: field.to_owned(),
                before: before.map(str::to_owned),
                after: after.map(str::to_owned),
            });
        }
    };
    note("name", Some(&before.name), Some(&after.name));
    note(
        NAME_DERIVED,
        Some(yes_no(before.name_derived)),
        Some(yes_no(after.name_derived)),
    );
    let (mut was, mut is) = (before.clone(), after.clone());
    for ((field, was), (_, is)) in texts(&mut was).into_iter().zip(texts(&mut is)) {
        note(field, was.as_deref(), is.as_deref());
    }
    let size = |record: &LeadRecord| record.company_size.map(CompanySize::as_str);
    note("company_size", size(before), size(after));
    for tag in after.tags.iter().filter(|tag| !before.tags.contains(tag)) {
        note(TAGS, None, Some(tag));
    }
    note(
        CONSENT,
        Some(before.consent_status.as_str()),
        Some(after.consent_status.as_str()),
    );
    found
}

/// Makes a change again, on a record that stands where it was made.
pub fn apply(record: &mut LeadRecord, change: &FieldChange) {
    put(record, &change.field, change.after.as_deref());
    if change.field == TAGS
        && let Some(tag) = &change.after
        && !record.tags.contains(tag)
    {
        record.tags.push(tag.clone());
    }
}

/// Takes a change back, unless somebody has changed the field since.
pub fn revert(record: &mut LeadRecord, change: &FieldChange) -> Reverted {
    let (before, after) = (change.before.as_deref(), change.after.as_deref());
    match change.field.as_str() {
        CONSENT => Reverted::Consent,
        TAGS => {
            record.tags.retain(|tag| Some(tag.as_str()) != after);
            Reverted::Back
        }
        field => {
            let now = value(record, field);
            if now.as_deref() == before {
                Reverted::Back
            } else if now.as_deref() == after {
                put(record, field, before);
                Reverted::Back
            } else {
                Reverted::Edited
            }
        }
    }
}

fn value(record: &LeadRecord, field: &str) -> Option<String> {
    match field {
        "name" => Some(record.name.clone()),
        NAME_DERIVED => Some(yes_no(record.name_derived).to_owned()),
        "company_size" => record.company_size.map(|size| size.to_string()),
        field => texts(&mut record.clone())
            .into_iter()
            .find(|(name, _)| *name == field)
            .and_then(|(_, text)| text.take()),
    }
}

fn put(record: &mut LeadRecord, field: &str, value: Option<&str>) {
    match field {
        "name" => value.unwrap_or_default().clone_into(&mut record.name),
        NAME_DERIVED => record.name_derived = value == Some(yes_no(true)),
        "company_size" => record.company_size = value.and_then(|text| CompanySize::parse(text).ok()),
        field => {
            if let Some((_, text)) = texts(record).into_iter().find(|(name, _)| *name == field) {
                *text = value.map(str::to_owned);
            }
        }
    }
}

const fn yes_no(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

#[cfg(test)]
mod tests {
    use aicmo_shared::lead::{ConsentStatus, LeadSource};
    use aicmo_shared::{LeadId, Timestamp};
    use uuid::Uuid;

    use super::*;

    fn ada() -> LeadRecord {
        let id = LeadId::new(Uuid::from_u128(1));
        LeadRecord::new(id, "ada", LeadSource::Csv, Timestamp::from_millis(0))
    }

    /// As a merge leaves it.
    fn merged() -> LeadRecord {
        LeadRecord {
            name: "Ada Lovelace".to_owned(),
            company: Some("Engine".to_owned()),
            phone: Some("030 123".to_owned()),
            phone_e164: Some("+4930123".to_owned()),
            company_size: Some(CompanySize::Small),
            tags: vec!["vip".to_owned(), "fair".to_owned()],
            consent_status: ConsentStatus::Dnc,
            ..ada()
        }
    }

    fn before() -> LeadRecord {
        LeadRecord {
            name_derived: true,
            tags: vec!["vip".to_owned()],
            ..ada()
        }
    }

    #[test]
    fn every_change_is_told_and_leads_back_but_for_consent() {
        let found = changes(&before(), &merged());
        let fields: Vec<&str> = found.iter().map(|change| change.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "name",
                "name_derived",
                "company",
                "phone",
                "phone_e164",
                "company_size",
                "tags",
                "consent_status"
            ]
        );
        let mut record = merged();
        for change in found.iter().rev() {
            let expected = if change.field == CONSENT {
                Reverted::Consent
            } else {
                Reverted::Back
            };
            assert_eq!(revert(&mut record, change), expected, "{change:?}");
        }
        assert_eq!(record.consent_status, ConsentStatus::Dnc);
        record.consent_status = ConsentStatus::Unknown;
        assert_eq!(record, before());
    }

    #[test]
    fn a_change_made_again_gives_what_the_merge_gave() {
        let mut record = before();
        for change in changes(&before(), &merged()) {
            apply(&mut record, &change);
        }
        record.consent_status = ConsentStatus::Dnc;
        assert_eq!(record, merged());
    }

    #[test]
    fn what_somebody_changed_since_stays() {
        let found = changes(&before(), &merged());
        let mut record = LeadRecord {
            company: Some("Analytical Engines".to_owned()),
            ..merged()
        };
        let company = found
            .iter()
            .find(|change| change.field == "company")
            .expect("a change");
        assert_eq!(revert(&mut record, company), Reverted::Edited);
        assert_eq!(record.company.as_deref(), Some("Analytical Engines"));
    }

    #[test]
    fn what_is_back_already_is_no_edit() {
        let mut record = before();
        for change in changes(&before(), &merged()) {
            assert_ne!(revert(&mut record, &change), Reverted::Edited, "{change:?}");
        }
        assert_eq!(record, before());
    }
}
