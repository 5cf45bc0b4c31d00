//! Campaigns: the list, single ones, creation and status.

use std::collections::HashMap;

use aicmo_shared::campaign::{Campaign, CampaignMode, CampaignObjective, CampaignStatus, StatusCount};
use aicmo_shared::closed_enum::{Lifecycle, Transition};
use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::lead::CampaignRef;
use aicmo_shared::{CampaignId, DateText, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::{CHUNK, IdPage, IdPosition, counters, fetch};
use crate::column::Row;
use crate::counter_keys::campaign_statuses;
use crate::entity::campaign;
use crate::error::{StoreError, Subject};
use crate::session::sealed::Executor;
use crate::session::{Session, WriteTx};
use crate::text::norm;

const TABLE: &str = "campaigns";

/// A campaign as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignRecord {
    pub id: CampaignId,
    pub version: i64,
    pub name: String,
    pub client: Option<String>,
    pub objective: CampaignObjective,
    pub description: Option<String>,
    pub status: CampaignStatus,
    pub status_reason: Option<String>,
    pub mode: CampaignMode,
    pub kill_switch: bool,
    pub time_zone: String,
    pub start_on: Option<DateText>,
    pub end_on: Option<DateText>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A page of at most `limit` campaigns behind `after`, newest first, each with its leads by status.
pub async fn list(
    session: &impl Session,
    status: Option<CampaignStatus>,
    after: Option<&IdPosition>,
    limit: u32,
) -> Result<IdPage<Campaign>, StoreError> {
    let mut select = standing_in(status);
    if let Some(position) = after {
        select = select.filter(campaign::Column::Id.lt(position.id));
    }
    let query = select
        .order_by_desc(campaign::Column::Id)
        .limit(u64::from(limit) + 1)
        .into_query();
    let rows = fetch::<campaign::Model>(session, "list the campaigns", TABLE, &query).await?;
    let page = IdPage::of(rows, limit, |model: &campaign::Model| model.id, record_of);
    Ok(IdPage {
        rows: with_leads(session, page.rows).await?,
        corrupt: page.corrupt,
        next: page.next,
    })
}

/// How many campaigns stand in `status`, or exist.
pub async fn count(session: &impl Session, status: Option<CampaignStatus>) -> Result<u64, StoreError> {
    standing_in(status)
        .count(session.connection())
        .await
        .map_err(StoreError::of("count the campaigns"))
}

/// A campaign with its leads by status.
///
/// # Errors
/// `NotFound` or `Corrupt`.
pub async fn get(session: &impl Session, id: CampaignId) -> Result<Campaign, StoreError> {
    let record = record(session, id).await?;
    with_leads(session, vec![record])
        .await?
        .pop()
        .ok_or_else(|| StoreError::NotFound(Subject::new(CampaignId::NOUN, id)))
}

/// A campaign as it is kept.
///
/// # Errors
/// `NotFound` or `Corrupt`.
pub async fn record(session: &impl Session, id: CampaignId) -> Result<CampaignRecord, StoreError> {
    let query = campaign::Entity::find_by_id(id.get()).into_query();
    fetch::<campaign::Model>(session, "read a campaign", TABLE, &query)
        .await?
        .pop()
        .ok_or_else(|| StoreError::NotFound(Subject::new(CampaignId::NOUN, id)))?
        .and_then(record_of)
        .map_err(StoreError::Corrupt)
}

/// Adds a campaign.
///
/// # Errors
/// `Duplicate("campaign name")` when another has the name, without regard to case.
pub async fn insert(tx: &WriteTx, campaign: &CampaignRecord) -> Result<(), StoreError> {
    campaign::Entity::insert(model_of(campaign).into_active_model().reset_all())
        .exec_without_returning(tx.connection())
        .await
        .map_err(StoreError::unique("add a campaign", "campaign name"))?;
    Ok(())
}

/// Takes `step` if the row still is as `before`; answers the new version.
///
/// # Errors
/// `Stale` when someone else was faster.
pub async fn change_status(
    tx: &WriteTx,
    before: &CampaignRecord,
    step: Transition<CampaignStatus>,
    reason: Option<&str>,
    at: Timestamp,
) -> Result<i64, StoreError> {
    let version = before.version + 1;
    let written = campaign::Entity::update_many()
        .col_expr(campaign::Column::Status, Expr::value(step.to().as_str()))
        .col_expr(campaign::Column::StatusReason, Expr::value(reason))
        .col_expr(campaign::Column::UpdatedAt, Expr::value(at.as_millis()))
        .col_expr(campaign::Column::Version, Expr::value(version))
        .filter(campaign::Column::Id.eq(before.id.get()))
        .filter(campaign::Column::Version.eq(before.version))
        .filter(campaign::Column::Status.eq(step.from().as_str()))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("change the status of a campaign"))?;
    if written.rows_affected == 1 {
        Ok(version)
    } else {
        Err(StoreError::Stale(Subject::new(CampaignId::NOUN, before.id)))
    }
}

