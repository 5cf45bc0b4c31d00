//! What a person does with their own account: the name, the password, and their sessions.

use aicmo_shared::account::SessionsEnded;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::session::{CurrentSession, OwnNameChange, PasswordChange, SessionInfo};
use aicmo_shared::{SessionId, Sourced};
use aicmo_store::accounts::users::UserRecord;
use aicmo_store::accounts::{one_time_links, sessions, users};
use serde_json::json;

use super::refusal::Refusal;
use super::session::{Renewed, Visitor, check_own_password};
use super::{NAME, policy, session, trail};
use crate::context::Operations;
use crate::error::OperationError;
use crate::text::Faults;

/// Changes the caller's own password, renews the session and ends the others.
///
/// # Errors
/// `Validation` when the old one is wrong or the new one is not taken; `RateLimited`.
pub async fn change_password(
    ops: &Operations,
    visitor: &Visitor,
    change: PasswordChange,
) -> Result<Renewed, OperationError> {
    let store = ops.live(None)?;
    let person = visitor.principal.person()?;
    let user = users::record(&store.reader(), person.user).await?;
    let mut faults = Faults::default();
    policy::check(
        &mut faults,
        "/new_password",
        &change.new_password,
        user.email.as_deref().unwrap_or_default(),
        &user.display_name,
    );
    faults.finish()?;
    check_own_password(ops, person, &user, &change.current_password, "/current_password").await?;
    let hash = ops.accounts.hasher.hash(&change.new_password).await?;
    let now = ops.now();
    let tx = store.begin_write().await?;
    users::set_password(&tx, user.id, &hash, now).await?;
    one_time_links::revoke_resets_of(&tx, user.id, now).await?;
    let ended = sessions::end_all(&tx, user.id, Some(person.session)).await?;
    let renewed = session::renew(&tx, person, now).await?;
    tx.commit(trail::entry(
        &visitor.operator,
        AuditAction::UserPasswordChanged,
        (SubjectType::User, &user.id),
        (None, Some(json!({ "by": "owner", "sessions_ended": ended }))),
        now,
    ))
    .await?;
    renewed.finish(ops, &store.reader(), user.id, None).await
}

/// Changes the caller's own name, as others see it. What they may do stays as it is, so does the
/// session.
///
/// # Errors
/// `Validation` when it is no name; `Conflict` when an administrator was faster.
pub async fn change_own_name(
    ops: &Operations,
    visitor: &Visitor,
    change: OwnNameChange,
) -> Result<CurrentSession, OperationError> {
    let store = ops.live(None)?;
    let person = visitor.principal.person()?;
    let token = visitor
        .credentials
        .cookie
        .as_ref()
        .ok_or(Refusal::SessionExpired)?;
    let mut faults = Faults::default();
    let display_name = faults.required_line("/display_name", change.display_name, NAME);
    faults.finish()?;
    let now = ops.now();
    let tx = store.begin_write().await?;
    let before = users::record(&tx, person.user).await?;
    let after = UserRecord {
        display_name,
        updated_at: now,
        ..before.clone()
    };
    users::update(&tx, &before, &after).await?;
    tx.commit(trail::entry(
        &visitor.operator,
        AuditAction::UserEdited,
        (SubjectType::User, &before.id),
        (
            Some(trail::account(&ops.secrets, &before)),
            Some(trail::account(&ops.secrets, &after)),
        ),
        now,
    ))
    .await?;
    ops.accounts.cache.forget();
    session::current_of(ops, &store.reader(), person, token).await
}

/// The caller's sessions, the one seen last first.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub async fn list_sessions(
    ops: &Operations,
    visitor: &Visitor,
) -> Result<Sourced<Vec<SessionInfo>>, OperationError> {
    let person = visitor.principal.person().ok();
    ops.reads(None)?
        .sessions(person.map(|person| (person.user, person.session)))
        .await
}

/// Ends one of the caller's sessions, this one included.
///
/// # Errors
/// `NotFound` when the caller has no such session.
pub async fn end_session(
    ops: &Operations,
    visitor: &Visitor,
    id: SessionId,
) -> Result<SessionsEnded, OperationError> {
    let store = ops.live(None)?;
    let person = visitor.principal.person()?;
    let now = ops.now();
    let tx = store.begin_write().await?;
    if !sessions::end(&tx, person.user, id).await? {
        return Err(OperationError::not_found(SessionId::NOUN, id));
    }
    tx.commit(trail::entry(
        &visitor.operator,
        AuditAction::SessionEnded,
        (SubjectType::Session, &id),
        (None, Some(json!({ "by": "owner" }))),
        now,
    ))
    .await?;
    ops.accounts.cache.forget();
    Ok(SessionsEnded { ended: 1 })
}
