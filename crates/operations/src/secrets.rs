//! The two keys of an installation and what they sign.
//!
//! The identity key makes keyed hashes of personal values, so that the audit trail and the identity
//! index can be compared without holding the values. The cursor key signs list positions. Neither
//! key is ever printed.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The keys of an installation.
#[derive(Clone)]
pub struct Secrets {
    /// Hashes identities and personal values in the audit trail.
    pub identity_key: [u8; 32],
    /// Signs cursors.
    pub cursor_key: [u8; 32],
}

impl Secrets {
    /// The keyed hash of a personal value, as lower-case hexadecimal.
    pub fn keyed_hash(&self, value: &str) -> String {
        let mut mac = keyed(&self.identity_key);
        mac.update(value.as_bytes());
        let digest = mac.finalize().into_bytes();
        digest.iter().fold(String::with_capacity(64), |mut text, byte| {
            use std::fmt::Write as _;
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

impl Secrets {
    /// A key for one purpose, which says nothing about the others.
    pub(crate) fn derived(&self, purpose: &str) -> [u8; 32] {
        let mut mac = keyed(&self.cursor_key);
        mac.update(b"aicmo ");
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(***)")
    }
}

/// HMAC-SHA-256 under `key`.
pub(crate) fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // HMAC pads a key to the block of its hash with zeros; done here, no fallible call is needed.
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    Hmac::new(&block.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_not_printed_and_hashes_depend_on_the_key() {
        let secrets = Secrets {
            identity_key: [7; 32],
            cursor_key: [9; 32],
        };
        assert_eq!(format!("{secrets:?}"), "Secrets(***)");
        let other = Secrets {
            identity_key: [8; 32],
            cursor_key: [9; 32],
        };
        assert_ne!(secrets.keyed_hash("a"), other.keyed_hash("a"));
        assert_eq!(secrets.keyed_hash("a").len(), 64);
    }
}
