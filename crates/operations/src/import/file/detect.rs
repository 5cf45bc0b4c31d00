//! Finds delimiter and header of a file from its first records.
//!
//! Owns the `sep=` line, the choice of the delimiter and the search for the header below a preamble.
//! A header is usable when it names at least one column that identifies or names a person; without
//! one the file is refused, because guessing what a column means would write wrong leads. Which
//! words name which column is known to `suggest`.

use std::collections::HashMap;
use std::io::{self, BufRead, Read};

use aicmo_shared::import::{Delimiter, ImportColumn};

use super::Refusal;
use super::records::{Broken, Record, Records};
use crate::import::suggest::column_for;

/// Bytes, and records, from which delimiter and header are judged.
const SAMPLE_BYTES: u64 = 256 * 1024;
const SAMPLE_RECORDS: usize = 100;
/// Records above the header that are passed over.
const MAX_PREAMBLE: usize = 20;

/// Where the table begins and how it is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    pub delimiter: Delimiter,
    /// Counts the records of the file from 1.
    pub header_row: u64,
}

/// The byte that a delimiter is.
pub fn delimiter_byte(delimiter: Delimiter) -> u8 {
    match delimiter {
        Delimiter::Comma => b',',
        Delimiter::Semicolon => b';',
        Delimiter::Tab => b'\t',
        Delimiter::Pipe => b'|',
    }
}

/// Judges the beginning of `text`, which is UTF-8.
///
/// # Errors
/// Outer: the text could not be read. Inner: no usable header, or a `sep=` line that names an
/// unknown delimiter.
pub fn detect(text: impl Read) -> io::Result<Result<Layout, Refusal>> {
    let mut sample = Vec::new();
    text.take(SAMPLE_BYTES).read_to_end(&mut sample)?;
    let is_whole = (sample.len() as u64) < SAMPLE_BYTES;
    let named = match named_delimiter(&sample) {
        Ok(named) => named,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let candidates = named.map_or(Delimiter::ALL, |named| match named {
        Delimiter::Comma => &[Delimiter::Comma],
        Delimiter::Semicolon => &[Delimiter::Semicolon],
        Delimiter::Tab => &[Delimiter::Tab],
        Delimiter::Pipe => &[Delimiter::Pipe],
    });
    let mut best: Option<(Score, Layout)> = None;
    for delimiter in candidates {
        let records = sample_records(&sample, *delimiter, is_whole);
        let Some((header_row, n_recognised)) = find_header(&records) else {
            continue;
        };
        let score = Score {
            n_recognised,
            consistent_permille: consistent_permille(&records),
        };
        if best.is_none_or(|(best, _)| score > best) {
            best = Some((
                score,
                Layout {
                    delimiter: *delimiter,
                    header_row,
                },
            ));
        }
    }
    Ok(best
        .map(|(_, layout)| layout)
        .ok_or_else(|| no_header(&sample, named)))
}

/// Compared field by field: a delimiter that makes known column names beats one that merely divides.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    n_recognised: usize,
    consistent_permille: usize,
}

/// What a first line `sep=x` names; spreadsheets write and obey it.
fn named_delimiter(sample: &[u8]) -> Result<Option<Delimiter>, Refusal> {
    let line = sample
        .split(|byte| matches!(byte, b'\r' | b'\n'))
        .next()
        .unwrap_or_default();
    let line = line
        .strip_prefix(b"\"")
        .and_then(|line| line.strip_suffix(b"\""))
        .unwrap_or(line);
    let Some((name, rest)) = line.split_at_checked(4) else {
        return Ok(None);
    };
    if !name.eq_ignore_ascii_case(b"sep=") {
        return Ok(None);
    }
    let named = Delimiter::ALL
        .iter()
        .find(|delimiter| rest == [delimiter_byte(**delimiter)].as_slice());
    named.map(|delimiter| Some(*delimiter)).ok_or_else(|| {
        Refusal::at(
            1,
            None,
            "delimiter_unknown",
            "Row 1 names a separator that is not understood. Use a comma, semicolon, tab or vertical bar.",
        )
    })
}

