//! The rows that could not be used, as a table to correct and to import again.
//!
//! The columns of the file as they were, then the number of the row and every reason. It streams: the
//! size of the file does not show in memory. Cells that a spreadsheet would take for formulas are made
//! harmless on the way out, and the reader of files takes that back.

use aicmo_shared::ImportId;
use aicmo_shared::import::{RowNote, RowVerdict};
use aicmo_shared::status::ServiceName;
use aicmo_store::Store;
use aicmo_store::imports::{self, ImportRowRecord, RowFilter};

use crate::context::Operations;
use crate::error::OperationError;
use crate::sheet;

/// Rows that are read with one statement.
const PAGE: u32 = 500;
/// The columns that are added; in a file that comes back with them they are not repeated.
const ROW: &str = "AICMO row";
const REASONS: &str = "AICMO reasons";

/// A table of failed rows on its way out.
pub struct FailedRows {
    /// What a browser shall call the file.
    pub name: String,
    store: Store,
    import: ImportId,
    headers: Vec<String>,
    stage: Stage,
}

enum Stage {
    Header,
    /// Rows behind this one.
    Rows(Option<u64>),
    Done,
}

/// Begins the table of the rows of an import that were found invalid.
///
/// # Errors
/// `NotFound`; `MockMode`; `Unavailable`.
pub async fn failed_rows(ops: &Operations, id: ImportId) -> Result<FailedRows, OperationError> {
    let store = ops.live(Some(ServiceName::Imports))?;
    let import = imports::get(&store.reader(), id).await?;
    Ok(FailedRows {
        name: file_name(&import.file_name),
        store,
        import: id,
        headers: import.reading.map(|reading| reading.headers).unwrap_or_default(),
        stage: Stage::Header,
    })
}

impl FailedRows {
    /// The next piece; `None` behind the last.
    ///
    /// # Errors
    /// `Unavailable` when the database goes away meanwhile; the file then lacks its end.
    pub async fn next(&mut self) -> Result<Option<String>, OperationError> {
        match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Header => {
                // Without the mark a spreadsheet guesses another encoding and spoils every accent.
                let mut text = "\u{feff}".to_owned();
                sheet::push_line(&mut text, own(&self.headers, &self.headers).chain([ROW, REASONS]));
                self.stage = Stage::Rows(None);
                Ok(Some(text))
            }
            Stage::Rows(after) => self.rows(after).await,
            Stage::Done => Ok(None),
        }
    }

    async fn rows(&mut self, after: Option<u64>) -> Result<Option<String>, OperationError> {
        let filter = RowFilter {
            verdict: Some(RowVerdict::Invalid),
            ..RowFilter::default()
        };
        let listed = imports::rows(&self.store.reader(), self.import, filter, after, PAGE).await?;
        if let Some(corrupt) = listed.corrupt.first() {
            tracing::warn!(
                row = corrupt.id,
                n_corrupt = listed.corrupt.len(),
                "corrupt rows were left out of a table of failed rows: see Diagnostics"
            );
        }
        let Some(last) = listed.rows.last() else {
            return Ok(None);
        };
        self.stage = Stage::Rows(Some(last.row_number));
        let mut text = String::new();
        for row in &listed.rows {
            push_row(&mut text, &self.headers, row);
        }
        Ok(Some(text))
    }
}

/// Cells that stand below columns of the file itself, missing ones as empty.
fn own<'a>(headers: &'a [String], cells: &'a [String]) -> impl Iterator<Item = &'a str> {
    headers
        .iter()
        .enumerate()
        .filter(|(_, header)| ![ROW, REASONS].contains(&header.as_str()))
        .map(|(index, _)| cells.get(index).map_or("", String::as_str))
}

fn push_row(into: &mut String, headers: &[String], row: &ImportRowRecord) {
    let number = row.row_number.to_string();
    let reasons: Vec<String> = row
        .notes
        .iter()
        .filter(|note| !note.is_warning)
        .map(reason)
        .collect();
    let reasons = reasons.join(" | ");
    // What a row has too many of stands behind, so that nobody loses it. A row that had too few gets
    // an empty cell there: its values may stand in the wrong columns, and until somebody has looked
    // it must not pass for a good one.
    let surplus = row.raw.iter().skip(headers.len()).map(String::as_str);
    let mark = (row.raw.len() < headers.len()).then_some("");
    sheet::push_line(
        into,
        own(headers, &row.raw)
            .chain([number.as_str(), &reasons])
            .chain(surplus)
            .chain(mark),
    );
}

fn reason(note: &RowNote) -> String {
    let place = note
        .column
        .as_ref()
        .map(|column| format!("{column}: "))
        .unwrap_or_default();
    format!("{} ({place}{})", note.reason, note.message)
}

/// `spring fair.csv` becomes `spring_fair-failed-rows.csv`: nothing in it means anything to a header.
fn file_name(of: &str) -> String {
    let stem = of.rsplit_once('.').map_or(of, |(stem, _)| stem);
    let stem: String = stem
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') {
                c
            } else {
                '_'
            }
        })
        .collect();
    format!("{stem}-failed-rows.csv")
}

#[cfg(test)]
mod tests {
    use aicmo_shared::import::RowReason;
    use uuid::Uuid;

    use super::*;

    fn row(cells: &[&str]) -> ImportRowRecord {
        let note = |reason, is_warning| RowNote {
            reason,
            column: Some("E-mail".to_owned()),
            value: None,
            message: "must have exactly one @".to_owned(),
            is_warning,
        };
        ImportRowRecord {
            import: ImportId::new(Uuid::from_u128(1)),
            row_number: 7,
            raw: cells.iter().map(|cell| (*cell).to_owned()).collect(),
            verdict: RowVerdict::Invalid,
            name: None,
            email: None,
            company: None,
            notes: vec![
                note(RowReason::EmailInvalid, false),
                note(RowReason::TooLong, true),
            ],
            fills: Vec::new(),
            lead: None,
            committed_at: None,
            changes: Vec::new(),
            undo: None,
            kept: Vec::new(),
        }
    }

    fn line(headers: &[&str], cells: &[&str]) -> String {
        let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
        let mut text = String::new();
        push_row(&mut text, &headers, &row(cells));
        text
    }

    #[test]
    fn a_row_keeps_its_cells_and_says_every_reason() {
        let reasons = "email_invalid (E-mail: must have exactly one @)";
        assert_eq!(
            line(&["Name", "E-mail"], &["Ada", "=x"]),
            format!("Ada,\"'=x\",7,{reasons}\r\n")
        );
        assert_eq!(
            line(&["Name", "E-mail"], &["Ada"]),
            format!("Ada,,7,{reasons},\r\n")
        );
        assert_eq!(
            line(&["Name"], &["Ada", "more"]),
            format!("Ada,7,{reasons},more\r\n")
        );
    }

    #[test]
    fn our_own_columns_are_not_repeated() {
        let line = line(&["Name", ROW, REASONS], &["Ada", "3", "identity_missing"]);
        assert!(line.starts_with("Ada,7,email_invalid"), "{line}");
    }

    #[test]
    fn a_file_name_breaks_no_header() {
        assert_eq!(file_name("spring \"fair\".csv"), "spring__fair_-failed-rows.csv");
        assert_eq!(file_name("Übersicht"), "_bersicht-failed-rows.csv");
    }
}
