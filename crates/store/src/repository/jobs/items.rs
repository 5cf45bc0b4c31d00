//! The leads of bulk changes: chosen at the beginning, settled chunk by chunk, each with what it had
//! before.

use std::collections::HashMap;

use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::job::{ItemOutcome, ItemUndo, JobItem, RefusalReason};
use aicmo_shared::lead::{LeadFilter, LeadStatus, LostReason};
use aicmo_shared::{CampaignId, JobId, LeadId, Timestamp};
use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::column::Row;
use crate::entity::{job_item, lead};
use crate::error::StoreError;
use crate::listed::Listed;
use crate::repository::{CHUNK, fetch, leads};
use crate::session::sealed::Executor;
use crate::session::{Session, WriteTx};

const TABLE: &str = "job_items";

/// What a lead had before, of the field that a bulk change is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Was {
    Status(LeadStatus, Option<LostReason>),
    Tags(Vec<String>),
    Owner(Option<String>),
    Campaign(Option<CampaignId>),
}

/// One lead of a bulk change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobItemRecord {
    pub job: JobId,
    /// Its place, from 1.
    pub number: u64,
    pub lead: LeadId,
    /// None until it is settled.
    pub outcome: Option<ItemOutcome>,
    pub refusal: Option<RefusalReason>,
    /// Set for a changed lead whose change can be taken back.
    pub was: Option<Was>,
    /// The version that the change gave the lead.
    pub version_after: Option<i64>,
    pub settled_at: Option<Timestamp>,
    pub undo: Option<ItemUndo>,
}

impl JobItemRecord {
    /// The item as the wire shows it; `name` is the lead's.
    pub fn into_item(self, name: Option<String>) -> JobItem {
        JobItem {
            number: self.number,
            lead: self.lead,
            name,
            outcome: self.outcome,
            refusal: self.refusal,
            undo: self.undo,
        }
    }
}

/// Writes down the leads of a job: those that match `filter` now, in the order of their ids. Answers
/// how many; one statement, so that they are those of one instant.
pub async fn fill(tx: &WriteTx, job: JobId, filter: &LeadFilter) -> Result<u64, StoreError> {
    chosen(tx, job, leads::matching(tx.database(), filter)).await
}

/// As `fill`, with the leads that are named; those that are not there are left out.
pub async fn name_leads(tx: &WriteTx, job: JobId, leads: &[LeadId]) -> Result<u64, StoreError> {
    let ids = leads.iter().map(|lead| lead.get());
    chosen(tx, job, Condition::all().add(lead::Column::Id.is_in(ids))).await
}

async fn chosen(tx: &WriteTx, job: JobId, matching: Condition) -> Result<u64, StoreError> {
    const WHAT: &str = "write down the leads of a bulk change";
    let leads = Query::select()
        .expr(Expr::value(job.get()))
        .expr(Expr::cust("row_number() OVER (ORDER BY leads.id)"))
        .column((lead::Entity, lead::Column::Id))
        .from(lead::Entity)
        .cond_where(matching)
        .to_owned();
    let mut insert = Query::insert();
    insert.into_table(job_item::Entity).columns([
        job_item::Column::JobId,
        job_item::Column::Number,
        job_item::Column::LeadId,
    ]);
    insert
        .select_from(leads)
        .map_err(|cause| StoreError::defect(WHAT, cause))?;
    let written = tx
        .connection()
        .execute(&insert)
        .await
        .map_err(StoreError::of(WHAT))?;
    Ok(written.rows_affected())
}

/// At most `limit` leads that the job has not settled, behind place `after`.
///
/// # Errors
/// `Corrupt` when one of them holds a value that no enum knows: a job must not step over it.
pub async fn items_to_settle(
    session: &impl Session,
    job: JobId,
    after: Option<u64>,
    limit: u32,
) -> Result<Vec<JobItemRecord>, StoreError> {
    let open = Condition::all().add(job_item::Column::Outcome.is_null());
    all_of(session, job, open, after, limit).await
}

/// At most `limit` changed leads that an undo has not settled, behind place `after`.
///
/// # Errors
/// `Corrupt` like `items_to_settle`.
pub async fn items_to_undo(
    session: &impl Session,
    job: JobId,
    after: Option<u64>,
    limit: u32,
) -> Result<Vec<JobItemRecord>, StoreError> {
    let open = Condition::all()
        .add(job_item::Column::Outcome.eq(ItemOutcome::Changed.as_str()))
        .add(job_item::Column::UndoneAs.is_null());
    all_of(session, job, open, after, limit).await
}

