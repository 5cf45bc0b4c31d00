//! Turns the bytes of a file into UTF-8 while they are read, whatever they were written in.
//!
//! Owns the transcoding and the byte order mark. Which encoding a file has is decided in `survey`.
//! UTF-8 passes through unchanged, broken sequences included, because only the caller knows the row
//! they stand in; other encodings come out as valid UTF-8.

use std::io::{self, BufRead, Read};

use aicmo_shared::import::TextEncoding;
use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};

const CHUNK: usize = 32 * 1024;
const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A reader that yields UTF-8.
pub struct Decoded<R> {
    input: R,
    decoder: Option<Decoder>,
    /// Decoded bytes not yet handed out, from `start`.
    pending: Vec<u8>,
    start: usize,
    is_at_end: bool,
    is_mark_handled: bool,
}

impl<R: BufRead> Decoded<R> {
    /// Reads `input` as `encoding`; a byte order mark is dropped.
    pub fn new(input: R, encoding: TextEncoding) -> Self {
        let decoder = match encoding {
            TextEncoding::Utf8 => None,
            TextEncoding::Utf16Le => Some(UTF_16LE.new_decoder_with_bom_removal()),
            TextEncoding::Utf16Be => Some(UTF_16BE.new_decoder_with_bom_removal()),
            TextEncoding::Windows1252 => Some(WINDOWS_1252.new_decoder_without_bom_handling()),
        };
        Self {
            input,
            decoder,
            pending: Vec::new(),
            start: 0,
            is_at_end: false,
            is_mark_handled: false,
        }
    }

    /// Decodes until something can be handed out or the input ends.
    fn refill(&mut self) -> io::Result<()> {
        let Some(decoder) = &mut self.decoder else {
            return Ok(());
        };
        self.pending.resize(CHUNK, 0);
        self.start = 0;
        let mut written = 0;
        while written == 0 && !self.is_at_end {
            let source = self.input.fill_buf()?;
            let is_last = source.is_empty();
            let (result, n_read, n_written, _) = decoder.decode_to_utf8(source, &mut self.pending, is_last);
            self.input.consume(n_read);
            written = n_written;
            self.is_at_end = is_last && result == CoderResult::InputEmpty;
        }
        self.pending.truncate(written);
        Ok(())
    }

    fn drop_utf8_mark(&mut self) -> io::Result<()> {
        self.is_mark_handled = true;
        let mut head = [0; UTF8_MARK.len()];
        let mut n_head = 0;
        while n_head < head.len() {
            match self.input.read(&mut head[n_head..]) {
                Ok(0) => break,
                Ok(n) => n_head += n,
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(cause),
            }
        }
        let head = &head[..n_head];
        if head != UTF8_MARK {
            self.pending = head.to_vec();
            self.start = 0;
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.decoder.is_none() && !self.is_mark_handled {
            self.drop_utf8_mark()?;
        }
        if self.start == self.pending.len() {
            if self.decoder.is_none() {
                return self.input.read(out);
            }
            self.refill()?;
        }
        let ready = self.pending.get(self.start..).unwrap_or_default();
        let n = ready.len().min(out.len());
        out[..n].copy_from_slice(&ready[..n]);
        self.start += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded(bytes: &[u8], encoding: TextEncoding, capacity: usize) -> Vec<u8> {
        let mut out = Vec::new();
        Decoded::new(io::BufReader::with_capacity(capacity, bytes), encoding)
            .read_to_end(&mut out)
            .expect("memory can be read");
        out
    }

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn every_encoding_comes_out_as_utf8_without_its_mark() {
        let text = "Zoë;Łódź;𝄞\n";
        for capacity in [1, 2, 3, 8192] {
            let marked = format!("\u{feff}{text}");
            for (bytes, encoding) in [
                (marked.clone().into_bytes(), TextEncoding::Utf8),
                (text.as_bytes().to_vec(), TextEncoding::Utf8),
                (utf16(&marked, u16::to_le_bytes), TextEncoding::Utf16Le),
                (utf16(text, u16::to_be_bytes), TextEncoding::Utf16Be),
            ] {
                assert_eq!(decoded(&bytes, encoding, capacity), text.as_bytes(), "{encoding}");
            }
            assert_eq!(
                decoded(b"Zo\xEB \x80", TextEncoding::Windows1252, capacity),
                "Zoë €".as_bytes()
            );
        }
        assert_eq!(decoded(b"", TextEncoding::Utf8, 8), b"");
        assert_eq!(decoded(b"a", TextEncoding::Utf8, 8), b"a");
    }

    proptest! {
        #[test]
        fn no_bytes_panic_and_other_encodings_become_utf8(
            bytes in prop::collection::vec(any::<u8>(), 0..200), capacity in 1usize..40
        ) {
            for encoding in TextEncoding::ALL {
                let out = decoded(&bytes, *encoding, capacity);
                prop_assert!(*encoding == TextEncoding::Utf8 || std::str::from_utf8(&out).is_ok());
            }
        }
    }
}
