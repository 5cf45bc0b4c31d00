//! The outbound ledger.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbound_attempts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub lead_id: Uuid,
    pub campaign_id: Uuid,
    pub step_no: i64,
    pub channel: String,
    pub delivery_mode: String,
    pub status: String,
    pub idempotency_key: String,
    pub scheduled_at: i64,
    pub next_try_at: Option<i64>,
    pub try_count: i64,
    pub max_tries: i64,
    pub gateway: Option<String>,
    pub provider_message_id: Option<String>,
    pub failure_reason: Option<String>,
    pub last_error: Option<String>,
    pub sent_at: Option<i64>,
    pub finished_at: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
