//! Random secrets: 256 bits, shown once, kept as SHA-256, compared in constant time.

use aicmo_shared::api_key;
use aicmo_shared::session::SecretText;
use aicmo_store::accounts::SecretHash;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::error::OperationError;

/// Characters of a key that stay visible: the common prefix and six more.
const SHOWN: usize = api_key::PREFIX.len() + 6;

/// A longer text cannot be one of our secrets.
pub(super) const LONGEST: usize = 256;

/// Random bytes of the operating system.
pub(super) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, OperationError> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut())
        .map_err(|cause| OperationError::Internal("making a secret", Box::new(cause)))?;
    Ok(bytes)
}

/// A new token of a session or a link.
pub(super) fn token() -> Result<SecretText, OperationError> {
    Ok(SecretText::new(URL_SAFE_NO_PAD.encode(random::<32>()?.as_ref())))
}

/// A new key, with the part of it that stays visible.
pub(super) fn key() -> Result<(SecretText, String), OperationError> {
    let secret = format!("{}{}", api_key::PREFIX, token()?.expose());
    let prefix = secret.chars().take(SHOWN).collect();
    Ok((SecretText::new(secret), prefix))
}

/// What is kept of a secret.
pub(super) fn hash_of(secret: &str) -> SecretHash {
    SecretHash::new(Sha256::digest(secret.as_bytes()).into())
}

/// Whether two hashes are the same, in a time that does not depend on where they differ.
pub(super) fn same(one: &SecretHash, other: &SecretHash) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// The token that writes with a session's cookie must carry. It follows from the session's token,
/// which no script can read, so nothing more is kept, and it changes when that changes.
pub fn csrf_token(session_token: &SecretText) -> String {
    let digest = Sha256::new()
        .chain_update("aicmo csrf")
        .chain_update([0])
        .chain_update(session_token.expose())
        .finalize();
    URL_SAFE_NO_PAD.encode(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_differ_and_show_only_their_beginning() {
        let (one, prefix) = key().expect("random bytes");
        let (other, _) = key().expect("random bytes");
        assert_ne!(one, other);
        assert!(one.expose().starts_with(&prefix));
        assert_eq!(prefix.len(), 12);
        assert_eq!(one.expose().len(), 6 + 43, "256 bits in base64");
    }

    #[test]
    fn the_write_token_follows_from_the_session_and_gives_nothing_of_it_away() {
        let session = token().expect("random bytes");
        assert_eq!(csrf_token(&session), csrf_token(&session));
        assert_ne!(csrf_token(&session), csrf_token(&token().expect("random bytes")));
        assert_ne!(csrf_token(&session), session.expose());
        assert!(same(&hash_of("a"), &hash_of("a")) && !same(&hash_of("a"), &hash_of("b")));
    }
}
