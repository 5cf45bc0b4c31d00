//! What a credential is worth: who knocks, and whether they may.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aicmo_shared::access::{Access, Capability, Role, Scope};
use aicmo_shared::audit::ActorType;
use aicmo_shared::session::SecretText;
use aicmo_shared::{ApiKeyId, SessionId, Timestamp, UserId};
use aicmo_store::accounts::{api_keys, sessions};
use aicmo_store::{Actor, Store, StoreError};
use uuid::Uuid;

use super::refusal::Refusal;
use super::{MINUTE_MS, secret};
use crate::context::{Mode, Operations, Operator};
use crate::error::OperationError;

/// What a request brought along. Both print as `***`.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// The key of `Authorization: Bearer`.
    pub bearer: Option<SecretText>,
    /// The session's cookie.
    pub cookie: Option<SecretText>,
}

/// Who knocks.
#[derive(Clone, Debug)]
pub enum Principal {
    /// Nobody: no credential, or the cookie of a session that has ended.
    Nobody {
        /// Whether a session has ended, which is worth another word.
        had_session: bool,
    },
    /// The built-in read-only viewer of a process that serves mock data.
    MockViewer,
    /// A person with a session.
    Person(Arc<SignedInPerson>),
    /// A tool with a key.
    Key(Arc<KeyHolder>),
    /// The bootstrap key.
    Bootstrap,
}

/// A person with a session.
#[derive(Clone, Debug)]
pub struct SignedInPerson {
    pub session: SessionId,
    pub user: UserId,
    pub role: Role,
    pub expires_at: Timestamp,
    pub last_seen_at: Timestamp,
}

/// A tool with a key.
#[derive(Clone, Debug)]
pub struct KeyHolder {
    pub id: ApiKeyId,
    pub name: String,
    pub scopes: Vec<Scope>,
    /// The key can do no more than its owner may.
    pub owner_role: Role,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
}

impl Principal {
    /// Whether this caller may reach what `access` says.
    ///
    /// # Errors
    /// Who is nobody is asked to sign in; who is somebody is told what is missing.
    pub fn may(&self, access: Access) -> Result<(), Refusal> {
        match access {
            Access::Public => Ok(()),
            Access::OwnAccount => match self {
                Self::Person(_) | Self::MockViewer => Ok(()),
                Self::Key(_) | Self::Bootstrap => Err(Refusal::PeopleOnly),
                Self::Nobody { had_session } => Err(stranger(*had_session)),
            },
            Access::Needs(capability) => match self {
                Self::Nobody { had_session } => Err(stranger(*had_session)),
                Self::Bootstrap => Ok(()),
                Self::MockViewer => require_role(Role::Viewer, capability),
                Self::Person(person) => require_role(person.role, capability),
                Self::Key(key) => {
                    let scope = capability.scope().ok_or(Refusal::PeopleOnly)?;
                    if !key.scopes.contains(&scope) {
                        return Err(Refusal::ScopeRequired(scope));
                    }
                    require_role(key.owner_role, capability)
                }
            },
        }
    }

    /// Everything this caller may do, in the order of the table.
    pub fn capabilities(&self) -> Vec<Capability> {
        let all = Capability::ALL.iter().copied();
        all.filter(|capability| self.may(Access::Needs(*capability)).is_ok())
            .collect()
    }

    /// The person, when it is one.
    ///
    /// # Errors
    /// As `may` for one's own account; a mock viewer has none.
    pub fn person(&self) -> Result<&SignedInPerson, Refusal> {
        match self {
            Self::Person(person) => Ok(person),
            Self::Key(_) | Self::Bootstrap => Err(Refusal::PeopleOnly),
            Self::MockViewer => Err(Refusal::Unauthenticated),
            Self::Nobody { had_session } => Err(stranger(*had_session)),
        }
    }

    /// Whom a limit is counted against: a person or a key; `None` for whoever is known by an address
    /// alone. The bootstrap key is the id without a bit set.
    pub fn account(&self) -> Option<u128> {
        match self {
            Self::Nobody { .. } | Self::MockViewer => None,
            Self::Person(person) => Some(person.user.get().as_u128()),
            Self::Key(key) => Some(key.id.get().as_u128()),
            Self::Bootstrap => Some(0),
        }
    }

