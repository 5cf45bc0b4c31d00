//! Links to a new password: an administrator makes one, the person uses it once.

use aicmo_shared::UserId;
use aicmo_shared::account::{AccountKind, LinkKind, OneTimeLink, PasswordResetRequest, PasswordSet};
use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::AuditAction;
use aicmo_store::accounts::one_time_links::LinkRecord;
use aicmo_store::accounts::{one_time_links, sessions, users};
use serde_json::json;

use super::invitations::acting_user;
use super::refusal::Refusal;
use super::session::Visitor;
use super::{HOUR_MS, policy, secret, set_up, trail};
use crate::context::{Operations, Operator};
use crate::error::OperationError;
use crate::text::Faults;

/// How long a link works.
const LIVES_MS: i64 = 24 * HOUR_MS;

/// Makes a link by which the person sets a new password; an older one does not work any more.
///
/// # Errors
/// `NotFound` when there is no such person; a service account has no password.
pub async fn create_password_reset(
    ops: &Operations,
    operator: &Operator,
    id: UserId,
) -> Result<OneTimeLink, OperationError> {
    let store = ops.live(None)?;
    let now = ops.now();
    let (link, token) = set_up::new_link(ops, LinkKind::PasswordReset, now, LIVES_MS)?;
    let link = LinkRecord {
        user: Some(id),
        created_by: acting_user(operator),
        ..link
    };
    let tx = store.begin_write().await?;
    let user = users::record(&tx, id).await?;
    if user.kind != AccountKind::Person {
        return Err(OperationError::not_found("person", id));
    }
    one_time_links::revoke_resets_of(&tx, id, now).await?;
    one_time_links::insert(&tx, &link, &secret::hash_of(token.expose())).await?;
    tx.commit(trail::entry(
        operator,
        AuditAction::UserEdited,
        (SubjectType::User, &id),
        (None, Some(json!({ "password_reset": "offered" }))),
        now,
    ))
    .await?;
    Ok(OneTimeLink {
        link: set_up::address(ops, LinkKind::PasswordReset, &token),
        expires_at: link.expires_at,
    })
}

/// Sets a new password by a link and ends every session of the account. A second factor stays.
///
/// # Errors
/// `LinkInvalid`; `Validation` when the password is not taken.
pub async fn reset_password(
    ops: &Operations,
    visitor: &Visitor,
    request: PasswordResetRequest,
) -> Result<PasswordSet, OperationError> {
    let store = ops.live(None)?;
    let link = set_up::open_link(ops, LinkKind::PasswordReset, &request.token).await?;
    let id = link.user.ok_or(Refusal::LinkInvalid)?;
    let user = users::record(&store.reader(), id).await?;
    if !user.active {
        return Err(Refusal::LinkInvalid.into());
    }
    let email = user.email.clone().unwrap_or_default();
    let mut faults = Faults::default();
    policy::check(
        &mut faults,
        "/password",
        &request.password,
        &email,
        &user.display_name,
    );
    faults.finish()?;
    let hash = ops.accounts.hasher.hash(&request.password).await?;
    let now = ops.now();
    let tx = store.begin_write().await?;
    if !one_time_links::use_up(&tx, link.id, now).await? {
        return Err(Refusal::LinkInvalid.into());
    }
    users::set_password(&tx, id, &hash, now).await?;
    let ended = sessions::end_all(&tx, id, None).await?;
    tx.commit(trail::entry(
        &trail::as_person(&visitor.operator, &user),
        AuditAction::UserPasswordChanged,
        (SubjectType::User, &id),
        (None, Some(json!({ "by": "reset_link", "sessions_ended": ended }))),
        now,
    ))
    .await?;
    ops.accounts.cache.forget();
    Ok(PasswordSet { email })
}
