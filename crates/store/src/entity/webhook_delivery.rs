//! Events on their way to webhooks.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_deliveries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub webhook_id: Uuid,
    pub event_seq: Option<i64>,
    pub kind: String,
    pub body: String,
    pub state: String,
    pub attempts: i64,
    pub next_attempt_at: Option<i64>,
    pub lease: Option<Uuid>,
    pub leased_until: Option<i64>,
    pub last_attempt_at: Option<i64>,
    pub last_duration_ms: Option<i64>,
    pub last_status: Option<i64>,
    pub last_fault: Option<String>,
    pub last_answer: Option<String>,
    pub created_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
