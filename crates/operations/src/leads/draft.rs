//! Checks what a form says about a person and brings its addresses to their normal form.
//!
//! An address that cannot be used is dropped with a warning when another one identifies the person,
//! and a fault when it was the only one.

use aicmo_shared::lead::{IdentityKind, LeadDraft, LeadSource, Utm};

use crate::context::Operations;
use crate::error::OperationError;
use crate::identity::{Identities, Identity, Phone, normalise_email, normalise_linkedin, normalise_phone};
use crate::merge::{Incoming, MAX_TAGS};
use crate::text::{self, Faults};

/// Longer texts are refused as such; shorter ones are judged as addresses.
const ADDRESS: usize = 1_000;

/// A person as a form describes them.
pub(super) struct Person {
    pub incoming: Incoming,
    /// The name to show, and whether it had to be made up.
    pub name: (String, bool),
    /// In the order of precedence; never empty.
    pub identities: Vec<Identity>,
    /// Fields that could not be used, one sentence each.
    pub warnings: Vec<String>,
}

/// Why an address was left out.
struct Unused {
    pointer: &'static str,
    code: &'static str,
    sentence: String,
}

/// Checks a draft.
///
/// # Errors
/// `Validation` with every field at fault, or when nothing identifies or names the person.
pub(super) fn person(ops: &Operations, draft: LeadDraft) -> Result<Person, OperationError> {
    let mut faults = Faults::default();
    let mut incoming = Incoming::from_source(LeadSource::Manual, ops.now());
    incoming.name = faults.line("/name", draft.name, text::NAME);
    incoming.first_name = faults.line("/first_name", draft.first_name, text::NAME);
    incoming.last_name = faults.line("/last_name", draft.last_name, text::NAME);
    incoming.company = faults.line("/company", draft.company, text::LINE);
    incoming.title = faults.line("/title", draft.title, text::LINE);
    incoming.website = faults.line("/website", draft.website, text::URL);
    incoming.industry = faults.line("/industry", draft.industry, text::LINE);
    incoming.location = faults.line("/location", draft.location, text::LINE);
    incoming.owner = faults.line("/owner", draft.owner, text::LINE);
    incoming.notes = faults.lines("/notes", draft.notes, text::NOTES);
    incoming.tags = faults.tags("/tags", draft.tags, MAX_TAGS);
    incoming.utm = Utm {
        source: faults.line("/utm/source", draft.utm.source, text::LINE),
        medium: faults.line("/utm/medium", draft.utm.medium, text::LINE),
        campaign: faults.line("/utm/campaign", draft.utm.campaign, text::LINE),
        content: faults.line("/utm/content", draft.utm.content, text::LINE),
    };
    incoming.campaign = draft.campaign;
    let email = faults.line("/email", draft.email, ADDRESS);
    let phone = faults.line("/phone", draft.phone, ADDRESS);
    let linkedin = faults.line("/linkedin_url", draft.linkedin_url, ADDRESS);
    faults.finish()?;

    let keyed = Identities::new(&ops.secrets.identity_key);
    let mut identities = Vec::new();
    let mut unused = Vec::new();
    if let Some(email) = email {
        take_email(&keyed, &email, &mut incoming, &mut identities, &mut unused);
    }
    if let Some(phone) = phone {
        take_phone(&keyed, phone, &mut incoming, &mut identities, &mut unused);
    }
    if let Some(linkedin) = linkedin {
        take_linkedin(&keyed, &linkedin, &mut incoming, &mut identities, &mut unused);
    }
    if identities.is_empty() {
        return Err(nothing_identifies(unused));
    }
    let Some(name) = incoming.display_name() else {
        return Err(OperationError::field(
            "/name",
            "name_missing",
            "Give a name, a company or an e-mail address, so that the lead can be called something.",
        ));
    };
    if name.0.chars().count() > text::NAME {
        return Err(OperationError::field(
            "/last_name",
            "too_long",
            format!(
                "First and last name together have more than {} characters.",
                text::NAME
            ),
        ));
    }
    Ok(Person {
        incoming,
        name,
        identities,
        warnings: unused.into_iter().map(|unused| unused.sentence).collect(),
    })
}

fn take_email(
    keyed: &Identities,
    written: &str,
    incoming: &mut Incoming,
    identities: &mut Vec<Identity>,
    unused: &mut Vec<Unused>,
) {
    match normalise_email(written) {
        Ok(normal) => {
            incoming.email = Some(normal.clone());
            identities.push(keyed.of(IdentityKind::Email, normal));
        }
        Err(unusable) => unused.push(Unused {
            pointer: "/email",
            code: "email_invalid",
            sentence: format!("The e-mail address {unusable}."),
        }),
    }
}

fn take_phone(
    keyed: &Identities,
    written: String,
    incoming: &mut Incoming,
    identities: &mut Vec<Identity>,
    unused: &mut Vec<Unused>,
) {
    match normalise_phone(&written) {
        Ok(Phone::E164(number)) => {
            incoming.phone = Some(written);
            incoming.phone_e164 = Some(number.clone());
            identities.push(keyed.of(IdentityKind::Phone, number));
        }
        Ok(Phone::National) => {
            incoming.phone = Some(written);
            unused.push(Unused {
                pointer: "/phone",
                code: "identity_missing",
                sentence: "The telephone number has no country code: it is kept, and identifies nobody."
                    .to_owned(),
            });
        }
        Err(unusable) => unused.push(Unused {
            pointer: "/phone",
            code: "phone_invalid",
            sentence: format!("The telephone number {unusable}."),
        }),
    }
}

fn take_linkedin(
    keyed: &Identities,
    written: &str,
    incoming: &mut Incoming,
    identities: &mut Vec<Identity>,
    unused: &mut Vec<Unused>,
) {
    match normalise_linkedin(written) {
        Ok(normal) => {
            incoming.linkedin_url = Some(normal.clone());
            identities.push(keyed.of(IdentityKind::Linkedin, normal));
        }
        Err(unusable) => unused.push(Unused {
            pointer: "/linkedin_url",
            code: "linkedin_invalid",
            sentence: format!("The LinkedIn address {unusable}."),
        }),
    }
}

/// Without an identity nobody could be found again: a fault at every address, or at the first field.
fn nothing_identifies(unused: Vec<Unused>) -> OperationError {
    let mut faults = Faults::default();
    for unused in unused {
        faults.add(unused.pointer, unused.code, unused.sentence);
    }
    match faults.finish() {
        Err(found) => found,
        Ok(()) => OperationError::field(
            "/email",
            "identity_missing",
            "Give an e-mail address, a telephone number with country code, or a LinkedIn profile.",
        ),
    }
}
