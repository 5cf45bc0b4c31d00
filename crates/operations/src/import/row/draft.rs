//! A record while its cells are being read, one after the other.

use aicmo_shared::import::{ImportColumn, RowNote, RowReason};
use aicmo_shared::lead::{ConsentOrigin, ConsentStatus, IdentityKind, LeadSource};

use super::{Person, RowReader, RowReading, noted, source_ref};
use crate::identity::{Identity, Phone, normalise_email, normalise_linkedin, normalise_phone};
use crate::import::cell::{OptOut, clean, opt_out, says_opted_out};
use crate::merge::{Incoming, MAX_TAGS};
use crate::text;

pub(super) struct Draft<'a> {
    reader: &'a RowReader,
    incoming: Incoming,
    notes: Vec<RowNote>,
    identities: Vec<Identity>,
    /// Identity cells that could not be used: warnings beside a usable one, else the reason.
    unusable: Vec<RowNote>,
    /// Addresses beyond those that a lead has a field for, as lines of its notes.
    extras: Vec<String>,
    remarks: Vec<(String, String)>,
    is_damaged: bool,
}

impl<'a> Draft<'a> {
    /// A record of which nothing is read yet.
    pub(super) fn of(reader: &'a RowReader) -> Self {
        let mut incoming = Incoming::from_source(LeadSource::Csv, reader.touched_at);
        incoming.campaign = reader.campaign;
        Self {
            reader,
            incoming,
            notes: Vec::new(),
            identities: Vec::new(),
            unusable: Vec::new(),
            extras: Vec::new(),
            remarks: Vec::new(),
            is_damaged: false,
        }
    }

    /// The record cannot be trusted; none of its cells is read.
    pub(super) fn damage(&mut self, why: RowNote) {
        self.is_damaged = true;
        self.notes.push(why);
    }

    fn header(&self, index: usize) -> String {
        self.reader.header(index).unwrap_or_default()
    }

    fn note(&self, reason: RowReason, index: usize, value: &str, message: String) -> RowNote {
        RowNote {
            reason,
            column: Some(self.header(index)),
            value: Some(noted(value)),
            message,
            is_warning: true,
        }
    }

    /// Reads a cell.
    pub(super) fn take(&mut self, index: usize, cell: &str) {
        if self.is_damaged {
            return;
        }
        let column = self
            .reader
            .mapping
            .get(index)
            .copied()
            .unwrap_or(ImportColumn::Ignore);
        if column == ImportColumn::Ignore {
            return;
        }
        let cleaned = clean(cell, column == ImportColumn::Notes);
        if cleaned.n_removed > 0 {
            let message = format!(
                "{} removed: control characters, or marks that reverse the direction of text.",
                if cleaned.n_removed == 1 {
                    "1 character was".to_owned()
                } else {
                    format!("{} characters were", cleaned.n_removed)
                }
            );
            self.notes
                .push(self.note(RowReason::EncodingError, index, &cleaned.text, message));
        } else if cleaned.text.contains('\u{fffd}') {
            let message =
                "A character was lost before this file was made; \u{fffd} stands in its place.".to_owned();
            self.notes
                .push(self.note(RowReason::EncodingError, index, &cleaned.text, message));
        }
        let value = cleaned.text;
        if value.is_empty() {
            return;
        }
        match column {
            ImportColumn::Ignore => {}
            ImportColumn::Name => self.incoming.name = self.bounded(index, value, text::NAME),
            ImportColumn::FirstName => self.incoming.first_name = self.bounded(index, value, text::NAME),
            ImportColumn::LastName => self.incoming.last_name = self.bounded(index, value, text::NAME),
            ImportColumn::Email => self.take_emails(index, &value),
            ImportColumn::Phone => self.take_phone(index, &value),
            ImportColumn::LinkedinUrl => self.take_linkedin(index, &value),
            ImportColumn::Company => self.incoming.company = self.bounded(index, value, text::LINE),
            ImportColumn::Title => self.incoming.title = self.bounded(index, value, text::LINE),
            ImportColumn::Website => self.incoming.website = self.bounded(index, value, text::URL),
            ImportColumn::Industry => self.incoming.industry = self.bounded(index, value, text::LINE),
            ImportColumn::Location => self.incoming.location = self.bounded(index, value, text::LINE),
            ImportColumn::Owner => self.incoming.owner = self.bounded(index, value, text::LINE),
            ImportColumn::SourceChannel => {
                self.incoming.source_channel = self.bounded(index, value, text::LINE);
            }
            ImportColumn::UtmSource => self.incoming.utm.source = self.bounded(index, value, text::LINE),
            ImportColumn::UtmMedium => self.incoming.utm.medium = self.bounded(index, value, text::LINE),
            ImportColumn::UtmCampaign => self.incoming.utm.campaign = self.bounded(index, value, text::LINE),
            ImportColumn::UtmContent => self.incoming.utm.content = self.bounded(index, value, text::LINE),
            ImportColumn::Notes => self.remarks.push((self.header(index), value)),
            ImportColumn::Tag => self.take_tags(index, &value),
            ImportColumn::OptOut => self.take_opt_out(index, &value),
        }
    }

