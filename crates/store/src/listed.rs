//! A list that survives bad rows.

use aicmo_shared::diagnostics::CorruptRow;

/// Rows that could be read, and reports of those that could not. A bad row never fails a list and
/// is never silently left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// The good rows, in the order asked for.
    pub rows: Vec<T>,
    /// The bad ones: table, column, id and value.
    pub corrupt: Vec<CorruptRow>,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            corrupt: Vec::new(),
        }
    }
}

impl<T> Listed<T> {
    /// Sorts one row to where it belongs.
    pub(crate) fn push(&mut self, row: Result<T, CorruptRow>) {
        match row {
            Ok(row) => self.rows.push(row),
            Err(corrupt) => self.corrupt.push(corrupt),
        }
    }
}

impl<T> FromIterator<Result<T, CorruptRow>> for Listed<T> {
    fn from_iter<I: IntoIterator<Item = Result<T, CorruptRow>>>(rows: I) -> Self {
        let mut listed = Self::default();
        for row in rows {
            listed.push(row);
        }
        listed
    }
}