fn sample_records(sample: &[u8], delimiter: Delimiter, is_whole: bool) -> Vec<Vec<String>> {
    let mut reader = Records::new(sample, delimiter_byte(delimiter));
    let mut record = Record::default();
    let mut records = Vec::new();
    // A broken place ends the sample; the reading of the whole file will name it.
    while records.len() < SAMPLE_RECORDS && matches!(reader.read(&mut record), Ok(true)) {
        records.push(record.texts());
    }
    if !is_whole && records.len() > 1 && records.len() < SAMPLE_RECORDS {
        // The end of the sample cut the last record short.
        records.pop();
    }
    records
}

/// The record with the most known column names, the first of equals; and how many it has.
fn find_header(records: &[Vec<String>]) -> Option<(u64, usize)> {
    let mut best: Option<(u64, usize)> = None;
    for (row, cells) in (1_u64..).zip(records.iter().take(MAX_PREAMBLE + 1)) {
        let columns: Vec<ImportColumn> = cells.iter().map(|cell| column_for(cell)).collect();
        let is_usable = columns.iter().any(|column| {
            matches!(
                column,
                ImportColumn::Name
                    | ImportColumn::FirstName
                    | ImportColumn::LastName
                    | ImportColumn::Email
                    | ImportColumn::Phone
                    | ImportColumn::LinkedinUrl
            )
        });
        let n_recognised = columns
            .iter()
            .filter(|column| **column != ImportColumn::Ignore)
            .count();
        if is_usable && best.is_none_or(|(_, most)| n_recognised > most) {
            best = Some((row, n_recognised));
        }
    }
    best
}

/// How many of a thousand records have the most common number of fields, when it divides at all.
fn consistent_permille(records: &[Vec<String>]) -> usize {
    let mut widths: HashMap<usize, usize> = HashMap::new();
    let filled = records
        .iter()
        .filter(|fields| fields.iter().any(|field| !field.is_empty()));
    let mut n_records = 0;
    for fields in filled {
        *widths.entry(fields.len()).or_default() += 1;
        n_records += 1;
    }
    let most_common = widths
        .into_iter()
        .filter(|(width, _)| *width > 1)
        .map(|(_, n)| n)
        .max();
    most_common.unwrap_or(0) * 1_000 / n_records.max(1)
}

fn no_header(sample: &[u8], named: Option<Delimiter>) -> Refusal {
    let delimiter = named.unwrap_or(Delimiter::Comma);
    let records = sample_records(sample, delimiter, true);
    let first = (1_u64..)
        .zip(&records)
        .find(|(_, fields)| fields.iter().any(|field| !field.trim().is_empty()));
    let Some((row, fields)) = first else {
        return Refusal::of_file(
            "empty",
            "The file is empty. Choose a CSV file with a header row and at least one row below it.",
        );
    };
    let shown: String = fields
        .join(", ")
        .chars()
        .filter(|c| !c.is_control())
        .take(80)
        .collect();
    Refusal::at(
        row,
        None,
        "header_missing",
        format!(
            "Row {row} is not a usable header: none of \u{201c}{shown}\u{201d} is a known column name. The file \
             needs a header row with at least one column such as Name, First name, E-mail, Phone or LinkedIn."
        ),
    )
}

/// Whether `records` can be read to its end: every structural limit is met somewhere in the file.
///
/// # Errors
/// Outer: reading failed. Inner: the place and the reason.
pub fn count_rows(
    mut records: Records<impl BufRead>,
    layout: Layout,
    headers: &mut Vec<String>,
    sample: &mut Vec<Vec<String>>,
) -> io::Result<Result<u64, Refusal>> {
    const MAX_SAMPLE: usize = 3;
    let mut record = Record::default();
    let mut n_rows = 0;
    loop {
        match records.read(&mut record) {
            Ok(true) if record.row() < layout.header_row || record.is_blank() => {}
            Ok(true) if record.row() == layout.header_row => *headers = record.texts(),
            Ok(true) => {
                n_rows += 1;
                if sample.len() < MAX_SAMPLE {
                    sample.push(record.texts());
                }
            }
            Ok(false) => return Ok(Ok(n_rows)),
            Err(Broken::Io(cause)) => return Err(cause),
            Err(broken) => return Ok(Err(refusal_of(&broken, headers))),
        }
    }
}

