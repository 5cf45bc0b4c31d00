//! Splits text into records and fields, as spreadsheets and CRMs write them.
//!
//! Owns quotes, line ends, and the limits that keep a hostile file from filling the memory: one
//! record is held at a time, and no field of it may pass the limit. Written by hand because the
//! usual readers run an unclosed quote silently to the end of the file and number only the records
//! they keep; here the row where the quote opened is refused, and an empty line counts, as it does
//! in a spreadsheet. Does not know encodings (`decode`) or what a header is (`detect`).

use std::io::{self, BufRead};

/// Bytes of one field.
pub const MAX_FIELD_BYTES: usize = 1 << 20;
/// Fields of one record.
pub const MAX_COLUMNS: usize = 500;
/// Records of one file, the header included.
pub const MAX_RECORDS: u64 = 1_000_001;

/// Why the reading stopped. Rows and columns count from 1.
#[derive(Debug)]
pub enum Broken {
    Io(io::Error),
    FieldTooLong { row: u64, column: usize },
    TooManyColumns { row: u64 },
    TooManyRecords,
    UnclosedQuote { row: u64, column: usize },
}

impl From<io::Error> for Broken {
    fn from(cause: io::Error) -> Self {
        Self::Io(cause)
    }
}

/// One record; reused from row to row so that reading a file allocates once.
#[derive(Debug, Default)]
pub struct Record {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    row: u64,
}

impl Record {
    /// Counts the records of the file from 1.
    pub fn row(&self) -> u64 {
        self.row
    }

    /// How many fields it has; at least one.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The fields, in order, unescaped.
    pub fn fields(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(self.ends.iter().copied())
            .map(|(start, end)| self.bytes.get(start..end).unwrap_or_default())
    }

    /// Whether no field has anything but white space: an empty line, or only separators.
    pub fn is_blank(&self) -> bool {
        self.bytes.iter().all(u8::is_ascii_whitespace)
    }