    /// Who acts in the request with this id, as the trail names it.
    pub fn operator(&self, request_id: String) -> Operator {
        let (kind, id) = match self {
            Self::Nobody { .. } => (ActorType::System, "nobody".to_owned()),
            Self::MockViewer => (ActorType::User, "mock-viewer".to_owned()),
            Self::Person(person) => (ActorType::User, person.user.to_string()),
            Self::Key(key) => (ActorType::ApiKey, key.id.to_string()),
            Self::Bootstrap => (ActorType::Service, "bootstrap".to_owned()),
        };
        Operator {
            actor: Actor { kind, id },
            request_id,
        }
    }
}

const fn stranger(had_session: bool) -> Refusal {
    if had_session {
        Refusal::SessionExpired
    } else {
        Refusal::Unauthenticated
    }
}

fn require_role(role: Role, capability: Capability) -> Result<(), Refusal> {
    if role.can(capability) {
        Ok(())
    } else {
        Err(Refusal::role_for(capability))
    }
}

/// Whether a request is a sign that the person is there, which is what keeps a session from ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Here,
    /// A page or a stream asks by itself.
    Away,
}

/// Finds out who knocks. A key counts before a cookie, because a browser sends none by itself.
///
/// # Errors
/// `UnknownKey` for a key that does not work; `Unavailable` when the database must be asked and does
/// not answer. A cookie that does not work is nobody.
pub async fn authenticate(
    ops: &Operations,
    credentials: &Credentials,
    presence: Presence,
) -> Result<Principal, OperationError> {
    let store = match ops.mode() {
        Mode::Live(store) => Some(store),
        Mode::Mock(_) => None,
    };
    if let Some(bearer) = &credentials.bearer {
        return by_key(ops, store.as_ref(), bearer).await;
    }
    let Some(store) = store else {
        return Ok(Principal::MockViewer);
    };
    match &credentials.cookie {
        Some(cookie) => by_session(ops, &store, cookie, presence).await,
        None => Ok(Principal::Nobody { had_session: false }),
    }
}

/// Whether finding out who knocks asks the database nothing, or only about a credential that worked
/// when it was looked up last. Anything else may be made up, and each costs a look-up.
pub fn is_familiar(ops: &Operations, credentials: &Credentials) -> bool {
    let Some(sent) = credentials.bearer.as_ref().or(credentials.cookie.as_ref()) else {
        return true;
    };
    if matches!(ops.mode(), Mode::Mock(_)) || sent.expose().len() > secret::LONGEST {
        return true;
    }
    let hash = secret::hash_of(sent.expose());
    let bootstrap = ops.accounts.bootstrap.as_ref();
    bootstrap.is_some_and(|bootstrap| secret::same(bootstrap, &hash)) || ops.accounts.cache.is_familiar(&hash)
}

/// Whether who was let in with `credentials` still may reach what `access` says. That something still
/// listens keeps no session alive.
///
/// While the database does not answer nobody is turned out: it has not said that anything changed.
pub async fn may_still(ops: &Operations, credentials: &Credentials, access: Access) -> bool {
    match authenticate(ops, credentials, Presence::Away).await {
        Ok(principal) => principal.may(access).is_ok(),
        Err(OperationError::Unavailable(..)) => true,
        Err(_) => false,
    }
}

async fn by_key(
    ops: &Operations,
    store: Option<&Store>,
    bearer: &SecretText,
) -> Result<Principal, OperationError> {
    if bearer.expose().len() > secret::LONGEST {
        return Err(Refusal::UnknownKey.into());
    }
    let accounts = &ops.accounts;
    let hash = secret::hash_of(bearer.expose());
    if accounts
        .bootstrap
        .as_ref()
        .is_some_and(|bootstrap| secret::same(bootstrap, &hash))
    {
        return Ok(Principal::Bootstrap);
    }
    // A process that serves mock data knows no keys; its viewer needs none.
    let Some(store) = store else {
        return Ok(Principal::MockViewer);
    };
    let now = ops.now();
    let works = |key: &KeyHolder| key.expires_at.is_none_or(|at| at > now);
    if let Some(Principal::Key(key)) = accounts.cache.get(&hash, ops.clock.monotonic_ms()) {
        return if works(&key) {
            Ok(Principal::Key(key))
        } else {
            Err(Refusal::UnknownKey.into())
        };
    }
    let generation = accounts.cache.generation();
    let found = api_keys::find(&store.reader(), &hash).await;
    let found = learnt(ops, found)?.filter(|(record, owner)| {
        record.state(owner.active, now) == aicmo_shared::api_key::ApiKeyState::Active
    });
    let Some((record, owner)) = found else {
        accounts.cache.unlearn(&hash);
        return Err(Refusal::UnknownKey.into());
    };
    let key = Arc::new(KeyHolder {
        id: record.id,
        name: record.name,
        scopes: record.scopes,
        owner_role: owner.role,
        expires_at: record.expires_at,
        last_used_at: record.last_used_at,
    });
    let principal = Principal::Key(Arc::clone(&key));
    accounts
        .cache
        .put(hash, principal.clone(), ops.clock.monotonic_ms(), generation);
    if accounts.noted.is_due(key.id.get(), key.last_used_at, now) {
        note(store.clone(), Note::Key(key.id), now);
    }
    Ok(principal)
}

