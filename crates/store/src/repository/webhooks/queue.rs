//! Which deliveries may be attempted now, and who attempts them.
//!
//! A claim is a compare-and-swap on state, due time and lease, so two workers of one or of several
//! processes never hold the same delivery; a lease that ran out is anybody's again, because its
//! worker is gone. Whoever settles must still hold the lease that it claimed with.
//! What is due is looked for webhook by webhook: however much waits for one that is busy or off, it
//! costs the others nothing.

use aicmo_shared::diagnostics::DatabaseKind;
use aicmo_shared::webhook::{AttemptFault, DeliveryState, WebhookState};
use aicmo_shared::{DeliveryId, Timestamp, WebhookId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect, QueryTrait, Value,
};
use uuid::Uuid;

use super::deliveries::{DeliveryRecord, TABLE, is_free, record_of};
use crate::entity::{webhook, webhook_delivery as delivery};
use crate::error::StoreError;
use crate::repository::{ask, fetch};
use crate::session::sealed::Executor as _;
use crate::session::{NotesTx, Session};

const DUE: &str = "look for due deliveries";

/// The right to attempt a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    pub delivery: DeliveryId,
    pub lease: Uuid,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub state: DeliveryState,
    pub at: Timestamp,
    pub duration_ms: u64,
    pub status: Option<u16>,
    pub fault: Option<AttemptFault>,
    pub answer: Option<String>,
    /// When it is tried again.
    pub next_attempt_at: Option<Timestamp>,
}

/// A place in the order in which deliveries fall due.
#[derive(Clone, Copy)]
struct Place {
    at: i64,
    id: Uuid,
}

impl Place {
    const FIRST: Self = Self {
        at: i64::MIN,
        id: Uuid::nil(),
    };
}

/// At most `limit` deliveries that may be attempted at `now`, the longest due first, of webhooks
/// other than `busy`. Of a webhook that is off only tests are. Rows that cannot be read are passed
/// over.
pub async fn due(
    session: &impl Session,
    now: Timestamp,
    busy: &[WebhookId],
    limit: u64,
) -> Result<Vec<DeliveryRecord>, StoreError> {
    let active = active_ids(session).await?;
    let mut behind = Place::FIRST;
    loop {
        let (sql, values) = due_query(now, &active, busy, behind, limit);
        let places = ask(session, DUE, sql, values).await?;
        let places = places.iter().map(place_of).collect::<Result<Vec<_>, _>>()?;
        let Some(last) = places.last() else {
            return Ok(Vec::new());
        };
        let query = delivery::Entity::find()
            .filter(delivery::Column::Id.is_in(places.iter().map(|place| place.id)))
            .order_by_asc(delivery::Column::NextAttemptAt)
            .order_by_asc(delivery::Column::Id)
            .into_query();
        let rows = fetch::<delivery::Model>(session, DUE, TABLE, &query).await?;
        let records: Vec<_> = rows
            .into_iter()
            .filter_map(|row| row.and_then(record_of).ok())
            .collect();
        if !records.is_empty() {
            return Ok(records);
        }
        behind = *last;
    }
}

/// How the database would look for what is due, one step a line.
pub async fn explain_due(
    session: &impl Session,
    now: Timestamp,
    busy: &[WebhookId],
    limit: u64,
) -> Result<Vec<String>, StoreError> {
    let active = active_ids(session).await?;
    let (sql, values) = due_query(now, &active, busy, Place::FIRST, limit);
    let (explain, column) = match session.database() {
        DatabaseKind::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
        DatabaseKind::Postgres => ("EXPLAIN", "QUERY PLAN"),
    };
    let steps = ask(session, DUE, format!("{explain} {sql}"), values).await?;
    steps
        .iter()
        .map(|row| row.try_get("", column).map_err(StoreError::of(DUE)))
        .collect()
}

async fn active_ids(session: &impl Session) -> Result<Vec<Uuid>, StoreError> {
    webhook::Entity::find()
        .select_only()
        .column(webhook::Column::Id)
        .filter(webhook::Column::State.eq(WebhookState::Active.as_str()))
        .order_by_asc(webhook::Column::Id)
        .into_tuple()
        .all(session.connection())
        .await
        .map_err(StoreError::of(DUE))
}

