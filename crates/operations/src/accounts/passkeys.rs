//! The passkeys of a person: added with the password, listed, renamed, removed with the password.
//!
//! A passkey that verifies its owner is both factors at once, so whatever adds or removes one needs
//! the password again and renews the session. Signing in by one is in `passkey_sign_in`.

use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::passkey::{NAME_MAX, Passkey, PasskeyAdded, PasskeyChallenge, PasskeyDraft, PasskeyName};
use aicmo_shared::session::PasswordAgain;
use aicmo_shared::{PasskeyId, Sourced, Timestamp, UserId};
use aicmo_store::accounts::passkeys::{self, PasskeyRecord};
use aicmo_store::accounts::users;
use aicmo_store::{StoreError, WriteTx};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use webauthn_rs::prelude::{PasskeyRegistration, RegisterPublicKeyCredential};

use super::ceremony::{Aim, defect, library};
use super::session::{Renewed, Visitor, check_own_password};
use super::{session, trail};
use crate::context::Operations;
use crate::error::OperationError;
use crate::text::Faults;

/// Passkeys of one person: one for each of their devices, and some to spare.
const MOST: usize = 20;

/// The caller's passkeys, the newest first.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub async fn list_passkeys(
    ops: &Operations,
    visitor: &Visitor,
) -> Result<Sourced<Vec<Passkey>>, OperationError> {
    let person = visitor.principal.person().ok();
    ops.reads(None)?.passkeys(person.map(|person| person.user)).await
}

/// Asks the caller's browser to make a passkey.
///
/// # Errors
/// `FeatureDisabled`; `Validation` when the password is wrong or there are too many; `RateLimited`.
pub async fn begin_passkey(
    ops: &Operations,
    visitor: &Visitor,
    again: PasswordAgain,
) -> Result<PasskeyChallenge, OperationError> {
    let store = ops.live(None)?;
    let person = visitor.principal.person()?;
    let ceremonies = &ops.accounts.ceremonies;
    let webauthn = ceremonies.webauthn()?;
    let user = users::record(&store.reader(), person.user).await?;
    check_own_password(ops, person, &user, &again.password, "/password").await?;
    let tx = store.begin_write().await?;
    let known = passkeys::list(&tx, user.id).await?;
    if known.len() >= MOST {
        return Err(OperationError::field(
            "/password",
            "too_many",
            format!("You have {MOST} passkeys; remove one first."),
        ));
    }
    let exclude = known
        .iter()
        .filter_map(|passkey| URL_SAFE_NO_PAD.decode(&passkey.credential_id).ok())
        .collect();
    let name = user.email.as_deref().unwrap_or(&user.display_name);
    let (creation, state) = webauthn
        .start_passkey_registration(user.id.get(), name, &user.display_name, Some(exclude))
        .map_err(library)?;
    let mut options = serde_json::to_value(creation.public_key).map_err(|cause| defect(cause.into()))?;
    // The door asks for no address, so the authenticator has to remember whose the passkey is.
    for (field, value) in [
        ("residentKey", json!("required")),
        ("requireResidentKey", json!(true)),
    ] {
        options["authenticatorSelection"][field] = value;
    }
    let challenge = ceremonies.ask(ops, Aim::Add(person.session), options, state)?;
    commit(tx, visitor, user.id, json!({ "passkey": "offered" }), ops.now()).await?;
    Ok(challenge)
}

