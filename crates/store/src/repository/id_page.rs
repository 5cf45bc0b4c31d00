//! Lists that are ordered by id, newest first: a place in one, and a page of it.

use aicmo_shared::diagnostics::CorruptRow;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::cut;

/// A place in a list that is ordered by id, newest first: behind the row with this id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdPosition {
    /// The last row shown.
    pub id: Uuid,
}

/// A page of such a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdPage<T> {
    /// The good rows, newest first.
    pub rows: Vec<T>,
    /// Rows of this page that hold a value which no enum knows.
    pub corrupt: Vec<CorruptRow>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<IdPosition>,
}

impl<T> IdPage<T> {
    /// Cuts what was fetched, one row more than `limit`, and reads each row by itself.
    pub(crate) fn of<M>(
        rows: Vec<Result<M, CorruptRow>>,
        limit: u32,
        id_of: impl Fn(&M) -> Uuid,
        read: impl Fn(M) -> Result<T, CorruptRow>,
    ) -> Self {
        let (rows, more) = cut(rows, limit);
        let mut page = Self {
            rows: Vec::with_capacity(rows.len()),
            corrupt: Vec::new(),
            next: None,
        };
        let mut last = None;
        for row in rows {
            last = row.as_ref().ok().map(&id_of).or(last);
            match row.and_then(&read) {
                Ok(row) => page.rows.push(row),
                Err(corrupt) => page.corrupt.push(corrupt),
            }
        }
        page.next = last.filter(|_| more).map(|id| IdPosition { id });
        page
    }

    /// The same page with other rows.
    pub(crate) fn with_rows<U>(self, convert: impl FnMut(T) -> U) -> IdPage<U> {
        IdPage {
            rows: self.rows.into_iter().map(convert).collect(),
            corrupt: self.corrupt,
            next: self.next,
        }
    }
}