/// The places of what is due behind `behind`: the first few of every webhook, and of all tests.
fn due_query(
    now: Timestamp,
    active: &[Uuid],
    busy: &[WebhookId],
    behind: Place,
    limit: u64,
) -> (String, Vec<Value>) {
    let mut values: Vec<Value> = vec![now.as_millis().into(), behind.at.into(), behind.id.into()];
    let mut named = |id: Uuid| {
        values.push(id.into());
        format!("${}", values.len())
    };
    let first = |which: &str, n: usize| {
        format!(
            "SELECT id, next_attempt_at FROM (SELECT id, next_attempt_at FROM {TABLE} WHERE {which} \
             AND next_attempt_at <= $1 AND (leased_until IS NULL OR leased_until <= $1) \
             AND (next_attempt_at, id) > ($2, $3) ORDER BY next_attempt_at, id LIMIT {limit}) AS of_{n}"
        )
    };
    let free = active
        .iter()
        .filter(|id| !busy.iter().any(|busy| busy.get() == **id));
    let mut parts: Vec<String> = free
        .enumerate()
        .map(|(n, id)| {
            let which = format!("webhook_id = {} AND state = 'pending'", named(*id));
            first(&which, n)
        })
        .collect();
    let mut tests = "state = 'pending' AND event_seq IS NULL".to_owned();
    if !busy.is_empty() {
        let them: Vec<String> = busy.iter().map(|id| named(id.get())).collect();
        tests = format!("{tests} AND webhook_id NOT IN ({})", them.join(", "));
    }
    parts.push(first(&tests, parts.len()));
    let sql = format!(
        "SELECT id, next_attempt_at FROM ({}) AS due ORDER BY next_attempt_at, id LIMIT {limit}",
        // Not ALL: a test of an active webhook is found twice.
        parts.join(" UNION ")
    );
    (sql, values)
}

fn place_of(row: &QueryResult) -> Result<Place, StoreError> {
    Ok(Place {
        at: row.try_get("", "next_attempt_at").map_err(StoreError::of(DUE))?,
        id: row.try_get("", "id").map_err(StoreError::of(DUE))?,
    })
}

/// The active webhooks for which more than `most` deliveries wait.
pub async fn overloaded(session: &impl Session, most: u64) -> Result<Vec<WebhookId>, StoreError> {
    const WHAT: &str = "look for webhooks with too much to do";
    let mut over = Vec::new();
    for id in active_ids(session).await? {
        let sql = format!(
            "SELECT id FROM {TABLE} WHERE webhook_id = $1 AND state = 'pending' \
             ORDER BY next_attempt_at, id LIMIT 1 OFFSET {most}"
        );
        if !ask(session, WHAT, sql, vec![id.into()]).await?.is_empty() {
            over.push(WebhookId::new(id));
        }
    }
    Ok(over)
}

/// Takes the right to attempt `record`, until `until`; `None` when somebody else was first.
pub async fn claim(
    notes: &NotesTx,
    record: &DeliveryRecord,
    lease: Uuid,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Claim>, StoreError> {
    let attempts = i64::try_from(record.attempts).unwrap_or(i64::MAX);
    let taken = delivery::Entity::update_many()
        .col_expr(delivery::Column::Lease, Expr::value(lease))
        .col_expr(delivery::Column::LeasedUntil, Expr::value(until.as_millis()))
        .col_expr(delivery::Column::Attempts, Expr::value(attempts + 1))
        .filter(delivery::Column::Id.eq(record.id.get()))
        .filter(delivery::Column::State.eq(DeliveryState::Pending.as_str()))
        .filter(delivery::Column::NextAttemptAt.lte(now.as_millis()))
        .filter(delivery::Column::Attempts.eq(attempts))
        .filter(is_free(now))
        .exec(notes.connection())
        .await
        .map_err(StoreError::of("claim a delivery"))?;
    Ok((taken.rows_affected == 1).then_some(Claim {
        delivery: record.id,
        lease,
    }))
}

/// Writes down how an attempt ended; false when the lease was lost meanwhile, and nothing is written.
pub async fn settle(notes: &NotesTx, claim: Claim, outcome: &Outcome) -> Result<bool, StoreError> {
    let millis = |at: Option<Timestamp>| at.map(Timestamp::as_millis);
    let written = delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(outcome.state.as_str()))
        .col_expr(
            delivery::Column::NextAttemptAt,
            Expr::value(millis(outcome.next_attempt_at)),
        )
        .col_expr(delivery::Column::Lease, Expr::value(None::<Uuid>))
        .col_expr(delivery::Column::LeasedUntil, Expr::value(None::<i64>))
        .col_expr(
            delivery::Column::LastAttemptAt,
            Expr::value(outcome.at.as_millis()),
        )
        .col_expr(
            delivery::Column::LastDurationMs,
            Expr::value(i64::try_from(outcome.duration_ms).unwrap_or(i64::MAX)),
        )
        .col_expr(
            delivery::Column::LastStatus,
            Expr::value(outcome.status.map(i64::from)),
        )
        .col_expr(
            delivery::Column::LastFault,
            Expr::value(outcome.fault.map(|fault| fault.to_string())),
        )
        .col_expr(delivery::Column::LastAnswer, Expr::value(outcome.answer.clone()))
        .filter(delivery::Column::Id.eq(claim.delivery.get()))
        .filter(delivery::Column::Lease.eq(claim.lease))
        .exec(notes.connection())
        .await
        .map_err(StoreError::of("settle a delivery"))?;
    Ok(written.rows_affected == 1)
}
