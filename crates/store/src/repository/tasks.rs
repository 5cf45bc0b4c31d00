//! Operator tasks, as far as "My work today" shows them.

use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::task::{MyWork, Task, TaskStatus};
use aicmo_shared::{CampaignId, TaskId, Timestamp};
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};

use super::fetch;
use crate::closed_columns::corrupt;
use crate::column::Row;
use crate::entity::operator_task;
use crate::error::StoreError;
use crate::session::Session;

const TABLE: &str = "operator_tasks";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// What still waits for somebody to do it.
const OPEN: [TaskStatus; 3] = [TaskStatus::Pending, TaskStatus::Due, TaskStatus::Overdue];
/// Tasks that are named and not only counted.
const SHOWN: u64 = 5;

/// Open tasks that are due within a day of `now` or overdue; the five most overdue first. Rows with
/// a value that no enum knows are in none of the figures.
pub async fn my_work(session: &impl Session, now: Timestamp) -> Result<MyWork, StoreError> {
    let due = open().filter(operator_task::Column::DueAt.lte(now.plus_millis(DAY_MS).as_millis()));
    let overdue = open().filter(operator_task::Column::DueAt.lt(now.as_millis()));
    let first = due
        .clone()
        .order_by_asc(operator_task::Column::DueAt)
        .order_by_asc(operator_task::Column::Id)
        .limit(SHOWN)
        .into_query();
    Ok(MyWork {
        due: count(session, due).await?,
        overdue: count(session, overdue).await?,
        first: fetch::<operator_task::Model>(session, "read the tasks that are due", TABLE, &first)
            .await?
            .into_iter()
            .filter_map(|row| row.and_then(task_of).ok())
            .collect(),
    })
}

fn open() -> Select<operator_task::Entity> {
    operator_task::Entity::find()
        .filter(operator_task::Column::Status.is_in(OPEN.map(TaskStatus::as_str)))
        .filter(sea_orm::sea_query::Expr::cust(format!(
            "{} IS NOT TRUE",
            corrupt(TABLE)
        )))
}

async fn count(session: &impl Session, tasks: Select<operator_task::Entity>) -> Result<u64, StoreError> {
    tasks
        .count(session.connection())
        .await
        .map_err(StoreError::of("count the tasks that are due"))
}

fn task_of(model: operator_task::Model) -> Result<Task, CorruptRow> {
    let row = Row::new(TABLE, model.id);
    Ok(Task {
        id: TaskId::new(model.id),
        title: model.title,
        task_type: row.closed("task_type", &model.task_type)?,
        status: row.closed("status", &model.status)?,
        due_at: Timestamp::from_millis(model.due_at),
        campaign: model.campaign_id.map(CampaignId::new),
    })
}
