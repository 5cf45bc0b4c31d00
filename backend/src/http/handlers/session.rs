//! Sessions over HTTP: signing in and out, the own password and the second factor.

use aicmo_operations::accounts::{self, Renewed};
use aicmo_shared::SessionId;
use aicmo_shared::account::{
    InvitationAcceptance, PasswordResetRequest, PasswordSet, SessionsEnded, SetUpRequest,
};
use aicmo_shared::api::NoQuery;
use aicmo_shared::session::{
    CurrentSession, OwnNameChange, PasswordAgain, PasswordChange, RecoveryCodes, SecondFactorCode,
    SecondFactorOffer, SessionInfo, SignInRequest,
};

use super::Ops;
use crate::http::answer::{CommandResult, Done, ReadResult};
use crate::http::auth::Cookies;
use crate::http::extract::{Body, Guest, Id, Query};

/// The session as it is now, its cookie with it.
pub(super) fn kept(cookies: Cookies, renewed: Renewed) -> Done<CurrentSession> {
    let headers = cookies.keep(&renewed);
    Done::from(renewed.current).with_cookies(headers)
}

/// `GetSession`
pub async fn get_session(ops: Ops, guest: Guest, _: Query<NoQuery>) -> ReadResult<CurrentSession> {
    Ok(accounts::get_session(&ops, &guest.0).await?.into())
}

/// `SignIn`
pub async fn sign_in(
    ops: Ops,
    guest: Guest,
    cookies: Cookies,
    _: Query<NoQuery>,
    body: Body<SignInRequest>,
) -> CommandResult<CurrentSession> {
    Ok(kept(cookies, accounts::sign_in(&ops, &guest.0, body.0).await?))
}

/// `SignOut`
pub async fn sign_out(
    ops: Ops,
    guest: Guest,
    cookies: Cookies,
    _: Query<NoQuery>,
) -> CommandResult<CurrentSession> {
    let nobody = accounts::sign_out(&ops, &guest.0).await?;
    Ok(Done::from(nobody).with_cookies(cookies.take_back()))
}

/// `SetUp`
pub async fn set_up(
    ops: Ops,
    guest: Guest,
    cookies: Cookies,
    _: Query<NoQuery>,
    body: Body<SetUpRequest>,
) -> CommandResult<CurrentSession> {
    Ok(kept(cookies, accounts::set_up(&ops, &guest.0, body.0).await?))
}

/// `ChangePassword`
pub async fn change_password(
    ops: Ops,
    guest: Guest,
    cookies: Cookies,
    _: Query<NoQuery>,
    body: Body<PasswordChange>,
) -> CommandResult<CurrentSession> {
    Ok(kept(
        cookies,
        accounts::change_password(&ops, &guest.0, body.0).await?,
    ))
}

/// `ChangeOwnName`
pub async fn change_own_name(
    ops: Ops,
    guest: Guest,
    _: Query<NoQuery>,
    body: Body<OwnNameChange>,
) -> CommandResult<CurrentSession> {
    Ok(accounts::change_own_name(&ops, &guest.0, body.0).await?.into())
}

/// `BeginSecondFactor`
pub async fn begin_second_factor(
    ops: Ops,
    guest: Guest,
    _: Query<NoQuery>,
    body: Body<PasswordAgain>,
) -> CommandResult<SecondFactorOffer> {
    Ok(accounts::begin_second_factor(&ops, &guest.0, body.0)
        .await?
        .into())
}

/// `ConfirmSecondFactor`
pub async fn confirm_second_factor(
    ops: Ops,
    guest: Guest,
    cookies: Cookies,
    _: Query<NoQuery>,
    body: Body<SecondFactorCode>,
) -> CommandResult<RecoveryCodes> {
    let (codes, renewed) = accounts::confirm_second_factor(&ops, &guest.0, body.0).await?;
    Ok(Done::from(codes).with_cookies(cookies.keep(&renewed)))
}

/// `RemoveSecondFactor`
pub async fn remove_second_factor(
    ops: Ops,
    guest: Guest,
    cookies: Cookies,
    _: Query<NoQuery>,
    body: Body<PasswordAgain>,
) -> CommandResult<CurrentSession> {
    Ok(kept(
        cookies,
        accounts::remove_second_factor(&ops, &guest.0, body.0).await?,
    ))
}

/// `RenewRecoveryCodes`
pub async fn renew_recovery_codes(
    ops: Ops,
    guest: Guest,
    cookies: Cookies,
    _: Query<NoQuery>,
    body: Body<PasswordAgain>,
) -> CommandResult<RecoveryCodes> {
    let (codes, renewed) = accounts::renew_recovery_codes(&ops, &guest.0, body.0).await?;
    Ok(Done::from(codes).with_cookies(cookies.keep(&renewed)))
}

/// `ListSessions`
pub async fn list_sessions(ops: Ops, guest: Guest, _: Query<NoQuery>) -> ReadResult<Vec<SessionInfo>> {
    Ok(accounts::list_sessions(&ops, &guest.0).await?.into())
}

/// `EndSession`
pub async fn end_session(
    ops: Ops,
    guest: Guest,
    id: Id<SessionId>,
    _: Query<NoQuery>,
) -> CommandResult<SessionsEnded> {
    Ok(accounts::end_session(&ops, &guest.0, id.0).await?.into())
}

/// `AcceptInvitation`
pub async fn accept_invitation(
    ops: Ops,
    guest: Guest,
    cookies: Cookies,
    _: Query<NoQuery>,
    body: Body<InvitationAcceptance>,
) -> CommandResult<CurrentSession> {
    Ok(kept(
        cookies,
        accounts::accept_invitation(&ops, &guest.0, body.0).await?,
    ))
}

/// `ResetPassword`
pub async fn reset_password(
    ops: Ops,
    guest: Guest,
    _: Query<NoQuery>,
    body: Body<PasswordResetRequest>,
) -> CommandResult<PasswordSet> {
    Ok(accounts::reset_password(&ops, &guest.0, body.0).await?.into())
}
