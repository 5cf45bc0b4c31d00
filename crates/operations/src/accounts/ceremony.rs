//! At which address passkeys work, and the challenges that are good once.
//!
//! A challenge is kept by nobody while it is open: it goes to the browser sealed, with what the
//! library needs to check the answer, and comes back with it. So asking costs the database nothing,
//! whoever asks and however often, and any replica can read the answer. That it is good once is
//! decided in the database, by a row that is there as soon as it was answered rightly. Which passkeys
//! there are is in `passkeys`.

use std::net::IpAddr;

use aicmo_shared::passkey::PasskeyChallenge;
use aicmo_shared::session::SecretText;
use aicmo_shared::{SessionId, Timestamp};
use aicmo_store::WriteTx;
use aicmo_store::accounts::passkeys;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;
use webauthn_rs::prelude::{Url, Webauthn, WebauthnBuilder, WebauthnError};

use super::MINUTE_MS;
use super::vault::Vault;
use crate::context::Operations;
use crate::error::OperationError;

/// How long a challenge can be answered.
const OPEN_MS: i64 = 5 * MINUTE_MS;

/// A longer text cannot be one of ours.
const LONGEST: usize = 64 * 1024;

/// The name that a browser shows beside the address.
const NAME: &str = "AICMO Operator";

/// What a challenge is for; a token for one thing does not open for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    SignIn,
    /// Adding a passkey in this session.
    Add(SessionId),
}

impl Aim {
    fn bytes(self) -> Vec<u8> {
        match self {
            Self::SignIn => b"sign in".to_vec(),
            Self::Add(session) => [b"add ".as_slice(), session.get().as_bytes()].concat(),
        }
    }
}

/// A challenge as it is sealed.
#[derive(Serialize, Deserialize)]
struct Sealed<S> {
    id: Uuid,
    expires_at: Timestamp,
    state: S,
}

/// A challenge that came back in time. Its answer counts once it was taken.
pub(super) struct Open<S> {
    id: Uuid,
    expires_at: Timestamp,
    pub(super) state: S,
}

