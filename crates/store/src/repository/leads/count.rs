//! How many leads match a filter: for nothing where a counter knows, and by reading where asked to.

use aicmo_shared::lead::LeadFilter;
use sea_orm::{EntityTrait, PaginatorTrait, QueryFilter};

use super::plan::{FEW, matching};
use super::search::Search;
use crate::counter_keys;
use crate::entity::lead;
use crate::error::StoreError;
use crate::repository::counters;
use crate::session::Session;

/// How many leads match; `None` when only reading many of them could tell.
pub async fn count(session: &impl Session, filter: &LeadFilter) -> Result<Option<u64>, StoreError> {
    if let Some(keys) = counter_keys::of_filter(filter) {
        let total: i64 = counters::read(session, keys).await?.values().sum();
        return Ok(Some(u64::try_from(total).unwrap_or_default()));
    }
    if filter.email.is_some() && filter.conditions() == 1 {
        return by_rows(session, filter).await.map(Some);
    }
    if let Some(search) = search_alone(filter) {
        return Ok(search.few(session, FEW).await?.map(|(_, found)| found));
    }
    Ok(None)
}

/// How many leads match, however many have to be read for it.
pub async fn count_exactly(session: &impl Session, filter: &LeadFilter) -> Result<u64, StoreError> {
    if let Some(known) = count(session, filter).await? {
        return Ok(known);
    }
    match search_alone(filter) {
        Some(search) => search.count(session).await,
        None => by_rows(session, filter).await,
    }
}

/// The search of a filter that has nothing else.
fn search_alone(filter: &LeadFilter) -> Option<Search> {
    let others = LeadFilter {
        text: None,
        tag: None,
        owner: None,
        ..filter.clone()
    };
    if others.conditions() > 0 {
        return None;
    }
    Search::of(filter)
}

async fn by_rows(session: &impl Session, filter: &LeadFilter) -> Result<u64, StoreError> {
    lead::Entity::find()
        .filter(matching(session.database(), filter))
        .count(session.connection())
        .await
        .map_err(StoreError::of("count the leads of a filter"))
}
