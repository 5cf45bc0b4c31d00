//! Webhooks out, what is on its way to them, and up to which event deliveries have been made.

use sea_orm_migration::prelude::*;

use crate::columns::{
    Values, at, at_null, closed, closed_null, corrupt_index, create, drop_tables, foreign_key, id, index,
    number, partial_index, reference, reference_null, text, text_null, unique_index,
};

const STATES: Values = &["active", "paused", "disabled"];
const REASONS: Values = &["failing", "gone", "secret_lost"];
const DELIVERIES: Values = &["pending", "delivered", "failed"];
const FAULTS: Values = &[
    "status",
    "redirect",
    "timeout",
    "unreachable",
    "name_unknown",
    "address_refused",
    "url_refused",
    "secret_lost",
    "crashed",
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

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        webhooks(manager).await?;
        deliveries(manager).await?;
        let cursor = Table::create()
            .table("webhook_cursor")
            .col(number("id").primary_key().check(Expr::cust("id = 1")).take())
            .col(number("seq"))
            .take();
        manager.create_table(cursor).await?;
        let first = Query::insert()
            .into_table("webhook_cursor")
            .columns(["id", "seq"])
            .values_panic([1.into(), 0.into()])
            .take();
        manager.execute(first).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["webhooks", "webhook_deliveries", "webhook_cursor"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn webhooks(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const TABLE: &str = "webhooks";
    let table = Table::create()
        .table(TABLE)
        .col(id())
        .col(number("version"))
        .col(text("url"))
        .col(text_null("description"))
        .col(text("filter"))
        .col(closed("state", STATES))
        .col(closed_null("disabled_reason", REASONS))
        .col(at_null("disabled_at"))
        // A secret is made from the key of the installation and its salt, and kept nowhere; the mark
        // tells whether the key is still the one it was made with.
        .col(reference("salt"))
        .col(text("secret_mark"))
        .col(reference_null("old_salt"))
        .col(text_null("old_secret_mark"))
        .col(at_null("old_secret_until"))
        // Events up to this place are not for it.
        .col(number("from_seq"))
        .col(number("failed_in_a_row"))
        .col(at_null("last_success_at"))
        .col(at_null("last_failure_at"))
        .col(text("created_by"))
        .col(at("created_at"))
        .col(at("updated_at"))
        .take();
    let corrupt = corrupt_index(TABLE, &["id"], &[("state", STATES), ("disabled_reason", REASONS)]);
    create(manager, table, vec![corrupt]).await
}

async fn deliveries(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const TABLE: &str = "webhook_deliveries";
    let table = Table::create()
        .table(TABLE)
        .col(id())
        .col(reference("webhook_id"))
        .col(at_null("event_seq"))
        .col(closed("kind", KINDS))
        .col(text("body"))
        .col(closed("state", DELIVERIES))
        .col(number("attempts"))
        .col(at_null("next_attempt_at"))
        .col(reference_null("lease"))
        .col(at_null("leased_until"))
        .col(at_null("last_attempt_at"))
        .col(at_null("last_duration_ms"))
        .col(at_null("last_status"))
        .col(closed_null("last_fault", FAULTS))
        .col(text_null("last_answer"))
        .col(at("created_at"))
        .foreign_key(&mut foreign_key(TABLE, "webhook_id", "webhooks"))
        .take();
    let indexes = vec![
        // One delivery per webhook and event, whoever makes it; tests have no event.
        unique_index(TABLE, &["webhook_id", "event_seq"]),
        index(TABLE, &["webhook_id", "id"]),
        index(TABLE, &["webhook_id", "state", "id"]),
        index(TABLE, &["created_at"]),
        partial_index(
            "ix_webhook_deliveries_due",
            TABLE,
            &["next_attempt_at", "id"],
            "state = 'pending'",
        ),
        corrupt_index(
            TABLE,
            &["id"],
            &[("kind", KINDS), ("state", DELIVERIES), ("last_fault", FAULTS)],
        ),
    ];
    create(manager, table, indexes).await
}
