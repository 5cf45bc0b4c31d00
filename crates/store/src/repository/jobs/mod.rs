//! Bulk changes of leads and where they stand; `items` has the leads of each.

mod items;

pub use items::{JobItemRecord, Was, fill, items, items_to_settle, items_to_undo, name_leads, settle};

use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::job::{Job, JobState, LeadChange, UNDO_MINUTES};
use aicmo_shared::lead::LeadFilter;
use aicmo_shared::{JobId, Timestamp};
use sea_orm::ActiveValue::NotSet;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};

use super::accounts::actors::ActorNames;
use super::{IdPage, IdPosition, fetch};
use crate::audit::Actor;
use crate::column::Row;
use crate::entity::job;
use crate::error::{StoreError, Subject};
use crate::session::sealed::Executor;
use crate::session::{Session, WriteTx};

const TABLE: &str = "jobs";

/// A bulk change as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRecord {
    pub id: JobId,
    /// Grows with every write; what compare-and-swap compares.
    pub version: i64,
    pub state: JobState,
    pub change: LeadChange,
    pub filter: Option<LeadFilter>,
    pub reason: Option<String>,
    pub total: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub refused: u64,
    pub taken_back: u64,
    pub kept: u64,
    pub error: Option<String>,
    pub started_by: String,
    /// In whose name it goes on.
    pub actor: Actor,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// When it had gone through its leads, was stopped or failed; none before.
    pub ended_at: Option<Timestamp>,
}

impl JobRecord {
    /// A bulk change that `actor` starts at `at`; of no lead yet.
    pub fn started(id: JobId, change: LeadChange, actor: Actor, at: Timestamp) -> Self {
        Self {
            id,
            version: 1,
            state: JobState::Running,
            change,
            filter: None,
            reason: None,
            total: 0,
            changed: 0,
            unchanged: 0,
            refused: 0,
            taken_back: 0,
            kept: 0,
            error: None,
            started_by: actor.id.clone(),
            actor,
            created_at: at,
            updated_at: at,
            ended_at: None,
        }
    }

    /// Leads that it is through with, on its way there or back.
    pub const fn done(&self) -> u64 {
        match self.state {
            JobState::Undoing | JobState::Undone => self.taken_back + self.kept,
            _ => self.changed + self.unchanged + self.refused,
        }
    }

    /// Until when it can be undone; none when its change, its state or its outcome does not allow it.
    pub fn undo_until(&self) -> Option<Timestamp> {
        const MINUTE: i64 = 60_000;
        let has_ended = matches!(
            self.state,
            JobState::Completed | JobState::Cancelled | JobState::Failed
        );
        self.ended_at
            .filter(|_| has_ended && self.changed > 0 && self.change.can_be_undone())
            .map(|at| at.plus_millis(UNDO_MINUTES * MINUTE))
    }