/// Adds the passkey that the browser made.
///
/// # Errors
/// `FeatureDisabled`; `Validation` when the challenge is over or was answered, or the passkey does
/// not fit it.
pub async fn add_passkey(
    ops: &Operations,
    visitor: &Visitor,
    draft: PasskeyDraft,
) -> Result<(PasskeyAdded, Renewed), OperationError> {
    let store = ops.live(None)?;
    let person = visitor.principal.person()?;
    let ceremonies = &ops.accounts.ceremonies;
    let webauthn = ceremonies.webauthn()?;
    let name = checked_name(draft.name)?;
    let user = users::record(&store.reader(), person.user).await?;
    let now = ops.now();
    let challenge = ceremonies
        .open::<PasskeyRegistration>(Aim::Add(person.session), &draft.token, now)
        .ok_or_else(over)?;
    let made: RegisterPublicKeyCredential =
        serde_json::from_value(draft.credential).map_err(|_| does_not_fit())?;
    let made = webauthn
        .finish_passkey_registration(&made, &challenge.state)
        .map_err(|_| does_not_fit())?;
    let record = PasskeyRecord {
        id: PasskeyId::new(ops.new_id(now)),
        user: user.id,
        credential_id: URL_SAFE_NO_PAD.encode(made.cred_id()),
        credential: serde_json::to_string(&made).map_err(|cause| defect(cause.into()))?,
        name,
        created_at: now,
        last_used_at: None,
    };
    let tx = store.begin_write().await?;
    if !challenge.take(&tx, now).await? {
        return Err(over());
    }
    if passkeys::list(&tx, user.id).await?.len() >= MOST {
        return Err(does_not_fit());
    }
    passkeys::insert(&tx, &record).await.map_err(known_already)?;
    let renewed = session::renew(&tx, person, now).await?;
    let after = json!({ "passkey": record.id, "state": "added" });
    commit(tx, visitor, user.id, after, now).await?;
    let renewed = renewed.finish(ops, &store.reader(), user.id, None).await?;
    let added = PasskeyAdded {
        passkey: record.into_passkey(),
        session: renewed.current.clone(),
    };
    Ok((added, renewed))
}

/// Gives a passkey of the caller another name.
///
/// # Errors
/// `NotFound` when the caller has no such passkey; `Validation` when the name is not one.
pub async fn rename_passkey(
    ops: &Operations,
    visitor: &Visitor,
    id: PasskeyId,
    name: PasskeyName,
) -> Result<Passkey, OperationError> {
    let store = ops.live(None)?;
    let person = visitor.principal.person()?;
    let name = checked_name(name.name)?;
    let tx = store.begin_write().await?;
    if !passkeys::rename(&tx, person.user, id, &name).await? {
        return Err(OperationError::not_found(PasskeyId::NOUN, id));
    }
    let after = json!({ "passkey": id, "state": "renamed" });
    commit(tx, visitor, person.user, after, ops.now()).await?;
    passkeys::find_own(&store.reader(), person.user, id)
        .await?
        .map(PasskeyRecord::into_passkey)
        .ok_or_else(|| OperationError::not_found(PasskeyId::NOUN, id))
}

/// Removes a passkey of the caller.
///
/// # Errors
/// `NotFound` when the caller has no such passkey; `Validation` when the password is wrong;
/// `RateLimited`.
pub async fn remove_passkey(
    ops: &Operations,
    visitor: &Visitor,
    id: PasskeyId,
    again: PasswordAgain,
) -> Result<Renewed, OperationError> {
    let store = ops.live(None)?;
    let person = visitor.principal.person()?;
    let not_found = || OperationError::not_found(PasskeyId::NOUN, id);
    passkeys::find_own(&store.reader(), person.user, id)
        .await?
        .ok_or_else(not_found)?;
    let user = users::record(&store.reader(), person.user).await?;
    check_own_password(ops, person, &user, &again.password, "/password").await?;
    let now = ops.now();
    let tx = store.begin_write().await?;
    if !passkeys::remove(&tx, user.id, id).await? {
        return Err(not_found());
    }
    let renewed = session::renew(&tx, person, now).await?;
    let after = json!({ "passkey": id, "state": "removed" });
    commit(tx, visitor, user.id, after, now).await?;
    renewed.finish(ops, &store.reader(), user.id, None).await
}

fn checked_name(name: String) -> Result<String, OperationError> {
    let mut faults = Faults::default();
    let name = faults.required_line("/name", name, usize::from(NAME_MAX));
    faults.finish()?;
    Ok(name)
}

fn over() -> OperationError {
    OperationError::field(
        "/token",
        "challenge_over",
        "This took too long, or was answered before; begin again.",
    )
}

fn does_not_fit() -> OperationError {
    OperationError::field(
        "/credential",
        "passkey_refused",
        "This passkey does not answer what was asked; begin again.",
    )
}

fn known_already(error: StoreError) -> OperationError {
    match error {
        StoreError::Duplicate(_) => {
            OperationError::field("/credential", "passkey_known", "This passkey was added before.")
        }
        other => other.into(),
    }
}

async fn commit(
    tx: WriteTx,
    visitor: &Visitor,
    user: UserId,
    after: Value,
    now: Timestamp,
) -> Result<(), OperationError> {
    tx.commit(trail::entry(
        &visitor.operator,
        AuditAction::UserPasskeyChanged,
        (SubjectType::User, &user),
        (None, Some(after)),
        now,
    ))
    .await?;
    Ok(())
}
