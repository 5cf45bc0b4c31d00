//! One attempt to sign in, whatever it is made with.
//!
//! Owns what is the same for a password and a passkey: which browser it comes from, that the throttle
//! counts it, and the mark by which a browser that came in is known again. Whether whoever tries may
//! come in is for the caller to say.

use std::future::Future;

use aicmo_store::Store;
use aicmo_store::accounts::users::UserRecord;

use super::device;
use super::refusal::Refusal;
use super::session::{Begun, Renewed, Visitor};
use super::throttle::{AccountHash, Trier};
use crate::context::Operations;
use crate::error::OperationError;

/// Lets `admit` judge an attempt on `account`, unless there were too many, and hands out the session.
///
/// # Errors
/// `RateLimited`; whatever `admit` refuses with. A wrong credential counts against whoever tried;
/// what nobody could judge does not.
pub(super) async fn attempt(
    ops: &Operations,
    store: &Store,
    visitor: &Visitor,
    account: AccountHash,
    admit: impl Future<Output = Result<(Begun, UserRecord), OperationError>>,
) -> Result<Renewed, OperationError> {
    let accounts = &ops.accounts;
    let device = visitor
        .device_mark
        .as_ref()
        .and_then(|mark| device::read(&accounts.device_key, &account, mark));
    let trier = Trier {
        account,
        address: visitor.address,
        device,
    };
    let attempt = accounts
        .throttle
        .begin(trier, ops.clock.monotonic_ms())
        .map_err(Refusal::RateLimited)?;
    let outcome = admit.await;
    match &outcome {
        Ok(_) => accounts.throttle.succeeded(attempt),
        Err(OperationError::Refused(Refusal::InvalidCredentials | Refusal::PasskeyRefused)) => drop(attempt),
        Err(_) => accounts.throttle.undecided(attempt),
    }
    let (begun, user) = outcome?;
    let mark = match device {
        Some(_) => None,
        None => Some(device::mark(&accounts.device_key, &account)?),
    };
    begun.finish(ops, &store.reader(), user.id, mark).await
}