    /// The fields as text; what is no UTF-8 becomes a replacement character.
    pub fn texts(&self) -> Vec<String> {
        self.fields()
            .map(|field| String::from_utf8_lossy(field).into_owned())
            .collect()
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    fn field_start(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    FieldStart,
    Plain,
    Quoted,
    /// After a quote inside a quoted field: the second of a pair, or the end.
    QuoteInQuoted,
}

/// Reads records from UTF-8 (or any ASCII-compatible) bytes.
pub struct Records<R> {
    input: R,
    delimiter: u8,
    row: u64,
    skip_line_feed: bool,
}

impl<R: BufRead> Records<R> {
    /// Fields are separated by `delimiter`; rows by CR, LF or CRLF.
    pub fn new(input: R, delimiter: u8) -> Self {
        Self {
            input,
            delimiter,
            row: 0,
            skip_line_feed: false,
        }
    }

    /// Reads the next record into `record`; `false` at the end.
    ///
    /// # Errors
    /// `Broken` with the place; nothing after it can be read.
    pub fn read(&mut self, record: &mut Record) -> Result<bool, Broken> {
        record.clear();
        record.row = self.row + 1;
        let mut place = Place::FieldStart;
        let mut is_empty = true;
        loop {
            let buffer = match self.input.fill_buf() {
                Ok(buffer) => buffer,
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
                Err(cause) => return Err(cause.into()),
            };
            if buffer.is_empty() {
                if place == Place::Quoted {
                    return Err(Broken::UnclosedQuote {
                        row: record.row,
                        column: record.len() + 1,
                    });
                }
                if is_empty {
                    return Ok(false);
                }
                return self.finish(record);
            }
            let mut used = 0;
            let mut is_done = false;
            for &byte in buffer {
                used += 1;
                if std::mem::take(&mut self.skip_line_feed) && byte == b'\n' {
                    continue;
                }
                is_empty = false;
                match (place, byte) {
                    (Place::FieldStart, b'"') => place = Place::Quoted,
                    (Place::Quoted, b'"') => place = Place::QuoteInQuoted,
                    (Place::QuoteInQuoted, b'"') => {
                        record.bytes.push(b'"');
                        place = Place::Quoted;
                    }
                    (Place::Quoted, _) => record.bytes.push(byte),
                    (_, b'\r' | b'\n') => {
                        self.skip_line_feed = byte == b'\r';
                        is_done = true;
                        break;
                    }
                    (_, byte) if byte == self.delimiter => {
                        end_field(record)?;
                        place = Place::FieldStart;
                        continue;
                    }
                    _ => {
                        record.bytes.push(byte);
                        place = Place::Plain;
                    }
                }
                if record.bytes.len() - record.field_start() > MAX_FIELD_BYTES {
                    return Err(Broken::FieldTooLong {
                        row: record.row,
                        column: record.len() + 1,
                    });
                }
            }
            self.input.consume(used);
            if is_done {
                return self.finish(record);
            }
        }
    }

    fn finish(&mut self, record: &mut Record) -> Result<bool, Broken> {
        end_field(record)?;
        self.row = record.row;
        if self.row > MAX_RECORDS {
            return Err(Broken::TooManyRecords);
        }
        Ok(true)
    }
}

fn end_field(record: &mut Record) -> Result<(), Broken> {
    if record.ends.len() == MAX_COLUMNS {
        return Err(Broken::TooManyColumns { row: record.row });
    }
    record.ends.push(record.bytes.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_all(text: &[u8], delimiter: u8) -> Result<Vec<Vec<String>>, Broken> {
        let mut records = Records::new(text, delimiter);
        let mut record = Record::default();
        let mut all = Vec::new();
        while records.read(&mut record)? {
            assert_eq!(record.row(), all.len() as u64 + 1);
            all.push(record.texts());
        }
        Ok(all)
    }

    fn check(text: &str, expected: &[&[&str]]) {
        let found = read_all(text.as_bytes(), b',').expect("well formed");
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn line_ends_and_quotes_are_read_as_spreadsheets_write_them() {
        check("", &[]);
        check("a,b\n1,2\n", &[&["a", "b"], &["1", "2"]]);
        check("a,b\r1,2\r", &[&["a", "b"], &["1", "2"]]);
        check("a,b\r\n1,2", &[&["a", "b"], &["1", "2"]]);
        check("a,\r\n\r\n,b", &[&["a", ""], &[""], &["", "b"]]);
        check("\"a\r\nb\",\"c\"\"d\"\n", &[&["a\r\nb", "c\"d"]]);
        check("5\" pipe,\"\"\n", &[&["5\" pipe", ""]]);
        check("\"a\"b,c\n", &[&["ab", "c"]]);
        check("a,b,", &[&["a", "b", ""]]);
    }

    #[test]
    fn an_unclosed_quote_is_refused_where_it_opened() {
        let broken = read_all(b"a,b\n1,\"2\n3,4\n5,6\n", b',').expect_err("the quote never closes");
        assert!(
            matches!(broken, Broken::UnclosedQuote { row: 2, column: 2 }),
            "{broken:?}"
        );
    }

    #[test]
    fn limits_name_the_place() {
        let long = format!("a,b\n1,{}\n", "x".repeat(MAX_FIELD_BYTES + 1));
        let broken = read_all(long.as_bytes(), b',').expect_err("too long");
        assert!(
            matches!(broken, Broken::FieldTooLong { row: 2, column: 2 }),
            "{broken:?}"
        );
        let fits = format!("a,b\n1,{}\n", "x".repeat(MAX_FIELD_BYTES));
        assert!(read_all(fits.as_bytes(), b',').is_ok());
        let wide = ",".repeat(MAX_COLUMNS);
        let broken = read_all(wide.as_bytes(), b',').expect_err("too wide");
        assert!(matches!(broken, Broken::TooManyColumns { row: 1 }), "{broken:?}");
        let swallowing = format!("a\n\"{}", "row\n".repeat(MAX_FIELD_BYTES));
        let broken = read_all(swallowing.as_bytes(), b',').expect_err("the quote swallows the file");
        assert!(
            matches!(broken, Broken::FieldTooLong { row: 2, column: 1 }),
            "{broken:?}"
        );
    }

    /// How a CSV writer would write it.
    fn written(rows: &[Vec<String>]) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new()
            .flexible(true)
            .quote_style(csv::QuoteStyle::Always)
            .from_writer(Vec::new());
        for row in rows {
            writer.write_record(row).expect("writes");
        }
        writer.into_inner().expect("flushes")
    }

    proptest! {
        #[test]
        fn what_a_writer_wrote_is_read_back(
            rows in prop::collection::vec(prop::collection::vec("[a-z,;\"\r\n é]{0,8}", 1..5), 0..8)
        ) {
            prop_assert_eq!(read_all(&written(&rows), b',').expect("well formed"), rows);
        }

        #[test]
        fn plain_lines_are_read_like_the_usual_reader_does(text in "[a-c,\"\n]{0,60}") {
            let mut usual = csv::ReaderBuilder::new().flexible(true).has_headers(false)
                .from_reader(text.as_bytes());
            let expected: Vec<Vec<String>> = usual.records()
                .map(|record| record.expect("UTF-8").iter().map(str::to_owned).collect())
                .collect();
            if let Ok(found) = read_all(text.as_bytes(), b',') {
                // The usual reader leaves out empty lines.
                let found: Vec<_> = found.into_iter().filter(|fields| fields != &[""]).collect();
                let expected: Vec<_> = expected.into_iter().filter(|fields| fields != &[""]).collect();
                prop_assert_eq!(found, expected);
            }
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), delimiter in any::<u8>()) {
            let _ = read_all(&bytes, delimiter);
        }
    }
}
