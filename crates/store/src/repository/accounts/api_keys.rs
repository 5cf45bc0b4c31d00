//! Keys of tools. A revoked or expired one stays in the list: the trail speaks of it.

use std::collections::HashMap;

use aicmo_shared::access::Scope;
use aicmo_shared::account::UserRef;
use aicmo_shared::api_key::{ApiKey, ApiKeyState};
use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::{ApiKeyId, Timestamp, UserId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::SecretHash;
use super::users::{self, UserRecord};
use crate::column::Row;
use crate::entity::{api_key, user};
use crate::error::{StoreError, Subject};
use crate::repository::fetch;
use crate::repository::{IdPage, IdPosition};
use crate::session::sealed::Executor;
use crate::session::{NotesTx, Session, WriteTx};

const TABLE: &str = "api_keys";

/// A key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyRecord {
    pub id: ApiKeyId,
    pub name: String,
    /// The first characters of the secret.
    pub prefix: String,
    pub scopes: Vec<Scope>,
    pub owner: UserId,
    pub created_by: Option<UserId>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    /// Noted at most once a minute.
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

impl ApiKeyRecord {
    /// Whether it works, given whether its owner may come in.
    pub fn state(&self, owner_is_active: bool, now: Timestamp) -> ApiKeyState {
        if self.revoked_at.is_some() {
            ApiKeyState::Revoked
        } else if self.expires_at.is_some_and(|at| at <= now) {
            ApiKeyState::Expired
        } else if owner_is_active {
            ApiKeyState::Active
        } else {
            ApiKeyState::OwnerInactive
        }
    }
}

/// The key with this secret and the account that owns it, whether it works or not.
pub async fn find(
    session: &impl Session,
    secret: &SecretHash,
) -> Result<Option<(ApiKeyRecord, UserRecord)>, StoreError> {
    let query = api_key::Entity::find()
        .filter(api_key::Column::SecretHash.eq(secret.text()))
        .into_query();
    let Some(row) = fetch::<api_key::Model>(session, "find a key", TABLE, &query)
        .await?
        .pop()
    else {
        return Ok(None);
    };
    let record = row.and_then(record_of).map_err(StoreError::Corrupt)?;
    let owner = users::record(session, record.owner).await?;
    Ok(Some((record, owner)))
}

/// A page of at most `limit` keys behind `after`, newest first.
pub async fn list(
    session: &impl Session,
    after: Option<&IdPosition>,
    limit: u32,
    now: Timestamp,
) -> Result<IdPage<ApiKey>, StoreError> {
    let mut select = api_key::Entity::find();
    if let Some(position) = after {
        select = select.filter(api_key::Column::Id.lt(position.id));
    }
    let query = select
        .order_by_desc(api_key::Column::Id)
        .limit(u64::from(limit) + 1)
        .into_query();
    let rows = fetch::<api_key::Model>(session, "list the keys", TABLE, &query).await?;
    let page = IdPage::of(rows, limit, |model: &api_key::Model| model.id, record_of);
    let owners = Owners::read(session, page.rows.iter().map(|record| record.owner)).await?;
    Ok(page.with_rows(|record| owners.shown(record, now)))
}

/// How many keys there are.
pub async fn count(session: &impl Session) -> Result<u64, StoreError> {
    api_key::Entity::find()
        .count(session.connection())
        .await
        .map_err(StoreError::of("count the keys"))
}

/// A key.
///
/// # Errors
/// `NotFound` or `Corrupt`.
pub async fn get(session: &impl Session, id: ApiKeyId, now: Timestamp) -> Result<ApiKey, StoreError> {
    let query = api_key::Entity::find_by_id(id.get()).into_query();
    let record = fetch::<api_key::Model>(session, "read a key", TABLE, &query)
        .await?
        .pop()
        .ok_or_else(|| StoreError::NotFound(Subject::new(ApiKeyId::NOUN, id)))?
        .and_then(record_of)
        .map_err(StoreError::Corrupt)?;
    let owners = Owners::read(session, [record.owner]).await?;
    Ok(owners.shown(record, now))
}

/// Adds a key.
pub async fn insert(tx: &WriteTx, record: &ApiKeyRecord, secret: &SecretHash) -> Result<(), StoreError> {
    let scopes: Vec<&str> = record.scopes.iter().map(|scope| scope.as_str()).collect();
    let model = api_key::Model {
        id: record.id.get(),
        name: record.name.clone(),
        prefix: record.prefix.clone(),
        secret_hash: secret.text(),
        scopes: serde_json::json!(scopes).to_string(),
        owner_id: record.owner.get(),
        created_by: record.created_by.map(UserId::get),
        created_at: record.created_at.as_millis(),
        expires_at: record.expires_at.map(Timestamp::as_millis),
        last_used_at: None,
        revoked_at: None,
    };
    api_key::Entity::insert(model.into_active_model().reset_all())
        .exec_without_returning(tx.connection())
        .await
        .map_err(StoreError::of("add a key"))?;
    Ok(())
}

/// Revokes a key for good; false when it was revoked before.
pub async fn revoke(tx: &WriteTx, id: ApiKeyId, at: Timestamp) -> Result<bool, StoreError> {
    let written = api_key::Entity::update_many()
        .col_expr(api_key::Column::RevokedAt, Expr::value(at.as_millis()))
        .filter(api_key::Column::Id.eq(id.get()))
        .filter(api_key::Column::RevokedAt.is_null())
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("revoke a key"))?;
    Ok(written.rows_affected == 1)
}

