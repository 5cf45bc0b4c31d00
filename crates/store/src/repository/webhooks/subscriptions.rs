//! Who is told of which events.

use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::webhook::{DisabledReason, EventFilter, Webhook, WebhookState};
use aicmo_shared::{Timestamp, WebhookId};
use sea_orm::sea_query::{Expr, ExprTrait, LockType, SelectStatement};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

use crate::column::Row;
use crate::entity::{webhook, webhook_cursor, webhook_delivery};
use crate::error::{StoreError, Subject};
use crate::listed::Listed;
use crate::repository::fetch;
use crate::session::sealed::Executor as _;
use crate::session::{NotesTx, Session, WriteTx};

const TABLE: &str = "webhooks";

/// What a secret is made from, beside the key of the installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaltRecord {
    pub salt: Uuid,
    /// Tells whether the key is still the one that the secret was made with.
    pub mark: String,
}

/// A webhook as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookRecord {
    pub id: WebhookId,
    pub version: i64,
    pub url: String,
    pub description: Option<String>,
    pub filter: EventFilter,
    pub state: WebhookState,
    pub disabled_reason: Option<DisabledReason>,
    pub disabled_at: Option<Timestamp>,
    pub secret: SaltRecord,
    pub old_secret: Option<SaltRecord>,
    pub old_secret_until: Option<Timestamp>,
    /// Events up to this place are not for it.
    pub from_seq: i64,
    pub failed_in_a_row: u64,
    /// When the first attempt failed after which none succeeded.
    pub failing_since: Option<Timestamp>,
    pub last_success_at: Option<Timestamp>,
    pub last_failure_at: Option<Timestamp>,
    pub created_by: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl WebhookRecord {
    /// The webhook as the wire shows it at `now`.
    pub fn into_webhook(self, now: Timestamp) -> Webhook {
        Webhook {
            id: self.id,
            version: self.version,
            url: self.url,
            description: self.description,
            filter: self.filter,
            state: self.state,
            disabled_reason: self.disabled_reason,
            disabled_at: self.disabled_at,
            old_secret_until: self.old_secret_until.filter(|until| *until > now),
            failed_in_a_row: u32::try_from(self.failed_in_a_row).unwrap_or(u32::MAX),
            last_success_at: self.last_success_at,
            last_failure_at: self.last_failure_at,
            created_by: self.created_by,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// Every webhook, newest first.
pub async fn list(session: &impl Session) -> Result<Listed<WebhookRecord>, StoreError> {
    let query = webhook::Entity::find()
        .order_by_desc(webhook::Column::Id)
        .into_query();
    let rows = fetch::<webhook::Model>(session, "list the webhooks", TABLE, &query).await?;
    Ok(rows.into_iter().map(|row| row.and_then(record_of)).collect())
}

/// Every webhook that is told of events, oldest first; bad rows are left to the integrity check.
pub async fn active(session: &impl Session) -> Result<Vec<WebhookRecord>, StoreError> {
    good(session, &actives().into_query()).await
}

/// As `active`, and none of them is removed until `notes` end.
pub async fn hold_active(notes: &NotesTx) -> Result<Vec<WebhookRecord>, StoreError> {
    good(notes, &actives().lock(LockType::KeyShare).into_query()).await
}

fn actives() -> Select<webhook::Entity> {
    webhook::Entity::find()
        .filter(webhook::Column::State.eq(WebhookState::Active.as_str()))
        .order_by_asc(webhook::Column::Id)
}

async fn good(session: &impl Session, query: &SelectStatement) -> Result<Vec<WebhookRecord>, StoreError> {
    let rows = fetch::<webhook::Model>(session, "read the active webhooks", TABLE, query).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| row.and_then(record_of).ok())
        .collect())
}

/// How many webhooks there are, for whoever adds one: two who add at once count one after the other.
pub async fn count_to_add(tx: &WriteTx) -> Result<u64, StoreError> {
    let failed = StoreError::of("count the webhooks");
    // A row that is always there and that nobody takes behind another; SQLite has one writer anyway.
    webhook_cursor::Entity::find_by_id(1)
        .lock_exclusive()
        .one(tx.connection())
        .await
        .map_err(&failed)?;
    webhook::Entity::find()
        .count(tx.connection())
        .await
        .map_err(&failed)
}

/// A webhook.
///
/// # Errors
/// `NotFound` or `Corrupt`.
pub async fn get(session: &impl Session, id: WebhookId) -> Result<WebhookRecord, StoreError> {
    one(session, id, &webhook::Entity::find_by_id(id.get()).into_query()).await
}

/// As `get`, and it is not removed until `tx` ends.
///
/// # Errors
/// `NotFound` or `Corrupt`.
pub async fn hold(tx: &WriteTx, id: WebhookId) -> Result<WebhookRecord, StoreError> {
    let held = webhook::Entity::find_by_id(id.get()).lock(LockType::KeyShare);
    one(tx, id, &held.into_query()).await
}

async fn one(
    session: &impl Session,
    id: WebhookId,
    query: &SelectStatement,
) -> Result<WebhookRecord, StoreError> {
    fetch::<webhook::Model>(session, "read a webhook", TABLE, query)
        .await?
        .pop()
        .ok_or_else(|| StoreError::NotFound(Subject::new(WebhookId::NOUN, id)))?
        .and_then(record_of)
        .map_err(StoreError::Corrupt)
}

/// Adds a webhook.
pub async fn insert(tx: &WriteTx, record: &WebhookRecord) -> Result<(), StoreError> {
    webhook::Entity::insert(model_of(record)?.into_active_model().reset_all())
        .exec_without_returning(tx.connection())
        .await
        .map_err(StoreError::unique("add a webhook", "webhook id"))?;
    Ok(())
}

/// Writes `after` over `before` if the row still has the version of `before`; answers the new
/// version, which is one higher whatever `after` says. How deliveries went is left as it is, but
/// for the failures.
///
/// # Errors
/// `Stale` when somebody else was first.
pub async fn replace(tx: &WriteTx, before: &WebhookRecord, after: &WebhookRecord) -> Result<i64, StoreError> {
    let version = before.version + 1;
    let model = model_of(after)?;
    let written = webhook::Entity::update_many()
        .col_expr(webhook::Column::Version, Expr::value(version))
        .col_expr(webhook::Column::Url, Expr::value(model.url))
        .col_expr(webhook::Column::Description, Expr::value(model.description))
        .col_expr(webhook::Column::Filter, Expr::value(model.filter))
        .col_expr(webhook::Column::State, Expr::value(model.state))
        .col_expr(
            webhook::Column::DisabledReason,
            Expr::value(model.disabled_reason),
        )
        .col_expr(webhook::Column::DisabledAt, Expr::value(model.disabled_at))
        .col_expr(webhook::Column::Salt, Expr::value(model.salt))
        .col_expr(webhook::Column::SecretMark, Expr::value(model.secret_mark))
        .col_expr(webhook::Column::OldSalt, Expr::value(model.old_salt))
        .col_expr(webhook::Column::OldSecretMark, Expr::value(model.old_secret_mark))
        .col_expr(
            webhook::Column::OldSecretUntil,
            Expr::value(model.old_secret_until),
        )
        .col_expr(webhook::Column::FromSeq, Expr::value(model.from_seq))
        .col_expr(webhook::Column::FailedInARow, Expr::value(model.failed_in_a_row))
        .col_expr(webhook::Column::FailingSince, Expr::value(model.failing_since))
        .col_expr(webhook::Column::UpdatedAt, Expr::value(model.updated_at))
        .filter(webhook::Column::Id.eq(model.id))
        .filter(webhook::Column::Version.eq(before.version))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("change a webhook"))?;
    if written.rows_affected == 1 {
        Ok(version)
    } else {
        Err(StoreError::Stale(Subject::new(WebhookId::NOUN, before.id)))
    }
}

