//! What only a person with a database tool would do, and a look at what is there.

use aicmo_shared::diagnostics::DatabaseKind;
use aicmo_shared::{CampaignId, LeadId};
use aicmo_store::campaigns::CampaignRecord;
use aicmo_store::leads::LeadRecord;
use aicmo_store::{AuditRecord, audit_rows, campaigns, leads};
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};
use uuid::Uuid;

use crate::builders::BUILDER;
use crate::database::TestDatabase;

impl TestDatabase {
    /// Runs a statement past the store; values are `$1`, `$2` and so on. Answers the rows it touched.
    pub async fn execute(&self, sql: &str, values: Vec<Value>) -> u64 {
        let connection = self.side_door().await;
        let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
        connection
            .execute_raw(statement)
            .await
            .unwrap_or_else(|cause| panic!("{sql}: {cause}"))
            .rows_affected()
    }

    /// As `execute`, by a connection that is gone afterwards: for whoever must find nobody there.
    ///
    /// # Panics
    /// When the database does not take it.
    pub async fn execute_and_leave(&self, sql: &str) {
        let connection = self.connect().await;
        let run = connection.execute_unprepared(sql).await;
        run.unwrap_or_else(|cause| panic!("{sql}: {cause}"));
        connection.close().await.expect("closed");
    }

    /// Runs a statement past the store and answers whether the database took it.
    pub async fn takes(&self, sql: &str, values: Vec<Value>) -> bool {
        let connection = self.side_door().await;
        let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
        connection.execute_raw(statement).await.is_ok()
    }

    /// The rows of a query past the store.
    pub async fn query(&self, sql: &str, values: Vec<Value>) -> Vec<QueryResult> {
        let connection = self.side_door().await;
        let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
        connection
            .query_all_raw(statement)
            .await
            .unwrap_or_else(|cause| panic!("{sql}: {cause}"))
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        let rows = self
            .query(&format!("SELECT COUNT(*) AS n FROM {table}"), vec![])
            .await;
        rows[0].try_get("", "n").expect("a count")
    }

    /// A lead as it is kept.
    pub async fn lead(&self, id: LeadId) -> LeadRecord {
        leads::record(&self.store().reader(), id).await.expect("the lead")
    }

    /// A campaign as it is kept.
    pub async fn campaign(&self, id: CampaignId) -> CampaignRecord {
        campaigns::record(&self.store().reader(), id)
            .await
            .expect("the campaign")
    }

    /// Every audit row but those of builders, oldest first.
    pub async fn audit_events(&self) -> Vec<AuditRecord> {
        let rows = audit_rows(&self.store().reader(), 0, 1_000_000)
            .await
            .expect("the audit trail");
        rows.into_iter()
            .filter(|row| row.entry.request_id != BUILDER)
            .collect()
    }

    /// Writes a value past the CHECK constraint of a closed column.
    pub async fn corrupt(&self, table: &str, column: &str, id: Uuid, value: &str) {
        self.lift_check(table, column).await;
        let sql = format!("UPDATE {table} SET {column} = $1 WHERE id = $2");
        let written = self.execute(&sql, vec![value.into(), id.into()]).await;
        assert_eq!(written, 1, "{table} has no row {id}");
    }

    /// Writes a status that no enum knows into a lead.
    pub async fn corrupt_lead_status(&self, id: LeadId, value: &str) {
        self.corrupt("leads", "status", id.get(), value).await;
    }

    /// Takes the CHECK constraint of a closed column out of the way, for this connection on SQLite
    /// and for good on PostgreSQL.
    pub async fn lift_check(&self, table: &str, column: &str) {
        let sql = match self.kind() {
            DatabaseKind::Sqlite => "PRAGMA ignore_check_constraints = 1".to_owned(),
            // A table that was written anew keeps the name it had meanwhile in its constraints, and one
            // that was written anew twice a number behind it.
            DatabaseKind::Postgres => format!(
                "ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_{column}_check,
                 DROP CONSTRAINT IF EXISTS {table}_next_{column}_check,
                 DROP CONSTRAINT IF EXISTS {table}_next_{column}_check1"
            ),
        };
        self.execute(&sql, vec![]).await;
    }
}
