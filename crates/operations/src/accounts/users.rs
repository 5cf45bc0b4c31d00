//! What an administrator does to accounts.

use aicmo_shared::access::Role;
use aicmo_shared::account::{AccountKind, ServiceAccountDraft, SessionsEnded, User, UserPatch};
use aicmo_shared::activity::SubjectType;
use aicmo_shared::api::PageQuery;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::session::SecondFactor;
use aicmo_shared::{Sourced, UserId};
use aicmo_store::accounts::users::UserRecord;
use aicmo_store::accounts::{one_time_links, passkeys, sessions, users};
use aicmo_store::{StoreError, Subject, WriteTx};
use serde_json::json;

use super::refusal::Refusal;
use super::{NAME, second_factor, trail};
use crate::context::{Operations, Operator};
use crate::error::OperationError;
use crate::identity::normalise_email;
use crate::text::Faults;

/// A page of accounts, newest first.
///
/// # Errors
/// `InvalidCursor`; `Unavailable` when the database does not answer.
pub async fn list_users(ops: &Operations, query: &PageQuery) -> Result<Sourced<Vec<User>>, OperationError> {
    ops.reads(None)?.users(query).await
}

/// An account.
///
/// # Errors
/// `NotFound`; `Unavailable` when the database does not answer.
pub async fn get_user(ops: &Operations, id: UserId) -> Result<Sourced<User>, OperationError> {
    ops.reads(None)?.user(id).await
}

/// The account that a person names by address or id.
///
/// # Errors
/// `NotFound`; `MockMode`.
pub async fn find_account(ops: &Operations, name: &str) -> Result<User, OperationError> {
    let store = ops.live(None)?;
    let live = ops.accounts.live_at(ops.now());
    if let Ok(id) = name.parse::<UserId>() {
        return Ok(users::get(&store.reader(), id, live).await?);
    }
    let email = normalise_email(name).unwrap_or_else(|_| name.to_owned());
    let found = users::find_by_email(&store.reader(), &email)
        .await?
        .ok_or_else(|| OperationError::not_found(UserId::NOUN, name))?;
    Ok(users::get(&store.reader(), found.id, live).await?)
}

/// Creates a service account, which owns keys and never signs in.
///
/// # Errors
/// `DuplicateName`; `Validation` when the name is not one.
pub async fn create_service_account(
    ops: &Operations,
    operator: &Operator,
    draft: ServiceAccountDraft,
) -> Result<User, OperationError> {
    let store = ops.live(None)?;
    let mut faults = Faults::default();
    let display_name = faults.required_line("/display_name", draft.display_name, NAME);
    faults.finish()?;
    let now = ops.now();
    let user = UserRecord {
        id: UserId::new(ops.new_id(now)),
        version: 1,
        kind: AccountKind::Service,
        email: None,
        display_name,
        role: draft.role,
        active: true,
        password_hash: None,
        second_factor: SecondFactor::Off,
        totp_secret: None,
        totp_step: None,
        last_sign_in_at: None,
        created_at: now,
        updated_at: now,
    };
    let tx = store.begin_write().await?;
    users::insert(&tx, &user)
        .await
        .map_err(|error| name_taken(error, &user))?;
    tx.commit(trail::entry(
        operator,
        AuditAction::UserCreated,
        (SubjectType::User, &user.id),
        (None, Some(trail::account(&ops.secrets, &user))),
        now,
    ))
    .await?;
    Ok(users::get(&store.reader(), user.id, ops.accounts.live_at(now)).await?)
}

