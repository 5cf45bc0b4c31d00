//! The schema's history, for SQLite and PostgreSQL.
//!
//! One file per step, by noun, each with its way back. A landed file is never edited or renamed,
//! which is also why the values of closed columns are spelled out in them: a step must not move
//! with the vocabulary. A new value gets a new step; a test compares both.

mod columns;
mod m20261125_0001_create_campaigns;
mod m20261125_0002_create_import_batches;
mod m20261125_0003_create_leads;
mod m20261125_0004_create_lead_records;
mod m20261125_0005_create_import_rows;
mod m20261125_0006_create_outbound_attempts;
mod m20261125_0007_create_autonomy_actions;
mod m20261125_0008_create_approvals;
mod m20261125_0009_create_operator_tasks;
mod m20261125_0010_create_audit_log;
mod m20261125_0011_create_control_flags;
mod m20261125_0012_create_counters;
mod m20261125_0013_widen_audit_log;
mod m20261125_0014_create_accounts;
mod m20261125_0015_create_idempotency_keys;
mod m20261125_0016_create_events;
mod m20261125_0017_create_webhooks;
mod m20261130_0018_create_passkeys;
mod m20261130_0019_speed_up_due_deliveries;
mod m20261201_0020_undo_imports;
mod m20261201_0021_widen_audit_log_for_imports;
mod m20261201_0022_accept_rows_without_identity;
mod m20261201_0023_create_lead_texts;
mod m20261201_0024_create_consent_events;
mod m20261201_0025_create_jobs;
mod widen;

use sea_orm_migration::prelude::*;

/// Every step, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261125_0001_create_campaigns::Migration),
            Box::new(m20261125_0002_create_import_batches::Migration),
            Box::new(m20261125_0003_create_leads::Migration),
            Box::new(m20261125_0004_create_lead_records::Migration),
            Box::new(m20261125_0005_create_import_rows::Migration),
            Box::new(m20261125_0006_create_outbound_attempts::Migration),
            Box::new(m20261125_0007_create_autonomy_actions::Migration),
            Box::new(m20261125_0008_create_approvals::Migration),
            Box::new(m20261125_0009_create_operator_tasks::Migration),
            Box::new(m20261125_0010_create_audit_log::Migration),
            Box::new(m20261125_0011_create_control_flags::Migration),
            Box::new(m20261125_0012_create_counters::Migration),
            Box::new(m20261125_0013_widen_audit_log::Migration),
            Box::new(m20261125_0014_create_accounts::Migration),
            Box::new(m20261125_0015_create_idempotency_keys::Migration),
            Box::new(m20261125_0016_create_events::Migration),
            Box::new(m20261125_0017_create_webhooks::Migration),
            Box::new(m20261130_0018_create_passkeys::Migration),
            Box::new(m20261130_0019_speed_up_due_deliveries::Migration),
            Box::new(m20261201_0020_undo_imports::Migration),
            Box::new(m20261201_0021_widen_audit_log_for_imports::Migration),
            Box::new(m20261201_0022_accept_rows_without_identity::Migration),
            Box::new(m20261201_0023_create_lead_texts::Migration),
            Box::new(m20261201_0024_create_consent_events::Migration),
            Box::new(m20261201_0025_create_jobs::Migration),
        ]
    }
}
