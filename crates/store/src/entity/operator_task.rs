//! The table of manual work items.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "operator_tasks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub campaign_id: Option<Uuid>,
    pub task_type: String,
    pub due_at: i64,
    pub title: String,
    pub instructions: Option<String>,
    pub owner: Option<String>,
    pub status: String,
    pub completed_at: Option<i64>,
    pub completed_by: Option<String>,
    pub blocked_reason: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
