//! The table of uploaded files.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_batches")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub file_name: String,
    pub size_bytes: i64,
    pub sha256: String,
    pub storage_path: String,
    pub same_file_as: Option<Uuid>,
    pub state: String,
    pub reading: Option<String>,
    pub mapping: String,
    pub campaign_id: Option<Uuid>,
    pub rows_total: i64,
    pub rows_new: i64,
    pub rows_merged: i64,
    pub rows_unchanged: i64,
    pub rows_suppressed: i64,
    pub rows_invalid: i64,
    pub rows_committed: i64,
    pub error: Option<String>,
    pub uploaded_by: String,
    pub created_at: i64,
    pub updated_at: i64,
    pub committed_at: Option<i64>,
    pub undo_reason: Option<String>,
    pub undo_total: i64,
    pub undo_taken_back: i64,
    pub undo_restored: i64,
    pub undo_kept: i64,
    pub accepts_without_identity: bool,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
