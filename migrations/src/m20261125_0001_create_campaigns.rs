//! Campaigns: the one container of work.

use sea_orm_migration::prelude::*;

use crate::columns::{
    Values, at, closed, corrupt_index, create, drop_tables, flag, id, index, number, text, text_null,
    unique_index,
};

const OBJECTIVES: Values = &[
    "lead_generation",
    "brand_awareness",
    "hiring",
    "product_launch",
    "event_promotion",
    "sales",
];
const STATUSES: Values = &["PLANNED", "ACTIVE", "PAUSED", "COMPLETED", "STOPPED"];
const MODES: Values = &["SIMULATION", "LIVE"];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("campaigns")
            .col(id())
            .col(number("version"))
            .col(text("name"))
            .col(text("name_norm"))
            .col(text_null("client"))
            .col(closed("objective", OBJECTIVES))
            .col(text_null("description"))
            .col(closed("status", STATUSES))
            .col(text_null("status_reason"))
            .col(closed("mode", MODES))
            .col(flag("kill_switch", false))
            .col(text("time_zone"))
            .col(text_null("start_on"))
            .col(text_null("end_on"))
            .col(at("created_at"))
            .col(at("updated_at"))
            .check(Expr::cust(
                "end_on IS NULL OR start_on IS NULL OR end_on >= start_on",
            ))
            .take();
        let indexes = vec![
            unique_index("campaigns", &["name_norm"]),
            index("campaigns", &["status", "id"]),
            corrupt_index(
                "campaigns",
                &["id"],
                &[("objective", OBJECTIVES), ("status", STATUSES), ("mode", MODES)],
            ),
        ];
        create(manager, table, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["campaigns"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