/// Changes name, role or activity. Another role, and being shut out, end every session; whoever was
/// an administrator takes no link with them that lets others in.
///
/// # Errors
/// `NotFound`; `Conflict` when `version` is not the row's any more; `LastAdmin`; `DuplicateName`.
pub async fn patch_user(
    ops: &Operations,
    operator: &Operator,
    id: UserId,
    version: i64,
    patch: UserPatch,
) -> Result<User, OperationError> {
    let store = ops.live(None)?;
    let mut faults = Faults::default();
    let display_name = patch
        .display_name
        .map(|name| faults.required_line("/display_name", name, NAME));
    faults.finish()?;
    let now = ops.now();
    let tx = store.begin_write().await?;
    let before = users::record(&tx, id).await?;
    if before.version != version {
        return Err(OperationError::Conflict {
            subject: Subject::new(UserId::NOUN, id),
            current: Some(before.version),
        });
    }
    let after = UserRecord {
        display_name: display_name.unwrap_or_else(|| before.display_name.clone()),
        role: patch.role.unwrap_or(before.role),
        active: patch.active.unwrap_or(before.active),
        updated_at: now,
        ..before.clone()
    };
    keep_an_admin(&tx, &before, &after).await?;
    users::update(&tx, &before, &after)
        .await
        .map_err(|error| name_taken(error, &after))?;
    if after.role != before.role || !after.active {
        sessions::end_all(&tx, id, None).await?;
    }
    if !after.active {
        one_time_links::revoke_resets_of(&tx, id, now).await?;
    }
    if manages(&before) && !manages(&after) {
        // Nobody who may not manage people any more lets another one in.
        one_time_links::revoke_made_by(&tx, id, now).await?;
    }
    tx.commit(trail::entry(
        operator,
        AuditAction::UserEdited,
        (SubjectType::User, &id),
        (
            Some(trail::account(&ops.secrets, &before)),
            Some(trail::account(&ops.secrets, &after)),
        ),
        now,
    ))
    .await?;
    ops.accounts.cache.forget();
    Ok(users::get(&store.reader(), id, ops.accounts.live_at(now)).await?)
}

/// Ends every session of a person.
///
/// # Errors
/// `NotFound`.
pub async fn end_user_sessions(
    ops: &Operations,
    operator: &Operator,
    id: UserId,
) -> Result<SessionsEnded, OperationError> {
    let store = ops.live(None)?;
    let now = ops.now();
    let tx = store.begin_write().await?;
    users::record(&tx, id).await?;
    let ended = sessions::end_all(&tx, id, None).await?;
    tx.commit(trail::entry(
        operator,
        AuditAction::SessionEnded,
        (SubjectType::User, &id),
        (
            None,
            Some(json!({ "by": "administrator", "sessions_ended": ended })),
        ),
        now,
    ))
    .await?;
    ops.accounts.cache.forget();
    Ok(SessionsEnded { ended })
}

/// Switches the second factor of a person off, removes their passkeys, and ends their sessions.
///
/// # Errors
/// `NotFound`.
pub async fn remove_user_second_factor(
    ops: &Operations,
    operator: &Operator,
    id: UserId,
) -> Result<User, OperationError> {
    let store = ops.live(None)?;
    let now = ops.now();
    let tx = store.begin_write().await?;
    let before = users::record(&tx, id).await?;
    second_factor::clear(&tx, id, now).await?;
    let removed = passkeys::remove_all(&tx, id).await?;
    sessions::end_all(&tx, id, None).await?;
    tx.commit(trail::entry(
        operator,
        AuditAction::UserSecondFactorChanged,
        (SubjectType::User, &id),
        (
            Some(json!({ "second_factor": before.second_factor })),
            Some(json!({
                "second_factor": SecondFactor::Off,
                "passkeys_removed": removed,
                "by": "administrator",
            })),
        ),
        now,
    ))
    .await?;
    ops.accounts.cache.forget();
    Ok(users::get(&store.reader(), id, ops.accounts.live_at(now)).await?)
}

/// Refuses the change after which nobody could manage the workspace.
async fn keep_an_admin(tx: &WriteTx, before: &UserRecord, after: &UserRecord) -> Result<(), OperationError> {
    if manages(before) && !manages(after) && users::lock_active_admins(tx).await? <= 1 {
        return Err(Refusal::LastAdmin.into());
    }
    Ok(())
}

fn manages(user: &UserRecord) -> bool {
    user.kind == AccountKind::Person && user.role == Role::Admin && user.active
}

fn name_taken(error: StoreError, user: &UserRecord) -> OperationError {
    match error {
        StoreError::Duplicate(_) => OperationError::DuplicateName {
            noun: "service account",
            name: user.display_name.clone(),
        },
        other => other.into(),
    }
}
