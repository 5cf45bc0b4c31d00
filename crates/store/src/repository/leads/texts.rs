//! What leads are searched by: one text of plain words for each, kept with every write of a lead.
//!
//! Owns which words a lead is found by. Tags and owners are words too, each marked by a letter that no
//! text can hold, because a condition on them is the same question. How they are searched is `search`'s.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;

use aicmo_shared::lead::Lead;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::LeadRecord;
use crate::entity::{lead, lead_text};
use crate::error::StoreError;
use crate::repository::CHUNK;
use crate::session::sealed::Executor;
use crate::store::Store;
use crate::text::{norm, words};

/// What begins the word of a tag, and of an owner: private characters, which no text keeps.
pub(super) const TAG: char = '\u{e000}';
pub(super) const OWNER: char = '\u{e001}';

/// Notes are searched this far; what is longer is a document.
const NOTES: usize = 4_000;

/// What a lead is searched by, of a record, a row or a lead on the wire.
pub(super) struct Searched<'a> {
    fields: [Option<&'a str>; 4],
    notes: Option<&'a str>,
    tags: Cow<'a, [String]>,
    owner: Option<&'a str>,
}

impl<'a> From<&'a LeadRecord> for Searched<'a> {
    fn from(lead: &'a LeadRecord) -> Self {
        Self {
            fields: [
                Some(&lead.name),
                lead.company.as_deref(),
                lead.title.as_deref(),
                lead.email.as_deref(),
            ],
            notes: lead.notes.as_deref(),
            tags: Cow::Borrowed(&lead.tags),
            owner: lead.owner.as_deref(),
        }
    }
}

impl<'a> From<&'a lead::Model> for Searched<'a> {
    fn from(row: &'a lead::Model) -> Self {
        Self {
            fields: [
                Some(&row.name),
                row.company.as_deref(),
                row.title.as_deref(),
                row.email.as_deref(),
            ],
            notes: row.notes.as_deref(),
            // A row that cannot be read is reported elsewhere, and shown by no list.
            tags: Cow::Owned(serde_json::from_str(&row.tags).unwrap_or_default()),
            owner: row.owner.as_deref(),
        }
    }
}

impl<'a> From<&'a Lead> for Searched<'a> {
    fn from(lead: &'a Lead) -> Self {
        let row = &lead.row;
        Self {
            fields: [
                Some(&row.name),
                row.company.as_deref(),
                row.title.as_deref(),
                row.email.as_deref(),
            ],
            notes: lead.notes.as_deref(),
            tags: Cow::Borrowed(&row.tags),
            owner: row.owner.as_deref(),
        }
    }
}

/// The text that a lead is searched by.
pub(super) fn text_of<'a>(lead: impl Into<Searched<'a>>) -> String {
    let lead = lead.into();
    let notes: Option<String> = lead.notes.map(|notes| notes.chars().take(NOTES).collect());
    let fields = lead.fields.into_iter().chain([notes.as_deref()]).flatten();
    let found = fields.flat_map(words);
    let marked_ones = lead
        .tags
        .iter()
        .map(|tag| marked(TAG, tag))
        .chain(lead.owner.map(|owner| marked(OWNER, owner)));
    let mut seen = HashSet::new();
    let mut text = String::new();
    for word in found.chain(marked_ones) {
        if seen.insert(word.clone()) {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&word);
        }
    }
    text
}

/// A whole value as one word, whatever it is made of.
pub(super) fn marked(mark: char, value: &str) -> String {
    let value = norm(value);
    let mut word = String::from(mark);
    let hash: [u8; 32] = Sha256::digest(value.as_bytes()).into();
    // A long value stands there by its hash: neither database indexes words of any length.
    let spelled = if value.len() <= hash.len() {
        value.as_bytes()
    } else {
        &hash
    };
    for byte in spelled {
        // Writing to a string cannot fail.
        let _ = write!(word, "{byte:02x}");
    }
    word
}

/// Keeps the texts of `leads`, new ones and changed ones.
pub(super) async fn put(tx: &impl Executor, leads: &[LeadRecord]) -> Result<(), StoreError> {
    write(tx, leads.iter().map(|lead| (lead.id.get(), text_of(lead)))).await
}

async fn write(tx: &impl Executor, texts: impl Iterator<Item = (Uuid, String)>) -> Result<(), StoreError> {
    let models: Vec<lead_text::ActiveModel> = texts
        .map(|(lead, text)| lead_text::ActiveModel {
            lead_id: Set(lead),
            text: Set(text),
        })
        .collect();
    if models.is_empty() {
        return Ok(());
    }
    let again = OnConflict::column(lead_text::Column::LeadId)
        .update_column(lead_text::Column::Text)
        .to_owned();
    lead_text::Entity::insert_many(models)
        .on_conflict(again)
        .exec_without_returning(tx.connection())
        .await
        .map(drop)
        .map_err(StoreError::of("keep what leads are searched by"))
}

/// Keeps the texts of leads that were changed, before and after, where they are others now.
pub(super) async fn put_changed(
    tx: &impl Executor,
    changed: &[(LeadRecord, LeadRecord)],
) -> Result<(), StoreError> {
    let texts = changed.iter().filter_map(|(before, after)| {
        let text = text_of(after);
        (text_of(before) != text).then(|| (before.id.get(), text))
    });
    write(tx, texts).await
}

/// Makes the texts of leads that have none: those of before there were any. A run that was killed
/// goes on where it ended.
pub(crate) async fn fill(store: &Store) -> Result<(), StoreError> {
    const WHAT: &str = "make what leads are searched by";
    let reader = store.reader();
    let leads = lead::Entity::find().count(reader.connection()).await;
    let texts = lead_text::Entity::find().count(reader.connection()).await;
    if texts.map_err(StoreError::of(WHAT))? >= leads.map_err(StoreError::of(WHAT))? {
        return Ok(());
    }
    let has_none = Expr::cust("NOT EXISTS (SELECT 1 FROM lead_texts WHERE lead_texts.lead_id = leads.id)");
    let mut after = None;
    loop {
        let mut page = lead::Entity::find()
            .filter(has_none.clone())
            .order_by_asc(lead::Column::Id)
            .limit(CHUNK as u64);
        if let Some(id) = after {
            page = page.filter(lead::Column::Id.gt(id));
        }
        let tx = store.begin_notes().await?;
        let rows = page.all(tx.connection()).await.map_err(StoreError::of(WHAT))?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = Some(last.id);
        write(&tx, rows.iter().map(|row| (row.id, text_of(row)))).await?;
        tx.commit().await?;
    }
}

#[cfg(test)]
pub(super) mod tests {
    use aicmo_shared::lead::LeadSource;
    use aicmo_shared::{LeadId, Timestamp};

    use super::*;

    pub fn a_lead() -> Lead {
        let id = LeadId::new(Uuid::from_u128(1));
        let mut lead = LeadRecord::new(id, "Zoë Müller", LeadSource::Manual, Timestamp::from_millis(0));
        lead.company = Some("Müller & Söhne".to_owned());
        lead.tags = vec!["Very important".to_owned()];
        lead.owner = Some("Grace".to_owned());
        lead.into_lead(None, vec![])
    }

    #[test]
    fn a_word_stands_once_and_a_tag_is_one_word() {
        let lead = a_lead();
        let text = text_of(&lead);
        let words: Vec<&str> = text.split(' ').collect();
        assert_eq!(words[..3], ["zoe", "muller", "sohne"]);
        assert_eq!(words.len(), 5, "{text}");
    }
}
