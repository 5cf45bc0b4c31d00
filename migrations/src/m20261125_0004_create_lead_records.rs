//! What belongs to a lead: identities, touches and the history of its status.

use sea_orm_migration::prelude::*;

use crate::columns::{
    Values, at, closed, closed_null, corrupt_index, create, drop_tables, flag, foreign_key, id, index,
    reference, reference_null, text, text_null, unique_index,
};

const KINDS: Values = &["email", "phone", "linkedin"];
const SOURCES: Values = &["other", "csv", "apollo", "manual"];
const STATUSES: Values = &[
    "NEW",
    "ENRICHED",
    "CONTACTED",
    "REPLIED",
    "QUALIFIED",
    "ROUTED",
    "MANUAL_REVIEW",
    "LOST",
];
const LOST_REASONS: Values = &[
    "low_icp_fit",
    "invalid_email",
    "spam_bot",
    "role_account",
    "competitor",
    "free_mail",
    "negative_reply",
    "unsubscribed",
    "bounced",
    "sequence_exhausted",
    "operator_skip",
    "operator_reject",
    "duplicate",
    "other",
];
const ACTORS: Values = &["user", "api_key", "service", "system"];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        identities(manager).await?;
        touches(manager).await?;
        history(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &["lead_identities", "lead_touches", "lead_status_history"],
        )
        .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn identities(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("lead_identities")
        .col(id())
        .col(reference("lead_id"))
        .col(closed("kind", KINDS))
        .col(text_null("value"))
        .col(text("value_hash"))
        .col(flag("is_key", false))
        .foreign_key(&mut foreign_key("lead_identities", "lead_id", "leads"))
        .take();
    let indexes = vec![
        unique_index("lead_identities", &["kind", "value_hash"]),
        index("lead_identities", &["lead_id"]),
        corrupt_index("lead_identities", &["id"], &[("kind", KINDS)]),
    ];
    create(manager, table, indexes).await
}

async fn touches(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("lead_touches")
        .col(id())
        .col(reference("lead_id"))
        .col(reference_null("campaign_id"))
        .col(closed("source", SOURCES))
        .col(text_null("source_channel"))
        .col(text_null("source_ref"))
        .col(text_null("utm_source"))
        .col(text_null("utm_medium"))
        .col(text_null("utm_campaign"))
        .col(text_null("utm_content"))
        .col(reference_null("import_id"))
        .col(at("touched_at"))
        .foreign_key(&mut foreign_key("lead_touches", "lead_id", "leads"))
        .foreign_key(&mut foreign_key("lead_touches", "campaign_id", "campaigns"))
        .foreign_key(&mut foreign_key("lead_touches", "import_id", "import_batches"))
        .take();
    let indexes = vec![
        unique_index("lead_touches", &["source_ref"]),
        index("lead_touches", &["lead_id", "touched_at", "id"]),
        corrupt_index("lead_touches", &["id"], &[("source", SOURCES)]),
    ];
    create(manager, table, indexes).await
}

async fn history(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("lead_status_history")
        .col(id())
        .col(reference("lead_id"))
        .col(closed_null("from_status", STATUSES))
        .col(closed("to_status", STATUSES))
        .col(closed("actor_type", ACTORS))
        .col(text("actor_id"))
        .col(closed_null("reason_code", LOST_REASONS))
        .col(text_null("reason"))
        .col(at("at"))
        .foreign_key(&mut foreign_key("lead_status_history", "lead_id", "leads"))
        .take();
    let indexes = vec![
        index("lead_status_history", &["lead_id", "at", "id"]),
        corrupt_index(
            "lead_status_history",
            &["id"],
            &[
                ("from_status", STATUSES),
                ("to_status", STATUSES),
                ("actor_type", ACTORS),
                ("reason_code", LOST_REASONS),
            ],
        ),
    ];
    create(manager, table, indexes).await
}
