//! What leads are searched by: one text of plain words for each, kept with every write of a lead.
//!
//! Owns which words a lead is found by and how a search is put to either database. Tags and owners
//! are words too, each marked by a letter that no text can hold, because a condition on them is the
//! same question. How a search is combined with other conditions is the list's.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;

use aicmo_shared::diagnostics::DatabaseKind;
use aicmo_shared::lead::{Lead, LeadFilter};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::LeadRecord;
use crate::entity::{lead, lead_text};
use crate::error::StoreError;
use crate::repository::{CHUNK, ask, counted};
use crate::session::Session;
use crate::session::sealed::Executor;
use crate::store::Store;
use crate::text::{norm, words};

const SEARCH: &str = "search the leads";

/// What begins the word of a tag, and of an owner: private characters, which no text keeps.
const TAG: char = '\u{e000}';
const OWNER: char = '\u{e001}';

/// Notes are searched this far; what is longer is a document.
const NOTES: usize = 4_000;

/// Words of a search that are looked at; more narrow nothing that anybody could still see.
const WORDS: usize = 12;

/// Where PostgreSQL has the words of a text, as its index has them.
const POSTGRES_WORDS: &str = "lead_words(text)";

/// What a lead is searched by, of a record, a row or a lead on the wire.
struct Searched<'a> {
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
fn text_of<'a>(lead: impl Into<Searched<'a>>) -> String {
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
fn marked(mark: char, value: &str) -> String {
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

/// Keeps the text of a lead that was changed, if it is another now.
pub(super) async fn put_changed(
    tx: &impl Executor,
    before: &LeadRecord,
    after: &LeadRecord,
) -> Result<(), StoreError> {
    let text = text_of(after);
    if text_of(before) == text {
        return Ok(());
    }
    write(tx, std::iter::once((before.id.get(), text))).await
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

/// A word that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    /// The beginning of a word.
    Beginning(String),
    /// A whole word.
    Whole(String),
}

/// All that a filter looks for in the texts. Every term must be found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Search {
    terms: Vec<Term>,
    /// The filter has a text without a single word, which nothing matches.
    is_hopeless: bool,
}

impl Search {
    /// What `filter` looks for; none when it looks for nothing in the texts.
    pub(super) fn of(filter: &LeadFilter) -> Option<Self> {
        let mut search = Self::default();
        if let Some(text) = &filter.text {
            search.terms.extend(words(text).take(WORDS).map(Term::Beginning));
            search.is_hopeless = search.terms.is_empty();
        }
        let whole = |mark, value: &String| Term::Whole(marked(mark, value));
        search.terms.extend(filter.tag.iter().map(|tag| whole(TAG, tag)));
        search
            .terms
            .extend(filter.owner.iter().map(|owner| whole(OWNER, owner)));
        (search.is_hopeless || !search.terms.is_empty()).then_some(search)
    }

    /// The search in the words of the index of `kind`.
    fn spelled(&self, kind: DatabaseKind) -> String {
        let (quote, beginning, and) = match kind {
            DatabaseKind::Sqlite => ('"', " *", " AND "),
            DatabaseKind::Postgres => ('\'', ":*", " & "),
        };
        let terms: Vec<String> = self
            .terms
            .iter()
            .map(|term| match term {
                Term::Beginning(word) => format!("{quote}{word}{quote}{beginning}"),
                Term::Whole(word) => format!("{quote}{word}{quote}"),
            })
            .collect();
        terms.join(and)
    }

    /// The leads that match, found by the index: a statement that selects `lead_id`, with one value.
    fn found(kind: DatabaseKind) -> String {
        let value = placeholder(kind, 1);
        match kind {
            DatabaseKind::Sqlite => format!(
                "SELECT lead_texts.lead_id FROM lead_search CROSS JOIN lead_texts \
                 ON lead_texts.n = lead_search.rowid WHERE lead_search MATCH {value}"
            ),
            DatabaseKind::Postgres => {
                format!("SELECT lead_id FROM lead_texts WHERE {POSTGRES_WORDS} @@ CAST({value} AS tsquery)")
            }
        }
    }

    /// Holds for a lead that the index finds.
    pub(super) fn by_index(&self, kind: DatabaseKind) -> Expr {
        if self.is_hopeless {
            return Expr::val(false);
        }
        let found = Self::found(kind);
        let matches = match kind {
            DatabaseKind::Sqlite => format!("leads.id IN ({found})"),
            // An array is made once, before anything is looked up by it.
            DatabaseKind::Postgres => format!("leads.id = ANY(ARRAY({found}))"),
        };
        Expr::cust_with_values(matches, [self.spelled(kind)])
    }

    /// Holds for a lead whose own text matches: for a look along an order, where nearly every lead does.
    pub(super) fn by_text(&self, kind: DatabaseKind) -> Expr {
        if self.is_hopeless {
            return Expr::val(false);
        }
        let place = match kind {
            DatabaseKind::Sqlite => "instr",
            DatabaseKind::Postgres => "strpos",
        };
        let mut conditions = Vec::with_capacity(self.terms.len());
        let mut values = Vec::with_capacity(self.terms.len());
        for term in &self.terms {
            values.push(match term {
                Term::Beginning(word) => format!(" {word}"),
                Term::Whole(word) => format!(" {word} "),
            });
            let value = placeholder(kind, values.len());
            conditions.push(format!("{place}(' ' || text || ' ', {value}) > 0"));
        }
        // A subquery for one lead at a time; as a join it would read every text first.
        let sql = format!(
            "(SELECT {} FROM lead_texts WHERE lead_texts.lead_id = leads.id)",
            conditions.join(" AND ")
        );
        Expr::cust_with_values(sql, values)
    }

    /// How many leads match, counted no further than `most`.
    pub(super) async fn count_up_to(&self, session: &impl Session, most: u64) -> Result<u64, StoreError> {
        let within = format!(" LIMIT {most}");
        self.counted(session, &within).await
    }

    /// How many leads match.
    pub(super) async fn count(&self, session: &impl Session) -> Result<u64, StoreError> {
        self.counted(session, "").await
    }

    async fn counted(&self, session: &impl Session, within: &str) -> Result<u64, StoreError> {
        if self.is_hopeless {
            return Ok(0);
        }
        let kind = session.database();
        let found = match kind {
            DatabaseKind::Sqlite => "SELECT 1 FROM lead_search WHERE lead_search MATCH ?".to_owned(),
            DatabaseKind::Postgres => Self::found(kind),
        };
        let sql = format!("SELECT count(*) AS n FROM ({found}{within}) AS found");
        let rows = ask(session, SEARCH, sql, vec![self.spelled(kind).into()]).await?;
        let row = rows
            .first()
            .ok_or_else(|| StoreError::defect(SEARCH, "a count without a row"))?;
        counted(row, "n", SEARCH)
    }
}

/// How the `n`th value of an expression is written, counted from 1.
fn placeholder(kind: DatabaseKind, n: usize) -> String {
    match kind {
        DatabaseKind::Sqlite => "?".to_owned(),
        DatabaseKind::Postgres => format!("${n}"),
    }
}

/// Whether the words of a lead hold what `filter` looks for; what mock data is searched by.
pub fn matches_words(lead: &Lead, filter: &LeadFilter) -> bool {
    let Some(search) = Search::of(filter) else {
        return true;
    };
    let text = format!(" {} ", text_of(lead));
    !search.is_hopeless
        && search.terms.iter().all(|term| match term {
            Term::Beginning(word) => text.contains(&format!(" {word}")),
            Term::Whole(word) => text.contains(&format!(" {word} ")),
        })
}

#[cfg(test)]
mod tests {
    use aicmo_shared::lead::LeadSource;
    use aicmo_shared::{LeadId, Timestamp};

    use super::*;

    fn a_lead() -> Lead {
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

    #[test]
    fn a_search_is_the_same_for_a_lead_in_memory() {
        let lead = a_lead();
        let text = |text: &str| LeadFilter {
            text: Some(text.to_owned()),
            ..LeadFilter::default()
        };
        for found in ["zo", "MÜLL zoe", "söhne"] {
            assert!(matches_words(&lead, &text(found)), "{found}");
        }
        for missed in ["oe", "important", "grace", "&", "zoe x"] {
            assert!(!matches_words(&lead, &text(missed)), "{missed}");
        }
        let tag = |tag: &str| LeadFilter {
            tag: Some(tag.to_owned()),
            ..LeadFilter::default()
        };
        assert!(matches_words(&lead, &tag(" very IMPORTANT ")));
        assert!(!matches_words(&lead, &tag("very")));
    }

    #[test]
    fn what_is_typed_never_becomes_an_operator() {
        let filter = LeadFilter {
            text: Some("a\" OR b* ') --".to_owned()),
            ..LeadFilter::default()
        };
        let search = Search::of(&filter).expect("a search");
        assert_eq!(
            search.spelled(DatabaseKind::Sqlite),
            "\"a\" * AND \"or\" * AND \"b\" *"
        );
        assert_eq!(search.spelled(DatabaseKind::Postgres), "'a':* & 'or':* & 'b':*");
    }
}
