//! The outbox of events: written with the change, read in order, kept for a while.
//!
//! A writer takes its places from the one row of `event_head` as the last thing before it commits,
//! and holds that row until then. So the order of the places is the order of the commits: whoever
//! has read up to a place will never find a smaller one later.

use aicmo_shared::Timestamp;
use aicmo_shared::diagnostics::{CorruptRow, DatabaseKind};
use aicmo_shared::event::{Event, EventFacts};
use sea_orm::ActiveModelTrait as _;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Statement,
};

use super::{CHUNK, fetch};
use crate::column::Row;
use crate::entity::{event, event_head};
use crate::error::StoreError;
use crate::listed::Listed;
use crate::raised::NewEvent;
use crate::session::sealed::Executor as _;
use crate::session::{NotesTx, Session};

const TABLE: &str = "events";

/// The channel on which PostgreSQL tells other processes of new events.
pub(crate) const CHANNEL: &str = "aicmo_events";

/// So many of the newest events are kept, however old they are.
pub const KEPT: i64 = 100_000;

/// Older ones beyond these are kept for a day.
pub const KEPT_MS: i64 = 24 * 60 * 60 * 1_000;

/// More than this are never kept.
const KEPT_AT_MOST: i64 = 1_000_000;

/// Gives `events` their places and writes them; answers the last place, or `None` without events.
/// Must be the last statement before the commit.
pub(crate) async fn raise(
    connection: &impl ConnectionTrait,
    database: DatabaseKind,
    events: Vec<NewEvent>,
) -> Result<Option<i64>, StoreError> {
    let failed = StoreError::of("raise the events of a change");
    if events.is_empty() {
        return Ok(None);
    }
    let n = i64::try_from(events.len()).unwrap_or(i64::MAX);
    let backend = connection.get_database_backend();
    let sql = "UPDATE event_head SET seq = seq + $1 WHERE id = 1 RETURNING seq";
    let last: i64 = connection
        .query_one_raw(Statement::from_sql_and_values(backend, sql, [n.into()]))
        .await
        .map_err(&failed)?
        .ok_or_else(|| StoreError::defect("raise the events of a change", "the outbox has no head"))?
        .try_get("", "seq")
        .map_err(&failed)?;
    let mut seq = last - n;
    let mut rows = Vec::with_capacity(events.len());
    for event in events {
        seq += 1;
        rows.push(model_of(seq, event)?.into_active_model().reset_all());
    }
    for chunk in rows.chunks(CHUNK) {
        event::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(connection)
            .await
            .map_err(&failed)?;
    }
    if database == DatabaseKind::Postgres {
        // Sent when the transaction commits, and not at all when it does not.
        let tell = Statement::from_sql_and_values(
            backend,
            "SELECT pg_notify($1, $2)",
            [CHANNEL.into(), last.to_string().into()],
        );
        connection.query_one_raw(tell).await.map_err(&failed)?;
    }
    Ok(Some(last))
}

/// The place of the newest event; 0 when there never was one.
pub async fn head(session: &impl Session) -> Result<i64, StoreError> {
    const WHAT: &str = "read the head of the outbox";
    event_head::Entity::find_by_id(1)
        .one(session.connection())
        .await
        .map_err(StoreError::of(WHAT))?
        .map(|head| head.seq)
        .ok_or_else(|| StoreError::defect(WHAT, "the outbox has no head"))
}

/// The place of the oldest event that is kept.
pub async fn oldest(session: &impl Session) -> Result<Option<i64>, StoreError> {
    let found = event::Entity::find()
        .order_by_asc(event::Column::Seq)
        .limit(1)
        .one(session.connection())
        .await
        .map_err(StoreError::of("look for the oldest event"))?;
    Ok(found.map(|event| event.seq))
}

/// At most `limit` events behind place `after`, in order.
pub async fn list_after(session: &impl Session, after: i64, limit: u64) -> Result<Listed<Event>, StoreError> {
    let query = event::Entity::find()
        .filter(event::Column::Seq.gt(after))
        .order_by_asc(event::Column::Seq)
        .limit(limit)
        .into_query();
    let rows = fetch::<event::Model>(session, "read the outbox", TABLE, &query).await?;
    Ok(rows.into_iter().map(|row| row.and_then(event_of)).collect())
}

/// Removes at most `limit` of the oldest events that need not be kept, and answers how many.
/// `needed_after` is the last place that somebody has yet to read.
pub async fn prune(
    notes: &NotesTx,
    now: Timestamp,
    needed_after: Option<i64>,
    limit: u64,
) -> Result<u64, StoreError> {
    let failed = StoreError::of("remove old events");
    let head = head(notes).await?;
    let oldest = event::Entity::find()
        .filter(event::Column::Seq.lte(head.saturating_sub(KEPT)))
        .order_by_asc(event::Column::Seq)
        .limit(limit)
        .all(notes.connection())
        .await
        .map_err(&failed)?;
    let too_old = now.plus_millis(-KEPT_MS).as_millis();
    let last = oldest
        .iter()
        .take_while(|event| event.at < too_old || event.seq <= head.saturating_sub(KEPT_AT_MOST))
        .take_while(|event| needed_after.is_none_or(|needed| event.seq <= needed))
        .last();
    let Some(last) = last else {
        return Ok(0);
    };
    let removed = event::Entity::delete_many()
        .filter(event::Column::Seq.lte(last.seq))
        .exec(notes.connection())
        .await
        .map_err(&failed)?;
    Ok(removed.rows_affected)
}

fn model_of(seq: i64, event: NewEvent) -> Result<event::Model, StoreError> {
    let facts = (!event.facts.is_empty())
        .then(|| serde_json::to_string(&event.facts))
        .transpose()
        .map_err(|cause| StoreError::defect("raise the events of a change", cause))?;
    Ok(event::Model {
        seq,
        at: event.at.as_millis(),
        topic: event.kind.topic().to_string(),
        kind: event.kind.to_string(),
        subject_type: event.subject_type.to_string(),
        subject_id: event.subject_id,
        facts,
    })
}

fn event_of(model: event::Model) -> Result<Event, CorruptRow> {
    let row = Row::new(TABLE, model.seq);
    Ok(Event {
        seq: row.count("seq", model.seq)?,
        at: Timestamp::from_millis(model.at),
        topic: row.closed("topic", &model.topic)?,
        kind: row.closed("kind", &model.kind)?,
        subject_type: row.closed("subject_type", &model.subject_type)?,
        subject_id: model.subject_id,
        facts: row
            .json_opt::<EventFacts>("facts", model.facts.as_deref())?
            .unwrap_or_default(),
    })
}
