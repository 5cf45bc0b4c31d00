//! Passkeys over HTTP: the own ones, and signing in by one.

use aicmo_operations::accounts;
use aicmo_shared::PasskeyId;
use aicmo_shared::api::NoQuery;
use aicmo_shared::passkey::{
    Passkey, PasskeyAdded, PasskeyChallenge, PasskeyDraft, PasskeyName, PasskeySignIn,
};
use aicmo_shared::session::{CurrentSession, PasswordAgain};

use super::Ops;
use super::session::kept;
use crate::http::answer::{CommandResult, Done, ReadResult};
use crate::http::auth::Cookies;
use crate::http::extract::{Body, Guest, Id, Query};

/// `BeginPasskeySignIn`
pub async fn begin_passkey_sign_in(ops: Ops, _: Query<NoQuery>) -> CommandResult<PasskeyChallenge> {
    Ok(accounts::begin_passkey_sign_in(&ops).await?.into())
}

/// `SignInByPasskey`
pub async fn sign_in_by_passkey(
    ops: Ops,
    guest: Guest,
    cookies: Cookies,
    _: Query<NoQuery>,
    body: Body<PasskeySignIn>,
) -> CommandResult<CurrentSession> {
    Ok(kept(
        cookies,
        accounts::sign_in_by_passkey(&ops, &guest.0, body.0).await?,
    ))
}

/// `ListPasskeys`
pub async fn list_passkeys(ops: Ops, guest: Guest, _: Query<NoQuery>) -> ReadResult<Vec<Passkey>> {
    Ok(accounts::list_passkeys(&ops, &guest.0).await?.into())
}

/// `BeginPasskey`
pub async fn begin_passkey(
    ops: Ops,
    guest: Guest,
    _: Query<NoQuery>,
    body: Body<PasswordAgain>,
) -> CommandResult<PasskeyChallenge> {
    Ok(accounts::begin_passkey(&ops, &guest.0, body.0).await?.into())
}

/// `AddPasskey`
pub async fn add_passkey(
    ops: Ops,
    guest: Guest,
    cookies: Cookies,
    _: Query<NoQuery>,
    body: Body<PasskeyDraft>,
) -> CommandResult<PasskeyAdded> {
    let (added, renewed) = accounts::add_passkey(&ops, &guest.0, body.0).await?;
    Ok(Done::from(added).with_cookies(cookies.keep(&renewed)))
}

/// `RenamePasskey`
pub async fn rename_passkey(
    ops: Ops,
    guest: Guest,
    id: Id<PasskeyId>,
    _: Query<NoQuery>,
    body: Body<PasskeyName>,
) -> CommandResult<Passkey> {
    Ok(accounts::rename_passkey(&ops, &guest.0, id.0, body.0)
        .await?
        .into())
}

/// `RemovePasskey`
pub async fn remove_passkey(
    ops: Ops,
    guest: Guest,
    cookies: Cookies,
    id: Id<PasskeyId>,
    _: Query<NoQuery>,
    body: Body<PasswordAgain>,
) -> CommandResult<CurrentSession> {
    Ok(kept(
        cookies,
        accounts::remove_passkey(&ops, &guest.0, id.0, body.0).await?,
    ))
}
