//! A search in the texts of leads: what a filter looks for, and how it is put to either database.
//!
//! Owns the terms of a search, its conditions and its counts. What a lead is searched by is `texts`'
//! business, and which way a page is found `plan`'s.

use aicmo_shared::diagnostics::DatabaseKind;
use aicmo_shared::lead::{Lead, LeadFilter};
use sea_orm::sea_query::Expr;

use super::texts::{OWNER, TAG, marked, text_of};
use crate::error::StoreError;
use crate::repository::{ask, counted};
use crate::session::Session;
use crate::text::words;

const SEARCH: &str = "search the leads";

/// The longest beginnings that SQLite's index has ready, in characters.
const PREFIX: usize = 3;

/// Words of a search that are looked at; more narrow nothing that anybody could still see.
const WORDS: usize = 12;

/// Where PostgreSQL has the words of a text, as its index has them.
const POSTGRES_WORDS: &str = "lead_words(text)";

/// A word that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    /// The beginning of a word.
    Beginning(String),
    /// A whole word.
    Whole(String),
}

/// How the index of words is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ByIndex {
    /// For the words and whole beginnings.
    Words,
    /// For the first letters, with a look at the text of what is found; SQLite's.
    FirstLetters,
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

    /// Whether SQLite's index would have to gather every word with a long beginning.
    fn has_long_beginnings(&self) -> bool {
        self.terms
            .iter()
            .any(|term| matches!(term, Term::Beginning(word) if word.chars().count() > PREFIX))
    }

    /// The same search for the first letters only: it finds all of what this finds, and more.
    fn cut(&self) -> Self {
        let cut = |term: &Term| match term {
            Term::Beginning(word) => Term::Beginning(word.chars().take(PREFIX).collect()),
            Term::Whole(word) => Term::Whole(word.clone()),
        };
        Self {
            terms: self.terms.iter().map(cut).collect(),
            is_hopeless: self.is_hopeless,
        }
    }

    /// How the index finds the leads, and how many those are; `None` when they are more than `few`.
    ///
    /// SQLite's index has the first letters of words ready. For a longer beginning it gathers the leads
    /// of every word that begins so, which may be all there are. So it is asked for the first letters,
    /// and the texts of what it finds are looked at. Where those are many, a look at some of them tells
    /// whether the search itself finds many, before the index is asked for the whole beginning.
    pub(super) async fn few(
        &self,
        session: &impl Session,
        few: u64,
    ) -> Result<Option<(ByIndex, u64)>, StoreError> {
        let kind = session.database();
        if kind == DatabaseKind::Sqlite && self.has_long_beginnings() {
            let cut = self.cut();
            let within = format!(" LIMIT {}", few + 1);
            let looked_at = cut.counted(session, &within).await?;
            let matching = self.counted_in(session, &cut, &within).await?;
            if looked_at <= few {
                return Ok(Some((ByIndex::FirstLetters, matching)));
            }
            if matching > few / 2 {
                return Ok(None);
            }
        }
        let found = self.counted(session, &format!(" LIMIT {}", few + 1)).await?;
        Ok((found <= few).then_some((ByIndex::Words, found)))
    }

    /// How many of the leads that the index finds by `cut`, looked at `within` them, match; SQLite's.
    async fn counted_in(&self, session: &impl Session, cut: &Self, within: &str) -> Result<u64, StoreError> {
        let kind = DatabaseKind::Sqlite;
        let (conditions, values) = self.conditions(kind, 1);
        let sql = format!(
            "SELECT count(*) AS n FROM (SELECT rowid AS n FROM lead_search WHERE lead_search MATCH ?{within}) \
             AS found CROSS JOIN lead_texts ON lead_texts.n = found.n WHERE {conditions}"
        );
        let values = std::iter::once(cut.spelled(kind)).chain(values).map(Into::into);
        let rows = ask(session, SEARCH, sql, values.collect()).await?;
        let row = rows
            .first()
            .ok_or_else(|| StoreError::defect(SEARCH, "a count without a row"))?;
        counted(row, "n", SEARCH)
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

    /// Holds for a lead that the index finds in this way.
    pub(super) fn by_index(&self, kind: DatabaseKind, by: ByIndex) -> Expr {
        if self.is_hopeless {
            return Expr::val(false);
        }
        if by == ByIndex::FirstLetters {
            let (conditions, values) = self.conditions(kind, 1);
            let matches = format!("leads.id IN ({} AND {conditions})", Self::found(kind));
            let values = std::iter::once(self.cut().spelled(kind)).chain(values);
            return Expr::cust_with_values(matches, values);
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
        let (conditions, values) = self.conditions(kind, 0);
        // A subquery for one lead at a time; as a join it would read every text first.
        let sql = format!("(SELECT {conditions} FROM lead_texts WHERE lead_texts.lead_id = leads.id)");
        Expr::cust_with_values(sql, values)
    }

    /// What holds for a text that matches, with its values behind `n_before` others.
    fn conditions(&self, kind: DatabaseKind, n_before: usize) -> (String, Vec<String>) {
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
            let value = placeholder(kind, n_before + values.len());
            conditions.push(format!("{place}(' ' || lead_texts.text || ' ', {value}) > 0"));
        }
        (conditions.join(" AND "), values)
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
    use super::*;
    use crate::repository::leads::texts::tests::a_lead;

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
