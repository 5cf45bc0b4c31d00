//! More closed words for the audit trail: an import paused, resumed and undone, leads exported.
//!
//! The constraint of a column cannot be changed on SQLite, so the table is written anew with every
//! row as it was; the chain of hashes does not notice.

use sea_orm_migration::prelude::*;

use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::columns::{
    Values, at, closed, closed_null, corrupt_index, index, number, partial_index, reference, reference_null,
    text, text_null,
};

const ACTORS: Values = &["user", "api_key", "service", "system"];
const ACTIONS: Values = &[
    "lead.created",
    "lead.merged",
    "lead.touched",
    "lead.edited",
    "lead.status_changed",
    "leads.exported",
    "campaign.created",
    "campaign.status_changed",
    "import.uploaded",
    "import.mapped",
    "import.previewed",
    "import.commit_started",
    "import.chunk_committed",
    "import.committed",
    "import.cancelled",
    "import.failed",
    "import.paused",
    "import.resumed",
    "import.undo_started",
    "import.chunk_undone",
    "import.undone",
    "counters.rebuilt",
    "process.went_live",
    "workspace.set_up",
    "user.invited",
    "user.invitation_revoked",
    "user.created",
    "user.edited",
    "user.password_changed",
    "user.second_factor_changed",
    "user.passkey_changed",
    "session.started",
    "session.ended",
    "api_key.created",
    "api_key.revoked",
    "webhook.created",
    "webhook.edited",
    "webhook.secret_rotated",
    "webhook.disabled",
    "webhook.deleted",
    "webhook.tested",
    "webhook.replayed",
    "audit.exported",
    "backup.made",
    "data.moved",
];
const ACTIONS_BEFORE: Values = &[
    "lead.created",
    "lead.merged",
    "lead.touched",
    "lead.edited",
    "lead.status_changed",
    "campaign.created",
    "campaign.status_changed",
    "import.uploaded",
    "import.mapped",
    "import.previewed",
    "import.commit_started",
    "import.chunk_committed",
    "import.committed",
    "import.cancelled",
    "import.failed",
    "counters.rebuilt",
    "process.went_live",
    "workspace.set_up",
    "user.invited",
    "user.invitation_revoked",
    "user.created",
    "user.edited",
    "user.password_changed",
    "user.second_factor_changed",
    "user.passkey_changed",
    "session.started",
    "session.ended",
    "api_key.created",
    "api_key.revoked",
    "webhook.created",
    "webhook.edited",
    "webhook.secret_rotated",
    "webhook.disabled",
    "webhook.deleted",
    "webhook.tested",
    "webhook.replayed",
    "audit.exported",
    "backup.made",
    "data.moved",
];
const SUBJECTS: Values = &[
    "lead", "campaign", "import", "attempt", "approval", "system", "user", "session", "api_key", "webhook",
];
const KINDS: Values = &["outreach", "approval", "campaign", "import", "lead", "system"];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rewrite(manager, ACTIONS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rewrite(manager, ACTIONS_BEFORE).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// Writes the table anew with these legal actions.
async fn rewrite(manager: &SchemaManager<'_>, actions: Values) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    manager.create_table(log("audit_log_next", actions)).await?;
    // The columns are named, because a later step may add one.
    connection
        .execute_unprepared(
            "INSERT INTO audit_log_next (seq, id, at, actor_type, actor_id, action, subject_type, subject_id, \
             campaign_id, before, after, reason, request_id, prev_hash, hash, activity_kind) \
             SELECT seq, id, at, actor_type, actor_id, action, subject_type, subject_id, campaign_id, before, \
             after, reason, request_id, prev_hash, hash, activity_kind FROM audit_log",
        )
        .await?;
    // Takes its indexes and triggers with it.
    manager
        .drop_table(Table::drop().table("audit_log").take())
        .await?;
    manager
        .rename_table(Table::rename().table("audit_log_next", "audit_log").take())
        .await?;
    for index in indexes(actions) {
        manager.create_index(index).await?;
    }
    for statement in triggers(manager.get_database_backend()) {
        connection.execute_unprepared(statement).await?;
    }
    Ok(())
}

fn log(table: &'static str, actions: Values) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(number("seq").primary_key().take())
        .col(reference("id").unique_key().take())
        .col(at("at"))
        .col(closed("actor_type", ACTORS))
        .col(text("actor_id"))
        .col(closed("action", actions))
        .col(closed("subject_type", SUBJECTS))
        .col(text_null("subject_id"))
        .col(reference_null("campaign_id"))
        .col(text_null("before"))
        .col(text_null("after"))
        .col(text_null("reason"))
        .col(text("request_id"))
        .col(text("prev_hash"))
        .col(text("hash").unique_key().take())
        .col(closed_null("activity_kind", KINDS))
        .take()
}

fn indexes(actions: Values) -> Vec<IndexCreateStatement> {
    const TABLE: &str = "audit_log";
    vec![
        index(TABLE, &["subject_type", "subject_id", "at", "seq"]),
        index(TABLE, &["subject_type", "at", "seq"]),
        index(TABLE, &["actor_id", "at", "seq"]),
        index(TABLE, &["actor_type", "at", "seq"]),
        index(TABLE, &["action", "at", "seq"]),
        index(TABLE, &["request_id", "at", "seq"]),
        index(TABLE, &["at", "seq"]),
        partial_index("ix_audit_log_reason", TABLE, &["at", "seq"], "reason IS NOT NULL"),
        partial_index(
            "ix_audit_log_activity",
            TABLE,
            &["at", "id"],
            "activity_kind IS NOT NULL",
        ),
        index(TABLE, &["activity_kind", "at", "id"]),
        corrupt_index(
            TABLE,
            &["id"],
            &[
                ("actor_type", ACTORS),
                ("action", actions),
                ("subject_type", SUBJECTS),
                ("activity_kind", KINDS),
            ],
        ),
    ]
}

/// The function that PostgreSQL's triggers call is there since the table is.
const fn triggers(database: DbBackend) -> &'static [&'static str] {
    match database {
        DbBackend::Postgres => &[
            "CREATE TRIGGER audit_log_refuse_change BEFORE UPDATE OR DELETE ON audit_log
             FOR EACH ROW EXECUTE FUNCTION audit_log_refuse()",
            "CREATE TRIGGER audit_log_refuse_truncate BEFORE TRUNCATE ON audit_log
             FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse()",
        ],
        _ => &[
            "CREATE TRIGGER audit_log_refuse_update BEFORE UPDATE ON audit_log
             BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END",
            "CREATE TRIGGER audit_log_refuse_delete BEFORE DELETE ON audit_log
             BEGIN SELECT RAISE(ABORT, 'audit rows are never removed'); END",
        ],
    }
}
