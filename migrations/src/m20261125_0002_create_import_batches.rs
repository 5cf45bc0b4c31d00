//! Uploaded files of leads and where they stand.

use sea_orm_migration::prelude::*;

use crate::columns::{
    Values, at, closed, corrupt_index, create, drop_tables, foreign_key, id, index, number, reference_null,
    text, text_null,
};

const STATES: Values = &[
    "UPLOADED",
    "DETECTED",
    "MAPPED",
    "PREVIEWED",
    "COMMITTING",
    "PAUSED",
    "COMMITTED",
    "UNDOING",
    "UNDONE",
    "CANCELLED",
    "FAILED",
];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("import_batches")
            .col(id())
            .col(number("version"))
            .col(text("file_name"))
            .col(number("size_bytes"))
            .col(text("sha256"))
            .col(text("storage_path"))
            .col(reference_null("same_file_as"))
            .col(closed("state", STATES))
            .col(text_null("reading"))
            .col(text("mapping"))
            .col(reference_null("campaign_id"))
            .col(number("rows_total"))
            .col(number("rows_new"))
            .col(number("rows_merged"))
            .col(number("rows_unchanged"))
            .col(number("rows_suppressed"))
            .col(number("rows_invalid"))
            .col(number("rows_committed"))
            .col(text_null("error"))
            .col(text("uploaded_by"))
            .col(at("created_at"))
            .col(at("updated_at"))
            .foreign_key(&mut foreign_key("import_batches", "campaign_id", "campaigns"))
            .take();
        let indexes = vec![
            index("import_batches", &["state", "id"]),
            index("import_batches", &["sha256", "state"]),
            corrupt_index("import_batches", &["id"], &[("state", STATES)]),
        ];
        create(manager, table, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["import_batches"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
