//! Leads: the list under filters and orders, single leads, and writes that keep the counters.

mod count;
mod list;
mod plan;
mod record;
mod row;
mod search;
pub(crate) mod texts;
mod ties;
pub(crate) mod views;
mod write;

pub use count::{count, count_exactly};
pub use list::{LeadPage, LeadPosition, PositionKey, explain, list, records_in_order};
pub(crate) use plan::matching;
pub use record::LeadRecord;
pub use search::matches_words;
pub use ties::{Ties, ties};
pub use write::{insert, remove, replace, replace_many};

use std::collections::HashMap;

use aicmo_shared::LeadId;
use aicmo_shared::lead::Lead;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::{CHUNK, campaigns, fetch, identities};
use crate::entity::lead;
use crate::error::{StoreError, Subject};
use crate::listed::Listed;
use crate::session::{Session, WriteTx};

/// A lead as the wire shows it, with its campaign, its identities and its legal next statuses.
///
/// # Errors
/// `NotFound`, or `Corrupt` when the row holds a value that no enum knows.
pub async fn get(session: &impl Session, id: LeadId) -> Result<Lead, StoreError> {
    let record = record(session, id).await?;
    let campaign = match record.campaign {
        Some(id) => campaigns::names(session, [id]).await?.remove(&id),
        None => None,
    };
    let mut kinds: Vec<_> = identities::of_lead(session, id)
        .await?
        .into_iter()
        .map(|identity| identity.kind)
        .collect();
    kinds.dedup();
    Ok(record.into_lead(campaign, kinds))
}

/// A lead as it is kept.
///
/// # Errors
/// `NotFound`, or `Corrupt` when the row holds a value that no enum knows.
pub async fn record(session: &impl Session, id: LeadId) -> Result<LeadRecord, StoreError> {
    records(session, &[id])
        .await?
        .pop()
        .ok_or_else(|| StoreError::NotFound(Subject::new("lead", id)))
}

/// The leads with these ids, in no particular order; ids without a lead are left out.
///
/// # Errors
/// `Corrupt` when one of them holds a value that no enum knows: a caller that writes must know.
pub async fn records(session: &impl Session, ids: &[LeadId]) -> Result<Vec<LeadRecord>, StoreError> {
    let mut records = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let query = lead::Entity::find()
            .filter(lead::Column::Id.is_in(chunk.iter().map(|id| id.get())))
            .into_query();
        for row in fetch::<lead::Model>(session, "read leads", "leads", &query).await? {
            records.push(row.and_then(row::record_of).map_err(StoreError::Corrupt)?);
        }
    }
    Ok(records)
}

/// The leads with these ids in the order of the ids, and nobody else writes them before `tx` ends:
/// whoever writes many leads takes them like this, so that two of them wait for each other in one order.
pub async fn locked_records(tx: &WriteTx, ids: &[LeadId]) -> Result<Listed<LeadRecord>, StoreError> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    let mut records = Listed::default();
    for chunk in ids.chunks(CHUNK) {
        let query = lead::Entity::find()
            .filter(lead::Column::Id.is_in(chunk.iter().map(|id| id.get())))
            .order_by_asc(lead::Column::Id)
            .lock_exclusive()
            .into_query();
        for row in fetch::<lead::Model>(tx, "read leads", "leads", &query).await? {
            records.push(row.and_then(row::record_of));
        }
    }
    Ok(records)
}

/// The names of leads, for lines that speak of them.
pub(crate) async fn names(
    session: &impl Session,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, String>, StoreError> {
    #[derive(FromQueryResult)]
    struct Named {
        id: Uuid,
        name: String,
    }
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut named = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let rows = lead::Entity::find()
            .select_only()
            .columns([lead::Column::Id, lead::Column::Name])
            .filter(lead::Column::Id.is_in(chunk.iter().copied()))
            .into_model::<Named>()
            .all(session.connection())
            .await
            .map_err(StoreError::of("read the names of leads"))?;
        named.extend(rows.into_iter().map(|row| (row.id, row.name)));
    }
    Ok(named)
}
