//! Who may come in and what they may do: people, sessions, second factors, passkeys, links and keys.
//!
//! Owns: signing in and out, the lockout, what a credential is worth, and what an administrator does
//! to accounts and keys. Does not own which role or scope an endpoint needs (the shared table
//! `access`), nor how a credential travels (the HTTP skin). Random secrets are kept as SHA-256,
//! passwords as Argon2id, the secret of an authenticator app sealed; of a passkey only its public key.

mod attempt;
mod cache;
mod ceremony;
mod device;
mod hasher;
mod invitations;
mod keys;
mod own;
mod passkey_sign_in;
mod passkeys;
mod policy;
mod principal;
mod refusal;
mod resets;
mod second_factor;
mod secret;
mod session;
mod set_up;
mod sign_in;
mod throttle;
mod totp;
mod trail;
mod users;
mod vault;

pub(crate) use cache::Cache;
pub use invitations::{accept_invitation, create_invitation, list_invitations, revoke_invitation};
pub use keys::{create_api_key, list_api_keys, revoke_api_key};
pub use own::{change_own_name, change_password, end_session, list_sessions};
pub use passkey_sign_in::{begin_passkey_sign_in, sign_in_by_passkey};
pub use passkeys::{add_passkey, begin_passkey, list_passkeys, remove_passkey, rename_passkey};
pub use principal::{
    Credentials, KeyHolder, Presence, Principal, SignedInPerson, authenticate, is_familiar, may_still,
};
pub use refusal::Refusal;
pub use resets::{create_password_reset, reset_password};
pub use second_factor::{
    begin_second_factor, confirm_second_factor, remove_second_factor, renew_recovery_codes,
};
pub use secret::csrf_token;
pub use session::{Renewed, Visitor, get_session};
pub use set_up::{add_person, has_users, set_up, set_up_link};
pub use sign_in::{sign_in, sign_out};
pub use users::{
    create_service_account, end_user_sessions, find_account, get_user, list_users, patch_user,
    remove_user_second_factor,
};

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use aicmo_shared::Timestamp;
use aicmo_shared::session::SecretText;
use aicmo_store::accounts::SecretHash;
use aicmo_store::accounts::sessions::Live;

use crate::secrets::Secrets;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// The longest name of an account or a key, in characters.
const NAME: usize = 80;

/// What the composition root decides about accounts.
#[derive(Clone, Debug)]
pub struct AccountSettings {
    /// `AICMO_SESSION_HOURS`: a session ends then at the latest; after a quarter of it without a
    /// request it ends sooner.
    pub session_hours: u32,
    /// Where links lead: scheme, host and port, without a trailing slash.
    pub public_url: String,
    /// `AICMO_BOOTSTRAP_ADMIN_KEY`.
    pub bootstrap_key: Option<SecretText>,
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self {
            session_hours: 12,
            public_url: "http://localhost:8000".to_owned(),
            bootstrap_key: None,
        }
    }
}

/// What this process knows about accounts while it runs.
pub(crate) struct Accounts {
    session_ms: i64,
    public_url: String,
    bootstrap: Option<SecretHash>,
    device_key: [u8; 32],
    vault: vault::Vault,
    ceremonies: ceremony::Ceremonies,
    hasher: hasher::Hasher,
    throttle: throttle::Throttle,
    /// Emptied by the hub, too, when another process changed somebody's access.
    pub(crate) cache: Arc<Cache>,
    noted: principal::Noted,
    /// Once there is an account, there is one for ever.
    has_users: AtomicBool,
}

impl Accounts {
    pub(crate) fn new(settings: AccountSettings, secrets: &Secrets) -> Self {
        let ceremonies = ceremony::Ceremonies::new(&settings.public_url, &secrets.derived("passkey"));
        Self {
            session_ms: i64::from(settings.session_hours) * HOUR_MS,
            public_url: settings.public_url,
            bootstrap: settings.bootstrap_key.map(|key| secret::hash_of(key.expose())),
            device_key: secrets.derived("device"),
            vault: vault::Vault::new(&secrets.derived("vault")),
            ceremonies,
            hasher: hasher::Hasher::default(),
            throttle: throttle::Throttle::default(),
            cache: Arc::default(),
            noted: principal::Noted::default(),
            has_users: AtomicBool::new(false),
        }
    }

    /// How long a session lives without a request.
    const fn idle_ms(&self) -> i64 {
        self.session_ms / 4
    }

    pub(crate) fn live_at(&self, now: Timestamp) -> Live {
        Live {
            now,
            seen_since: now.plus_millis(-self.idle_ms()),
        }
    }

    /// The address at which passkeys work; `None` where none can.
    pub(crate) fn passkey_origin(&self) -> Option<&str> {
        self.ceremonies.origin()
    }

    /// Whether a bootstrap key is set.
    pub(crate) const fn has_bootstrap_key(&self) -> bool {
        self.bootstrap.is_some()
    }
}
