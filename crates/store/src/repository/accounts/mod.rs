//! Who may come in: accounts, their sessions and recovery codes, links that work once, and keys.

pub mod actors;
pub mod api_keys;
pub mod one_time_links;
pub mod recovery_codes;
pub mod sessions;
pub mod users;

use std::fmt;

/// The SHA-256 of a random secret, which is all that is kept of it. Prints as `***`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Wraps a digest.
    pub const fn new(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The digest, for a comparison in constant time.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// As the database keeps it: lower-case hexadecimal.
    pub(crate) fn text(&self) -> String {
        self.0.iter().fold(String::with_capacity(64), |mut text, byte| {
            use fmt::Write as _;
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A place in a list that is ordered by id, newest first: behind the row with this id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct IdPosition {
    /// The last row shown.
    pub id: uuid::Uuid,
}

/// A page of such a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdPage<T> {
    /// The good rows, newest first.
    pub rows: Vec<T>,
    /// Rows of this page that hold a value which no enum knows.
    pub corrupt: Vec<aicmo_shared::diagnostics::CorruptRow>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<IdPosition>,
}

impl<T> IdPage<T> {
    /// Cuts what was fetched, one row more than `limit`, and reads each row by itself.
    fn of<M>(
        rows: Vec<Result<M, aicmo_shared::diagnostics::CorruptRow>>,
        limit: u32,
        id_of: impl Fn(&M) -> uuid::Uuid,
        read: impl Fn(M) -> Result<T, aicmo_shared::diagnostics::CorruptRow>,
    ) -> Self {
        let (rows, more) = super::cut(rows, limit);
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
    fn with_rows<U>(self, convert: impl FnMut(T) -> U) -> IdPage<U> {
        IdPage {
            rows: self.rows.into_iter().map(convert).collect(),
            corrupt: self.corrupt,
            next: self.next,
        }
    }
}
