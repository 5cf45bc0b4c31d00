//! The table of the leads of bulk changes.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "job_items")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub job_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    pub lead_id: Uuid,
    pub outcome: Option<String>,
    pub refusal: Option<String>,
    pub was: Option<String>,
    pub version_after: Option<i64>,
    pub settled_at: Option<i64>,
    pub undone_as: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
