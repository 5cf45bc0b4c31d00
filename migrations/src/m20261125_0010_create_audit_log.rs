//! The audit trail: a hash chain that refuses to be changed, and the head it grows from.

use sea_orm_migration::prelude::*;

use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::columns::{
    Values, at, closed, closed_null, corrupt_index, create, drop_tables, index, number, partial_index,
    reference, reference_null, text, text_null,
};

const ACTORS: Values = &["user", "api_key", "service", "system"];
const ACTIONS: Values = &[
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
];
const SUBJECTS: Values = &["lead", "campaign", "import", "attempt", "approval", "system"];
const KINDS: Values = &["outreach", "approval", "campaign", "import", "lead", "system"];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, log(), indexes()).await?;
        let head = Table::create()
            .table("audit_head")
            .col(number("id").primary_key().check(Expr::cust("id = 1")).take())
            .col(number("seq"))
            .col(text("hash"))
            .take();
        manager.create_table(head).await?;
        let first = Query::insert()
            .into_table("audit_head")
            .columns(["id", "seq", "hash"])
            .values_panic([1.into(), 0.into(), "".into()])
            .take();
        manager.execute(first).await?;
        let connection = manager.get_connection();
        for statement in triggers(manager.get_database_backend()) {
            connection.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["audit_log", "audit_head"]).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            let connection = manager.get_connection();
            connection
                .execute_unprepared("DROP FUNCTION audit_log_refuse()")
                .await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn log() -> TableCreateStatement {
    Table::create()
        .table("audit_log")
        .col(number("seq").primary_key().take())
        .col(reference("id").unique_key().take())
        .col(at("at"))
        .col(closed("actor_type", ACTORS))
        .col(text("actor_id"))
        .col(closed("action", ACTIONS))
        .col(closed("subject_type", SUBJECTS))
        .col(text_null("subject_id"))
        // No reference: the trail outlives what it tells of.
        .col(reference_null("campaign_id"))
        .col(text_null("before"))
        .col(text_null("after"))
        .col(text_null("reason"))
        .col(text("request_id"))
        .col(text("prev_hash"))
        .col(text("hash").unique_key().take())
        // Follows from action and actor: under which kind the activity feed shows the row, if it does.
        .col(closed_null("activity_kind", KINDS))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    const TABLE: &str = "audit_log";
    vec![
        index(TABLE, &["subject_type", "subject_id", "seq"]),
        index(TABLE, &["actor_id", "seq"]),
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
                ("action", ACTIONS),
                ("subject_type", SUBJECTS),
                ("activity_kind", KINDS),
            ],
        ),
    ]
}

const fn triggers(database: DbBackend) -> &'static [&'static str] {
    match database {
        DbBackend::Postgres => &[
            "CREATE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN RAISE EXCEPTION 'audit rows are never changed or removed'; END $$",
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
