//! Events on their way to webhooks: made once, listed, replayed, and removed when they are old.
//!
//! Who attempts them, and when, is in `queue`.

use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::event::EventKind;
use aicmo_shared::webhook::{AttemptFault, DeliveryState, WebhookDelivery, WebhookState};
use aicmo_shared::{DeliveryId, Timestamp, WebhookId};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Statement,
};
use uuid::Uuid;

use crate::column::Row;
use crate::entity::{webhook, webhook_cursor, webhook_delivery as delivery};
use crate::error::{StoreError, Subject};
use crate::repository::{CHUNK, IdPage, IdPosition, fetch};
use crate::session::sealed::Executor as _;
use crate::session::{NotesTx, Session, WriteTx};

pub(super) const TABLE: &str = "webhook_deliveries";

/// A delivery as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRecord {
    pub id: DeliveryId,
    pub webhook: WebhookId,
    /// The place of its event; none for a test.
    pub event_seq: Option<i64>,
    pub kind: EventKind,
    /// The very bytes that are signed and sent.
    pub body: String,
    pub state: DeliveryState,
    pub attempts: u64,
    pub next_attempt_at: Option<Timestamp>,
    pub last_attempt_at: Option<Timestamp>,
    pub last_duration_ms: Option<u64>,
    pub last_status: Option<u16>,
    pub last_fault: Option<AttemptFault>,
    pub last_answer: Option<String>,
    pub created_at: Timestamp,
}

impl DeliveryRecord {
    /// A delivery that is due at `at` and was never attempted.
    pub fn due(
        id: DeliveryId,
        webhook: WebhookId,
        event_seq: Option<i64>,
        kind: EventKind,
        body: String,
        at: Timestamp,
    ) -> Self {
        Self {
            id,
            webhook,
            event_seq,
            kind,
            body,
            state: DeliveryState::Pending,
            attempts: 0,
            next_attempt_at: Some(at),
            last_attempt_at: None,
            last_duration_ms: None,
            last_status: None,
            last_fault: None,
            last_answer: None,
            created_at: at,
        }
    }

    /// The delivery as the wire shows it.
    pub fn into_delivery(self) -> WebhookDelivery {
        WebhookDelivery {
            id: self.id,
            webhook: self.webhook,
            event_seq: self.event_seq.and_then(|seq| u64::try_from(seq).ok()),
            kind: self.kind,
            state: self.state,
            attempts: u32::try_from(self.attempts).unwrap_or(u32::MAX),
            next_attempt_at: self.next_attempt_at,
            last_attempt_at: self.last_attempt_at,
            last_duration_ms: self.last_duration_ms,
            last_status: self.last_status,
            last_fault: self.last_fault,
            last_answer: self.last_answer,
            created_at: self.created_at,
        }
    }
}

/// The place of the last event for which deliveries have been made.
pub async fn cursor(session: &impl Session) -> Result<i64, StoreError> {
    const WHAT: &str = "read the cursor of the webhooks";
    webhook_cursor::Entity::find_by_id(1)
        .one(session.connection())
        .await
        .map_err(StoreError::of(WHAT))?
        .map(|cursor| cursor.seq)
        .ok_or_else(|| StoreError::defect(WHAT, "the one row is missing"))
}

/// As `cursor`, and nobody else makes deliveries until `notes` end.
pub async fn lock_cursor(notes: &NotesTx) -> Result<i64, StoreError> {
    const WHAT: &str = "take the cursor of the webhooks";
    let connection = notes.connection();
    let sql = "UPDATE webhook_cursor SET seq = seq WHERE id = 1 RETURNING seq";
    connection
        .query_one_raw(Statement::from_string(connection.get_database_backend(), sql))
        .await
        .map_err(StoreError::of(WHAT))?
        .ok_or_else(|| StoreError::defect(WHAT, "the one row is missing"))?
        .try_get("", "seq")
        .map_err(StoreError::of(WHAT))
}

/// Moves the cursor on to `seq`; never back.
pub async fn move_cursor(notes: &NotesTx, seq: i64) -> Result<(), StoreError> {
    webhook_cursor::Entity::update_many()
        .col_expr(webhook_cursor::Column::Seq, Expr::value(seq))
        .filter(webhook_cursor::Column::Id.eq(1))
        .filter(webhook_cursor::Column::Seq.lt(seq))
        .exec(notes.connection())
        .await
        .map_err(StoreError::of("move the cursor of the webhooks"))?;
    Ok(())
}

