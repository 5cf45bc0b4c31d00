//! Seals what must be read again and so cannot be hashed: the secrets of authenticator apps, and the
//! challenges of passkeys.
//!
//! ChaCha20-Poly1305 under a key that follows from the installation's session key. Whose it is, or
//! what it is for, is part of what is sealed, so a secret moved to another account does not open.

use aicmo_shared::UserId;
use aicmo_shared::session::SecretText;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use super::secret;
use crate::error::OperationError;

/// Seals and opens.
pub(super) struct Vault {
    key: Option<LessSafeKey>,
}

impl Vault {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self {
            key: UnboundKey::new(&CHACHA20_POLY1305, key)
                .ok()
                .map(LessSafeKey::new),
        }
    }

    /// Seals `secret` for the account.
    pub(super) fn seal(&self, user: UserId, secret: &[u8]) -> Result<SecretText, OperationError> {
        self.seal_under(user.get().as_bytes(), secret)
    }

    /// Seals `secret` so that it opens for the same `purpose` alone.
    pub(super) fn seal_under(&self, purpose: &[u8], secret: &[u8]) -> Result<SecretText, OperationError> {
        let failed = || OperationError::Internal("sealing a secret", "the cipher refused".into());
        let key = self.key.as_ref().ok_or_else(failed)?;
        let nonce = *secret::random::<NONCE_LEN>()?;
        let mut sealed = secret.to_vec();
        key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(purpose),
            &mut sealed,
        )
        .map_err(|_| failed())?;
        let whole = [nonce.as_slice(), &sealed].concat();
        Ok(SecretText::new(STANDARD_NO_PAD.encode(whole)))
    }

    /// Opens what was sealed for the account; `None` when it was not, or under another key.
    pub(super) fn open(&self, user: UserId, sealed: &SecretText) -> Option<Zeroizing<Vec<u8>>> {
        self.open_under(user.get().as_bytes(), sealed)
    }

    /// Opens what was sealed for `purpose`; `None` when it was not, or under another key.
    pub(super) fn open_under(&self, purpose: &[u8], sealed: &SecretText) -> Option<Zeroizing<Vec<u8>>> {
        let whole = STANDARD_NO_PAD.decode(sealed.expose()).ok()?;
        let (nonce, sealed) = whole.split_at_checked(NONCE_LEN)?;
        let mut opened = Zeroizing::new(sealed.to_vec());
        let length = self
            .key
            .as_ref()?
            .open_in_place(
                Nonce::try_assume_unique_for_key(nonce).ok()?,
                Aad::from(purpose),
                &mut opened,
            )
            .ok()?
            .len();
        opened.truncate(length);
        Some(opened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_opens_for_its_account_under_its_key_alone() {
        let vault = Vault::new(&[7; 32]);
        let user = |n| UserId::new(uuid::Uuid::from_u128(n));
        let sealed = vault.seal(user(1), b"twenty bytes of life").expect("sealed");
        assert!(!sealed.expose().contains("twenty"));
        let opened = vault.open(user(1), &sealed).expect("opened");
        assert_eq!(opened.as_slice(), b"twenty bytes of life");
        assert!(vault.open(user(2), &sealed).is_none(), "another account");
        assert!(
            Vault::new(&[8; 32]).open(user(1), &sealed).is_none(),
            "another key"
        );
        for damaged in ["", "AAAA", "not base64!"] {
            assert!(vault.open(user(1), &SecretText::new(damaged)).is_none());
        }
    }
}
