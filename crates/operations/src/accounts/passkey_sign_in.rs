//! Signing in by a passkey, which is both factors: the thing, and the finger or number that opens it.
//!
//! The browser finds the passkey; nobody types an address. A passkey that is not known, one of an
//! account that may not come in, and an answer that does not fit are told apart by nobody outside. A
//! counter that does not move on says that there may be a copy: then nobody is let in, and the trail
//! says so.

use aicmo_shared::account::AccountKind;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::passkey::{PasskeyChallenge, PasskeySignIn};
use aicmo_store::Store;
use aicmo_store::accounts::passkeys::{self, PasskeyRecord};
use aicmo_store::accounts::users::{self, UserRecord};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey, PublicKeyCredential, Webauthn, WebauthnError,
};

use super::attempt::attempt;
use super::ceremony::{Aim, Open, defect, library};
use super::refusal::Refusal;
use super::session::{Begun, Renewed, Visitor, account_hash};
use super::{session, trail};
use crate::context::Operations;
use crate::error::OperationError;

/// Asks a browser for a passkey; whoever asks leaves nothing behind.
///
/// # Errors
/// `FeatureDisabled`.
pub async fn begin_passkey_sign_in(ops: &Operations) -> Result<PasskeyChallenge, OperationError> {
    ops.live(None)?;
    let ceremonies = &ops.accounts.ceremonies;
    let (request, state) = ceremonies
        .webauthn()?
        .start_discoverable_authentication()
        .map_err(library)?;
    let options = serde_json::to_value(request.public_key).map_err(|cause| defect(cause.into()))?;
    ceremonies.ask(ops, Aim::SignIn, options, state)
}

/// Signs in by a passkey and begins a session.
///
/// # Errors
/// `FeatureDisabled`; `InvalidCredentials`; `RateLimited`.
pub async fn sign_in_by_passkey(
    ops: &Operations,
    visitor: &Visitor,
    request: PasskeySignIn,
) -> Result<Renewed, OperationError> {
    let store = ops.live(None)?;
    let accounts = &ops.accounts;
    let webauthn = accounts.ceremonies.webauthn()?;
    let credential: Option<PublicKeyCredential> = serde_json::from_value(request.credential).ok();
    let id = credential
        .as_ref()
        .map(|credential| URL_SAFE_NO_PAD.encode(credential.get_credential_id()))
        .unwrap_or_default();
    let found = passkeys::find(&store.reader(), &id).await?;
    let owner = match &found {
        Some(passkey) => Some(users::record(&store.reader(), passkey.user).await?),
        None => None,
    };
    // A passkey that nobody has is still somebody's attempt.
    let email = owner.as_ref().and_then(|owner| owner.email.clone());
    let account = account_hash(email.as_deref().unwrap_or("passkey"));
    let admitted = async {
        let challenge =
            accounts
                .ceremonies
                .open::<DiscoverableAuthentication>(Aim::SignIn, &request.token, ops.now());
        let (Some(credential), Some(passkey), Some(owner), Some(challenge)) =
            (credential, found, owner, challenge)
        else {
            return Err(Refusal::PasskeyRefused.into());
        };
        let asked = Asked {
            ops,
            store: &store,
            visitor,
            webauthn,
        };
        asked.admit(&credential, &passkey, &owner, challenge).await
    };
    attempt(ops, &store, visitor, account, admitted).await
}

/// What the checks of one attempt stand on.
struct Asked<'a> {
    ops: &'a Operations,
    store: &'a Store,
    visitor: &'a Visitor,
    webauthn: &'a Webauthn,
}

impl Asked<'_> {
    async fn admit(
        &self,
        credential: &PublicKeyCredential,
        passkey: &PasskeyRecord,
        owner: &UserRecord,
        challenge: Open<DiscoverableAuthentication>,
    ) -> Result<(Begun, UserRecord), OperationError> {
        let refused = || OperationError::from(Refusal::PasskeyRefused);
        let names_owner = self
            .webauthn
            .identify_discoverable_authentication(credential)
            .is_ok_and(|(user, _)| user == passkey.user.get());
        if !names_owner || !owner.active || owner.kind != AccountKind::Person {
            return Err(refused());
        }
        let mut key: Passkey = serde_json::from_str(&passkey.credential)
            .map_err(|cause| OperationError::Internal("reading a passkey", cause.into()))?;
        let answer = match self.webauthn.finish_discoverable_authentication_v2(
            credential,
            challenge.state.clone(),
            DiscoverableKey::from(&key),
        ) {
            Ok(answer) => answer,
            Err(WebauthnError::CredentialPossibleCompromise) => {
                self.note_copy(passkey, owner).await?;
                return Err(refused());
            }
            Err(_) => return Err(refused()),
        };
        key.update_credential(&answer);
        let after = serde_json::to_string(&key).map_err(|cause| defect(cause.into()))?;
        let now = self.ops.now();
        let tx = self.store.begin_write().await?;
        // Read again under the lock: the account may have been shut, the passkey removed or its
        // counter moved while the answer was checked.
        let current = users::record(&tx, owner.id).await?;
        if !current.active
            || !challenge.take(&tx, now).await?
            || !passkeys::note_used(&tx, passkey, &after, now).await?
        {
            return Err(refused());
        }
        let begun = session::begin(self.ops, &tx, self.visitor, owner.id, now).await?;
        let id = begun.id();
        tx.commit(trail::entry(
            &trail::as_person(&self.visitor.operator, owner),
            AuditAction::SessionStarted,
            (SubjectType::Session, &id),
            (None, Some(json!({ "by": "passkey", "passkey": passkey.id }))),
            now,
        ))
        .await?;
        Ok((begun, current))
    }

    /// Whoever answered holds the key, and yet it was used elsewhere since: one of the two is a copy.
    async fn note_copy(&self, passkey: &PasskeyRecord, owner: &UserRecord) -> Result<(), OperationError> {
        let tx = self.store.begin_write().await?;
        tx.commit(trail::entry(
            &self.visitor.operator,
            AuditAction::UserPasskeyChanged,
            (SubjectType::User, &owner.id),
            (
                None,
                Some(json!({ "passkey": passkey.id, "state": "copy_suspected" })),
            ),
            self.ops.now(),
        ))
        .await?;
        Ok(())
    }
}
