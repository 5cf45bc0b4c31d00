//! Accounts, sessions, one-time links, recovery codes and keys. Secrets are kept as hashes only.

use sea_orm_migration::prelude::*;

use crate::columns::{
    Values, at, at_null, closed, closed_null, corrupt_index, create, drop_tables, flag, foreign_key, id,
    index, number, reference, reference_null, text, text_null, unique_index,
};

const ROLES: Values = &["viewer", "operator", "approver", "admin"];
const KINDS: Values = &["person", "service"];
const SECOND_FACTORS: Values = &["off", "pending", "on"];
const LINKS: Values = &["set_up", "invitation", "password_reset"];

const TABLES: &[&str] = &[
    "users",
    "sessions",
    "one_time_links",
    "recovery_codes",
    "api_keys",
];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        users(manager).await?;
        sessions(manager).await?;
        one_time_links(manager).await?;
        recovery_codes(manager).await?;
        api_keys(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn users(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const TABLE: &str = "users";
    let table = Table::create()
        .table(TABLE)
        .col(id())
        .col(number("version"))
        .col(closed("kind", KINDS))
        .col(text_null("email"))
        .col(text_null("email_norm"))
        .col(text("display_name"))
        // Set for service accounts alone: people may share a name.
        .col(text_null("name_norm"))
        .col(closed("role", ROLES))
        .col(flag("active", true))
        .col(text_null("password_hash"))
        .col(closed("second_factor", SECOND_FACTORS))
        .col(text_null("totp_secret"))
        .col(at_null("totp_step"))
        .col(at_null("last_sign_in_at"))
        .col(at("created_at"))
        .col(at("updated_at"))
        .take();
    let indexes = vec![
        unique_index(TABLE, &["email_norm"]),
        unique_index(TABLE, &["name_norm"]),
        corrupt_index(
            TABLE,
            &["id"],
            &[
                ("kind", KINDS),
                ("role", ROLES),
                ("second_factor", SECOND_FACTORS),
            ],
        ),
    ];
    create(manager, table, indexes).await
}

async fn sessions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const TABLE: &str = "sessions";
    let table = Table::create()
        .table(TABLE)
        .col(id())
        .col(reference("user_id"))
        .col(text("token_hash"))
        .col(text("device"))
        .col(at("created_at"))
        .col(at("last_seen_at"))
        .col(at("expires_at"))
        .foreign_key(&mut foreign_key(TABLE, "user_id", "users"))
        .take();
    let indexes = vec![
        unique_index(TABLE, &["token_hash"]),
        index(TABLE, &["user_id", "last_seen_at"]),
        index(TABLE, &["expires_at"]),
    ];
    create(manager, table, indexes).await
}

async fn one_time_links(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const TABLE: &str = "one_time_links";
    let table = Table::create()
        .table(TABLE)
        .col(id())
        .col(closed("kind", LINKS))
        .col(text("token_hash"))
        .col(reference_null("user_id"))
        .col(text_null("email"))
        .col(text_null("email_norm"))
        .col(closed_null("role", ROLES))
        .col(reference_null("created_by"))
        .col(at("created_at"))
        .col(at("expires_at"))
        .col(at_null("used_at"))
        .col(at_null("revoked_at"))
        .foreign_key(&mut foreign_key(TABLE, "user_id", "users"))
        .foreign_key(&mut foreign_key(TABLE, "created_by", "users"))
        .take();
    let indexes = vec![
        unique_index(TABLE, &["token_hash"]),
        index(TABLE, &["kind", "id"]),
        index(TABLE, &["email_norm"]),
        index(TABLE, &["user_id"]),
        index(TABLE, &["created_by"]),
        corrupt_index(TABLE, &["id"], &[("kind", LINKS), ("role", ROLES)]),
    ];
    create(manager, table, indexes).await
}

async fn recovery_codes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const TABLE: &str = "recovery_codes";
    let table = Table::create()
        .table(TABLE)
        .col(id())
        .col(reference("user_id"))
        .col(text("code_hash"))
        .col(at_null("used_at"))
        .foreign_key(&mut foreign_key(TABLE, "user_id", "users"))
        .take();
    create(
        manager,
        table,
        vec![unique_index(TABLE, &["user_id", "code_hash"])],
    )
    .await
}

async fn api_keys(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const TABLE: &str = "api_keys";
    let table = Table::create()
        .table(TABLE)
        .col(id())
        .col(text("name"))
        .col(text("prefix"))
        .col(text("secret_hash"))
        .col(text("scopes"))
        .col(reference("owner_id"))
        .col(reference_null("created_by"))
        .col(at("created_at"))
        .col(at_null("expires_at"))
        .col(at_null("last_used_at"))
        .col(at_null("revoked_at"))
        .foreign_key(&mut foreign_key(TABLE, "owner_id", "users"))
        .foreign_key(&mut foreign_key(TABLE, "created_by", "users"))
        .take();
    let indexes = vec![
        unique_index(TABLE, &["secret_hash"]),
        index(TABLE, &["owner_id"]),
        index(TABLE, &["created_by"]),
    ];
    create(manager, table, indexes).await
}
