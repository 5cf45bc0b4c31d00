//! One pass over the raw bytes of a file: its hash, its size, and in which encoding it was written.
//!
//! The whole file is looked at, never held: a byte that is no UTF-8 may stand in the last row. What
//! is no text at all is refused here with a sentence that says what it is and what to do.

use std::io::{self, BufRead};
use std::ops::ControlFlow;

use aicmo_shared::import::TextEncoding;
use sha2::{Digest, Sha256};

use super::Refusal;

/// Bytes in which the NUL pattern of UTF-16 must show.
const HEAD: usize = 64 * 1024;

/// What the bytes say.
#[derive(Debug, PartialEq, Eq)]
pub struct Survey {
    pub size_bytes: u64,
    /// Lower-case hexadecimal, of the bytes as they came.
    pub sha256: String,
    pub encoding: TextEncoding,
}

/// Why a file could not be surveyed.
#[derive(Debug)]
pub enum SurveyError {
    Io(io::Error),
    Refused(Refusal),
}

impl From<io::Error> for SurveyError {
    fn from(cause: io::Error) -> Self {
        Self::Io(cause)
    }
}

/// Reads `input` to its end.
///
/// # Errors
/// `Refused` when the bytes are no text.
pub fn survey(mut input: impl BufRead) -> Result<Survey, SurveyError> {
    let mut hash = Sha256::new();
    let mut tally = Tally::default();
    loop {
        let buffer = match input.fill_buf() {
            Ok(buffer) => buffer,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
            Err(cause) => return Err(cause.into()),
        };
        if buffer.is_empty() {
            break;
        }
        hash.update(buffer);
        tally.add(buffer);
        let n = buffer.len();
        input.consume(n);
    }
    tally.finish();
    let encoding = tally.encoding().map_err(SurveyError::Refused)?;
    let digest = hash.finalize();
    let sha256 = digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        use std::fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    Ok(Survey {
        size_bytes: tally.n_bytes,
        sha256,
        encoding,
    })
}

#[derive(Default)]
struct Tally {
    n_bytes: u64,
    head: Vec<u8>,
    n_control: u64,
    /// Well-formed UTF-8 sequences of more than one byte, and bytes that belong to none.
    n_multibyte: u64,
    n_broken: u64,
    /// The beginning of a sequence that the next chunk may complete.
    carry: Vec<u8>,
    has_text: bool,
}

impl Tally {
    fn add(&mut self, bytes: &[u8]) {
        self.n_bytes += bytes.len() as u64;
        let room = HEAD.saturating_sub(self.head.len());
        self.head.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        self.n_control += bytes
            .iter()
            .filter(|byte| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1A))
            .count() as u64;
        self.has_text |= bytes.iter().any(|byte| !byte.is_ascii_whitespace());
        if self.carry.is_empty() {
            self.add_utf8(bytes);
        } else {
            // At most three bytes are carried, so the copy costs one buffer.
            let mut joined = std::mem::take(&mut self.carry);
            joined.extend_from_slice(bytes);
            self.add_utf8(&joined);
        }
    }

    fn add_utf8(&mut self, mut bytes: &[u8]) {
        loop {
            let (valid, step) = match std::str::from_utf8(bytes) {
                Ok(_) => (bytes.len(), ControlFlow::Break(0)),
                Err(broken) => (
                    broken.valid_up_to(),
                    broken
                        .error_len()
                        .map_or(ControlFlow::Break(1), ControlFlow::Continue),
                ),
            };
            let (sound, rest) = bytes.split_at(valid);
            self.n_multibyte += sound.iter().filter(|byte| **byte >= 0xC0).count() as u64;
            match step {
                ControlFlow::Break(_) => {
                    self.carry = rest.to_vec();
                    return;
                }
                ControlFlow::Continue(n_broken) => {
                    self.n_broken += 1;
                    bytes = rest.get(n_broken..).unwrap_or_default();
                }
            }
        }
    }

    fn finish(&mut self) {
        if !self.carry.is_empty() {
            self.n_broken += 1;
        }
    }

    fn encoding(&self) -> Result<TextEncoding, Refusal> {
        let head = self.head.as_slice();
        if !self.has_text || head == b"\xEF\xBB\xBF" {
            return Err(Refusal::of_file(
                "empty",
                "The file is empty. Choose a CSV file with a header row and at least one row below it.",
            ));
        }
        if let Some(kind) = known_binary(head) {
            return Err(Refusal::of_file(
                "not_text",
                format!(
                    "The file is {kind}, not a CSV file. Open it where it was made, save or export it as CSV, \
                     and choose that file."
                ),
            ));
        }
        if let Some(marked) = by_mark(head) {
            return Ok(marked);
        }
        if let Some(utf16) = by_nul_pattern(head) {
            return Ok(utf16);
        }
        // A stray control character is a matter of its row; many of them are no text.
        if self.n_control >= 4 && self.n_control.saturating_mul(20) > self.n_bytes {
            return Err(Refusal::of_file(
                "not_text",
                "The file is not text: it is full of control characters. Choose a CSV file.",
            ));
        }
        // One damaged row does not make ten thousand accents wrong: its bytes are reported with it.
        let is_utf8 = self.n_broken == 0 || self.n_multibyte > self.n_broken.saturating_mul(10);
        Ok(if is_utf8 {
            TextEncoding::Utf8
        } else {
            TextEncoding::Windows1252
        })
    }
}

