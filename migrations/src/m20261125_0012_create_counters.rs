//! Maintained counters behind the figures.

use sea_orm_migration::prelude::*;

use crate::columns::{drop_tables, number, sorted_text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("counters")
            .col(sorted_text(manager, "key").primary_key().take())
            .col(number("value"))
            .take();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["counters"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
