//! Webhooks out.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhooks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub url: String,
    pub description: Option<String>,
    pub filter: String,
    pub state: String,
    pub disabled_reason: Option<String>,
    pub disabled_at: Option<i64>,
    pub salt: Uuid,
    pub secret_mark: String,
    pub old_salt: Option<Uuid>,
    pub old_secret_mark: Option<String>,
    pub old_secret_until: Option<i64>,
    pub from_seq: i64,
    pub failed_in_a_row: i64,
    pub failing_since: Option<i64>,
    pub last_success_at: Option<i64>,
    pub last_failure_at: Option<i64>,
    pub created_by: String,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
