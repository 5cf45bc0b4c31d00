//! The table of idempotency keys.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub actor: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub endpoint: String,
    pub sha256: String,
    pub state: String,
    pub token: Uuid,
    pub request_id: String,
    pub subject_type: Option<String>,
    pub subject_id: Option<String>,
    pub committed_at: Option<i64>,
    pub status: Option<i64>,
    pub etag: Option<String>,
    pub answer: Option<String>,
    pub lease_until: i64,
    pub expires_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