fn by_mark(head: &[u8]) -> Option<TextEncoding> {
    if head.starts_with(b"\xEF\xBB\xBF") {
        Some(TextEncoding::Utf8)
    } else if head.starts_with(b"\xFF\xFE") {
        Some(TextEncoding::Utf16Le)
    } else if head.starts_with(b"\xFE\xFF") {
        Some(TextEncoding::Utf16Be)
    } else {
        None
    }
}

/// UTF-16 without a mark: the high bytes of Latin letters are NUL, all on the same side.
fn by_nul_pattern(head: &[u8]) -> Option<TextEncoding> {
    let n_pairs = head.len() / 2;
    let nuls = |side: usize| {
        head.iter()
            .skip(side)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (even, odd) = (nuls(0), nuls(1));
    let is_mostly = |n: usize| n_pairs >= 2 && n * 2 > n_pairs;
    let is_rare = |n: usize| n * 20 <= n_pairs;
    if is_mostly(odd) && is_rare(even) {
        Some(TextEncoding::Utf16Le)
    } else if is_mostly(even) && is_rare(odd) {
        Some(TextEncoding::Utf16Be)
    } else {
        None
    }
}

fn known_binary(head: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 7] = [
        (b"PK\x03\x04", "a workbook (such as .xlsx) or an archive"),
        (b"PK\x05\x06", "an empty archive"),
        (b"\xD0\xCF\x11\xE0", "an old Office document (such as .xls)"),
        (b"\x1F\x8B", "a compressed file"),
        (b"%PDF", "a PDF"),
        (b"\x89PNG", "a picture"),
        (b"\xFF\xFE\x00\x00", "text in UTF-32"),
    ];
    KINDS
        .iter()
        .find_map(|(magic, kind)| head.starts_with(magic).then_some(*kind))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoding_of(bytes: &[u8]) -> Result<TextEncoding, String> {
        // A tiny buffer puts every sequence across a boundary.
        match survey(io::BufReader::with_capacity(3, bytes)) {
            Ok(survey) => Ok(survey.encoding),
            Err(SurveyError::Refused(refusal)) => Err(refusal.code.to_owned()),
            Err(SurveyError::Io(cause)) => panic!("memory can be read: {cause}"),
        }
    }

    #[test]
    fn the_encoding_is_found_by_mark_by_pattern_and_by_validity() {
        let le: Vec<u8> = "Name;E-Mail".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = "Name;E-Mail".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (bytes, expected) in [
            (b"name,email".to_vec(), TextEncoding::Utf8),
            ("Zoë,zoe@example.org".into(), TextEncoding::Utf8),
            (b"\xEF\xBB\xBFname".to_vec(), TextEncoding::Utf8),
            (b"Zo\xEB,zoe@example.org".to_vec(), TextEncoding::Windows1252),
            (b"Zo\xEB".to_vec(), TextEncoding::Windows1252),
            (le.clone(), TextEncoding::Utf16Le),
            (be.clone(), TextEncoding::Utf16Be),
            ([b"\xFF\xFE".to_vec(), le].concat(), TextEncoding::Utf16Le),
            ([b"\xFE\xFF".to_vec(), be].concat(), TextEncoding::Utf16Be),
            (
                b"name,email\nA\0na,ana@example.org\n".to_vec(),
                TextEncoding::Utf8,
            ),
        ] {
            assert_eq!(encoding_of(&bytes), Ok(expected), "{bytes:?}");
        }
    }

    #[test]
    fn a_single_damaged_byte_among_many_accents_does_not_change_the_encoding() {
        let mut bytes = "é".repeat(50).into_bytes();
        bytes.extend_from_slice(b"\xE9,");
        assert_eq!(encoding_of(&bytes), Ok(TextEncoding::Utf8));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for (bytes, code) in [
            (b"".to_vec(), "empty"),
            (b"\xEF\xBB\xBF".to_vec(), "empty"),
            (b" \r\n\t\n".to_vec(), "empty"),
            (b"PK\x03\x04....".to_vec(), "not_text"),
            (b"%PDF-1.7".to_vec(), "not_text"),
            (
                b"\x7FELF\x01\x01\0\0\0\0\0\0\x02\0\x3E\0\x01\0\0\0".to_vec(),
                "not_text",
            ),
            (vec![1; 100], "not_text"),
            (vec![0; 100], "not_text"),
            ([vec![1; 100], b"name".to_vec()].concat(), "not_text"),
        ] {
            assert_eq!(encoding_of(&bytes), Err(code.to_owned()), "{bytes:?}");
        }
    }

    #[test]
    fn size_and_hash_are_of_the_bytes_as_they_came() {
        let found = survey(io::BufReader::new(&b"abc"[..])).expect("text");
        assert_eq!(found.size_bytes, 3);
        assert_eq!(
            found.sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = encoding_of(&bytes);
        }
    }
}