impl<S> Open<S> {
    /// Takes the answer; false when there was one before.
    pub(super) async fn take(&self, tx: &WriteTx, now: Timestamp) -> Result<bool, OperationError> {
        match passkeys::take_answer(tx, self.id, self.expires_at, now).await {
            Ok(()) => Ok(true),
            Err(aicmo_store::StoreError::Duplicate(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// Asks for passkeys and reads what comes back.
pub(super) struct Ceremonies {
    party: Option<Party>,
    vault: Vault,
}

struct Party {
    origin: String,
    webauthn: Webauthn,
}

impl Ceremonies {
    pub(super) fn new(public_url: &str, key: &[u8; 32]) -> Self {
        Self {
            party: party_of(public_url),
            vault: Vault::new(key),
        }
    }

    /// The address at which passkeys work, as browsers write an origin.
    pub(super) fn origin(&self) -> Option<&str> {
        self.party.as_ref().map(|party| party.origin.as_str())
    }

    /// The library, told where it stands.
    ///
    /// # Errors
    /// `FeatureDisabled` when browsers know no passkeys at the public address.
    pub(super) fn webauthn(&self) -> Result<&Webauthn, OperationError> {
        self.party
            .as_ref()
            .map(|party| &party.webauthn)
            .ok_or(OperationError::FeatureDisabled {
                feature: "signing in by passkey",
                setting: "AICMO_PUBLIC_URL",
                because: "has to be an https address with a host name, or localhost",
            })
    }

    /// What the browser is asked, and the token that comes back with its answer.
    pub(super) fn ask<S: Serialize>(
        &self,
        ops: &Operations,
        aim: Aim,
        options: Value,
        state: S,
    ) -> Result<PasskeyChallenge, OperationError> {
        let now = ops.now();
        let sealed = Sealed {
            id: ops.new_id(now),
            expires_at: now.plus_millis(OPEN_MS),
            state,
        };
        let text = serde_json::to_vec(&sealed).map_err(|cause| defect(cause.into()))?;
        Ok(PasskeyChallenge {
            token: self.vault.seal_under(&aim.bytes(), &text)?,
            options,
        })
    }

    /// The challenge in `token`; `None` when it is not one of ours for `aim`, or is over.
    pub(super) fn open<S: DeserializeOwned>(
        &self,
        aim: Aim,
        token: &SecretText,
        now: Timestamp,
    ) -> Option<Open<S>> {
        if token.expose().len() > LONGEST {
            return None;
        }
        let text = self.vault.open_under(&aim.bytes(), token)?;
        let sealed: Sealed<S> = serde_json::from_slice(&text).ok()?;
        (sealed.expires_at > now).then_some(Open {
            id: sealed.id,
            expires_at: sealed.expires_at,
            state: sealed.state,
        })
    }
}

/// A failure of the library that no caller can have caused.
pub(super) fn defect(cause: Box<dyn std::error::Error + Send + Sync>) -> OperationError {
    OperationError::Internal("asking for a passkey", cause)
}

/// As `defect`, for the library's own words.
pub(super) fn library(error: WebauthnError) -> OperationError {
    defect(error.into())
}

/// Browsers know passkeys at https addresses with a host name, and at localhost. An address of this
/// machine itself is the same place under a name that they accept.
fn party_of(public_url: &str) -> Option<Party> {
    let mut url = Url::parse(public_url).ok()?;
    let address = url.host_str()?.trim_matches(['[', ']']).parse::<IpAddr>();
    if url.scheme() == "http" && address.is_ok_and(|address| address.is_loopback()) {
        url.set_host(Some("localhost")).ok()?;
    }
    let host = url.domain()?.to_owned();
    let is_local = host == "localhost" || host.ends_with(".localhost");
    if url.scheme() != "https" && !(url.scheme() == "http" && is_local) {
        return None;
    }
    let webauthn = WebauthnBuilder::new(&host, &url)
        .and_then(|builder| builder.rp_name(NAME).build())
        .ok()?;
    Some(Party {
        origin: url.origin().ascii_serialization(),
        webauthn,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_work_where_browsers_know_them() {
        let origin = |url| party_of(url).map(|party| party.origin);
        for (url, expected) in [
            ("https://aicmo.example", Some("https://aicmo.example")),
            ("https://aicmo.example:8443", Some("https://aicmo.example:8443")),
            ("http://localhost:8000", Some("http://localhost:8000")),
            ("http://127.0.0.1:8000", Some("http://localhost:8000")),
            ("http://[::1]:8000", Some("http://localhost:8000")),
            ("http://aicmo.example", None),
            ("http://192.0.2.1:8000", None),
            ("https://192.0.2.1", None),
            ("https://127.0.0.1", None),
            ("nonsense", None),
        ] {
            assert_eq!(origin(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn a_token_opens_for_its_aim_and_in_its_time_alone() {
        let ceremonies = Ceremonies::new("https://aicmo.example", &[7; 32]);
        let at = Timestamp::from_millis;
        let session = |n| Aim::Add(SessionId::new(Uuid::from_u128(n)));
        let text = serde_json::to_vec(&Sealed {
            id: Uuid::from_u128(1),
            expires_at: at(1_000),
            state: "state".to_owned(),
        })
        .expect("serialises");
        let token = ceremonies
            .vault
            .seal_under(&session(1).bytes(), &text)
            .expect("sealed");
        let open = |aim, now| ceremonies.open::<String>(aim, &token, at(now));
        assert_eq!(
            open(session(1), 999).map(|open| open.state).as_deref(),
            Some("state")
        );
        assert!(open(session(1), 1_000).is_none(), "over");
        assert!(open(session(2), 999).is_none(), "another session");
        assert!(open(Aim::SignIn, 999).is_none(), "another aim");
    }
}
