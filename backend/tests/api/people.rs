//! Who sends a request: nobody, a person with a session, a tool with a key.
//!
//! People and keys are written to the database as the operations write them, without the cost of a
//! password, which only the tests of signing in need.

use aicmo_client::reqwest::RequestBuilder;
use aicmo_operations::accounts::csrf_token;
use aicmo_shared::access::{Access, Role, Scope};
use aicmo_shared::account::AccountKind;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::api::{BodyKind, Endpoint, EndpointSpec};
use aicmo_shared::api_key::ApiKeyDraft;
use aicmo_shared::audit::{ActorType, AuditAction};
use aicmo_shared::session::{SecondFactor, SecretText};
use aicmo_shared::{SessionId, Timestamp, UserId};
use aicmo_store::accounts::sessions::SessionRecord;
use aicmo_store::accounts::users::UserRecord;
use aicmo_store::accounts::{SecretHash, sessions, users};
use aicmo_store::{Actor, AuditEntry, Store};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::harness::{ADMIN_KEY, Got, TestServer, send};

const HOUR_MS: i64 = 60 * 60 * 1000;

/// Who sends a request.
#[derive(Clone, Debug)]
pub enum Who {
    Nobody,
    Bearer(String),
    Session {
        user: UserId,
        id: SessionId,
        token: String,
        csrf: String,
    },
}

impl Who {
    /// The bootstrap key.
    pub fn administrator() -> Self {
        Self::Bearer(ADMIN_KEY.to_owned())
    }

    /// Puts the credential on a request.
    pub fn sign(&self, request: RequestBuilder) -> RequestBuilder {
        match self {
            Self::Nobody => request,
            Self::Bearer(key) => request.bearer_auth(key),
            Self::Session { token, csrf, .. } => request
                .header("Cookie", format!("aicmo_session={token}"))
                .header("X-CSRF-Token", csrf),
        }
    }

    /// The account behind a session.
    pub fn user(&self) -> UserId {
        match self {
            Self::Session { user, .. } => *user,
            _ => panic!("only a person has an account"),
        }
    }
}

/// Sends `who`'s request to endpoint `E` on the thing with `id`; `body` counts where it takes one.
pub async fn call<E: Endpoint>(server: &TestServer, who: &Who, id: &str, body: &Value) -> Got {
    let mut request = server.ask(who, E::SPEC.method.as_str(), &E::SPEC.path_with(&[id]));
    if E::SPEC.body == BodyKind::Json {
        request = request.json(body);
    }
    if E::SPEC.needs_version {
        request = request.header("If-Match", "\"v1\"");
    }
    send(request).await
}

impl TestServer {
    /// Who sends a request to `spec` in a walk: an administrator's key, or for one's own account the
    /// person that `with_owner` made. A mock process has a viewer for that, who is nobody.
    pub fn sender(&self, spec: &EndpointSpec) -> Who {
        if spec.access == Access::OwnAccount {
            self.owner.get().cloned().unwrap_or(Who::Nobody)
        } else {
            Who::administrator()
        }
    }

    /// Makes the person who walks through the endpoints of one's own account.
    pub async fn with_owner(&self) -> Who {
        let owner = self.as_role(Role::Admin).await;
        self.owner.get_or_init(|| owner).clone()
    }

    /// A request by `who`.
    pub fn ask(&self, who: &Who, method: &str, path: &str) -> RequestBuilder {
        let anonymous = self.client.clone().without_key();
        who.sign(anonymous.request(method.parse().expect("a method"), path))
    }

    fn store(&self) -> Store {
        self.ops.mode().store().cloned().expect("a live server")
    }

    /// A person of this role, signed in.
    pub async fn as_role(&self, role: Role) -> Who {
        let user = self.person(role).await;
        self.signed_in(user).await
    }

    /// A person of this role; the address and the name begin with the role.
    pub async fn person(&self, role: Role) -> UserId {
        let now = self.ops.now();
        let id = UserId::new(self.ops.new_id(now));
        let record = UserRecord {
            id,
            version: 1,
            kind: AccountKind::Person,
            email: Some(format!("{role}-{id}@people.example")),
            display_name: format!("{role} of the tests"),
            role,
            active: true,
            password_hash: None,
            second_factor: SecondFactor::Off,
            totp_secret: None,
            totp_step: None,
            last_sign_in_at: None,
            created_at: now,
            updated_at: now,
        };
        let tx = self.store().begin_write().await.expect("a transaction");
        users::insert(&tx, &record).await.expect("a person");
        tx.commit(by_the_test(
            AuditAction::UserCreated,
            SubjectType::User,
            id.to_string(),
            now,
        ))
        .await
        .expect("kept");
        id
    }

    /// A session of this person.
    pub async fn signed_in(&self, user: UserId) -> Who {
        let now = self.ops.now();
        let id = SessionId::new(self.ops.new_id(now));
        let token = format!("token-of-{id}");
        let record = SessionRecord {
            id,
            user,
            token_hash: SecretHash::new(Sha256::digest(token.as_bytes()).into()),
            device: "A test on Linux".to_owned(),
            created_at: now,
            last_seen_at: now,
            expires_at: now.plus_millis(HOUR_MS),
        };
        let tx = self.store().begin_write().await.expect("a transaction");
        sessions::insert(&tx, &record).await.expect("a session");
        tx.commit(by_the_test(
            AuditAction::SessionStarted,
            SubjectType::Session,
            id.to_string(),
            now,
        ))
        .await
        .expect("kept");
        Who::Session {
            user,
            id,
            csrf: csrf_token(&SecretText::new(token.as_str())),
            token,
        }
    }

    /// A key with these scopes, of an administrator.
    pub async fn as_key(&self, scopes: &[Scope]) -> Who {
        let owner = self.person(Role::Admin).await;
        self.key_of(owner, scopes, None).await.0
    }

    /// A key of this account, and its id.
    pub async fn key_of(
        &self,
        owner: UserId,
        scopes: &[Scope],
        expires_at: Option<Timestamp>,
    ) -> (Who, String) {
        let draft = ApiKeyDraft {
            name: "A key of the tests".to_owned(),
            scopes: scopes.to_vec(),
            owner: Some(owner),
            expires_at,
        };
        let made = aicmo_operations::accounts::create_api_key(
            &self.ops,
            &aicmo_operations::Operator::process(),
            draft,
        )
        .await
        .expect("a key");
        (
            Who::Bearer(made.secret.expose().to_owned()),
            made.key.id.to_string(),
        )
    }
}

fn by_the_test(action: AuditAction, subject: SubjectType, id: String, at: Timestamp) -> AuditEntry {
    AuditEntry {
        actor: Actor {
            kind: ActorType::System,
            id: "test".to_owned(),
        },
        action,
        subject_type: subject,
        subject_id: Some(id),
        campaign: None,
        before: None,
        after: Some(serde_json::json!({ "by": "test" })),
        reason: None,
        request_id: String::new(),
        at,
    }
}