async fn all_of(
    session: &impl Session,
    job: JobId,
    open: Condition,
    after: Option<u64>,
    limit: u32,
) -> Result<Vec<JobItemRecord>, StoreError> {
    let query = in_order(job, after, limit).filter(open).into_query();
    fetch::<job_item::Model>(session, "read the leads of a bulk change", TABLE, &query)
        .await?
        .into_iter()
        .map(|row| row.and_then(|row| record_of(&row)).map_err(StoreError::Corrupt))
        .collect()
}

/// At most `limit` leads of a job behind place `after`, under both conditions.
pub async fn items(
    session: &impl Session,
    job: JobId,
    outcome: Option<ItemOutcome>,
    undo: Option<ItemUndo>,
    after: Option<u64>,
    limit: u32,
) -> Result<Listed<JobItem>, StoreError> {
    let mut select = in_order(job, after, limit);
    if let Some(outcome) = outcome {
        select = select.filter(job_item::Column::Outcome.eq(outcome.as_str()));
    }
    if let Some(undo) = undo {
        select = select.filter(job_item::Column::UndoneAs.eq(undo.as_str()));
    }
    let query = select.into_query();
    let read: Listed<JobItemRecord> =
        fetch::<job_item::Model>(session, "list the leads of a bulk change", TABLE, &query)
            .await?
            .into_iter()
            .map(|row| row.and_then(|row| record_of(&row)))
            .collect();
    let names: HashMap<Uuid, String> =
        leads::names(session, read.rows.iter().map(|item| item.lead.get())).await?;
    Ok(Listed {
        rows: read
            .rows
            .into_iter()
            .map(|item| {
                let name = names.get(&item.lead.get()).cloned();
                item.into_item(name)
            })
            .collect(),
        corrupt: read.corrupt,
    })
}

/// Writes down what became of leads.
pub async fn settle(tx: &WriteTx, items: &[JobItemRecord]) -> Result<(), StoreError> {
    use job_item::Column;
    for chunk in items.chunks(CHUNK) {
        let models = chunk
            .iter()
            .map(|item| Ok(model_of(item)?.into_active_model().reset_all()))
            .collect::<Result<Vec<_>, StoreError>>()?;
        job_item::Entity::insert_many(models)
            .on_conflict(
                OnConflict::columns([Column::JobId, Column::Number])
                    .update_columns([
                        Column::Outcome,
                        Column::Refusal,
                        Column::Was,
                        Column::VersionAfter,
                        Column::SettledAt,
                        Column::UndoneAs,
                    ])
                    .to_owned(),
            )
            .exec_without_returning(tx.connection())
            .await
            .map_err(StoreError::of("settle the leads of a bulk change"))?;
    }
    Ok(())
}

fn in_order(job: JobId, after: Option<u64>, limit: u32) -> sea_orm::Select<job_item::Entity> {
    let after = after.map_or(0, |number| i64::try_from(number).unwrap_or(i64::MAX));
    job_item::Entity::find()
        .filter(job_item::Column::JobId.eq(job.get()))
        .filter(job_item::Column::Number.gt(after))
        .order_by_asc(job_item::Column::Number)
        .limit(u64::from(limit))
}

fn record_of(model: &job_item::Model) -> Result<JobItemRecord, CorruptRow> {
    let row = Row::new(TABLE, format!("{}/{}", model.job_id, model.number));
    Ok(JobItemRecord {
        job: JobId::new(model.job_id),
        number: row.count("number", model.number)?,
        lead: LeadId::new(model.lead_id),
        outcome: row.closed_opt("outcome", model.outcome.as_deref())?,
        refusal: row.closed_opt("refusal", model.refusal.as_deref())?,
        was: row.json_opt("was", model.was.as_deref())?,
        version_after: model.version_after,
        settled_at: model.settled_at.map(Timestamp::from_millis),
        undo: row.closed_opt("undone_as", model.undone_as.as_deref())?,
    })
}

fn model_of(item: &JobItemRecord) -> Result<job_item::Model, StoreError> {
    const WHAT: &str = "settle the leads of a bulk change";
    let was = item.was.as_ref().map(serde_json::to_string).transpose();
    Ok(job_item::Model {
        job_id: item.job.get(),
        number: i64::try_from(item.number).map_err(|cause| StoreError::defect(WHAT, cause))?,
        lead_id: item.lead.get(),
        outcome: item.outcome.map(|outcome| outcome.to_string()),
        refusal: item.refusal.map(|reason| reason.to_string()),
        was: was.map_err(|cause| StoreError::defect(WHAT, cause))?,
        version_after: item.version_after,
        settled_at: item.settled_at.map(Timestamp::as_millis),
        undone_as: item.undo.map(|undo| undo.to_string()),
    })
}
