//! What is due to one webhook is found by an index of its own, so that what waits for another, or
//! for one that is off, is not read on the way; and since when a webhook has only failed.
//!
//! The index over all that is due stays for a release: older code looks along it.

use sea_orm_migration::prelude::*;

use sea_orm_migration::sea_orm::ConnectionTrait;

use crate::columns::{at_null, partial_index};

const DELIVERIES: &str = "webhook_deliveries";
const NEXT: &str = "ix_webhook_deliveries_next";
const TESTS: &str = "ix_webhook_deliveries_tests";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let since = Table::alter()
            .table("webhooks")
            .add_column(at_null("failing_since"))
            .take();
        manager.alter_table(since).await?;
        let of_each = ["webhook_id", "next_attempt_at", "id"];
        let next = partial_index(NEXT, DELIVERIES, &of_each, "state = 'pending'");
        manager.create_index(next).await?;
        let tests = partial_index(
            TESTS,
            DELIVERIES,
            &["next_attempt_at", "id"],
            "state = 'pending' AND event_seq IS NULL",
        );
        manager.create_index(tests).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in [NEXT, TESTS] {
            let index = Index::drop().name(name).table(DELIVERIES).to_owned();
            manager.drop_index(index).await?;
        }
        manager
            .get_connection()
            .execute_unprepared("ALTER TABLE webhooks DROP COLUMN failing_since")
            .await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
