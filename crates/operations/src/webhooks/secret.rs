//! The secrets of webhooks and what they sign.
//!
//! A secret is made from the identity key of the installation and a salt, and is kept nowhere: who
//! reads the database cannot sign. A mark beside the salt tells whether the key is still the one the
//! receiver's secret was made with, because a signature under another would only be refused.

use aicmo_shared::session::SecretText;
use aicmo_shared::{Timestamp, WebhookId};
use aicmo_store::webhooks::{SaltRecord, WebhookRecord};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::Mac as _;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::secrets::{Secrets, keyed};

/// How the libraries of Standard Webhooks know a secret.
const PREFIX: &str = "whsec_";

/// Makes secrets under the key of the installation.
pub struct SecretMaker {
    key: [u8; 32],
}

/// A secret in the clear. It has no `Debug`, so nothing prints it.
pub struct Secret([u8; 32]);

/// The key is not the one that the secret was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretLost;

impl SecretMaker {
    /// A key of its own purpose, which no keyed hash of a value can ever show.
    pub fn new(secrets: &Secrets) -> Self {
        let key = Sha256::new()
            .chain_update("aicmo webhooks")
            .chain_update([0])
            .chain_update(secrets.identity_key)
            .finalize();
        Self { key: key.into() }
    }

    /// The secret of `webhook` under a new salt, with what is kept of it.
    pub fn make(&self, webhook: WebhookId, salt: Uuid) -> (Secret, SaltRecord) {
        let secret = self.secret(webhook, salt);
        let record = SaltRecord {
            salt,
            mark: secret.mark(),
        };
        (secret, record)
    }

    /// The secrets that sign for `record` at `now`: the newest, and until its time the one before.
    ///
    /// # Errors
    /// When the key was changed since the newest was made.
    pub fn signing(&self, record: &WebhookRecord, now: Timestamp) -> Result<Vec<Secret>, SecretLost> {
        let again = |kept: &SaltRecord| {
            let secret = self.secret(record.id, kept.salt);
            (secret.mark() == kept.mark).then_some(secret)
        };
        let mut secrets = vec![again(&record.secret).ok_or(SecretLost)?];
        let overlaps = record.old_secret_until.is_some_and(|until| until > now);
        secrets.extend(record.old_secret.as_ref().filter(|_| overlaps).and_then(again));
        Ok(secrets)
    }

    fn secret(&self, webhook: WebhookId, salt: Uuid) -> Secret {
        let mut mac = keyed(&self.key);
        mac.update(webhook.get().as_bytes());
        mac.update(salt.as_bytes());
        Secret(mac.finalize().into_bytes().into())
    }
}

impl Secret {
    /// As the receiver is given it.
    pub fn shown(&self) -> SecretText {
        SecretText::new(format!("{PREFIX}{}", STANDARD.encode(self.0)))
    }

    /// `v1,` and the signature of a message, as Standard Webhooks has it.
    pub fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        let mut mac = keyed(&self.0);
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }

    /// Tells two secrets apart and says nothing else about either.
    fn mark(&self) -> String {
        let digest = Sha256::new().chain_update("mark").chain_update(self.0).finalize();
        STANDARD.encode(&digest[..9])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maker(key: u8) -> SecretMaker {
        SecretMaker::new(&Secrets {
            identity_key: [key; 32],
            cursor_key: [0; 32],
        })
    }

    /// The example of the specification, so that our signature is the one that everybody checks.
    #[test]
    fn the_example_of_standard_webhooks_is_signed_alike() {
        let key = STANDARD
            .decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
            .expect("base64");
        // Shorter than ours; HMAC pads with zeros, which is all that a longer key adds here.
        let mut padded = [0; 32];
        padded[..key.len()].copy_from_slice(&key);
        let signed = Secret(padded).sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            "{\"test\": 2432232314}",
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_comes_from_key_webhook_and_salt() {
        let webhook = WebhookId::new(Uuid::from_u128(1));
        let salt = Uuid::from_u128(7);
        let shown = |maker: &SecretMaker, webhook, salt| maker.make(webhook, salt).0.shown();
        let secret = shown(&maker(1), webhook, salt);
        assert!(secret.expose().starts_with("whsec_"));
        assert_eq!(shown(&maker(1), webhook, salt), secret);
        assert_ne!(shown(&maker(2), webhook, salt), secret);
        assert_ne!(shown(&maker(1), webhook, Uuid::from_u128(8)), secret);
        assert_ne!(shown(&maker(1), WebhookId::new(Uuid::from_u128(2)), salt), secret);
        let (_, kept) = maker(1).make(webhook, salt);
        assert_ne!(kept.mark, maker(2).make(webhook, salt).1.mark);
        assert!(!secret.expose().contains(&kept.mark));
    }
}
