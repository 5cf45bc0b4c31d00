//! What undoing an import needs to know: when it was committed, what each row changed, and what
//! became of the row.
//!
//! Rows committed before this step do not say what they changed; their import has no `committed_at`
//! and cannot be undone. Taking leads back looks for the rows of a lead, hence the index by lead.

use sea_orm_migration::prelude::*;

use sea_orm_migration::sea_orm::ConnectionTrait;

use crate::columns::{Values, at_null, closed_null, corrupt_index, partial_index, text_null};

const BATCHES: &str = "import_batches";
const ROWS: &str = "import_rows";
const CORRUPT: &str = "ix_import_rows_corrupt";
const BY_LEAD: &str = "ix_import_rows_lead";
const UNDONE: &str = "ix_import_rows_undone";

const VERDICTS: Values = &["new", "merged", "unchanged", "suppressed", "invalid"];
const UNDONE_AS: Values = &["taken_back", "restored", "kept"];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// A count that older code does not write.
fn count(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().default(0).take()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column at a time.
        for column in [
            at_null("committed_at"),
            text_null("undo_reason"),
            count("undo_total"),
            count("undo_taken_back"),
            count("undo_restored"),
            count("undo_kept"),
        ] {
            add(manager, BATCHES, column).await?;
        }
        for column in [
            text_null("changes"),
            closed_null("undone_as", UNDONE_AS),
            text_null("kept"),
        ] {
            add(manager, ROWS, column).await?;
        }
        drop_index(manager, CORRUPT).await?;
        for index in [
            corrupt_index(
                ROWS,
                &["import_id", "row_number"],
                &[("verdict", VERDICTS), ("undone_as", UNDONE_AS)],
            ),
            partial_index(BY_LEAD, ROWS, &["lead_id"], "lead_id IS NOT NULL"),
            partial_index(
                UNDONE,
                ROWS,
                &["import_id", "undone_as", "row_number"],
                "undone_as IS NOT NULL",
            ),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in [CORRUPT, BY_LEAD, UNDONE] {
            drop_index(manager, index).await?;
        }
        let dropped = [
            (ROWS, "changes"),
            (ROWS, "undone_as"),
            (ROWS, "kept"),
            (BATCHES, "committed_at"),
            (BATCHES, "undo_reason"),
            (BATCHES, "undo_total"),
            (BATCHES, "undo_taken_back"),
            (BATCHES, "undo_restored"),
            (BATCHES, "undo_kept"),
        ];
        for (table, column) in dropped {
            manager
                .get_connection()
                .execute_unprepared(&format!("ALTER TABLE {table} DROP COLUMN {column}"))
                .await?;
        }
        let corrupt = corrupt_index(ROWS, &["import_id", "row_number"], &[("verdict", VERDICTS)]);
        manager.create_index(corrupt).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn add(manager: &SchemaManager<'_>, table: &'static str, column: ColumnDef) -> Result<(), DbErr> {
    let alter = Table::alter().table(table).add_column(column).take();
    manager.alter_table(alter).await
}

async fn drop_index(manager: &SchemaManager<'_>, name: &'static str) -> Result<(), DbErr> {
    let index = Index::drop().name(name).table(ROWS).to_owned();
    manager.drop_index(index).await
}
