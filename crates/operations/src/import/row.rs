//! Turns one record of a file into what it says about a person.
//!
//! Owns the reading of a record under a mapping: which cell becomes which field, which addresses are
//! identities, and which cells cannot be used and why. An unusable optional cell is dropped with a
//! warning; a record that names nobody is invalid. Pure: who is known already is asked in `book`.

mod draft;

use aicmo_shared::import::{ImportColumn, RowNote, RowReason};
use aicmo_shared::{CampaignId, ImportId, Timestamp};

use crate::identity::{Identities, Identity};
use crate::merge::Incoming;
use crate::sheet::unguarded;
use draft::Draft;

/// Characters of a value that a note repeats.
const MAX_NOTED: usize = 120;

/// What a record says.
#[derive(Clone, Debug, PartialEq)]
pub struct RowReading {
    pub row_number: u64,
    /// `None` when the record is invalid; then a note that is no warning says why.
    pub person: Option<Person>,
    pub name: Option<String>,
    pub email: Option<String>,
    pub company: Option<String>,
    pub notes: Vec<RowNote>,
}

/// Somebody whom a record names.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    pub incoming: Incoming,
    pub name: String,
    /// The name was made from company or e-mail.
    pub name_derived: bool,
    /// The first is the key: e-mail, then telephone, then LinkedIn. None only where that is accepted.
    pub identities: Vec<Identity>,
}

/// Reads the records of one file.
#[derive(Clone, Debug)]
pub struct RowReader {
    import: ImportId,
    headers: Vec<String>,
    mapping: Vec<ImportColumn>,
    campaign: Option<CampaignId>,
    identities: Identities,
    touched_at: Timestamp,
    accepts_without_identity: bool,
}

impl RowReader {
    /// Reads records of `import` whose header is `headers`; `touched_at` is when they came in.
    pub fn new(
        import: ImportId,
        headers: Vec<String>,
        mapping: Vec<ImportColumn>,
        campaign: Option<CampaignId>,
        identities: Identities,
        touched_at: Timestamp,
    ) -> Self {
        Self {
            import,
            headers,
            mapping,
            campaign,
            identities,
            touched_at,
            accepts_without_identity: false,
        }
    }

    /// Whether a record that nothing would find again names somebody all the same.
    pub const fn accepting_without_identity(mut self, accepts: bool) -> Self {
        self.accepts_without_identity = accepts;
        self
    }

    /// The header of a column, as notes name it.
    pub fn header(&self, index: usize) -> Option<String> {
        self.headers.get(index).map(|header| noted(header))
    }

    /// Reads one record. `damage` is what was wrong with its bytes, if anything.
    pub fn read(&self, row_number: u64, fields: &[String], damage: Option<RowNote>) -> RowReading {
        let mut draft = Draft::of(self);
        if let Some(damage) = damage {
            draft.damage(damage);
        }
        if fields.len() != self.headers.len() {
            draft.damage(RowNote {
                reason: RowReason::ColumnCount,
                column: None,
                value: None,
                message: format!(
                    "This row has {}, but the header has {}. A quotation mark or a separator is missing or too many.",
                    columns(fields.len()),
                    columns(self.headers.len())
                ),
                is_warning: false,
            });
        }
        for (index, cell) in fields.iter().enumerate() {
            draft.take(index, unguarded(cell));
        }
        draft.finish(row_number)
    }
}

/// What makes the touch of a row idempotent.
pub fn source_ref(import: ImportId, row_number: u64) -> String {
    format!("batch_{import}_row_{row_number}")
}

fn columns(n: usize) -> String {
    if n == 1 {
        "1 column".to_owned()
    } else {
        format!("{n} columns")
    }
}

/// A value as a note repeats it.
pub fn noted(value: &str) -> String {
    value
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_NOTED)
        .collect()
}

#[cfg(test)]
mod tests;
