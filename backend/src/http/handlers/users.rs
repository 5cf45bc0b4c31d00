//! Accounts and invitations over HTTP.

use actix_web::http::header::HeaderValue;
use aicmo_operations::accounts;
use aicmo_shared::account::{
    Invitation, InvitationCreated, InvitationDraft, OneTimeLink, ServiceAccountDraft, SessionsEnded, User,
    UserPatch,
};
use aicmo_shared::api::{NoQuery, PageQuery};
use aicmo_shared::{InvitationId, UserId};

use super::Ops;
use crate::http::answer::{CommandResult, Done, Read, ReadResult, version_and_figures_etag};
use crate::http::extract::{Body, Caller, Id, IfMatch, Query};

/// Sessions and sign-ins move without the version.
fn etag(user: &User) -> HeaderValue {
    let signed_in = user.last_sign_in_at.map(aicmo_shared::Timestamp::as_millis);
    version_and_figures_etag(user.version, (user.sessions, signed_in))
}

/// `ListUsers`
pub async fn list_users(ops: Ops, query: Query<PageQuery>) -> ReadResult<Vec<User>> {
    Ok(accounts::list_users(&ops, &query.0).await?.into())
}

/// `CreateServiceAccount`
pub async fn create_service_account(
    ops: Ops,
    caller: Caller,
    _: Query<NoQuery>,
    body: Body<ServiceAccountDraft>,
) -> CommandResult<User> {
    let user = accounts::create_service_account(&ops, &caller.0, body.0).await?;
    Ok(Done::from(user).with_etag(etag))
}

/// `GetUser`
pub async fn get_user(ops: Ops, id: Id<UserId>, _: Query<NoQuery>) -> ReadResult<User> {
    Ok(Read::from(accounts::get_user(&ops, id.0).await?).with_etag(etag))
}

/// `PatchUser`
pub async fn patch_user(
    ops: Ops,
    caller: Caller,
    id: Id<UserId>,
    version: IfMatch,
    _: Query<NoQuery>,
    body: Body<UserPatch>,
) -> CommandResult<User> {
    let user = accounts::patch_user(&ops, &caller.0, id.0, version.0, body.0).await?;
    Ok(Done::from(user).with_etag(etag))
}

/// `CreatePasswordReset`
pub async fn create_password_reset(
    ops: Ops,
    caller: Caller,
    id: Id<UserId>,
    _: Query<NoQuery>,
) -> CommandResult<OneTimeLink> {
    Ok(accounts::create_password_reset(&ops, &caller.0, id.0)
        .await?
        .into())
}

/// `EndUserSessions`
pub async fn end_user_sessions(
    ops: Ops,
    caller: Caller,
    id: Id<UserId>,
    _: Query<NoQuery>,
) -> CommandResult<SessionsEnded> {
    Ok(accounts::end_user_sessions(&ops, &caller.0, id.0).await?.into())
}

/// `RemoveUserSecondFactor`
pub async fn remove_user_second_factor(
    ops: Ops,
    caller: Caller,
    id: Id<UserId>,
    _: Query<NoQuery>,
) -> CommandResult<User> {
    let user = accounts::remove_user_second_factor(&ops, &caller.0, id.0).await?;
    Ok(Done::from(user).with_etag(etag))
}

/// `ListInvitations`
pub async fn list_invitations(ops: Ops, query: Query<PageQuery>) -> ReadResult<Vec<Invitation>> {
    Ok(accounts::list_invitations(&ops, &query.0).await?.into())
}

/// `CreateInvitation`
pub async fn create_invitation(
    ops: Ops,
    caller: Caller,
    _: Query<NoQuery>,
    body: Body<InvitationDraft>,
) -> CommandResult<InvitationCreated> {
    Ok(accounts::create_invitation(&ops, &caller.0, body.0).await?.into())
}

/// `RevokeInvitation`
pub async fn revoke_invitation(
    ops: Ops,
    caller: Caller,
    id: Id<InvitationId>,
    _: Query<NoQuery>,
) -> CommandResult<Invitation> {
    Ok(accounts::revoke_invitation(&ops, &caller.0, id.0).await?.into())
}