    /// `None`, with a warning, when the value is longer than the field.
    fn bounded(&mut self, index: usize, value: String, longest: usize) -> Option<String> {
        let length = value.chars().count();
        if length <= longest {
            return Some(value);
        }
        let message =
            format!("The value has {length} characters and the field at most {longest}; it is left out.");
        self.notes
            .push(self.note(RowReason::TooLong, index, &value, message));
        None
    }

    fn take_emails(&mut self, index: usize, cell: &str) {
        // Some tools put several addresses into one cell.
        let is_list = cell.matches('@').count() > 1;
        let is_between = |c: char| is_list && (c.is_whitespace() || ";,|:".contains(c));
        for address in cell.split(is_between).filter(|address| !address.is_empty()) {
            match normalise_email(address) {
                Ok(normal) => {
                    if self.incoming.email.is_none() {
                        self.incoming.email = Some(normal.clone());
                    } else if self.incoming.email.as_ref() != Some(&normal) {
                        self.extras.push(format!("{}: {normal}", self.header(index)));
                    }
                    self.add_identity(IdentityKind::Email, normal);
                }
                Err(why) => {
                    let note = self.note(
                        RowReason::EmailInvalid,
                        index,
                        address,
                        format!("This {why}, so it is not used as an e-mail address."),
                    );
                    self.unusable.push(note);
                }
            }
        }
    }

    fn take_phone(&mut self, index: usize, value: &str) {
        // A spreadsheet writes an apostrophe before a number that it shall keep as text.
        let number = value.trim_start_matches('\'').to_owned();
        let read = normalise_phone(&number);
        let e164 = match read {
            Ok(Phone::E164(normal)) => {
                self.add_identity(IdentityKind::Phone, normal.clone());
                Some(normal)
            }
            Ok(Phone::National) => {
                let message =
                    "This has no country code, so it is kept but cannot identify a person.".to_owned();
                self.unusable
                    .push(self.note(RowReason::PhoneInvalid, index, &number, message));
                None
            }
            Err(why) => {
                let message = format!("This {why}, so it is not used as a telephone number.");
                self.unusable
                    .push(self.note(RowReason::PhoneInvalid, index, &number, message));
                return;
            }
        };
        let is_better = self.incoming.phone_e164.is_none() && e164.is_some();
        if self.incoming.phone.is_none() {
            self.incoming.phone = Some(number);
            self.incoming.phone_e164 = e164;
        } else if self.incoming.phone.as_ref() != Some(&number) {
            let mut other = number;
            if is_better {
                // The number that finds a person again is the better one to show.
                std::mem::swap(&mut other, self.incoming.phone.get_or_insert_default());
                self.incoming.phone_e164 = e164;
            }
            self.extras.push(format!("{}: {other}", self.header(index)));
        }
    }

    fn take_linkedin(&mut self, index: usize, value: &str) {
        match normalise_linkedin(value) {
            Ok(normal) => {
                self.incoming.linkedin_url = Some(normal.clone());
                self.add_identity(IdentityKind::Linkedin, normal);
            }
            Err(why) => {
                let note = self.note(
                    RowReason::LinkedinInvalid,
                    index,
                    value,
                    format!("This {why}; it is not used."),
                );
                self.unusable.push(note);
            }
        }
    }

    fn add_identity(&mut self, kind: IdentityKind, value: String) {
        let is_known = self
            .identities
            .iter()
            .any(|identity| identity.kind == kind && identity.value == value);
        if !is_known {
            self.identities.push(self.reader.identities.of(kind, value));
        }
    }