/// Campaigns as other rows name them.
pub async fn names(
    session: &impl Session,
    ids: impl IntoIterator<Item = CampaignId>,
) -> Result<HashMap<CampaignId, CampaignRef>, StoreError> {
    #[derive(FromQueryResult)]
    struct Named {
        id: Uuid,
        name: String,
    }
    let mut ids: Vec<CampaignId> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    let mut named = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let rows = campaign::Entity::find()
            .select_only()
            .columns([campaign::Column::Id, campaign::Column::Name])
            .filter(campaign::Column::Id.is_in(chunk.iter().map(|id| id.get())))
            .into_model::<Named>()
            .all(session.connection())
            .await
            .map_err(StoreError::of("read the names of campaigns"))?;
        named.extend(rows.into_iter().map(|row| {
            let id = CampaignId::new(row.id);
            (id, CampaignRef { id, name: row.name })
        }));
    }
    Ok(named)
}

fn standing_in(status: Option<CampaignStatus>) -> sea_orm::Select<campaign::Entity> {
    let all = campaign::Entity::find();
    match status {
        Some(status) => all.filter(campaign::Column::Status.eq(status.as_str())),
        None => all,
    }
}

async fn with_leads(
    session: &impl Session,
    records: Vec<CampaignRecord>,
) -> Result<Vec<Campaign>, StoreError> {
    let keys = records
        .iter()
        .flat_map(|record| campaign_statuses(record.id))
        .map(|(_, key)| key)
        .collect();
    let counted = counters::read(session, keys).await?;
    let leads_by_status = |id| {
        campaign_statuses(id)
            .map(|(status, key)| StatusCount {
                status,
                count: counted
                    .get(&key)
                    .map_or(0, |n| u64::try_from(*n).unwrap_or_default()),
            })
            .collect::<Vec<_>>()
    };
    Ok(records
        .into_iter()
        .map(|record| {
            let leads_by_status = leads_by_status(record.id);
            record.into_campaign(leads_by_status)
        })
        .collect())
}

impl CampaignRecord {
    fn into_campaign(self, leads_by_status: Vec<StatusCount>) -> Campaign {
        Campaign {
            id: self.id,
            version: self.version,
            name: self.name,
            client: self.client,
            objective: self.objective,
            description: self.description,
            status: self.status,
            status_reason: self.status_reason,
            mode: self.mode,
            kill_switch: self.kill_switch,
            time_zone: self.time_zone,
            start_on: self.start_on,
            end_on: self.end_on,
            leads: leads_by_status.iter().map(|entry| entry.count).sum(),
            leads_by_status,
            created_at: self.created_at,
            updated_at: self.updated_at,
            legal_targets: self.status.successors().to_vec(),
        }
    }
}

fn record_of(model: campaign::Model) -> Result<CampaignRecord, CorruptRow> {
    let row = Row::new(TABLE, model.id);
    let date = |column: &str, text: Option<String>| {
        text.map(|text| DateText::parse(&text).ok_or_else(|| row.corrupt(column, &text)))
            .transpose()
    };
    Ok(CampaignRecord {
        id: CampaignId::new(model.id),
        version: model.version,
        objective: row.closed("objective", &model.objective)?,
        status: row.closed("status", &model.status)?,
        mode: row.closed("mode", &model.mode)?,
        start_on: date("start_on", model.start_on)?,
        end_on: date("end_on", model.end_on)?,
        name: model.name,
        client: model.client,
        description: model.description,
        status_reason: model.status_reason,
        kill_switch: model.kill_switch,
        time_zone: model.time_zone,
        created_at: Timestamp::from_millis(model.created_at),
        updated_at: Timestamp::from_millis(model.updated_at),
    })
}

fn model_of(record: &CampaignRecord) -> campaign::Model {
    let date = |date: &Option<DateText>| date.as_ref().map(|date| date.as_str().to_owned());
    campaign::Model {
        id: record.id.get(),
        version: record.version,
        name: record.name.clone(),
        name_norm: norm(&record.name),
        client: record.client.clone(),
        objective: record.objective.to_string(),
        description: record.description.clone(),
        status: record.status.to_string(),
        status_reason: record.status_reason.clone(),
        mode: record.mode.to_string(),
        kill_switch: record.kill_switch,
        time_zone: record.time_zone.clone(),
        start_on: date(&record.start_on),
        end_on: date(&record.end_on),
        created_at: record.created_at.as_millis(),
        updated_at: record.updated_at.as_millis(),
    }
}
