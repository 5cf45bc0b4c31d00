//! Who may come in: accounts, their sessions, recovery codes and passkeys, links that work once, and
//! keys.

pub mod actors;
pub mod api_keys;
pub mod one_time_links;
pub mod passkeys;
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