    fn take_tags(&mut self, index: usize, cell: &str) {
        if says_opted_out(cell) {
            self.opt_out(index, cell, "This says that the person must not be contacted.");
        }
        for tag in cell
            .split([',', ';', '|'])
            .map(str::trim)
            .filter(|tag| !tag.is_empty())
        {
            let is_known = |known: &String| known.to_lowercase() == tag.to_lowercase();
            if self.incoming.tags.iter().any(is_known) || self.incoming.tags.len() >= MAX_TAGS {
                continue;
            }
            if let Some(tag) = self.bounded(index, tag.to_owned(), text::TAG) {
                self.incoming.tags.push(tag);
            }
        }
    }

    fn take_opt_out(&mut self, index: usize, cell: &str) {
        match opt_out(cell) {
            OptOut::No => {}
            OptOut::Yes => self.opt_out(index, cell, "The person opted out."),
            OptOut::Unclear => self.opt_out(
                index,
                cell,
                "This is neither a clear yes nor a clear no. It is taken as an opt-out, because writing to somebody \
                 who opted out cannot be undone.",
            ),
        }
    }

    fn opt_out(&mut self, index: usize, cell: &str, message: &str) {
        self.incoming.consent = Some((ConsentStatus::Dnc, ConsentOrigin::Import));
        let note = self.note(RowReason::DoNotContact, index, cell, message.to_owned());
        self.notes.push(note);
    }

    /// Joins remarks, and the addresses that have no field, into the lead's notes.
    fn join_notes(&mut self) {
        let has_several = self.remarks.len() > 1;
        let mut lines: Vec<String> = std::mem::take(&mut self.remarks)
            .into_iter()
            .map(|(header, value)| {
                if has_several {
                    format!("{header}: {value}")
                } else {
                    value
                }
            })
            .collect();
        lines.append(&mut self.extras);
        if lines.is_empty() {
            return;
        }
        let joined = lines.join("\n");
        let length = joined.chars().count();
        if length <= text::NOTES {
            self.incoming.notes = Some(joined);
        } else {
            self.notes.push(RowNote {
                reason: RowReason::TooLong,
                column: None,
                value: Some(noted(&joined)),
                message: format!(
                    "The notes have {length} characters together and the field at most {}; they are left out.",
                    text::NOTES
                ),
                is_warning: true,
            });
        }
    }

    /// Says what the record comes to.
    pub(super) fn finish(mut self, row_number: u64) -> RowReading {
        self.incoming.source_ref = Some(source_ref(self.reader.import, row_number));
        self.join_notes();
        let named = self.incoming.display_name();
        let mut is_valid = !self.is_damaged;
        let is_unfindable = self.identities.is_empty();
        if is_valid && is_unfindable && !self.reader.accepts_without_identity {
            is_valid = false;
            if self.unusable.is_empty() {
                self.notes.push(missing(
                    RowReason::IdentityMissing,
                    "No e-mail address, telephone number or LinkedIn profile: nothing would find this person again.",
                ));
            }
            for note in &mut self.unusable {
                note.is_warning = false;
            }
        } else {
            // A number without country is kept as it is; beside a usable identity nobody needs to know.
            self.unusable.retain(|note| {
                note.reason != RowReason::PhoneInvalid
                    || !matches!(
                        note.value.as_deref().map(normalise_phone),
                        Some(Ok(Phone::National))
                    )
            });
        }
        self.notes.append(&mut self.unusable);
        if !self.is_damaged && named.is_none() {
            is_valid = false;
            self.notes.push(missing(
                RowReason::NameMissing,
                "No name, and no company or e-mail address to make one from.",
            ));
        }
        if is_valid && is_unfindable {
            let message =
                "Nothing will find this person again, so importing this row again makes a second lead.";
            self.notes.push(RowNote {
                is_warning: true,
                ..missing(RowReason::IdentityMissing, message)
            });
        }
        // The key comes first: e-mail, telephone, LinkedIn, each in the order of the file.
        self.identities.sort_by_key(|identity| identity.kind);
        let reading_name = named.as_ref().map(|(name, _)| name.clone());
        let email = self.incoming.email.clone();
        let company = self.incoming.company.clone();
        let person = match named {
            Some((name, name_derived)) if is_valid => Some(Person {
                incoming: self.incoming,
                name,
                name_derived,
                identities: self.identities,
            }),
            _ => None,
        };
        RowReading {
            row_number,
            person,
            name: reading_name,
            email,
            company,
            notes: self.notes,
        }
    }
}

fn missing(reason: RowReason, message: &str) -> RowNote {
    RowNote {
        reason,
        column: None,
        value: None,
        message: message.to_owned(),
        is_warning: false,
    }
}