fn refusal_of(broken: &Broken, headers: &[String]) -> Refusal {
    match *broken {
        Broken::FieldTooLong { row, column } => Refusal::at(
            row,
            Some(column),
            "field_too_long",
            format!(
                "Row {row}, column {column}{} holds more than 1 MB. Often a quotation mark was opened in or above \
                 this row and not closed. Nothing was imported.",
                named(headers, column)
            ),
        ),
        Broken::UnclosedQuote { row, column } => Refusal::at(
            row,
            Some(column),
            "quote_unclosed",
            format!(
                "A quotation mark opens in row {row}, column {column}{} and never closes, so the rest of the file \
                 would be one field. Nothing was imported.",
                named(headers, column)
            ),
        ),
        Broken::TooManyColumns { row } => Refusal::at(
            row,
            None,
            "too_many_columns",
            format!("Row {row} has more than 500 columns. Nothing was imported."),
        ),
        Broken::TooManyRecords => Refusal::of_file(
            "too_many_rows",
            "The file has more than 1,000,000 rows. Divide it into several files. Nothing was imported.",
        ),
        Broken::Io(_) => Refusal::of_file("unreadable", "The file could not be read to its end."),
    }
}

fn named(headers: &[String], column: usize) -> String {
    column
        .checked_sub(1)
        .and_then(|index| headers.get(index))
        .map(|header| format!(" ({})", header.chars().take(60).collect::<String>()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn layout(text: &str) -> Result<(Delimiter, u64), String> {
        detect(text.as_bytes())
            .expect("memory can be read")
            .map(|found| (found.delimiter, found.header_row))
            .map_err(|refusal| refusal.sentence)
    }

    #[test]
    fn delimiter_and_header_are_found_together() {
        for (text, delimiter, row) in [
            ("name,email\nAna,a@x.org\n", Delimiter::Comma, 1),
            ("Name;E-Mail\nLima, Ana;a@x.org\n", Delimiter::Semicolon, 1),
            ("Name\tEmail\nAna\ta@x.org\n", Delimiter::Tab, 1),
            ("Name|Email\nAna|a@x.org\n", Delimiter::Pipe, 1),
            ("Email\na@x.org\n", Delimiter::Comma, 1),
            ("sep=;\nname;email\n", Delimiter::Semicolon, 2),
            ("\"sep=|\"\r\nname|email\n", Delimiter::Pipe, 2),
            (
                "Export of 3 May\n\nName,Email\nAna,a@x.org\n",
                Delimiter::Comma,
                3,
            ),
            ("\"a;b\",\"c;d\"\nname,\"e-mail\"\n", Delimiter::Comma, 2),
            (
                "name;notes\nAna;one, two, three\nBo;four, five, six\n",
                Delimiter::Semicolon,
                1,
            ),
        ] {
            assert_eq!(layout(text), Ok((delimiter, row)), "{text:?}");
        }
    }

    #[test]
    fn a_file_without_a_usable_header_is_refused_with_its_row_and_what_it_needs() {
        let refused = layout("\nAna,ana@example.org\nBo,bo@example.org\n").expect_err("no header");
        assert!(refused.starts_with("Row 2 is not a usable header"), "{refused}");
        assert!(refused.contains("E-mail"), "{refused}");
        assert!(
            layout("company,city\nAcme,Oslo\n").is_err(),
            "no person can be told from these"
        );
        let refused = layout("sep=x\nnamexemail\n").expect_err("x is no delimiter");
        assert!(refused.contains("separator"), "{refused}");
        assert!(layout("\n\n").expect_err("empty").contains("empty"));
    }

    proptest! {
        #[test]
        fn no_text_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "[a-z;,|\t\"\n]{0,80}") {
            let _ = detect(bytes.as_slice());
            let _ = detect(text.as_bytes());
        }
    }
}