async fn by_session(
    ops: &Operations,
    store: &Store,
    cookie: &SecretText,
    presence: Presence,
) -> Result<Principal, OperationError> {
    const ENDED: Principal = Principal::Nobody { had_session: true };
    if cookie.expose().len() > secret::LONGEST {
        return Ok(ENDED);
    }
    let accounts = &ops.accounts;
    let hash = secret::hash_of(cookie.expose());
    let now = ops.now();
    let lives = |person: &SignedInPerson| {
        person.expires_at > now && person.last_seen_at.plus_millis(accounts.idle_ms()) > now
    };
    if let Some(Principal::Person(person)) = accounts.cache.get(&hash, ops.clock.monotonic_ms()) {
        if !lives(&person) {
            return Ok(ENDED);
        }
        note_presence(ops, store, &person, presence, now);
        return Ok(Principal::Person(person));
    }
    let generation = accounts.cache.generation();
    let found = sessions::find(&store.reader(), &hash).await;
    let Some((session, user)) = learnt(ops, found)? else {
        accounts.cache.unlearn(&hash);
        return Ok(ENDED);
    };
    let person = Arc::new(SignedInPerson {
        session: session.id,
        user: user.id,
        role: user.role,
        expires_at: session.expires_at,
        last_seen_at: session.last_seen_at,
    });
    if !user.active || !lives(&person) {
        accounts.cache.unlearn(&hash);
        return Ok(ENDED);
    }
    let principal = Principal::Person(Arc::clone(&person));
    accounts
        .cache
        .put(hash, principal.clone(), ops.clock.monotonic_ms(), generation);
    note_presence(ops, store, &person, presence, now);
    Ok(principal)
}

fn note_presence(
    ops: &Operations,
    store: &Store,
    person: &SignedInPerson,
    presence: Presence,
    now: Timestamp,
) {
    let is_due = || {
        let noted = &ops.accounts.noted;
        noted.is_due(person.session.get(), Some(person.last_seen_at), now)
    };
    if presence == Presence::Here && is_due() {
        note(store.clone(), Note::Session(person.session), now);
    }
}

/// Tells the health tracker how the look-up went.
fn learnt<T>(ops: &Operations, found: Result<T, StoreError>) -> Result<T, OperationError> {
    let found = found.map_err(OperationError::from);
    if found.is_err() {
        ops.health.learn(&found, ops.now());
    }
    found
}

/// When each session and key was noted last, so that one is noted at most once a minute.
#[derive(Debug, Default)]
pub(super) struct Noted {
    last: Mutex<HashMap<Uuid, Timestamp>>,
}

impl Noted {
    fn is_due(&self, id: Uuid, kept: Option<Timestamp>, now: Timestamp) -> bool {
        const MOST: usize = 10_000;
        let old = |at: Timestamp| now.since(at) >= MINUTE_MS;
        if !kept.is_none_or(old) {
            return false;
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if !last.get(&id).copied().is_none_or(old) {
            return false;
        }
        if last.len() >= MOST {
            last.clear();
        }
        last.insert(id, now);
        true
    }
}

enum Note {
    Session(SessionId),
    Key(ApiKeyId),
}

/// Notes the use behind the answer: no request waits for it, and none fails with it.
fn note(store: Store, what: Note, at: Timestamp) {
    tokio::spawn(async move {
        let noted = async {
            let notes = store.begin_notes().await?;
            match what {
                Note::Session(id) => sessions::note_seen(&notes, id, at).await?,
                Note::Key(id) => api_keys::note_used(&notes, id, at).await?,
            }
            notes.commit().await
        };
        if let Err(error) = noted.await {
            tracing::debug!(%error, "the use of a session or key was not noted");
        }
    });
}
