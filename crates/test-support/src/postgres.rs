//! PostgreSQL databases that live for one test, cloned from a template that was migrated once.
//!
//! `TEST_POSTGRES_URL` names a server on which databases may be made and dropped.

use aicmo_store::{DatabaseTarget, Store, StoreSettings};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};
use uuid::Uuid;

const VARIABLE: &str = "TEST_POSTGRES_URL";
/// Held while the template is made, so that one process makes it.
const TEMPLATE_LOCK: i64 = 0x0061_6963_6d6f;

/// The server, or `None` when there is none and that is allowed.
///
/// # Panics
/// In CI a missing server is a failure and not a skip.
pub(crate) fn server() -> Option<String> {
    match std::env::var(VARIABLE) {
        Ok(url) if !url.is_empty() => Some(url),
        _ => {
            let in_ci = std::env::var("CI").is_ok_and(|value| value == "true");
            assert!(
                !in_ci,
                "{VARIABLE} is not set: in CI the PostgreSQL half must run"
            );
            None
        }
    }
}

/// A migrated database of its own.
pub(crate) async fn create(server: &str) -> DatabaseTarget {
    let admin = admin(server).await;
    let template = template(&admin, server).await;
    let name = format!("aicmo_test_{}", Uuid::now_v7().simple());
    execute(&admin, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
    let _ = admin.close().await;
    DatabaseTarget::Postgres {
        url: address(server, &name),
    }
}

/// Removes a database, whoever is still connected.
pub(crate) async fn drop(server: &str, target: &DatabaseTarget) {
    let DatabaseTarget::Postgres { url } = target else {
        return;
    };
    let place = url.split('?').next().unwrap_or_default();
    let name = place.rsplit('/').next().unwrap_or_default();
    let admin = admin(server).await;
    execute(&admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    let _ = admin.close().await;
}

async fn template(admin: &DatabaseConnection, server: &str) -> String {
    let name = format!("aicmo_template_{}", env!("AICMO_SCHEMA_STAMP"));
    execute(admin, &format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})")).await;
    let question = format!("SELECT 1 AS found FROM pg_database WHERE datname = '{name}'");
    let found = admin
        .query_one_raw(Statement::from_string(admin.get_database_backend(), question))
        .await
        .expect("look for the template database");
    if found.is_none() {
        // Migrated under another name first: a template with the right name is complete.
        let draft = format!("{name}_draft");
        execute(admin, &format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)")).await;
        execute(admin, &format!("CREATE DATABASE {draft}")).await;
        let target = DatabaseTarget::Postgres {
            url: address(server, &draft),
        };
        let store = Store::open(&StoreSettings::new(target))
            .await
            .expect("open the template database");
        store.migrate().await.expect("migrate the template database");
        store.close().await;
        execute(admin, &format!("ALTER DATABASE {draft} RENAME TO {name}")).await;
    }
    execute(admin, &format!("SELECT pg_advisory_unlock({TEMPLATE_LOCK})")).await;
    name
}

/// One connection, so that the lock taken on it is let go on it.
async fn admin(server: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(server);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options)
        .await
        .unwrap_or_else(|cause| panic!("{VARIABLE} names a server that does not answer: {cause}"))
}

async fn execute(admin: &DatabaseConnection, sql: &str) {
    admin
        .execute_unprepared(sql)
        .await
        .unwrap_or_else(|cause| panic!("{sql}: {cause}"));
}

/// The server's address with another database.
fn address(server: &str, database: &str) -> String {
    let (place, query) = match server.split_once('?') {
        Some((place, query)) => (place, format!("?{query}")),
        None => (server, String::new()),
    };
    let from = place.find("://").map_or(0, |at| at + 3);
    let host = place[from..]
        .find('/')
        .map_or(place, |slash| &place[..from + slash]);
    format!("{host}/{database}{query}")
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn only_the_database_of_an_address_changes() {
        let check = |server: &str, expected: &str| assert_eq!(address(server, "x"), expected);
        check(
            "postgres://p@127.0.0.1:5432/postgres",
            "postgres://p@127.0.0.1:5432/x",
        );
        check("postgres://host", "postgres://host/x");
        check(
            "postgres://h/db?sslmode=disable",
            "postgres://h/x?sslmode=disable",
        );
    }
}
