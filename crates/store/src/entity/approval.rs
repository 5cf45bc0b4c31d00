//! The table of approvals.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "approvals")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub subject_type: String,
    pub subject_id: String,
    pub subject_version: i64,
    pub content_hash: String,
    pub campaign_id: Option<Uuid>,
    pub title: String,
    pub state: String,
    pub required_count: i64,
    pub requested_by: String,
    pub request_note: Option<String>,
    pub decide_by_at: i64,
    pub valid_until_at: Option<i64>,
    pub closed_at: Option<i64>,
    pub closed_by: Option<String>,
    pub superseded_by: Option<Uuid>,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
