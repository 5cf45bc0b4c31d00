//! Passkeys of people, and which of their challenges have been answered.

use sea_orm_migration::prelude::*;

use crate::columns::{
    at, at_null, create, drop_tables, foreign_key, id, index, reference, text, unique_index,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        passkeys(manager).await?;
        answers(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["passkeys", "passkey_answers"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn passkeys(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const TABLE: &str = "passkeys";
    let table = Table::create()
        .table(TABLE)
        .col(id())
        .col(reference("user_id"))
        .col(text("credential_id"))
        // The public key, the counter and what was asked of it, as the library writes them.
        .col(text("credential"))
        .col(text("name"))
        .col(at("created_at"))
        .col(at_null("last_used_at"))
        .foreign_key(&mut foreign_key(TABLE, "user_id", "users"))
        .take();
    let indexes = vec![
        unique_index(TABLE, &["credential_id"]),
        index(TABLE, &["user_id", "id"]),
    ];
    create(manager, table, indexes).await
}

/// A row for each challenge that was answered rightly, until nobody could answer it any more. Who
/// only asks leaves none.
async fn answers(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const TABLE: &str = "passkey_answers";
    let table = Table::create()
        .table(TABLE)
        .col(id())
        .col(at("expires_at"))
        .take();
    create(manager, table, vec![index(TABLE, &["expires_at"])]).await
}