/// Removes a webhook, if it still has that version, with all that was on its way to it.
///
/// # Errors
/// `Stale` when somebody else was first.
pub async fn delete(tx: &WriteTx, record: &WebhookRecord) -> Result<(), StoreError> {
    let failed = StoreError::of("remove a webhook");
    // Taken first, so that nobody makes deliveries for it between the two removals.
    let taken: Option<Uuid> = webhook::Entity::find_by_id(record.id.get())
        .filter(webhook::Column::Version.eq(record.version))
        .lock_exclusive()
        .select_only()
        .column(webhook::Column::Id)
        .into_tuple()
        .one(tx.connection())
        .await
        .map_err(&failed)?;
    if taken.is_none() {
        return Err(StoreError::Stale(Subject::new(WebhookId::NOUN, record.id)));
    }
    webhook_delivery::Entity::delete_many()
        .filter(webhook_delivery::Column::WebhookId.eq(record.id.get()))
        .exec(tx.connection())
        .await
        .map_err(&failed)?;
    webhook::Entity::delete_by_id(record.id.get())
        .exec(tx.connection())
        .await
        .map_err(&failed)?;
    Ok(())
}

/// Notes that a delivery arrived.
pub async fn note_success(notes: &NotesTx, id: WebhookId, at: Timestamp) -> Result<(), StoreError> {
    webhook::Entity::update_many()
        .col_expr(webhook::Column::FailedInARow, Expr::value(0_i64))
        .col_expr(webhook::Column::FailingSince, Expr::value(None::<i64>))
        .col_expr(webhook::Column::LastSuccessAt, Expr::value(at.as_millis()))
        .filter(webhook::Column::Id.eq(id.get()))
        .exec(notes.connection())
        .await
        .map_err(StoreError::of("note that a webhook works"))?;
    Ok(())
}

