//! The table of campaigns.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaigns")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub name: String,
    pub name_norm: String,
    pub client: Option<String>,
    pub objective: String,
    pub description: Option<String>,
    pub status: String,
    pub status_reason: Option<String>,
    pub mode: String,
    pub kill_switch: bool,
    pub time_zone: String,
    pub start_on: Option<String>,
    pub end_on: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