/// Adds deliveries; one that its webhook has for that event already is left as it is. Takes any
/// session because a test rides in the transaction of the change that asks for it.
pub async fn add(session: &impl Session, deliveries: &[DeliveryRecord]) -> Result<(), StoreError> {
    for chunk in deliveries.chunks(CHUNK) {
        let rows = chunk
            .iter()
            .map(|record| model_of(record).into_active_model().reset_all());
        delivery::Entity::insert_many(rows)
            .on_conflict(
                OnConflict::columns([delivery::Column::WebhookId, delivery::Column::EventSeq])
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(session.connection())
            .await
            .map_err(StoreError::of("add deliveries"))?;
    }
    Ok(())
}

/// A page of at most `limit` deliveries to `webhook` behind `after`, newest first.
pub async fn list_deliveries(
    session: &impl Session,
    webhook: WebhookId,
    state: Option<DeliveryState>,
    after: Option<&IdPosition>,
    limit: u32,
) -> Result<IdPage<DeliveryRecord>, StoreError> {
    let mut select = delivery::Entity::find().filter(delivery::Column::WebhookId.eq(webhook.get()));
    if let Some(state) = state {
        select = select.filter(delivery::Column::State.eq(state.as_str()));
    }
    if let Some(position) = after {
        select = select.filter(delivery::Column::Id.lt(position.id));
    }
    let query = select
        .order_by_desc(delivery::Column::Id)
        .limit(u64::from(limit) + 1)
        .into_query();
    let rows = fetch::<delivery::Model>(session, "list the deliveries of a webhook", TABLE, &query).await?;
    Ok(IdPage::of(
        rows,
        limit,
        |model: &delivery::Model| model.id,
        record_of,
    ))
}

/// A delivery to `webhook`.
///
/// # Errors
/// `NotFound`, also when it is another webhook's; `Corrupt`.
pub async fn find_delivery(
    session: &impl Session,
    webhook: WebhookId,
    id: DeliveryId,
) -> Result<DeliveryRecord, StoreError> {
    let query = delivery::Entity::find_by_id(id.get())
        .filter(delivery::Column::WebhookId.eq(webhook.get()))
        .into_query();
    fetch::<delivery::Model>(session, "read a delivery", TABLE, &query)
        .await?
        .pop()
        .ok_or_else(|| StoreError::NotFound(Subject::new(DeliveryId::NOUN, id)))?
        .and_then(record_of)
        .map_err(StoreError::Corrupt)
}

/// Makes a delivery due again from its first attempt on, unless it is under way; answers how many.
pub async fn replay(
    tx: &WriteTx,
    webhook: WebhookId,
    id: DeliveryId,
    now: Timestamp,
) -> Result<u64, StoreError> {
    put_back(
        tx,
        now,
        Condition::all()
            .add(delivery::Column::WebhookId.eq(webhook.get()))
            .add(delivery::Column::Id.eq(id.get())),
    )
    .await
}

/// Makes at most `limit` of the failed deliveries to `webhook` that were made at or after `since` due
/// again, the oldest first; answers how many, and whether more are left.
pub async fn replay_failed_since(
    tx: &WriteTx,
    webhook: WebhookId,
    since: Timestamp,
    now: Timestamp,
    limit: u64,
) -> Result<(u64, bool), StoreError> {
    let failed = |limit| {
        delivery::Entity::find()
            .select_only()
            .column(delivery::Column::Id)
            .filter(delivery::Column::WebhookId.eq(webhook.get()))
            .filter(delivery::Column::State.eq(DeliveryState::Failed.as_str()))
            .filter(delivery::Column::CreatedAt.gte(since.as_millis()))
            .order_by_asc(delivery::Column::Id)
            .limit(limit)
    };
    let which = delivery::Column::Id.in_subquery(failed(limit).into_query());
    let n = put_back(tx, now, Condition::all().add(which)).await?;
    let left: Option<Uuid> = failed(1)
        .into_tuple()
        .one(tx.connection())
        .await
        .map_err(StoreError::of("look for more failed deliveries"))?;
    Ok((n, left.is_some()))
}

/// Removes at most `limit` deliveries to `webhook` that wait for nothing; answers how many.
pub async fn remove_settled(notes: &NotesTx, webhook: WebhookId, limit: u64) -> Result<u64, StoreError> {
    let settled = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::Id)
        .filter(delivery::Column::WebhookId.eq(webhook.get()))
        .filter(
            delivery::Column::State
                .is_in([DeliveryState::Delivered.as_str(), DeliveryState::Failed.as_str()]),
        )
        .limit(limit)
        .into_query();
    let removed = delivery::Entity::delete_many()
        .filter(delivery::Column::Id.in_subquery(settled))
        .exec(notes.connection())
        .await
        .map_err(StoreError::of("remove the deliveries of a webhook"))?;
    Ok(removed.rows_affected)
}

