//! The one row of control flags.

use sea_orm::entity::prelude::*;

#[expect(clippy::struct_excessive_bools, reason = "four switches are four columns")]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "control_flags")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub epoch: i64,
    pub paused: bool,
    pub paused_by: Option<String>,
    pub paused_reason: Option<String>,
    pub paused_at: Option<i64>,
    pub killed: bool,
    pub killed_by: Option<String>,
    pub killed_reason: Option<String>,
    pub killed_at: Option<i64>,
    pub proof_mode: bool,
    pub proof_mode_by: Option<String>,
    pub proof_mode_reason: Option<String>,
    pub proof_mode_at: Option<i64>,
    pub live_enabled: bool,
    pub live_enabled_by: Option<String>,
    pub live_enabled_reason: Option<String>,
    pub live_enabled_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
