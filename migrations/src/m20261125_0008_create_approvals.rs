//! Approvals: a decision on exactly one content hash.

use sea_orm_migration::prelude::*;

use crate::columns::{
    Values, at, at_null, closed, corrupt_index, create, drop_tables, foreign_key, id, index, number,
    partial_index, reference_null, text, text_null,
};

const SUBJECTS: Values = &["strategy", "creative", "message", "artifact", "go_live"];
const STATES: Values = &[
    "PENDING",
    "APPROVED",
    "REJECTED",
    "CHANGES_REQUESTED",
    "EXPIRED",
    "SUPERSEDED",
    "WITHDRAWN",
    "REVOKED",
    "LAPSED",
];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        const TABLE: &str = "approvals";
        let table = Table::create()
            .table(TABLE)
            .col(id())
            .col(number("version"))
            .col(closed("subject_type", SUBJECTS))
            .col(text("subject_id"))
            .col(number("subject_version"))
            .col(text("content_hash"))
            .col(reference_null("campaign_id"))
            .col(text("title"))
            .col(closed("state", STATES))
            .col(number("required_count"))
            .col(text("requested_by"))
            .col(text_null("request_note"))
            .col(at("decide_by_at"))
            .col(at_null("valid_until_at"))
            .col(at_null("closed_at"))
            .col(text_null("closed_by"))
            .col(reference_null("superseded_by"))
            .col(at("created_at"))
            .col(at("updated_at"))
            .foreign_key(&mut foreign_key(TABLE, "campaign_id", "campaigns"))
            .take();
        let indexes = vec![
            partial_index(
                "ux_approvals_in_force",
                TABLE,
                &["subject_type", "subject_id", "content_hash"],
                "state IN ('PENDING', 'APPROVED')",
            )
            .unique()
            .take(),
            index(TABLE, &["state", "decide_by_at"]),
            index(TABLE, &["state", "subject_type"]),
            index(TABLE, &["created_at", "id"]),
            partial_index(
                "ix_approvals_closed",
                TABLE,
                &["closed_at", "id"],
                "closed_at IS NOT NULL",
            ),
            corrupt_index(TABLE, &["id"], &[("subject_type", SUBJECTS), ("state", STATES)]),
        ];
        create(manager, table, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["approvals"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
