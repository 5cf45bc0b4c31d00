//! The outbox: what moved, in the order of the commits, and the head from which that order grows.

use sea_orm_migration::prelude::*;

use crate::columns::{Values, at, closed, corrupt_index, create, drop_tables, number, text_null};

const TOPICS: Values = &[
    "attention",
    "activity",
    "approvals",
    "control",
    "actions",
    "jobs",
    "imports",
    "gateways",
];
const KINDS: Values = &[
    "lead.created",
    "lead.changed",
    "lead.status_changed",
    "leads.imported",
    "figures.rebuilt",
    "activity.added",
    "campaign.created",
    "campaign.status_changed",
    "access.added",
    "access.changed",
    "process.went_live",
    "import.changed",
    "import.progressed",
    "import.committed",
    "import.failed",
    "audit.exported",
    "backup.made",
    "data.moved",
    "webhook.changed",
    "webhook.disabled",
    "webhook.tested",
    "webhook.attempted",
];
const SUBJECTS: Values = &[
    "lead", "campaign", "import", "attempt", "approval", "system", "user", "session", "api_key", "webhook",
];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        const TABLE: &str = "events";
        let events = Table::create()
            .table(TABLE)
            .col(number("seq").primary_key().take())
            .col(at("at"))
            .col(closed("topic", TOPICS))
            .col(closed("kind", KINDS))
            .col(closed("subject_type", SUBJECTS))
            .col(text_null("subject_id"))
            .col(text_null("facts"))
            .take();
        let corrupt = corrupt_index(
            TABLE,
            &["seq"],
            &[("topic", TOPICS), ("kind", KINDS), ("subject_type", SUBJECTS)],
        );
        create(manager, events, vec![corrupt]).await?;
        let head = Table::create()
            .table("event_head")
            .col(number("id").primary_key().check(Expr::cust("id = 1")).take())
            .col(number("seq"))
            .take();
        manager.create_table(head).await?;
        let first = Query::insert()
            .into_table("event_head")
            .columns(["id", "seq"])
            .values_panic([1.into(), 0.into()])
            .take();
        manager.execute(first).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["events", "event_head"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
