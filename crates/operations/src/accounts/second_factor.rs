//! The second factor of a person: codes of an authenticator app, and recovery codes.
//!
//! A secret that was offered counts only once a code of it was seen. Whatever changes the factor
//! renews the session; switching it on ends the others, which were begun without it.

use aicmo_shared::account::AccountKind;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::session::{
    PasswordAgain, RecoveryCodes, SecondFactor, SecondFactorCode, SecondFactorOffer, SecretText,
};
use aicmo_shared::{Timestamp, UserId};
use aicmo_store::accounts::users::UserRecord;
use aicmo_store::accounts::{SecretHash, recovery_codes, sessions, users};
use aicmo_store::{Store, WriteTx};
use data_encoding::BASE32_NOPAD;
use serde_json::json;

use super::principal::SignedInPerson;
use super::session::{Begun, Renewed, Visitor, check_own_password};
use super::{secret, session, totp, trail};
use crate::context::Operations;
use crate::error::OperationError;

/// Recovery codes of a set.
const CODES: usize = 10;

/// Random bytes of a recovery code: twenty-four letters. From 112 bits on a fast hash is enough.
const CODE_BYTES: usize = 15;

/// Letters between two dashes.
const GROUP: usize = 4;

/// The name that an authenticator app shows.
const ISSUER: &str = "AICMO Operator";

/// Offers a secret for an authenticator app.
///
/// # Errors
/// `Validation` when the password is wrong or the factor is on already; `RateLimited`.
pub async fn begin_second_factor(
    ops: &Operations,
    visitor: &Visitor,
    again: PasswordAgain,
) -> Result<SecondFactorOffer, OperationError> {
    let (store, person, user) = owner(ops, visitor).await?;
    check_own_password(ops, person, &user, &again.password, "/password").await?;
    let bytes = secret::random::<{ totp::SECRET_BYTES }>()?;
    let sealed = ops.accounts.vault.seal(user.id, bytes.as_ref())?;
    let now = ops.now();
    let tx = store.begin_write().await?;
    require(
        &tx,
        user.id,
        |now| now.second_factor != SecondFactor::On,
        "/password",
        "The second factor is on; switch it off first.",
    )
    .await?;
    users::set_second_factor(&tx, user.id, SecondFactor::Pending, Some(&sealed), None, now).await?;
    commit(tx, visitor, user.id, SecondFactor::Pending, now).await?;
    let text = BASE32_NOPAD.encode(bytes.as_ref());
    let label = user.email.unwrap_or_default();
    Ok(SecondFactorOffer {
        otpauth_uri: SecretText::new(format!(
            "otpauth://totp/{}:{}?secret={text}&issuer={}&algorithm=SHA1&digits=6&period=30",
            escaped(ISSUER),
            escaped(&label),
            escaped(ISSUER),
        )),
        secret: SecretText::new(text),
    })
}

/// Switches the second factor on.
///
/// # Errors
/// `Validation` when the code is wrong, or nothing was offered.
pub async fn confirm_second_factor(
    ops: &Operations,
    visitor: &Visitor,
    code: SecondFactorCode,
) -> Result<(RecoveryCodes, Renewed), OperationError> {
    let (store, person, user) = owner(ops, visitor).await?;
    let now = ops.now();
    let secret = user
        .totp_secret
        .as_ref()
        .filter(|_| user.second_factor == SecondFactor::Pending)
        .and_then(|sealed| ops.accounts.vault.open(user.id, sealed))
        .ok_or_else(|| OperationError::field("/code", "nothing_offered", "Ask for a new secret first."))?;
    let step = totp::step_of(&secret, code.code.expose(), now).ok_or_else(|| {
        OperationError::field("/code", "wrong_code", "This is not the code of now; look again.")
    })?;
    let (codes, hashes) = new_codes()?;
    let tx = store.begin_write().await?;
    require(
        &tx,
        user.id,
        // Another secret may have been offered since, and then this code proves nothing of it.
        |now| now.second_factor == SecondFactor::Pending && now.totp_secret == user.totp_secret,
        "/code",
        "Ask for a new secret first.",
    )
    .await?;
    users::set_second_factor(
        &tx,
        user.id,
        SecondFactor::On,
        user.totp_secret.as_ref(),
        Some(step),
        now,
    )
    .await?;
    recovery_codes::replace(&tx, user.id, &hashes, now).await?;
    sessions::end_all(&tx, user.id, Some(person.session)).await?;
    let renewed = session::renew(&tx, person, now).await?;
    commit(tx, visitor, user.id, SecondFactor::On, now).await?;
    shown(ops, &store, renewed, user.id, codes).await
}

/// Switches the second factor off.
///
/// # Errors
/// `Validation` when the password is wrong; `RateLimited`.
pub async fn remove_second_factor(
    ops: &Operations,
    visitor: &Visitor,
    again: PasswordAgain,
) -> Result<Renewed, OperationError> {
    let (store, person, user) = owner(ops, visitor).await?;
    check_own_password(ops, person, &user, &again.password, "/password").await?;
    let now = ops.now();
    let tx = store.begin_write().await?;
    clear(&tx, user.id, now).await?;
    let renewed = session::renew(&tx, person, now).await?;
    commit(tx, visitor, user.id, SecondFactor::Off, now).await?;
    renewed.finish(ops, &store.reader(), user.id, None).await
}

