//! A file of leads on disk: what it is, and its records one by one.
//!
//! Owns everything between bytes and records of text, in constant memory. A file that cannot be read
//! safely to its end is refused here as a whole, with the place and the reason, before anything is
//! written. What a record means is not known here.

mod decode;
mod detect;
mod records;
mod survey;

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use aicmo_shared::import::{Delimiter, FileReading, TextEncoding};

use decode::Decoded;
use detect::{Layout, delimiter_byte};
pub use records::Record;
use records::{Broken, Records};
use survey::SurveyError;

const BUFFER: usize = 64 * 1024;

/// Why a file cannot be used, with the place where that shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Counts the records of the file from 1.
    pub row: Option<u64>,
    /// Counts the fields of the record from 1.
    pub column: Option<usize>,
    /// Snake-case word for a program.
    pub code: &'static str,
    /// For a person: the fact, and what to do.
    pub sentence: String,
}

impl Refusal {
    fn of_file(code: &'static str, sentence: impl Into<String>) -> Self {
        Self {
            row: None,
            column: None,
            code,
            sentence: sentence.into(),
        }
    }

    fn at(row: u64, column: Option<usize>, code: &'static str, sentence: impl Into<String>) -> Self {
        Self {
            row: Some(row),
            column,
            code,
            sentence: sentence.into(),
        }
    }
}

/// Why a file could not be inspected.
#[derive(Debug)]
pub enum FileError {
    /// The disk failed, not the file.
    Io(io::Error),
    Refused(Refusal),
}

impl From<io::Error> for FileError {
    fn from(cause: io::Error) -> Self {
        Self::Io(cause)
    }
}

/// What an upload turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub struct Inspection {
    pub size_bytes: u64,
    pub sha256: String,
    pub reading: FileReading,
    /// Records below the header that are not blank.
    pub n_rows: u64,
}

/// Reads the whole file: its hash, how it is written, and whether every record can be read.
///
/// # Errors
/// `Refused` when it cannot be used.
pub fn inspect(path: &Path) -> Result<Inspection, FileError> {
    let survey = survey::survey(opened(path)?).map_err(|error| match error {
        SurveyError::Io(cause) => FileError::Io(cause),
        SurveyError::Refused(refusal) => FileError::Refused(refusal),
    })?;
    let mut headers = Vec::new();
    let mut sample = Vec::new();
    let layout = match detect::detect(Decoded::new(opened(path)?, survey.encoding))? {
        Ok(layout) => layout,
        Err(refusal) => {
            // A record that cannot be read hides the header; then that record is the news.
            let layout = Layout {
                delimiter: Delimiter::Comma,
                header_row: 0,
            };
            let records = records_of(path, survey.encoding, layout)?;
            let structural = detect::count_rows(records, layout, &mut headers, &mut sample)?;
            return Err(FileError::Refused(structural.err().unwrap_or(refusal)));
        }
    };
    let records = records_of(path, survey.encoding, layout)?;
    let n_rows =
        detect::count_rows(records, layout, &mut headers, &mut sample)?.map_err(FileError::Refused)?;
    if n_rows == 0 {
        return Err(FileError::Refused(Refusal::at(
            layout.header_row,
            None,
            "no_rows",
            format!(
                "Row {} is the header, and no row below it has anything.",
                layout.header_row
            ),
        )));
    }
    Ok(Inspection {
        size_bytes: survey.size_bytes,
        sha256: survey.sha256,
        n_rows,
        reading: FileReading {
            encoding: survey.encoding,
            delimiter: layout.delimiter,
            header_row: layout.header_row,
            headers: headers.iter().map(|header| shown(header)).collect(),
            sample: sample
                .iter()
                .map(|fields| fields.iter().map(|field| shown(field)).collect())
                .collect(),
        },
    })
}

/// A cell as a page may show it: one line, no control characters, at most 200 characters.
fn shown(cell: &str) -> String {
    let spaced = cell
        .trim()
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c });
    spaced
        .filter(|c| !c.is_control() && *c != '\u{feff}')
        .take(200)
        .collect()
}

/// Reads the records below the header of a file that `inspect` accepted.
pub struct Rows {
    records: Records<BufReader<Decoded<BufReader<File>>>>,
    header_row: u64,
}

impl Rows {
    /// Opens the file at `path` as `reading` says it is written.
    ///
    /// # Errors
    /// The file is gone or may not be read.
    pub fn open(path: &Path, reading: &FileReading) -> io::Result<Self> {
        let layout = Layout {
            delimiter: reading.delimiter,
            header_row: reading.header_row,
        };
        Ok(Self {
            records: records_of(path, reading.encoding, layout)?,
            header_row: reading.header_row,
        })
    }

    /// The next record below the header that is not blank; `false` at the end.
    ///
    /// # Errors
    /// The disk failed, or the file is not the one that was inspected.
    pub fn read(&mut self, record: &mut Record) -> io::Result<bool> {
        loop {
            match self.records.read(record) {
                Ok(true) if record.row() <= self.header_row || record.is_blank() => {}
                Ok(more) => return Ok(more),
                Err(Broken::Io(cause)) => return Err(cause),
                Err(_) => {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "the file changed since it was uploaded",
                    ));
                }
            }
        }
    }
}

fn opened(path: &Path) -> io::Result<BufReader<File>> {
    Ok(BufReader::with_capacity(BUFFER, File::open(path)?))
}

fn records_of(
    path: &Path,
    encoding: TextEncoding,
    layout: Layout,
) -> io::Result<Records<BufReader<Decoded<BufReader<File>>>>> {
    let text = BufReader::with_capacity(BUFFER, Decoded::new(opened(path)?, encoding));
    Ok(Records::new(text, delimiter_byte(layout.delimiter)))
}