/// Notes that an attempt failed, and when `for_good` that its whole delivery did.
pub async fn note_failure(
    notes: &NotesTx,
    id: WebhookId,
    at: Timestamp,
    for_good: bool,
) -> Result<(), StoreError> {
    webhook::Entity::update_many()
        .col_expr(
            webhook::Column::FailedInARow,
            Expr::col(webhook::Column::FailedInARow).add(i64::from(for_good)),
        )
        .col_expr(
            webhook::Column::FailingSince,
            Expr::col(webhook::Column::FailingSince).if_null(at.as_millis()),
        )
        .col_expr(webhook::Column::LastFailureAt, Expr::value(at.as_millis()))
        .filter(webhook::Column::Id.eq(id.get()))
        .exec(notes.connection())
        .await
        .map_err(StoreError::of("note that a webhook failed"))?;
    Ok(())
}

fn model_of(record: &WebhookRecord) -> Result<webhook::Model, StoreError> {
    Ok(webhook::Model {
        id: record.id.get(),
        version: record.version,
        url: record.url.clone(),
        description: record.description.clone(),
        filter: serde_json::to_string(&record.filter)
            .map_err(|cause| StoreError::defect("write a webhook", cause))?,
        state: record.state.to_string(),
        disabled_reason: record.disabled_reason.map(|reason| reason.to_string()),
        disabled_at: record.disabled_at.map(Timestamp::as_millis),
        salt: record.secret.salt,
        secret_mark: record.secret.mark.clone(),
        old_salt: record.old_secret.as_ref().map(|old| old.salt),
        old_secret_mark: record.old_secret.as_ref().map(|old| old.mark.clone()),
        old_secret_until: record.old_secret_until.map(Timestamp::as_millis),
        from_seq: record.from_seq,
        failed_in_a_row: i64::try_from(record.failed_in_a_row).unwrap_or(i64::MAX),
        failing_since: record.failing_since.map(Timestamp::as_millis),
        last_success_at: record.last_success_at.map(Timestamp::as_millis),
        last_failure_at: record.last_failure_at.map(Timestamp::as_millis),
        created_by: record.created_by.clone(),
        created_at: record.created_at.as_millis(),
        updated_at: record.updated_at.as_millis(),
    })
}

fn record_of(model: webhook::Model) -> Result<WebhookRecord, CorruptRow> {
    let row = Row::new(TABLE, model.id);
    Ok(WebhookRecord {
        id: WebhookId::new(model.id),
        version: model.version,
        filter: row.json("filter", &model.filter)?,
        state: row.closed("state", &model.state)?,
        disabled_reason: row.closed_opt("disabled_reason", model.disabled_reason.as_deref())?,
        disabled_at: model.disabled_at.map(Timestamp::from_millis),
        secret: SaltRecord {
            salt: model.salt,
            mark: model.secret_mark,
        },
        old_secret: model
            .old_salt
            .zip(model.old_secret_mark)
            .map(|(salt, mark)| SaltRecord { salt, mark }),
        old_secret_until: model.old_secret_until.map(Timestamp::from_millis),
        from_seq: model.from_seq,
        failed_in_a_row: row.count("failed_in_a_row", model.failed_in_a_row)?,
        failing_since: model.failing_since.map(Timestamp::from_millis),
        last_success_at: model.last_success_at.map(Timestamp::from_millis),
        last_failure_at: model.last_failure_at.map(Timestamp::from_millis),
        url: model.url,
        description: model.description,
        created_by: model.created_by,
        created_at: Timestamp::from_millis(model.created_at),
        updated_at: Timestamp::from_millis(model.updated_at),
    })
}
