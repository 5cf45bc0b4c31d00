//! The records of an uploaded file with their verdicts.

use sea_orm_migration::prelude::*;

use crate::columns::{
    Values, at_null, closed, corrupt_index, create, drop_tables, foreign_key, index, number, partial_index,
    reference, reference_null, text, text_null,
};

const VERDICTS: Values = &["new", "merged", "unchanged", "suppressed", "invalid"];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("import_rows")
            .col(reference("import_id"))
            .col(number("row_number"))
            .col(text("raw"))
            .col(closed("verdict", VERDICTS))
            .col(text_null("name"))
            .col(text_null("email"))
            .col(text_null("company"))
            .col(text("notes"))
            .col(text("fills"))
            .col(reference_null("lead_id"))
            .col(at_null("committed_at"))
            .primary_key(Index::create().col("import_id").col("row_number"))
            .foreign_key(&mut foreign_key("import_rows", "import_id", "import_batches"))
            .foreign_key(&mut foreign_key("import_rows", "lead_id", "leads"))
            .take();
        let indexes = vec![
            index("import_rows", &["import_id", "verdict", "row_number"]),
            partial_index(
                "ix_import_rows_uncommitted",
                "import_rows",
                &["import_id", "row_number"],
                "committed_at IS NULL",
            ),
            corrupt_index(
                "import_rows",
                &["import_id", "row_number"],
                &[("verdict", VERDICTS)],
            ),
        ];
        create(manager, table, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["import_rows"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
