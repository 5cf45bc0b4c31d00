//! Idempotency keys: who claimed one, how far the request came, and what it was answered.
//!
//! Every write names the token of its claim, so a run that was taken over can change nothing any
//! more: not its key, and through `mark` not the data either.

use aicmo_shared::Timestamp;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::idempotency::KeyState;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    UpdateMany, UpdateResult,
};

use crate::audit::AuditEntry;
use crate::claim::Claim;
use crate::column::Row;
use crate::entity::idempotency_key::{self as row, Entity};
use crate::error::StoreError;
use crate::session::sealed::Executor;
use crate::session::{NotesTx, Session};

const TABLE: &str = "idempotency_keys";
const WHAT: &str = "keep an idempotency key";

/// A key with the request that was made under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// Whose run it is.
    pub claim: Claim,
    /// The name of the endpoint.
    pub endpoint: String,
    /// SHA-256 of what was asked for, in hexadecimal.
    pub sha256: String,
    /// How far it has come.
    pub state: KeyState,
    /// The request that holds the key.
    pub request_id: String,
    /// What it changed; there since the commit.
    pub change: Option<Change>,
    /// What it was answered; there at the end.
    pub answer: Option<KeptAnswer>,
    /// Until when a run counts as alive unless it says so again.
    pub lease_until: Timestamp,
    /// From when the key is free again.
    pub expires_at: Timestamp,
}

/// What a request changed, as its audit row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What kind of thing.
    pub subject_type: SubjectType,
    /// Which one.
    pub subject_id: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// An answer, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The `ETag`, when there was one.
    pub etag: Option<String>,
    /// The body; always JSON.
    pub body: String,
}

/// Takes a key that nobody has; `false` when somebody has it.
pub async fn insert(tx: &NotesTx, record: &KeyRecord) -> Result<bool, StoreError> {
    let written = Entity::insert(model_of(record).into_active_model().reset_all())
        .on_conflict(
            OnConflict::columns([row::Column::Actor, row::Column::Key])
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(tx.connection())
        .await
        .map_err(StoreError::of(WHAT))?;
    Ok(written == 1)
}

/// The key of an actor.
///
/// # Errors
/// `Corrupt` when it holds a value that no enum knows.
pub async fn find(session: &impl Session, actor: &str, key: &str) -> Result<Option<KeyRecord>, StoreError> {
    Entity::find_by_id((actor.to_owned(), key.to_owned()))
        .one(session.connection())
        .await
        .map_err(StoreError::of("read an idempotency key"))?
        .as_ref()
        .map(record_of)
        .transpose()
}

/// Takes the key over from the run with token `from`; `false` when that run no longer has it, or was
/// renewed, or has committed in the meantime.
pub async fn take_over(tx: &NotesTx, from: &KeyRecord, record: &KeyRecord) -> Result<bool, StoreError> {
    let model = model_of(record);
    let taken = held(&from.claim)
        .filter(row::Column::State.eq(from.state.as_str()))
        .filter(row::Column::LeaseUntil.eq(from.lease_until.as_millis()))
        .col_expr(row::Column::Endpoint, Expr::value(model.endpoint))
        .col_expr(row::Column::Sha256, Expr::value(model.sha256))
        .col_expr(row::Column::State, Expr::value(model.state))
        .col_expr(row::Column::Token, Expr::value(model.token))
        .col_expr(row::Column::RequestId, Expr::value(model.request_id))
        .col_expr(row::Column::SubjectType, Expr::value(model.subject_type))
        .col_expr(row::Column::SubjectId, Expr::value(model.subject_id))
        .col_expr(row::Column::CommittedAt, Expr::value(model.committed_at))
        .col_expr(row::Column::Status, Expr::value(model.status))
        .col_expr(row::Column::Etag, Expr::value(model.etag))
        .col_expr(row::Column::Answer, Expr::value(model.answer))
        .col_expr(row::Column::LeaseUntil, Expr::value(model.lease_until))
        .col_expr(row::Column::ExpiresAt, Expr::value(model.expires_at))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of(WHAT))?;
    Ok(is_one(&taken))
}

/// Says that the run is alive; `false` when the key is no longer its own.
pub async fn renew(tx: &NotesTx, claim: &Claim, lease_until: Timestamp) -> Result<bool, StoreError> {
    let renewed = held(claim)
        .col_expr(row::Column::LeaseUntil, Expr::value(lease_until.as_millis()))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of(WHAT))?;
    Ok(is_one(&renewed))
}

/// Keeps what the request was answered.
pub async fn finish(tx: &NotesTx, claim: &Claim, answer: &KeptAnswer) -> Result<bool, StoreError> {
    let finished = held(claim)
        .filter(row::Column::State.ne(KeyState::Done.as_str()))
        .col_expr(row::Column::State, Expr::value(KeyState::Done.as_str()))
        .col_expr(row::Column::Status, Expr::value(i64::from(answer.status)))
        .col_expr(row::Column::Etag, Expr::value(answer.etag.clone()))
        .col_expr(row::Column::Answer, Expr::value(answer.body.clone()))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of(WHAT))?;
    Ok(is_one(&finished))
}

/// Gives a key back whose request changed nothing; one that has committed stays.
pub async fn release(tx: &NotesTx, claim: &Claim) -> Result<bool, StoreError> {
    let released = Entity::delete_many()
        .filter(own(claim))
        .filter(row::Column::State.eq(KeyState::Running.as_str()))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("give an idempotency key back"))?;
    Ok(released.rows_affected == 1)
}

