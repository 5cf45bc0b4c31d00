//! A closed enum is closed everywhere: vocabulary, store and the CHECK lists of both databases.

use std::collections::BTreeSet;

use aicmo_shared::diagnostics::DatabaseKind;
use aicmo_store::closed_tables;
use aicmo_test_support::{TestDatabase, on_both_databases};
use sea_orm::QueryResult;

/// The definition of a table with its constraints, as the database keeps it.
async fn definition(db: &TestDatabase, table: &str) -> String {
    let sql = match db.kind() {
        DatabaseKind::Sqlite => {
            format!("SELECT sql AS text FROM sqlite_master WHERE type = 'table' AND name = '{table}'")
        }
        DatabaseKind::Postgres => format!(
            "SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype = 'c'"
        ),
    };
    let texts: Vec<String> = db.query(&sql, vec![]).await.iter().map(text).collect();
    texts.join("\n")
}

fn text(row: &QueryResult) -> String {
    row.try_get("", "text").expect("text")
}

/// The quoted words of the list that constrains `column`, in order.
fn listed(definition: &str, kind: DatabaseKind, column: &str) -> Vec<String> {
    let start = match kind {
        DatabaseKind::Sqlite => format!("CHECK (\"{column}\" IN ("),
        DatabaseKind::Postgres => format!("CHECK (({column} = ANY (ARRAY["),
    };
    let Some(at) = definition.find(&start).map(|at| at + start.len()) else {
        // A list of one value may be kept as a plain comparison.
        return Vec::new();
    };
    let list = definition[at..].split([')', ']']).next().unwrap_or_default();
    list.split('\'').skip(1).step_by(2).map(str::to_owned).collect()
}

on_both_databases! {
    async fn every_check_list_is_the_enum_that_the_program_knows(db: TestDatabase) {
        for closed in closed_tables() {
            let definition = definition(&db, closed.table).await;
            for (column, values) in &closed.columns {
                let listed = listed(&definition, db.kind(), column);
                assert_eq!(&listed, values, "{}.{column} in {definition}", closed.table);
            }
        }
    }

    async fn no_check_list_is_forgotten(db: TestDatabase) {
        let known: BTreeSet<(&str, &str)> = closed_tables()
            .iter()
            .flat_map(|closed| closed.columns.iter().map(|(column, _)| (closed.table, *column)))
            .collect();
        let sql = match db.kind() {
            DatabaseKind::Sqlite => "SELECT name AS text FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
            DatabaseKind::Postgres => "SELECT tablename::text AS text FROM pg_tables WHERE schemaname = 'public'",
        };
        let tables: Vec<String> = db.query(sql, vec![]).await.iter().map(text).collect();
        assert!(tables.len() > 10, "{tables:?}");
        for table in &tables {
            let definition = definition(&db, table).await;
            let mark = match db.kind() {
                DatabaseKind::Sqlite => "CHECK (\"",
                DatabaseKind::Postgres => "CHECK ((",
            };
            for piece in definition.split(mark).skip(1) {
                let column: String = piece.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                let is_list = piece.starts_with(&format!("{column}\" IN ("))
                    || piece.starts_with(&format!("{column} = ANY (ARRAY["));
                assert!(
                    !is_list || known.contains(&(table.as_str(), column.as_str())),
                    "{table}.{column} is closed in the schema only"
                );
            }
        }
    }
}