async fn put_back(tx: &WriteTx, now: Timestamp, which: Condition) -> Result<u64, StoreError> {
    let written = delivery::Entity::update_many()
        .col_expr(
            delivery::Column::State,
            Expr::value(DeliveryState::Pending.as_str()),
        )
        .col_expr(delivery::Column::Attempts, Expr::value(0_i64))
        .col_expr(delivery::Column::NextAttemptAt, Expr::value(now.as_millis()))
        // Whoever held it too long does not settle what is replayed.
        .col_expr(delivery::Column::Lease, Expr::value(None::<Uuid>))
        .col_expr(delivery::Column::LeasedUntil, Expr::value(None::<i64>))
        .filter(which)
        .filter(is_free(now))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("put deliveries back"))?;
    Ok(written.rows_affected)
}

/// Removes at most `limit` deliveries made before `before` that wait for nothing, or for a webhook
/// that is off; answers how many.
pub async fn prune_deliveries(notes: &NotesTx, before: Timestamp, limit: u64) -> Result<u64, StoreError> {
    let failed = StoreError::of("remove old deliveries");
    let of_off = webhook::Entity::find()
        .select_only()
        .column(webhook::Column::Id)
        .filter(webhook::Column::State.ne(WebhookState::Active.as_str()))
        .into_query();
    let is_over = Condition::any()
        .add(delivery::Column::State.ne(DeliveryState::Pending.as_str()))
        .add(delivery::Column::WebhookId.in_subquery(of_off));
    let old: Vec<Uuid> = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::Id)
        .filter(delivery::Column::CreatedAt.lt(before.as_millis()))
        .filter(is_over)
        .order_by_asc(delivery::Column::CreatedAt)
        .limit(limit)
        .into_tuple()
        .all(notes.connection())
        .await
        .map_err(&failed)?;
    if old.is_empty() {
        return Ok(0);
    }
    let removed = delivery::Entity::delete_many()
        .filter(delivery::Column::Id.is_in(old))
        .exec(notes.connection())
        .await
        .map_err(&failed)?;
    Ok(removed.rows_affected)
}

/// Nobody holds a lease that still runs.
pub(super) fn is_free(now: Timestamp) -> Condition {
    Condition::any()
        .add(delivery::Column::LeasedUntil.is_null())
        .add(delivery::Column::LeasedUntil.lte(now.as_millis()))
}

fn model_of(record: &DeliveryRecord) -> delivery::Model {
    delivery::Model {
        id: record.id.get(),
        webhook_id: record.webhook.get(),
        event_seq: record.event_seq,
        kind: record.kind.to_string(),
        body: record.body.clone(),
        state: record.state.to_string(),
        attempts: i64::try_from(record.attempts).unwrap_or(i64::MAX),
        next_attempt_at: record.next_attempt_at.map(Timestamp::as_millis),
        lease: None,
        leased_until: None,
        last_attempt_at: record.last_attempt_at.map(Timestamp::as_millis),
        last_duration_ms: record.last_duration_ms.and_then(|took| i64::try_from(took).ok()),
        last_status: record.last_status.map(i64::from),
        last_fault: record.last_fault.map(|fault| fault.to_string()),
        last_answer: record.last_answer.clone(),
        created_at: record.created_at.as_millis(),
    }
}

pub(super) fn record_of(model: delivery::Model) -> Result<DeliveryRecord, CorruptRow> {
    let row = Row::new(TABLE, model.id);
    let status = model
        .last_status
        .map(|status| u16::try_from(status).map_err(|_| row.corrupt("last_status", &status.to_string())))
        .transpose()?;
    Ok(DeliveryRecord {
        id: DeliveryId::new(model.id),
        webhook: WebhookId::new(model.webhook_id),
        event_seq: model.event_seq,
        kind: row.closed("kind", &model.kind)?,
        state: row.closed("state", &model.state)?,
        attempts: row.count("attempts", model.attempts)?,
        next_attempt_at: model.next_attempt_at.map(Timestamp::from_millis),
        last_attempt_at: model.last_attempt_at.map(Timestamp::from_millis),
        last_duration_ms: model
            .last_duration_ms
            .map(|took| row.count("last_duration_ms", took))
            .transpose()?,
        last_status: status,
        last_fault: row.closed_opt("last_fault", model.last_fault.as_deref())?,
        body: model.body,
        last_answer: model.last_answer,
        created_at: Timestamp::from_millis(model.created_at),
    })
}
