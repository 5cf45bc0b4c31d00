//! Passkeys of people, and which challenges have been answered.
//!
//! What a passkey is stays the library's: its text goes in and out as it is. A challenge is no row
//! until it was answered rightly; then its id stands here as long as somebody could answer it again.

use aicmo_shared::passkey::Passkey;
use aicmo_shared::{PasskeyId, Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::entity::{passkey, passkey_answer};
use crate::error::StoreError;
use crate::session::sealed::Executor;
use crate::session::{Session, WriteTx};

/// A passkey as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyRecord {
    pub id: PasskeyId,
    pub user: UserId,
    /// By which the authenticator names it, in base64url.
    pub credential_id: String,
    /// The public key, the counter and what was asked of it.
    pub credential: String,
    pub name: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

impl PasskeyRecord {
    /// As its owner sees it.
    pub fn into_passkey(self) -> Passkey {
        Passkey {
            id: self.id,
            name: self.name,
            created_at: self.created_at,
            last_used_at: self.last_used_at,
        }
    }
}

/// The passkey that an authenticator names so.
pub async fn find(session: &impl Session, credential_id: &str) -> Result<Option<PasskeyRecord>, StoreError> {
    let found = passkey::Entity::find()
        .filter(passkey::Column::CredentialId.eq(credential_id))
        .one(session.connection())
        .await
        .map_err(StoreError::of("find a passkey"))?;
    Ok(found.map(record_of))
}

/// A passkey of `user`; `None` when that account has no such passkey.
pub async fn find_own(
    session: &impl Session,
    user: UserId,
    id: PasskeyId,
) -> Result<Option<PasskeyRecord>, StoreError> {
    let found = passkey::Entity::find_by_id(id.get())
        .filter(passkey::Column::UserId.eq(user.get()))
        .one(session.connection())
        .await
        .map_err(StoreError::of("read a passkey"))?;
    Ok(found.map(record_of))
}

/// The passkeys of an account, the newest first.
pub async fn list(session: &impl Session, user: UserId) -> Result<Vec<PasskeyRecord>, StoreError> {
    let models = passkey::Entity::find()
        .filter(passkey::Column::UserId.eq(user.get()))
        .order_by_desc(passkey::Column::Id)
        .all(session.connection())
        .await
        .map_err(StoreError::of("list the passkeys of an account"))?;
    Ok(models.into_iter().map(record_of).collect())
}

/// Adds a passkey.
///
/// # Errors
/// `Duplicate` when an authenticator gave the same one before, to whatever account.
pub async fn insert(tx: &WriteTx, record: &PasskeyRecord) -> Result<(), StoreError> {
    let model = passkey::Model {
        id: record.id.get(),
        user_id: record.user.get(),
        credential_id: record.credential_id.clone(),
        credential: record.credential.clone(),
        name: record.name.clone(),
        created_at: record.created_at.as_millis(),
        last_used_at: record.last_used_at.map(Timestamp::as_millis),
    };
    passkey::Entity::insert(model.into_active_model().reset_all())
        .exec_without_returning(tx.connection())
        .await
        .map_err(StoreError::unique("add a passkey", "passkey"))?;
    Ok(())
}

/// Notes a use and what it made of the credential; false when the passkey is not as it was read.
pub async fn note_used(
    tx: &WriteTx,
    before: &PasskeyRecord,
    credential: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let written = passkey::Entity::update_many()
        .col_expr(passkey::Column::Credential, Expr::value(credential))
        .col_expr(passkey::Column::LastUsedAt, Expr::value(at.as_millis()))
        .filter(passkey::Column::Id.eq(before.id.get()))
        .filter(passkey::Column::Credential.eq(before.credential.as_str()))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("note the use of a passkey"))?;
    Ok(written.rows_affected == 1)
}

/// Gives a passkey of `user` another name; false when that account has no such passkey.
pub async fn rename(tx: &WriteTx, user: UserId, id: PasskeyId, name: &str) -> Result<bool, StoreError> {
    let written = passkey::Entity::update_many()
        .col_expr(passkey::Column::Name, Expr::value(name))
        .filter(passkey::Column::Id.eq(id.get()))
        .filter(passkey::Column::UserId.eq(user.get()))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("rename a passkey"))?;
    Ok(written.rows_affected == 1)
}

/// Removes a passkey of `user`; false when that account has no such passkey.
pub async fn remove(tx: &WriteTx, user: UserId, id: PasskeyId) -> Result<bool, StoreError> {
    let gone = passkey::Entity::delete_many()
        .filter(passkey::Column::Id.eq(id.get()))
        .filter(passkey::Column::UserId.eq(user.get()))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("remove a passkey"))?;
    Ok(gone.rows_affected == 1)
}

/// Removes every passkey of `user`; answers how many.
pub async fn remove_all(tx: &WriteTx, user: UserId) -> Result<u32, StoreError> {
    let gone = passkey::Entity::delete_many()
        .filter(passkey::Column::UserId.eq(user.get()))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("remove the passkeys of an account"))?;
    Ok(u32::try_from(gone.rows_affected).unwrap_or(u32::MAX))
}

/// Notes that a challenge was answered, and forgets those that nobody can answer any more.
///
/// # Errors
/// `Duplicate` when it was answered before.
pub async fn take_answer(
    tx: &WriteTx,
    challenge: Uuid,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    passkey_answer::Entity::delete_many()
        .filter(passkey_answer::Column::ExpiresAt.lte(now.as_millis()))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("forget answered challenges"))?;
    let model = passkey_answer::Model {
        id: challenge,
        expires_at: expires_at.as_millis(),
    };
    passkey_answer::Entity::insert(model.into_active_model().reset_all())
        .exec_without_returning(tx.connection())
        .await
        .map_err(StoreError::unique("note an answered challenge", "answer"))?;
    Ok(())
}

fn record_of(model: passkey::Model) -> PasskeyRecord {
    PasskeyRecord {
        id: PasskeyId::new(model.id),
        user: UserId::new(model.user_id),
        credential_id: model.credential_id,
        credential: model.credential,
        name: model.name,
        created_at: Timestamp::from_millis(model.created_at),
        last_used_at: model.last_used_at.map(Timestamp::from_millis),
    }
}
