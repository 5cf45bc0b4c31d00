//! Sessions of people. An ended one has no row; one that expired is removed at the next sign-in.

use std::collections::HashMap;

use aicmo_shared::{SessionId, Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

use super::SecretHash;
use super::users::{self, UserRecord};
use crate::entity::session;
use crate::error::StoreError;
use crate::repository::CHUNK;
use crate::session::sealed::Executor;
use crate::session::{NotesTx, Session, WriteTx};

/// The most sessions of one person that a list shows.
const SHOWN: u64 = 200;

/// A session as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRecord {
    pub id: SessionId,
    pub user: UserId,
    pub token_hash: SecretHash,
    /// Browser and system in a few words.
    pub device: String,
    pub created_at: Timestamp,
    /// Noted at most once a minute.
    pub last_seen_at: Timestamp,
    /// When it ends whatever happens.
    pub expires_at: Timestamp,
}

/// Which sessions live: those that end after `now` and were seen since `seen_since`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Live {
    pub now: Timestamp,
    pub seen_since: Timestamp,
}

/// The session with this token, and its account; expired or not.
pub async fn find(
    session: &impl Session,
    token: &SecretHash,
) -> Result<Option<(SessionRecord, UserRecord)>, StoreError> {
    let found = session::Entity::find()
        .filter(session::Column::TokenHash.eq(token.text()))
        .one(session.connection())
        .await
        .map_err(StoreError::of("find a session"))?;
    let Some(model) = found else { return Ok(None) };
    let record = record_of(model, *token);
    let user = users::record(session, record.user).await?;
    Ok(Some((record, user)))
}

/// The living sessions of an account, the one seen last first. Their tokens stay in the database.
pub async fn list(
    session: &impl Session,
    user: UserId,
    live: Live,
) -> Result<Vec<SessionRecord>, StoreError> {
    let models = living(live)
        .filter(session::Column::UserId.eq(user.get()))
        .order_by_desc(session::Column::LastSeenAt)
        .order_by_desc(session::Column::Id)
        .limit(SHOWN)
        .all(session.connection())
        .await
        .map_err(StoreError::of("list the sessions of an account"))?;
    Ok(models
        .into_iter()
        .map(|model| record_of(model, SecretHash::new([0; 32])))
        .collect())
}

/// How many living sessions each of these accounts has; an account without any is left out.
pub async fn counts(
    session: &impl Session,
    of: &[UserId],
    live: Live,
) -> Result<HashMap<UserId, u32>, StoreError> {
    let mut counted = HashMap::with_capacity(of.len());
    for chunk in of.chunks(CHUNK) {
        let rows = living(live)
            .filter(session::Column::UserId.is_in(chunk.iter().map(|id| id.get())))
            .select_only()
            .column(session::Column::UserId)
            .column_as(session::Column::Id.count(), "n")
            .group_by(session::Column::UserId)
            .into_tuple::<(Uuid, i64)>()
            .all(session.connection())
            .await
            .map_err(StoreError::of("count the sessions of accounts"))?;
        counted.extend(
            rows.into_iter()
                .map(|(user, n)| (UserId::new(user), u32::try_from(n).unwrap_or(u32::MAX))),
        );
    }
    Ok(counted)
}

/// Adds a session.
pub async fn insert(tx: &WriteTx, record: &SessionRecord) -> Result<(), StoreError> {
    let model = session::Model {
        id: record.id.get(),
        user_id: record.user.get(),
        token_hash: record.token_hash.text(),
        device: record.device.clone(),
        created_at: record.created_at.as_millis(),
        last_seen_at: record.last_seen_at.as_millis(),
        expires_at: record.expires_at.as_millis(),
    };
    session::Entity::insert(model.into_active_model().reset_all())
        .exec_without_returning(tx.connection())
        .await
        .map_err(StoreError::of("begin a session"))?;
    Ok(())
}

/// Gives a session another token; false when it has ended meanwhile.
pub async fn renew(
    tx: &WriteTx,
    id: SessionId,
    token: &SecretHash,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let written = session::Entity::update_many()
        .col_expr(session::Column::TokenHash, Expr::value(token.text()))
        .col_expr(session::Column::LastSeenAt, Expr::value(at.as_millis()))
        .filter(session::Column::Id.eq(id.get()))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("renew a session"))?;
    Ok(written.rows_affected == 1)
}

/// Ends a session of `user`; false when that account has no such session.
pub async fn end(tx: &WriteTx, user: UserId, id: SessionId) -> Result<bool, StoreError> {
    let gone = session::Entity::delete_many()
        .filter(session::Column::Id.eq(id.get()))
        .filter(session::Column::UserId.eq(user.get()))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("end a session"))?;
    Ok(gone.rows_affected == 1)
}

/// Ends every session of `user`, but the one to be kept; answers how many.
pub async fn end_all(tx: &WriteTx, user: UserId, kept: Option<SessionId>) -> Result<u32, StoreError> {
    let mut gone = session::Entity::delete_many().filter(session::Column::UserId.eq(user.get()));
    if let Some(kept) = kept {
        gone = gone.filter(session::Column::Id.ne(kept.get()));
    }
    let gone = gone
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("end the sessions of an account"))?;
    Ok(u32::try_from(gone.rows_affected).unwrap_or(u32::MAX))
}

/// Removes sessions that have ended by time.
pub async fn remove_expired(tx: &WriteTx, now: Timestamp) -> Result<(), StoreError> {
    session::Entity::delete_many()
        .filter(session::Column::ExpiresAt.lte(now.as_millis()))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("remove expired sessions"))?;
    Ok(())
}

/// Notes that a session was seen.
pub async fn note_seen(notes: &NotesTx, id: SessionId, at: Timestamp) -> Result<(), StoreError> {
    session::Entity::update_many()
        .col_expr(session::Column::LastSeenAt, Expr::value(at.as_millis()))
        .filter(session::Column::Id.eq(id.get()))
        .filter(session::Column::LastSeenAt.lt(at.as_millis()))
        .exec(notes.connection())
        .await
        .map_err(StoreError::of("note that a session was seen"))?;
    Ok(())
}

fn living(live: Live) -> Select<session::Entity> {
    session::Entity::find()
        .filter(session::Column::ExpiresAt.gt(live.now.as_millis()))
        .filter(session::Column::LastSeenAt.gt(live.seen_since.as_millis()))
}

fn record_of(model: session::Model, token_hash: SecretHash) -> SessionRecord {
    SessionRecord {
        id: SessionId::new(model.id),
        user: UserId::new(model.user_id),
        token_hash,
        device: model.device,
        created_at: Timestamp::from_millis(model.created_at),
        last_seen_at: Timestamp::from_millis(model.last_seen_at),
        expires_at: Timestamp::from_millis(model.expires_at),
    }
}
