//! Cursors: where a page ended, signed and bound to list, filter and order.
//!
//! A cursor is base64url of a signature and the position as JSON. The signature covers the list and
//! the fingerprint of filter and order too, so a cursor of another filter fails like a tampered one.
//! Positions hold key values of rows the reader may see; they are signed, not hidden.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::OperationError;
use crate::secrets::keyed;

const SIGNATURE_BYTES: usize = 32;

/// A longer text cannot be one of ours.
const MAX_TEXT: usize = 4_096;

/// Makes and reads cursors under the cursor key.
#[derive(Clone)]
pub struct Cursors {
    key: [u8; 32],
}

impl Cursors {
    /// Signs under `key`.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// The cursor of `position` in `list` under `filter` (everything that decides the row order).
    ///
    /// # Errors
    /// `Internal` when the position does not serialise, which is a defect of ours.
    pub fn encode(
        &self,
        list: &str,
        filter: &impl Serialize,
        position: &impl Serialize,
    ) -> Result<String, OperationError> {
        let position = json(position)?;
        let mut bytes = self
            .sign(list, &json(filter)?, &position)
            .finalize()
            .into_bytes()
            .to_vec();
        bytes.extend_from_slice(&position);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The position that `encode` wrote for the same list and filter.
    ///
    /// # Errors
    /// `InvalidCursor` for anything else; it says no more, because the text is not for people.
    pub fn decode<P: DeserializeOwned>(
        &self,
        list: &str,
        filter: &impl Serialize,
        text: &str,
    ) -> Result<P, OperationError> {
        if text.len() > MAX_TEXT {
            return Err(OperationError::InvalidCursor);
        }
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| OperationError::InvalidCursor)?;
        let (signature, position) = bytes
            .split_at_checked(SIGNATURE_BYTES)
            .ok_or(OperationError::InvalidCursor)?;
        self.sign(list, &json(filter)?, position)
            .verify_slice(signature)
            .map_err(|_| OperationError::InvalidCursor)?;
        serde_json::from_slice(position).map_err(|_| OperationError::InvalidCursor)
    }

    /// `decode` for the cursor that a query may have.
    ///
    /// # Errors
    /// As `decode`.
    pub fn decode_optional<P: DeserializeOwned>(
        &self,
        list: &str,
        filter: &impl Serialize,
        text: Option<&str>,
    ) -> Result<Option<P>, OperationError> {
        text.map(|text| self.decode(list, filter, text)).transpose()
    }

    fn sign(&self, list: &str, filter: &[u8], position: &[u8]) -> hmac::Hmac<sha2::Sha256> {
        let mut mac = keyed(&self.key);
        for part in [list.as_bytes(), filter] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.update(position);
        mac
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, OperationError> {
    serde_json::to_vec(value).map_err(|cause| OperationError::Internal("writing a cursor", cause.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursors() -> Cursors {
        Cursors::new([3; 32])
    }

    #[test]
    fn a_cursor_reads_back_only_under_its_own_list_and_filter() {
        let text = cursors()
            .encode("leads", &("NEW", "name"), &("ada", 7))
            .expect("encodes");
        let read: (String, i32) = cursors()
            .decode("leads", &("NEW", "name"), &text)
            .expect("decodes");
        assert_eq!(read, ("ada".to_owned(), 7));
        for (list, filter) in [("leads", ("LOST", "name")), ("campaigns", ("NEW", "name"))] {
            let refused = cursors().decode::<(String, i32)>(list, &filter, &text);
            assert!(
                matches!(refused, Err(OperationError::InvalidCursor)),
                "{refused:?}"
            );
        }
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let text = cursors().encode("leads", &"", &("ada", 7)).expect("encodes");
        let bytes = URL_SAFE_NO_PAD.decode(&text).expect("base64");
        for index in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[index] ^= 1;
            let refused = cursors().decode::<(String, i32)>("leads", &"", &URL_SAFE_NO_PAD.encode(changed));
            assert!(
                matches!(refused, Err(OperationError::InvalidCursor)),
                "byte {index}"
            );
        }
    }

    #[test]
    fn nonsense_is_refused_and_never_panics() {
        for text in ["", "a", "====", "ä", &"A".repeat(10_000), "AAAA"] {
            let refused = cursors().decode::<(String, i32)>("leads", &"", text);
            assert!(matches!(refused, Err(OperationError::InvalidCursor)), "{text}");
        }
    }
}
