//! What leads are searched by: a text of plain words each, and an index over the words.
//!
//! The words are made by the store, which also fills the table for leads that were there before. On
//! SQLite the index is a table of its own (FTS5) that triggers keep; it knows a text by the number
//! `n`, which PostgreSQL has no use for.

use sea_orm_migration::prelude::*;

use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::columns::{create, drop_tables, foreign_key, reference, text, unique_index};

/// Words stand between single spaces, so every run of other characters is a word; a word is also
/// found by its first letters.
const SQLITE: &[&str] = &[
    "CREATE VIRTUAL TABLE lead_search USING fts5(text, content='lead_texts', content_rowid='n', detail=none, \
     columnsize=0, prefix='1 2 3', tokenize='ascii')",
    "CREATE TRIGGER lead_texts_added AFTER INSERT ON lead_texts BEGIN \
     INSERT INTO lead_search(rowid, text) VALUES (new.n, new.text); END",
    "CREATE TRIGGER lead_texts_removed AFTER DELETE ON lead_texts BEGIN \
     INSERT INTO lead_search(lead_search, rowid, text) VALUES ('delete', old.n, old.text); END",
    "CREATE TRIGGER lead_texts_changed AFTER UPDATE OF text ON lead_texts BEGIN \
     INSERT INTO lead_search(lead_search, rowid, text) VALUES ('delete', old.n, old.text); \
     INSERT INTO lead_search(rowid, text) VALUES (new.n, new.text); END",
];

/// The function says that it costs much, so that nobody reads every text instead of asking the index;
/// in plain SQL it would be dissolved into the query, and what it says with it.
const POSTGRES: &[&str] = &[
    "CREATE FUNCTION lead_words(text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 \
     AS $$ BEGIN RETURN array_to_tsvector(string_to_array($1, ' ')); END $$",
    "CREATE INDEX ix_lead_texts_words ON lead_texts USING gin (lead_words(text))",
];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is_sqlite = manager.get_database_backend() == DbBackend::Sqlite;
        let mut table = Table::create().table("lead_texts").take();
        if is_sqlite {
            table.col(ColumnDef::new("n").integer().not_null().primary_key().take());
            table.col(reference("lead_id"));
        } else {
            table.col(reference("lead_id").primary_key().take());
        }
        table
            .col(text("text"))
            .foreign_key(&mut foreign_key("lead_texts", "lead_id", "leads"));
        let indexes = if is_sqlite {
            vec![unique_index("lead_texts", &["lead_id"])]
        } else {
            vec![]
        };
        create(manager, table, indexes).await?;
        for statement in if is_sqlite { SQLITE } else { POSTGRES } {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        if manager.get_database_backend() == DbBackend::Sqlite {
            connection.execute_unprepared("DROP TABLE lead_search").await?;
            return drop_tables(manager, &["lead_texts"]).await;
        }
        drop_tables(manager, &["lead_texts"]).await?;
        connection
            .execute_unprepared("DROP FUNCTION lead_words(text)")
            .await
            .map(drop)
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
