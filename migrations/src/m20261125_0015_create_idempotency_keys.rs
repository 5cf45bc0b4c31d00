//! Idempotency keys: which requests were made under a key, and what they were answered.

use sea_orm_migration::prelude::*;

use crate::columns::{
    Values, at, at_null, closed, closed_null, corrupt_index, create, drop_tables, index, reference, text,
    text_null,
};

const TABLE: &str = "idempotency_keys";
const STATES: Values = &["running", "committed", "done"];
const SUBJECTS: Values = &[
    "lead", "campaign", "import", "attempt", "approval", "system", "user", "session", "api_key", "webhook",
];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table(TABLE)
            .col(text("actor"))
            .col(text("key"))
            .col(text("endpoint"))
            .col(text("sha256"))
            .col(closed("state", STATES))
            // Tells one run of a request from the next: only its holder may write.
            .col(reference("token"))
            .col(text("request_id"))
            .col(closed_null("subject_type", SUBJECTS))
            .col(text_null("subject_id"))
            .col(at_null("committed_at"))
            .col(ColumnDef::new("status").big_integer().null().take())
            .col(text_null("etag"))
            .col(text_null("answer"))
            .col(at("lease_until"))
            .col(at("expires_at"))
            .primary_key(Index::create().col("actor").col("key"))
            .take();
        let indexes = vec![
            index(TABLE, &["expires_at"]),
            corrupt_index(
                TABLE,
                &["actor", "key"],
                &[("state", STATES), ("subject_type", SUBJECTS)],
            ),
        ];
        create(manager, table, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &[TABLE]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
