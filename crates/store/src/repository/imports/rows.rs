//! The records of an uploaded file with their verdicts and what became of them.

use aicmo_shared::import::{ImportRow, RowNote, RowVerdict};
use aicmo_shared::{ImportId, LeadId, Timestamp};

use crate::error::StoreError;
use crate::listed::Listed;
use crate::session::{Session, WriteTx};

/// One record of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRowRecord {
    pub import: ImportId,
    /// Counts the records of the file from 1, the header included.
    pub row_number: u64,
    /// The fields as they stand in the file.
    pub raw: Vec<String>,
    pub verdict: RowVerdict,
    pub name: Option<String>,
    pub email: Option<String>,
    pub company: Option<String>,
    pub notes: Vec<RowNote>,
    pub fills: Vec<String>,
    pub lead: Option<LeadId>,
    /// When the commit settled it; none before.
    pub committed_at: Option<Timestamp>,
}

impl ImportRowRecord {
    /// The row as the wire shows it.
    pub fn into_row(self) -> ImportRow {
        ImportRow {
            row_number: self.row_number,
            verdict: self.verdict,
            name: self.name,
            email: self.email,
            company: self.company,
            notes: self.notes,
            fills: self.fills,
            lead: self.lead,
        }
    }
}

/// Writes rows, over those with the same number.
pub async fn put_rows(tx: &WriteTx, rows: &[ImportRowRecord]) -> Result<(), StoreError> {
    todo!("{tx:?} {rows:?}")
}

/// Removes every row of an import.
pub async fn clear_rows(tx: &WriteTx, import: ImportId) -> Result<(), StoreError> {
    todo!("{tx:?} {import}")
}

/// At most `limit` rows behind row number `after`, in file order, with `verdict` when given.
pub async fn rows(
    session: &impl Session,
    import: ImportId,
    verdict: Option<RowVerdict>,
    after: Option<u64>,
    limit: u32,
) -> Result<Listed<ImportRowRecord>, StoreError> {
    todo!("{:?} {import} {verdict:?} {after:?} {limit}", session.database())
}

/// At most `limit` rows that the commit has not settled, behind row number `after`, in file order.
///
/// # Errors
/// `Corrupt` when one of them holds a value that no enum knows: a commit must not step over it.
pub async fn uncommitted_rows(
    session: &impl Session,
    import: ImportId,
    after: Option<u64>,
    limit: u32,
) -> Result<Vec<ImportRowRecord>, StoreError> {
    todo!("{:?} {import} {after:?} {limit}", session.database())
}

/// Marks rows as settled by the commit, each with the lead it became.
pub async fn settle_rows(
    tx: &WriteTx,
    import: ImportId,
    settled: &[(u64, Option<LeadId>)],
    at: Timestamp,
) -> Result<(), StoreError> {
    todo!("{tx:?} {import} {settled:?} {at}")
}
