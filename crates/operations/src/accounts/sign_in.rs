//! Signing in and out.
//!
//! A wrong address, a wrong password, a wrong code and an account that may not come in are told
//! apart by nobody outside: they cost the same time and answer the same words.

use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::session::{CurrentSession, SecondFactor, SecretText, SignInRequest, Standing};
use aicmo_store::accounts::users::UserRecord;
use aicmo_store::accounts::{recovery_codes, sessions, users};
use aicmo_store::{Store, WriteTx};
use serde_json::json;

use super::attempt::attempt;
use super::refusal::Refusal;
use super::session::{Renewed, Visitor, account_hash};
use super::{second_factor, session, totp, trail};
use crate::context::Operations;
use crate::error::OperationError;
use crate::identity::normalise_email;

/// Signs in and begins a session.
///
/// # Errors
/// `InvalidCredentials`; `SecondFactorRequired` when only the code is missing; `RateLimited`.
pub async fn sign_in(
    ops: &Operations,
    visitor: &Visitor,
    request: SignInRequest,
) -> Result<Renewed, OperationError> {
    let store = ops.live(None)?;
    // A text that cannot be an address is still an attempt and takes its time, but finds nobody: who
    // is looked up is always who is counted.
    let email = normalise_email(&request.email).ok();
    let account = match &email {
        Some(email) => account_hash(email),
        None => account_hash(&request.email.chars().take(320).collect::<String>()),
    };
    let admitted = admit(ops, &store, visitor, email.as_deref(), &request);
    attempt(ops, &store, visitor, account, admitted).await
}

async fn admit(
    ops: &Operations,
    store: &Store,
    visitor: &Visitor,
    email: Option<&str>,
    request: &SignInRequest,
) -> Result<(session::Begun, UserRecord), OperationError> {
    let found = match email {
        Some(email) => users::find_by_email(&store.reader(), email).await?,
        None => None,
    };
    let hash = found.as_ref().and_then(|user| user.password_hash.as_ref());
    let fits = ops.accounts.hasher.verify(&request.password, hash).await?;
    let user = found
        .filter(|user| fits && user.active)
        .ok_or(Refusal::InvalidCredentials)?;
    if user.second_factor == SecondFactor::On && request.code.is_none() {
        return Err(Refusal::SecondFactorRequired.into());
    }
    let now = ops.now();
    let tx = store.begin_write().await?;
    // Read again under the lock: the account may have been shut while its password was checked.
    let current = users::record(&tx, user.id).await?;
    if !current.active || current.password_hash != user.password_hash {
        return Err(Refusal::InvalidCredentials.into());
    }
    let with_code = match (current.second_factor, &request.code) {
        (SecondFactor::On, Some(code)) => {
            if !take_code(ops, &tx, &current, code).await? {
                return Err(Refusal::InvalidCredentials.into());
            }
            true
        }
        (SecondFactor::On, None) => return Err(Refusal::SecondFactorRequired.into()),
        _ => false,
    };
    let begun = session::begin(ops, &tx, visitor, user.id, now).await?;
    let id = begun.id();
    tx.commit(trail::entry(
        &trail::as_person(&visitor.operator, &user),
        AuditAction::SessionStarted,
        (SubjectType::Session, &id),
        (
            None,
            Some(json!({ "by": if with_code { "password_and_code" } else { "password" } })),
        ),
        now,
    ))
    .await?;
    Ok((begun, user))
}

/// Uses a code up: of the authenticator app, each step once, or a recovery code.
async fn take_code(
    ops: &Operations,
    tx: &WriteTx,
    user: &UserRecord,
    code: &SecretText,
) -> Result<bool, OperationError> {
    let now = ops.now();
    let secret = user
        .totp_secret
        .as_ref()
        .and_then(|sealed| ops.accounts.vault.open(user.id, sealed));
    if let Some(secret) = secret
        && let Some(step) = totp::step_of(&secret, code.expose(), now)
    {
        return Ok(users::take_totp_step(tx, user.id, step).await?);
    }
    let hash = second_factor::recovery_hash(code.expose());
    Ok(recovery_codes::use_up(tx, user.id, &hash, now).await?)
}

/// Ends the caller's session.
///
/// # Errors
/// `Unauthenticated` or `SessionExpired` when there is none.
pub async fn sign_out(ops: &Operations, visitor: &Visitor) -> Result<CurrentSession, OperationError> {
    let store = ops.live(None)?;
    let person = visitor.principal.person()?;
    let now = ops.now();
    let tx = store.begin_write().await?;
    if !sessions::end(&tx, person.user, person.session).await? {
        return Err(Refusal::SessionExpired.into());
    }
    tx.commit(trail::entry(
        &visitor.operator,
        AuditAction::SessionEnded,
        (SubjectType::Session, &person.session),
        (None, Some(json!({ "by": "sign_out" }))),
        now,
    ))
    .await?;
    ops.accounts.cache.forget();
    Ok(session::bare(ops, Standing::Nobody, Vec::new()))
}
