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
            // A row that cannot be read has its id all the same, in the complaint about it.
            let id = match &row {
                Ok(row) => Some(id_of(row)),
                Err(corrupt) => corrupt.id.parse().ok(),
            };
            last = id.or(last);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_on_which_nothing_can_be_read_has_another_behind_it() {
        let unreadable = |id: u128| CorruptRow {
            table: "leads".to_owned(),
            column: "name".to_owned(),
            id: Uuid::from_u128(id).to_string(),
            value: String::new(),
        };
        let rows = vec![Err(unreadable(3)), Err(unreadable(2)), Ok(Uuid::from_u128(1))];
        let page = IdPage::of(rows, 2, |id| *id, Ok::<Uuid, CorruptRow>);
        assert_eq!((page.rows.len(), page.corrupt.len()), (0, 2));
        let behind = IdPosition {
            id: Uuid::from_u128(2),
        };
        assert_eq!(page.next, Some(behind));
    }
}
