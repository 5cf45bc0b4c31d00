//! The outbound ledger: the only place where outbound communication is recorded and counted.

use sea_orm_migration::prelude::*;

use crate::columns::{
    Values, at, at_null, closed, closed_null, corrupt_index, create, drop_tables, foreign_key, id, index,
    number, partial_index, reference, text, text_null, unique_index,
};

const CHANNELS: Values = &["email", "linkedin", "contact_form", "phone", "twitter", "other"];
const MODES: Values = &["dry_run", "live"];
const STATUSES: Values = &[
    "PENDING",
    "SENDING",
    "SENT",
    "PROOF_SENT",
    "FAILED",
    "SKIPPED",
    "UNCONFIRMED",
];
const FAILURES: Values = &[
    "delivery_failed",
    "rate_limited",
    "invalid_address",
    "no_address",
    "bounce",
    "complaint",
    "no_profile",
    "form_unreachable",
    "form_spam_protected",
    "retry_exhausted",
    "gateway_unconfigured",
    "fenced",
];

/// Attempts that the activity feed tells of.
const OUTCOMES: &str =
    "status IN ('SENT', 'PROOF_SENT', 'FAILED', 'UNCONFIRMED') AND finished_at IS NOT NULL";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, table(), indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["outbound_attempts"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("outbound_attempts")
        .col(id())
        .col(number("version"))
        .col(reference("lead_id"))
        .col(reference("campaign_id"))
        .col(number("step_no"))
        .col(closed("channel", CHANNELS))
        .col(closed("delivery_mode", MODES))
        .col(closed("status", STATUSES))
        .col(text("idempotency_key"))
        .col(at("scheduled_at"))
        .col(at_null("next_try_at"))
        .col(number("try_count"))
        .col(number("max_tries"))
        .col(text_null("gateway"))
        .col(text_null("provider_message_id"))
        .col(closed_null("failure_reason", FAILURES))
        .col(text_null("last_error"))
        .col(at_null("sent_at"))
        .col(at_null("finished_at"))
        .col(at("created_at"))
        .col(at("updated_at"))
        .foreign_key(&mut foreign_key("outbound_attempts", "lead_id", "leads"))
        .foreign_key(&mut foreign_key("outbound_attempts", "campaign_id", "campaigns"))
        .check((
            "outbound_attempts_sent_is_live",
            Expr::cust("status <> 'SENT' OR (delivery_mode = 'live' AND provider_message_id IS NOT NULL)"),
        ))
        .check((
            "outbound_attempts_proof_is_rehearsal",
            Expr::cust("status <> 'PROOF_SENT' OR delivery_mode = 'dry_run'"),
        ))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    const TABLE: &str = "outbound_attempts";
    vec![
        unique_index(TABLE, &["idempotency_key"]),
        unique_index(TABLE, &["gateway", "provider_message_id"]),
        index(TABLE, &["status", "next_try_at"]),
        index(TABLE, &["campaign_id", "finished_at"]),
        index(TABLE, &["lead_id", "channel", "finished_at"]),
        index(TABLE, &["delivery_mode", "status", "finished_at"]),
        partial_index(
            "ix_outbound_attempts_outcomes",
            TABLE,
            &["finished_at", "id"],
            OUTCOMES,
        ),
        corrupt_index(
            TABLE,
            &["id"],
            &[
                ("channel", CHANNELS),
                ("delivery_mode", MODES),
                ("status", STATUSES),
                ("failure_reason", FAILURES),
            ],
        ),
    ]
}
