//! The workspace's control flags: one row.

use sea_orm_migration::prelude::*;

use crate::columns::{drop_tables, flag, number};

/// Each flag with what it is in a new workspace: nothing leaves the house.
const FLAGS: [(&str, bool); 4] = [
    ("paused", false),
    ("killed", false),
    ("proof_mode", true),
    ("live_enabled", false),
];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("control_flags")
            .col(number("id").primary_key().check(Expr::cust("id = 1")).take())
            .col(number("epoch"));
        for (name, on) in FLAGS {
            table
                .col(flag(name, on))
                .col(ColumnDef::new(format!("{name}_by")).text().null())
                .col(ColumnDef::new(format!("{name}_reason")).text().null())
                .col(ColumnDef::new(format!("{name}_at")).big_integer().null());
        }
        manager.create_table(table).await?;
        let row = Query::insert()
            .into_table("control_flags")
            .columns(["id", "epoch"])
            .values_panic([1.into(), 1.into()])
            .take();
        manager.execute(row).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["control_flags"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
