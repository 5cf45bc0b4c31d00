//! The table of consent steps.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "consent_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub lead_id: Uuid,
    pub identity_hash: Option<String>,
    pub from_status: String,
    pub to_status: String,
    pub given_at: i64,
    pub origin: Option<String>,
    pub evidence: Option<String>,
    pub reason: Option<String>,
    pub actor_type: String,
    pub actor_id: String,
    pub at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