    fn into_job(self, names: &ActorNames) -> Job {
        Job {
            undo_until: self.undo_until(),
            id: self.id,
            version: self.version,
            state: self.state,
            change: self.change,
            filter: self.filter,
            reason: self.reason,
            total: self.total,
            changed: self.changed,
            unchanged: self.unchanged,
            refused: self.refused,
            taken_back: self.taken_back,
            kept: self.kept,
            error: self.error,
            started_by: names.of(self.started_by),
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// Bulk changes as the wire shows them, with the names of those who started them.
pub async fn shown(session: &impl Session, records: Vec<JobRecord>) -> Result<Vec<Job>, StoreError> {
    let names = ActorNames::read(session, records.iter().map(|record| record.started_by.as_str())).await?;
    Ok(records
        .into_iter()
        .map(|record| record.into_job(&names))
        .collect())
}

/// A page of at most `limit` bulk changes behind `after`, newest first.
pub async fn list(
    session: &impl Session,
    after: Option<&IdPosition>,
    limit: u32,
) -> Result<IdPage<JobRecord>, StoreError> {
    let mut select = job::Entity::find();
    if let Some(position) = after {
        select = select.filter(job::Column::Id.lt(position.id));
    }
    let query = select
        .order_by_desc(job::Column::Id)
        .limit(u64::from(limit) + 1)
        .into_query();
    let rows = fetch::<job::Model>(session, "list the bulk changes", TABLE, &query).await?;
    Ok(IdPage::of(rows, limit, |model: &job::Model| model.id, record_of))
}

/// How many bulk changes there are.
pub async fn count(session: &impl Session) -> Result<u64, StoreError> {
    job::Entity::find()
        .count(session.connection())
        .await
        .map_err(StoreError::of("count the bulk changes"))
}

/// A bulk change.
///
/// # Errors
/// `NotFound` or `Corrupt`.
pub async fn get(session: &impl Session, id: JobId) -> Result<JobRecord, StoreError> {
    let query = job::Entity::find_by_id(id.get()).into_query();
    fetch::<job::Model>(session, "read a bulk change", TABLE, &query)
        .await?
        .pop()
        .ok_or_else(|| StoreError::NotFound(Subject::new(JobId::NOUN, id)))?
        .and_then(record_of)
        .map_err(StoreError::Corrupt)
}

/// Every bulk change that goes on by itself, oldest first; bad rows are left to the integrity check.
pub async fn under_way(session: &impl Session) -> Result<Vec<JobRecord>, StoreError> {
    let states = [JobState::Running, JobState::Undoing].map(JobState::as_str);
    let query = job::Entity::find()
        .filter(job::Column::State.is_in(states))
        .filter(job::Column::Error.is_null())
        .order_by_asc(job::Column::Id)
        .into_query();
    let rows = fetch::<job::Model>(session, "read the bulk changes under way", TABLE, &query).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| row.and_then(record_of).ok())
        .collect())
}

/// Adds a bulk change.
pub async fn insert(tx: &WriteTx, record: &JobRecord) -> Result<(), StoreError> {
    job::Entity::insert(model_of(record)?.into_active_model().reset_all())
        .exec_without_returning(tx.connection())
        .await
        .map_err(StoreError::unique("add a bulk change", "job id"))?;
    Ok(())
}

/// Writes `after` over `before` if the row still has the version of `before`; answers the new
/// version, which is one higher whatever `after` says.
///
/// # Errors
/// `Stale` when someone else was faster.
pub async fn replace(tx: &WriteTx, before: &JobRecord, after: &JobRecord) -> Result<i64, StoreError> {
    let mut values = job::Model {
        version: before.version + 1,
        ..model_of(after)?
    }
    .into_active_model()
    .reset_all();
    values.id = NotSet;
    let written = job::Entity::update_many()
        .set(values)
        .filter(job::Column::Id.eq(before.id.get()))
        .filter(job::Column::Version.eq(before.version))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("write a bulk change"))?;
    if written.rows_affected == 1 {
        Ok(before.version + 1)
    } else {
        Err(StoreError::Stale(Subject::new(JobId::NOUN, before.id)))
    }
}

fn record_of(model: job::Model) -> Result<JobRecord, CorruptRow> {
    let row = Row::new(TABLE, model.id);
    Ok(JobRecord {
        id: JobId::new(model.id),
        version: model.version,
        state: row.closed("state", &model.state)?,
        change: row.json("change", &model.change)?,
        filter: row.json_opt("filter", model.filter.as_deref())?,
        total: row.count("total", model.total)?,
        changed: row.count("changed", model.changed)?,
        unchanged: row.count("unchanged", model.unchanged)?,
        refused: row.count("refused", model.refused)?,
        taken_back: row.count("taken_back", model.taken_back)?,
        kept: row.count("kept", model.kept)?,
        actor: Actor {
            kind: row.closed("actor_type", &model.actor_type)?,
            id: model.actor_id,
        },
        reason: model.reason,
        error: model.error,
        started_by: model.started_by,
        created_at: Timestamp::from_millis(model.created_at),
        updated_at: Timestamp::from_millis(model.updated_at),
        ended_at: model.ended_at.map(Timestamp::from_millis),
    })
}

fn model_of(record: &JobRecord) -> Result<job::Model, StoreError> {
    const WHAT: &str = "write a bulk change";
    let count = |value: u64| i64::try_from(value).map_err(|cause| StoreError::defect(WHAT, cause));
    let defect = |cause: serde_json::Error| StoreError::defect(WHAT, cause);
    let filter = record.filter.as_ref().map(serde_json::to_string).transpose();
    Ok(job::Model {
        id: record.id.get(),
        version: record.version,
        state: record.state.to_string(),
        change: serde_json::to_string(&record.change).map_err(defect)?,
        filter: filter.map_err(defect)?,
        reason: record.reason.clone(),
        total: count(record.total)?,
        changed: count(record.changed)?,
        unchanged: count(record.unchanged)?,
        refused: count(record.refused)?,
        taken_back: count(record.taken_back)?,
        kept: count(record.kept)?,
        error: record.error.clone(),
        started_by: record.started_by.clone(),
        actor_type: record.actor.kind.to_string(),
        actor_id: record.actor.id.clone(),
        created_at: record.created_at.as_millis(),
        updated_at: record.updated_at.as_millis(),
        ended_at: record.ended_at.map(Timestamp::as_millis),
    })
}
