//! Queued units of work.

use sea_orm_migration::prelude::*;

use crate::columns::{
    Values, at, at_null, closed, corrupt_index, create, drop_tables, foreign_key, id, index, number,
    reference_null, text, text_null, unique_index,
};

const STATUSES: Values = &[
    "PENDING",
    "READY",
    "RUNNING",
    "RETRY",
    "DLQ",
    "SUCCESS",
    "FAILED",
    "CANCELLED",
];
const MODES: Values = &["dry_run", "live"];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        const TABLE: &str = "autonomy_actions";
        let table = Table::create()
            .table(TABLE)
            .col(id())
            .col(number("version"))
            .col(text("idempotency_key"))
            .col(text("action_type"))
            .col(closed("status", STATUSES))
            .col(number("priority"))
            .col(text_null("subject_type"))
            .col(text_null("subject_id"))
            .col(reference_null("campaign_id"))
            .col(text("payload"))
            .col(closed("delivery_mode", MODES))
            .col(at("not_before_at"))
            .col(number("attempts"))
            .col(number("max_attempts"))
            .col(text_null("error_code"))
            .col(text_null("last_error"))
            .col(text_null("fingerprint"))
            .col(at_null("started_at"))
            .col(at_null("finished_at"))
            .col(text("created_by"))
            .col(at("created_at"))
            .col(at("updated_at"))
            .foreign_key(&mut foreign_key(TABLE, "campaign_id", "campaigns"))
            .take();
        let indexes = vec![
            unique_index(TABLE, &["idempotency_key"]),
            index(TABLE, &["status", "priority", "not_before_at", "id"]),
            index(TABLE, &["status", "action_type", "fingerprint"]),
            index(TABLE, &["campaign_id", "status"]),
            corrupt_index(TABLE, &["id"], &[("status", STATUSES), ("delivery_mode", MODES)]),
        ];
        create(manager, table, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["autonomy_actions"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