/// Ends every lease: for the one process of a database, whose earlier runs are all dead.
pub async fn end_leases(tx: &NotesTx) -> Result<u64, StoreError> {
    let ended = Entity::update_many()
        .filter(row::Column::State.ne(KeyState::Done.as_str()))
        .col_expr(row::Column::LeaseUntil, Expr::value(0_i64))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of(WHAT))?;
    Ok(ended.rows_affected)
}

/// Removes every key: for a database that was restored, where what a key stands for may be undone.
pub async fn forget_all(tx: &NotesTx) -> Result<(), StoreError> {
    Entity::delete_many()
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("remove the idempotency keys of a backup"))?;
    Ok(())
}

/// Removes at most `limit` keys that have expired, and answers how many.
pub async fn prune(tx: &NotesTx, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let sql = format!(
        "DELETE FROM {TABLE} WHERE (actor, key) IN (SELECT actor, key FROM {TABLE} WHERE expires_at <= $1 \
         ORDER BY expires_at LIMIT {limit})"
    );
    let connection = tx.connection();
    let statement = sea_orm::Statement::from_sql_and_values(
        connection.get_database_backend(),
        sql,
        [now.as_millis().into()],
    );
    let removed = connection
        .execute_raw(statement)
        .await
        .map_err(StoreError::of("remove idempotency keys that have expired"))?;
    Ok(removed.rows_affected())
}

/// Marks the key as used, in the transaction of the change itself.
///
/// # Errors
/// `KeyTakenOver` when another run has the key, and then the change must not be kept.
pub(crate) async fn mark(
    connection: &impl ConnectionTrait,
    claim: &Claim,
    entry: &AuditEntry,
) -> Result<(), StoreError> {
    let marked = held(claim)
        .filter(row::Column::State.ne(KeyState::Done.as_str()))
        .col_expr(row::Column::State, Expr::value(KeyState::Committed.as_str()))
        .col_expr(row::Column::SubjectType, Expr::value(entry.subject_type.as_str()))
        .col_expr(row::Column::SubjectId, Expr::value(entry.subject_id.clone()))
        .col_expr(row::Column::CommittedAt, Expr::value(entry.at.as_millis()))
        .exec(connection)
        .await
        .map_err(StoreError::of("mark an idempotency key as used"))?;
    if is_one(&marked) {
        Ok(())
    } else {
        Err(StoreError::KeyTakenOver)
    }
}

fn own(claim: &Claim) -> Condition {
    Condition::all()
        .add(row::Column::Actor.eq(claim.actor.as_str()))
        .add(row::Column::Key.eq(claim.key.as_str()))
        .add(row::Column::Token.eq(claim.token))
}

fn held(claim: &Claim) -> UpdateMany<Entity> {
    Entity::update_many().filter(own(claim))
}

const fn is_one(written: &UpdateResult) -> bool {
    written.rows_affected == 1
}

fn model_of(record: &KeyRecord) -> row::Model {
    row::Model {
        actor: record.claim.actor.clone(),
        key: record.claim.key.clone(),
        endpoint: record.endpoint.clone(),
        sha256: record.sha256.clone(),
        state: record.state.to_string(),
        token: record.claim.token,
        request_id: record.request_id.clone(),
        subject_type: record
            .change
            .as_ref()
            .map(|change| change.subject_type.to_string()),
        subject_id: record
            .change
            .as_ref()
            .and_then(|change| change.subject_id.clone()),
        committed_at: record.change.as_ref().map(|change| change.at.as_millis()),
        status: record.answer.as_ref().map(|answer| i64::from(answer.status)),
        etag: record.answer.as_ref().and_then(|answer| answer.etag.clone()),
        answer: record.answer.as_ref().map(|answer| answer.body.clone()),
        lease_until: record.lease_until.as_millis(),
        expires_at: record.expires_at.as_millis(),
    }
}

fn record_of(model: &row::Model) -> Result<KeyRecord, StoreError> {
    let row = Row::new(TABLE, format!("{}/{}", model.actor, model.key));
    let read = || {
        let subject_type: Option<SubjectType> =
            row.closed_opt("subject_type", model.subject_type.as_deref())?;
        let status = model
            .status
            .map(|status| u16::try_from(status).map_err(|_| row.corrupt("status", &status.to_string())))
            .transpose()?;
        Ok(KeyRecord {
            state: row.closed("state", &model.state)?,
            change: subject_type
                .zip(model.committed_at)
                .map(|(subject_type, at)| Change {
                    subject_type,
                    subject_id: model.subject_id.clone(),
                    at: Timestamp::from_millis(at),
                }),
            answer: status.zip(model.answer.clone()).map(|(status, body)| KeptAnswer {
                status,
                etag: model.etag.clone(),
                body,
            }),
            claim: Claim {
                actor: model.actor.clone(),
                key: model.key.clone(),
                token: model.token,
            },
            endpoint: model.endpoint.clone(),
            sha256: model.sha256.clone(),
            request_id: model.request_id.clone(),
            lease_until: Timestamp::from_millis(model.lease_until),
            expires_at: Timestamp::from_millis(model.expires_at),
        })
    };
    read().map_err(StoreError::Corrupt)
}