/// Replaces the recovery codes.
///
/// # Errors
/// `Validation` when the password is wrong or the factor is off; `RateLimited`.
pub async fn renew_recovery_codes(
    ops: &Operations,
    visitor: &Visitor,
    again: PasswordAgain,
) -> Result<(RecoveryCodes, Renewed), OperationError> {
    let (store, person, user) = owner(ops, visitor).await?;
    check_own_password(ops, person, &user, &again.password, "/password").await?;
    let (codes, hashes) = new_codes()?;
    let now = ops.now();
    let tx = store.begin_write().await?;
    require(
        &tx,
        user.id,
        |now| now.second_factor == SecondFactor::On,
        "/password",
        "Switch the second factor on first.",
    )
    .await?;
    recovery_codes::replace(&tx, user.id, &hashes, now).await?;
    let renewed = session::renew(&tx, person, now).await?;
    commit(tx, visitor, user.id, SecondFactor::On, now).await?;
    shown(ops, &store, renewed, user.id, codes).await
}

/// Takes everything of the factor away.
pub(super) async fn clear(tx: &WriteTx, user: UserId, now: Timestamp) -> Result<(), OperationError> {
    users::set_second_factor(tx, user, SecondFactor::Off, None, None, now).await?;
    recovery_codes::replace(tx, user, &[], now).await?;
    Ok(())
}

/// What is kept of a recovery code, however it was typed.
pub(super) fn recovery_hash(code: &str) -> SecretHash {
    let letters: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_uppercase())
        .take(secret::LONGEST)
        .collect();
    secret::hash_of(&letters)
}

async fn owner<'a>(
    ops: &Operations,
    visitor: &'a Visitor,
) -> Result<(Store, &'a SignedInPerson, UserRecord), OperationError> {
    let store = ops.live(None)?;
    let person = visitor.principal.person()?;
    let user = users::record(&store.reader(), person.user).await?;
    debug_assert_eq!(user.kind, AccountKind::Person, "only people have sessions");
    Ok((store, person, user))
}

/// Looks at the state again under the lock.
async fn require(
    tx: &WriteTx,
    user: UserId,
    fits: impl Fn(&UserRecord) -> bool,
    pointer: &str,
    sentence: &str,
) -> Result<(), OperationError> {
    if fits(&users::record(tx, user).await?) {
        Ok(())
    } else {
        Err(OperationError::field(pointer, "second_factor_state", sentence))
    }
}

async fn commit(
    tx: WriteTx,
    visitor: &Visitor,
    user: UserId,
    state: SecondFactor,
    now: Timestamp,
) -> Result<(), OperationError> {
    tx.commit(trail::entry(
        &visitor.operator,
        AuditAction::UserSecondFactorChanged,
        (SubjectType::User, &user),
        (None, Some(json!({ "second_factor": state }))),
        now,
    ))
    .await?;
    Ok(())
}

async fn shown(
    ops: &Operations,
    store: &Store,
    renewed: Begun,
    user: UserId,
    codes: Vec<SecretText>,
) -> Result<(RecoveryCodes, Renewed), OperationError> {
    let renewed = renewed.finish(ops, &store.reader(), user, None).await?;
    let session = renewed.current.clone();
    Ok((RecoveryCodes { codes, session }, renewed))
}

/// A set of codes such as `ABCD-EFGH-IJKL-MNOP-QRST-UVWX`, and what is kept of them.
fn new_codes() -> Result<(Vec<SecretText>, Vec<SecretHash>), OperationError> {
    let mut codes = Vec::with_capacity(CODES);
    let mut hashes = Vec::with_capacity(CODES);
    for _ in 0..CODES {
        let letters = BASE32_NOPAD.encode(secret::random::<CODE_BYTES>()?.as_ref());
        hashes.push(recovery_hash(&letters));
        let parts: Vec<&str> = (0..letters.len())
            .step_by(GROUP)
            .filter_map(|from| letters.get(from..from + GROUP))
            .collect();
        codes.push(SecretText::new(parts.join("-")));
    }
    Ok((codes, hashes))
}

/// Percent-encoded, as the label of an authenticator app asks for.
fn escaped(text: &str) -> String {
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut out, byte| {
            use std::fmt::Write as _;
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                out.push(char::from(byte));
            } else {
                let _ = write!(out, "%{byte:02X}");
            }
            out
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_may_be_typed_without_its_dashes() {
        let (codes, hashes) = new_codes().expect("codes");
        assert_eq!((codes.len(), hashes.len()), (10, 10));
        let shown = codes[0].expose();
        assert_eq!(shown.len(), 24 + 5, "six groups of four, and no letter lost");
        for typed in [
            shown.to_owned(),
            shown.replace('-', ""),
            shown.to_lowercase(),
            format!(" {shown} "),
        ] {
            assert_eq!(recovery_hash(&typed), hashes[0], "{typed}");
        }
        assert_ne!(hashes[0], hashes[1]);
    }

    #[test]
    fn a_label_is_safe_in_an_address() {
        assert_eq!(escaped("AICMO Operator"), "AICMO%20Operator");
        assert_eq!(escaped("a+b@example.org"), "a%2Bb%40example.org");
    }
}
