//! The first account: by the set-up link, or by the command line.

use std::sync::atomic::Ordering;

use aicmo_shared::access::Role;
use aicmo_shared::account::{AccountKind, LinkKind, SetUpRequest, User};
use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::session::{SecondFactor, SecretText};
use aicmo_shared::{Timestamp, UserId};
use aicmo_store::StoreError;
use aicmo_store::accounts::one_time_links::{self, LinkRecord};
use aicmo_store::accounts::users::{self, UserRecord};

use super::refusal::Refusal;
use super::session::{Renewed, Visitor};
use super::{HOUR_MS, NAME, policy, secret, session, trail};
use crate::context::{Mode, Operations, Operator};
use crate::error::OperationError;
use crate::identity::normalise_email;
use crate::text::Faults;

/// How long a set-up link works; each start prints a new one.
const LINK_LIVES_MS: i64 = 24 * HOUR_MS;

/// Whether there is any account. `false` in mock mode, where nobody can be known.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub async fn has_users(ops: &Operations) -> Result<bool, OperationError> {
    let known = &ops.accounts.has_users;
    if known.load(Ordering::Relaxed) {
        return Ok(true);
    }
    let Mode::Live(store) = ops.mode() else {
        return Ok(false);
    };
    let any = users::any(&store.reader()).await?;
    known.store(any, Ordering::Relaxed);
    Ok(any)
}

/// A new link to the set-up page, while there is no account; `None` when there is one.
///
/// # Errors
/// `MockMode`; `Unavailable` when the database does not answer.
pub async fn set_up_link(ops: &Operations) -> Result<Option<SecretText>, OperationError> {
    let store = ops.live(None)?;
    if users::any(&store.reader()).await? {
        return Ok(None);
    }
    let now = ops.now();
    let (link, token) = new_link(ops, LinkKind::SetUp, now, LINK_LIVES_MS)?;
    let notes = store.begin_notes().await?;
    one_time_links::note_set_up(&notes, &link, &secret::hash_of(token.expose())).await?;
    notes.commit().await?;
    Ok(Some(address(ops, LinkKind::SetUp, &token)))
}

/// Makes the first administrator by the set-up link and signs them in.
///
/// # Errors
/// `AlreadySetUp`, `LinkInvalid`, `Validation` with every field at fault.
pub async fn set_up(
    ops: &Operations,
    visitor: &Visitor,
    request: SetUpRequest,
) -> Result<Renewed, OperationError> {
    let store = ops.live(None)?;
    if has_users(ops).await? {
        return Err(Refusal::AlreadySetUp.into());
    }
    let link = open_link(ops, LinkKind::SetUp, &request.token).await?;
    let now = ops.now();
    let user = person(
        ops,
        &request.email,
        request.display_name,
        Role::Admin,
        &request.password,
    )
    .await?;
    let tx = store.begin_write().await?;
    if users::any(&tx).await? {
        return Err(Refusal::AlreadySetUp.into());
    }
    if !one_time_links::use_up(&tx, link.id, now).await? {
        return Err(Refusal::LinkInvalid.into());
    }
    one_time_links::revoke_set_up(&tx, now).await?;
    users::insert(&tx, &user).await.map_err(taken)?;
    let begun = session::begin(ops, &tx, visitor, user.id, now).await?;
    tx.commit(trail::entry(
        &trail::as_person(&visitor.operator, &user),
        AuditAction::WorkspaceSetUp,
        (SubjectType::User, &user.id),
        (None, Some(trail::account(&ops.secrets, &user))),
        now,
    ))
    .await?;
    begun.finish(ops, &store.reader(), user.id, None).await
}

/// Adds a person with a password: for the command line, which proves its right by the file it opens.
///
/// # Errors
/// `EmailTaken`; `Validation` with every field at fault.
pub async fn add_person(
    ops: &Operations,
    operator: &Operator,
    email: &str,
    display_name: String,
    role: Role,
    password: &SecretText,
) -> Result<User, OperationError> {
    let store = ops.live(None)?;
    let user = person(ops, email, display_name, role, password).await?;
    let now = ops.now();
    let tx = store.begin_write().await?;
    one_time_links::revoke_set_up(&tx, now).await?;
    one_time_links::revoke_invitations_of(&tx, user.email.as_deref().unwrap_or_default(), now).await?;
    users::insert(&tx, &user).await.map_err(taken)?;
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

/// Checks what a new person gave and makes the record, the password hashed.
pub(super) async fn person(
    ops: &Operations,
    email: &str,
    display_name: String,
    role: Role,
    password: &SecretText,
) -> Result<UserRecord, OperationError> {
    let mut faults = Faults::default();
    let display_name = faults.required_line("/display_name", display_name, NAME);
    let email = checked_email(&mut faults, email);
    policy::check(&mut faults, "/password", password, &email, &display_name);
    faults.finish()?;
    let hash = ops.accounts.hasher.hash(password).await?;
    let now = ops.now();
    Ok(UserRecord {
        id: UserId::new(ops.new_id(now)),
        version: 1,
        kind: AccountKind::Person,
        email: Some(email),
        display_name,
        role,
        active: true,
        password_hash: Some(hash),
        second_factor: SecondFactor::Off,
        totp_secret: None,
        totp_step: None,
        last_sign_in_at: None,
        created_at: now,
        updated_at: now,
    })
}

/// The address in the form in which it is kept.
pub(super) fn checked_email(faults: &mut Faults, email: &str) -> String {
    normalise_email(email).unwrap_or_else(|why| {
        faults.add("/email", "email_invalid", format!("This {why}."));
        String::new()
    })
}

/// A link of `kind` with its token.
pub(super) fn new_link(
    ops: &Operations,
    kind: LinkKind,
    now: Timestamp,
    lives_ms: i64,
) -> Result<(LinkRecord, SecretText), OperationError> {
    let link = LinkRecord {
        id: ops.new_id(now),
        kind,
        user: None,
        email: None,
        role: None,
        created_by: None,
        created_at: now,
        expires_at: now.plus_millis(lives_ms),
        used_at: None,
        revoked_at: None,
    };
    Ok((link, secret::token()?))
}

/// The link of `kind` with this token.
///
/// # Errors
/// `LinkInvalid` when it does not work any more, or never did.
pub(super) async fn open_link(
    ops: &Operations,
    kind: LinkKind,
    token: &SecretText,
) -> Result<LinkRecord, OperationError> {
    let store = ops.live(None)?;
    if token.expose().len() > secret::LONGEST {
        return Err(Refusal::LinkInvalid.into());
    }
    one_time_links::find(&store.reader(), kind, &secret::hash_of(token.expose()))
        .await?
        .filter(|link| link.is_open(ops.now()))
        .ok_or_else(|| Refusal::LinkInvalid.into())
}

/// Where the link leads; the token stands in the fragment, which a browser sends to nobody.
pub(super) fn address(ops: &Operations, kind: LinkKind, token: &SecretText) -> SecretText {
    SecretText::new(format!(
        "{}{}#token={}",
        ops.accounts.public_url,
        kind.page(),
        token.expose()
    ))
}

/// A taken address, in our words.
pub(super) fn taken(error: StoreError) -> OperationError {
    match error {
        StoreError::Duplicate(_) => Refusal::EmailTaken.into(),
        other => other.into(),
    }
}
