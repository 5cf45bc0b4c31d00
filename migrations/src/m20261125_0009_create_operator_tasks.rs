//! Manual work items.

use sea_orm_migration::prelude::*;

use crate::columns::{
    Values, at, at_null, closed, corrupt_index, create, drop_tables, foreign_key, id, index, number,
    reference_null, text, text_null,
};

const TYPES: Values = &["POST", "ENGAGE", "FOLLOW_UP", "REVIEW", "ANALYZE", "MANUAL"];
const STATUSES: Values = &["PENDING", "DUE", "OVERDUE", "DONE", "BLOCKED", "MISSED"];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        const TABLE: &str = "operator_tasks";
        let table = Table::create()
            .table(TABLE)
            .col(id())
            .col(number("version"))
            .col(reference_null("campaign_id"))
            .col(closed("task_type", TYPES))
            .col(at("due_at"))
            .col(text("title"))
            .col(text_null("instructions"))
            .col(text_null("owner"))
            .col(closed("status", STATUSES))
            .col(at_null("completed_at"))
            .col(text_null("completed_by"))
            .col(text_null("blocked_reason"))
            .col(at("created_at"))
            .col(at("updated_at"))
            .foreign_key(&mut foreign_key(TABLE, "campaign_id", "campaigns"))
            .take();
        let indexes = vec![
            index(TABLE, &["campaign_id", "due_at"]),
            index(TABLE, &["status", "due_at", "id"]),
            index(TABLE, &["owner", "due_at"]),
            corrupt_index(TABLE, &["id"], &[("task_type", TYPES), ("status", STATUSES)]),
        ];
        create(manager, table, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["operator_tasks"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
