//! The table of accounts.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub kind: String,
    pub email: Option<String>,
    pub email_norm: Option<String>,
    pub display_name: String,
    pub name_norm: Option<String>,
    pub role: String,
    pub active: bool,
    pub password_hash: Option<String>,
    pub second_factor: String,
    pub totp_secret: Option<String>,
    pub totp_step: Option<i64>,
    pub last_sign_in_at: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