/// Notes that a key was used.
pub async fn note_used(notes: &NotesTx, id: ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
    api_key::Entity::update_many()
        .col_expr(api_key::Column::LastUsedAt, Expr::value(at.as_millis()))
        .filter(api_key::Column::Id.eq(id.get()))
        .filter(
            api_key::Column::LastUsedAt
                .is_null()
                .or(api_key::Column::LastUsedAt.lt(at.as_millis())),
        )
        .exec(notes.connection())
        .await
        .map_err(StoreError::of("note that a key was used"))?;
    Ok(())
}

/// The names of keys' owners, and which of them may come in.
struct Owners {
    names: HashMap<Uuid, UserRef>,
    active: HashMap<Uuid, bool>,
}

impl Owners {
    async fn read(session: &impl Session, ids: impl IntoIterator<Item = UserId>) -> Result<Self, StoreError> {
        let mut ids: Vec<Uuid> = ids.into_iter().map(UserId::get).collect();
        ids.sort_unstable();
        ids.dedup();
        let active = user::Entity::find()
            .filter(user::Column::Id.is_in(ids.iter().copied()))
            .select_only()
            .columns([user::Column::Id, user::Column::Active])
            .into_tuple::<(Uuid, bool)>()
            .all(session.connection())
            .await
            .map_err(StoreError::of("read the owners of keys"))?
            .into_iter()
            .collect();
        Ok(Self {
            names: users::names(session, ids).await?,
            active,
        })
    }

    fn shown(&self, record: ApiKeyRecord, now: Timestamp) -> ApiKey {
        let owner = record.owner.get();
        let is_active = self.active.get(&owner).copied().unwrap_or_default();
        ApiKey {
            id: record.id,
            state: record.state(is_active, now),
            owner: self.names.get(&owner).cloned().unwrap_or(UserRef {
                id: record.owner,
                display_name: String::new(),
            }),
            name: record.name,
            prefix: record.prefix,
            scopes: record.scopes,
            expires_at: record.expires_at,
            last_used_at: record.last_used_at,
            revoked_at: record.revoked_at,
            created_at: record.created_at,
        }
    }
}

fn record_of(model: api_key::Model) -> Result<ApiKeyRecord, CorruptRow> {
    let row = Row::new(TABLE, model.id);
    let at = |at: Option<i64>| at.map(Timestamp::from_millis);
    Ok(ApiKeyRecord {
        id: ApiKeyId::new(model.id),
        scopes: row.json("scopes", &model.scopes)?,
        name: model.name,
        prefix: model.prefix,
        owner: UserId::new(model.owner_id),
        created_by: model.created_by.map(UserId::new),
        created_at: Timestamp::from_millis(model.created_at),
        expires_at: at(model.expires_at),
        last_used_at: at(model.last_used_at),
        revoked_at: at(model.revoked_at),
    })
}
