//! Invitations: an administrator makes a link, a person makes an account of it.

use aicmo_shared::access::Role;
use aicmo_shared::account::{
    Invitation, InvitationAcceptance, InvitationCreated, InvitationDraft, InvitationState, LinkKind,
};
use aicmo_shared::activity::SubjectType;
use aicmo_shared::api::PageQuery;
use aicmo_shared::audit::{ActorType, AuditAction};
use aicmo_shared::{InvitationId, Sourced, UserId};
use aicmo_store::accounts::one_time_links::LinkRecord;
use aicmo_store::accounts::{one_time_links, users};
use serde_json::json;

use super::refusal::Refusal;
use super::session::{Renewed, Visitor};
use super::{HOUR_MS, secret, session, set_up, trail};
use crate::context::{Operations, Operator};
use crate::error::OperationError;
use crate::text::Faults;

/// How long an invitation works.
const LIVES_MS: i64 = 7 * 24 * HOUR_MS;

/// A page of invitations, newest first.
///
/// # Errors
/// `InvalidCursor`; `Unavailable` when the database does not answer.
pub async fn list_invitations(
    ops: &Operations,
    query: &PageQuery,
) -> Result<Sourced<Vec<Invitation>>, OperationError> {
    ops.reads(None)?.invitations(query).await
}

/// Makes an invitation; an older one to the same address does not work any more.
///
/// # Errors
/// `EmailTaken`; `Validation` when the address is not one.
pub async fn create_invitation(
    ops: &Operations,
    operator: &Operator,
    draft: InvitationDraft,
) -> Result<InvitationCreated, OperationError> {
    let store = ops.live(None)?;
    let mut faults = Faults::default();
    let email = set_up::checked_email(&mut faults, &draft.email);
    faults.finish()?;
    let now = ops.now();
    let (link, token) = set_up::new_link(ops, LinkKind::Invitation, now, LIVES_MS)?;
    let id = InvitationId::new(link.id);
    let link = LinkRecord {
        email: Some(email.clone()),
        role: Some(draft.role),
        created_by: acting_user(operator),
        ..link
    };
    let tx = store.begin_write().await?;
    if users::find_by_email(&tx, &email).await?.is_some() {
        return Err(Refusal::EmailTaken.into());
    }
    one_time_links::revoke_invitations_of(&tx, &email, now).await?;
    one_time_links::insert(&tx, &link, &secret::hash_of(token.expose())).await?;
    tx.commit(trail::entry(
        operator,
        AuditAction::UserInvited,
        (SubjectType::User, &id),
        (
            None,
            Some(json!({ "email": trail::hashed(&ops.secrets, &email), "role": draft.role })),
        ),
        now,
    ))
    .await?;
    Ok(InvitationCreated {
        invitation: one_time_links::get_invitation(&store.reader(), id, now).await?,
        link: set_up::address(ops, LinkKind::Invitation, &token),
    })
}

/// Takes an open invitation back.
///
/// # Errors
/// `NotFound`; `WrongAction` when it is not open.
pub async fn revoke_invitation(
    ops: &Operations,
    operator: &Operator,
    id: InvitationId,
) -> Result<Invitation, OperationError> {
    let store = ops.live(None)?;
    let now = ops.now();
    let tx = store.begin_write().await?;
    let before = one_time_links::get_invitation(&tx, id, now).await?;
    if before.state != InvitationState::Open || !one_time_links::revoke_invitation(&tx, id, now).await? {
        return Err(OperationError::WrongAction {
            sentence: format!(
                "this invitation is {}; only an open one can be taken back",
                before.state.as_str()
            ),
            current: before.state.as_str(),
            legal: Vec::new(),
        });
    }
    tx.commit(trail::entry(
        operator,
        AuditAction::InvitationRevoked,
        (SubjectType::User, &id),
        (
            Some(json!({ "state": before.state })),
            Some(json!({ "state": InvitationState::Revoked })),
        ),
        now,
    ))
    .await?;
    Ok(one_time_links::get_invitation(&store.reader(), id, now).await?)
}

/// Makes the account of an invitation and signs it in.
///
/// # Errors
/// `LinkInvalid`, `EmailTaken`, `Validation` with every field at fault.
pub async fn accept_invitation(
    ops: &Operations,
    visitor: &Visitor,
    acceptance: InvitationAcceptance,
) -> Result<Renewed, OperationError> {
    let store = ops.live(None)?;
    let link = set_up::open_link(ops, LinkKind::Invitation, &acceptance.token).await?;
    let email = link.email.clone().unwrap_or_default();
    let role = link.role.unwrap_or(Role::Viewer);
    let user = set_up::person(ops, &email, acceptance.display_name, role, &acceptance.password).await?;
    let now = ops.now();
    let tx = store.begin_write().await?;
    if !one_time_links::use_up(&tx, link.id, now).await? {
        return Err(Refusal::LinkInvalid.into());
    }
    users::insert(&tx, &user).await.map_err(set_up::taken)?;
    let begun = session::begin(ops, &tx, visitor, user.id, now).await?;
    tx.commit(trail::entry(
        &trail::as_person(&visitor.operator, &user),
        AuditAction::UserCreated,
        (SubjectType::User, &user.id),
        (None, Some(trail::account(&ops.secrets, &user))),
        now,
    ))
    .await?;
    begun.finish(ops, &store.reader(), user.id, None).await
}

/// The person who acts, when it is one.
pub(super) fn acting_user(operator: &Operator) -> Option<UserId> {
    (operator.actor.kind == ActorType::User)
        .then(|| operator.actor.id.parse().ok())
        .flatten()
}
