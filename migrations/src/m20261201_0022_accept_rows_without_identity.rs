//! Whether the rows of an import that nothing would find again become leads all the same.

use sea_orm_migration::prelude::*;

use sea_orm_migration::sea_orm::ConnectionTrait;

use crate::columns::flag;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let alter = Table::alter()
            .table("import_batches")
            .add_column(flag("accepts_without_identity", false))
            .take();
        manager.alter_table(alter).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared("ALTER TABLE import_batches DROP COLUMN accepts_without_identity")
            .await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
