//! The session of a caller: what it says about itself, how one begins and how one is renewed.

use std::net::IpAddr;

use aicmo_shared::access::{Capability, Role};
use aicmo_shared::session::{
    CallingKey, CurrentSession, SecondFactor, SecretText, SessionTicket, SignedInUser, Standing,
};
use aicmo_shared::{SessionId, Sourced, Timestamp, UserId};
use aicmo_store::accounts::sessions::SessionRecord;
use aicmo_store::accounts::users::UserRecord;
use aicmo_store::accounts::{recovery_codes, sessions, users};
use aicmo_store::{Session, WriteTx};

use super::principal::{Credentials, Principal, SignedInPerson};
use super::refusal::Refusal;
use super::throttle::{AccountHash, Trier};
use super::{device, secret, set_up};
use crate::context::{Mode, Operations, Operator};
use crate::error::OperationError;

/// Who asks for something about their own session, and from where.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub principal: Principal,
    pub operator: Operator,
    pub credentials: Credentials,
    /// Where the connection comes from.
    pub address: Option<IpAddr>,
    /// What the browser calls itself.
    pub user_agent: String,
    /// The mark of a browser that has been let in before.
    pub device_mark: Option<SecretText>,
}

/// A session with its new token, which the browser keeps as a cookie.
#[derive(Clone, Debug)]
pub struct Renewed {
    pub current: CurrentSession,
    pub token: SecretText,
    /// Seconds until the session ends at the latest.
    pub max_age: i64,
    /// A mark for a browser that had none.
    pub device_mark: Option<SecretText>,
}

/// Who the caller is and what they may do.
///
/// # Errors
/// `Unavailable` when the database must be asked and does not answer.
pub async fn get_session(
    ops: &Operations,
    visitor: &Visitor,
) -> Result<Sourced<CurrentSession>, OperationError> {
    let mode = ops.mode();
    let current = match (&visitor.principal, &mode) {
        (Principal::Person(person), Mode::Live(store)) => {
            let token = visitor
                .credentials
                .cookie
                .as_ref()
                .ok_or(Refusal::SessionExpired)?;
            current_of(ops, &store.reader(), person, token).await?
        }
        (Principal::Nobody { .. }, Mode::Live(_)) => {
            let standing = if set_up::has_users(ops).await? {
                Standing::Nobody
            } else {
                Standing::SetUpNeeded
            };
            bare(ops, standing, Vec::new())
        }
        (Principal::Key(key), _) => CurrentSession {
            key: Some(CallingKey {
                id: Some(key.id),
                name: key.name.clone(),
                scopes: key.scopes.clone(),
                expires_at: key.expires_at,
            }),
            ..bare(ops, Standing::Key, visitor.principal.capabilities())
        },
        (Principal::Bootstrap, _) => CurrentSession {
            key: Some(CallingKey {
                id: None,
                name: "bootstrap".to_owned(),
                scopes: Vec::new(),
                expires_at: None,
            }),
            ..bare(ops, Standing::Key, visitor.principal.capabilities())
        },
        // A process that turned live in between: its viewer is nobody from now on.
        (Principal::MockViewer, Mode::Live(_)) => bare(ops, Standing::Nobody, Vec::new()),
        (_, Mode::Mock(_)) => mock_viewer(ops),
    };
    Ok(ops.about_process(&mode, current))
}

/// What a caller without a session is.
pub(super) fn bare(ops: &Operations, standing: Standing, capabilities: Vec<Capability>) -> CurrentSession {
    CurrentSession {
        standing,
        user: None,
        key: None,
        capabilities,
        session: None,
        passkey_origin: ops.accounts.passkey_origin().map(str::to_owned),
    }
}

fn mock_viewer(ops: &Operations) -> CurrentSession {
    CurrentSession {
        user: Some(SignedInUser {
            id: UserId::new(uuid::Uuid::nil()),
            email: "viewer@mock.example".to_owned(),
            display_name: "Mock viewer".to_owned(),
            role: Role::Viewer,
            second_factor: SecondFactor::Off,
            recovery_codes_left: 0,
        }),
        ..bare(ops, Standing::MockViewer, Principal::MockViewer.capabilities())
    }
}

/// The session of `person` as it is now.
pub(super) async fn current_of(
    ops: &Operations,
    session: &impl Session,
    person: &SignedInPerson,
    token: &SecretText,
) -> Result<CurrentSession, OperationError> {
    let user = users::record(session, person.user).await?;
    let left = recovery_codes::left(session, person.user).await?;
    Ok(describe(
        ops,
        &user,
        left,
        person.session,
        person.expires_at,
        token,
    ))
}

fn describe(
    ops: &Operations,
    user: &UserRecord,
    recovery_codes_left: u32,
    id: SessionId,
    expires_at: Timestamp,
    token: &SecretText,
) -> CurrentSession {
    let capabilities = Capability::ALL.iter().copied();
    CurrentSession {
        user: Some(SignedInUser {
            id: user.id,
            email: user.email.clone().unwrap_or_default(),
            display_name: user.display_name.clone(),
            role: user.role,
            second_factor: user.second_factor,
            recovery_codes_left,
        }),
        session: Some(SessionTicket {
            id,
            csrf_token: secret::csrf_token(token),
            expires_at,
            idle_seconds: u32::try_from(ops.accounts.idle_ms() / 1000).unwrap_or(u32::MAX),
        }),
        ..bare(
            ops,
            Standing::SignedIn,
            capabilities
                .filter(|capability| user.role.can(*capability))
                .collect(),
        )
    }
}

/// A session that was begun or renewed inside a transaction; `finish` describes it after the commit.
pub(super) struct Begun {
    id: SessionId,
    token: SecretText,
    expires_at: Timestamp,
}

impl Begun {
    /// The id of the session.
    pub(super) const fn id(&self) -> SessionId {
        self.id
    }

    /// What the caller gets, once everything is kept.
    pub(super) async fn finish(
        self,
        ops: &Operations,
        session: &impl Session,
        user: UserId,
        device_mark: Option<SecretText>,
    ) -> Result<Renewed, OperationError> {
        ops.accounts.cache.forget();
        let user = users::record(session, user).await?;
        let left = recovery_codes::left(session, user.id).await?;
        Ok(Renewed {
            current: describe(ops, &user, left, self.id, self.expires_at, &self.token),
            max_age: self.expires_at.since(ops.now()) / 1000,
            token: self.token,
            device_mark,
        })
    }
}

/// Begins a session of `user`; one that the same browser had before ends with it.
pub(super) async fn begin(
    ops: &Operations,
    tx: &WriteTx,
    visitor: &Visitor,
    user: UserId,
    now: Timestamp,
) -> Result<Begun, OperationError> {
    let token = secret::token()?;
    let record = SessionRecord {
        id: SessionId::new(ops.new_id(now)),
        user,
        token_hash: secret::hash_of(token.expose()),
        device: device::describe(&visitor.user_agent),
        created_at: now,
        last_seen_at: now,
        expires_at: now.plus_millis(ops.accounts.session_ms),
    };
    if let Principal::Person(before) = &visitor.principal {
        sessions::end(tx, before.user, before.session).await?;
    }
    sessions::remove_expired(tx, now).await?;
    sessions::insert(tx, &record).await?;
    users::set_signed_in(tx, user, now).await?;
    Ok(Begun {
        id: record.id,
        token,
        expires_at: record.expires_at,
    })
}

/// Gives the caller's session another token, because what it is worth has changed.
///
/// # Errors
/// `SessionExpired` when it has ended meanwhile.
pub(super) async fn renew(
    tx: &WriteTx,
    person: &SignedInPerson,
    now: Timestamp,
) -> Result<Begun, OperationError> {
    let token = secret::token()?;
    if !sessions::renew(tx, person.session, &secret::hash_of(token.expose()), now).await? {
        return Err(Refusal::SessionExpired.into());
    }
    Ok(Begun {
        id: person.session,
        token,
        expires_at: person.expires_at,
    })
}

/// The hash that stands for an address in the lockout, whether it has an account or not.
pub(super) fn account_hash(email: &str) -> AccountHash {
    *secret::hash_of(email).as_bytes()
}

/// Checks the caller's own password, under the same lockout as signing in. The session itself is a
/// known browser, so a stranger's failures do not count against it.
///
/// # Errors
/// `Validation` at `pointer` when it is wrong; `RateLimited`.
pub(super) async fn check_own_password(
    ops: &Operations,
    person: &SignedInPerson,
    user: &UserRecord,
    password: &SecretText,
    pointer: &str,
) -> Result<(), OperationError> {
    let accounts = &ops.accounts;
    let trier = Trier {
        account: account_hash(user.email.as_deref().unwrap_or_default()),
        address: None,
        device: Some(*person.session.get().as_bytes()),
    };
    let attempt = accounts
        .throttle
        .begin(trier, ops.clock.monotonic_ms())
        .map_err(Refusal::RateLimited)?;
    match accounts
        .hasher
        .verify(password, user.password_hash.as_ref())
        .await
    {
        Ok(true) => {
            accounts.throttle.succeeded(attempt);
            Ok(())
        }
        Ok(false) => Err(OperationError::field(
            pointer,
            "wrong_password",
            "This is not your password.",
        )),
        Err(error) => {
            accounts.throttle.undecided(attempt);
            Err(error)
        }
    }
}
