//! Bulk changes of leads and the leads of each, and the closed words by which trail, events and
//! webhooks tell of them.

use sea_orm_migration::prelude::*;

use crate::columns::{
    Values, at, at_null, closed, closed_null, corrupt_index, create, drop_tables, id, index, number,
    partial_index, reference, text, text_null,
};
use crate::widen::reword;

const JOBS: &str = "jobs";
const ITEMS: &str = "job_items";

const STATES: Values = &["running", "completed", "cancelled", "failed", "undoing", "undone"];
const OUTCOMES: Values = &["changed", "unchanged", "refused"];
const REFUSALS: Values = &[
    "illegal_transition",
    "consent_monotonic",
    "too_many_tags",
    "not_found",
    "unreadable",
];
const UNDONE_AS: Values = &["taken_back", "kept"];

const ACTORS: Values = &["user", "api_key", "service", "system"];
const ACTIVITIES: Values = &["outreach", "approval", "campaign", "import", "lead", "system"];
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
const KEY_STATES: Values = &["running", "committed", "done"];
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
    "job.started",
    "job.chunk_written",
    "job.completed",
    "job.cancelled",
    "job.failed",
    "job.undo_started",
    "job.chunk_undone",
    "job.undone",
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
const KINDS: Values = &[
    "lead.created",
    "lead.changed",
    "lead.status_changed",
    "leads.imported",
    "leads.changed",
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
    "job.changed",
    "job.progressed",
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
    "job",
];
/// Of the three lists above, what was not there before this step.
const NEW: Values = &[
    "job.started",
    "job.chunk_written",
    "job.completed",
    "job.cancelled",
    "job.failed",
    "job.undo_started",
    "job.chunk_undone",
    "job.undone",
    "leads.changed",
    "job.changed",
    "job.progressed",
    "job",
];

/// A table whose words grow.
struct Grown {
    table: &'static str,
    key: &'static [&'static str],
    /// Every closed column with its words after this step.
    columns: &'static [(&'static str, Values)],
}

const GROWN: [Grown; 4] = [
    Grown {
        table: "audit_log",
        key: &["id"],
        columns: &[
            ("actor_type", ACTORS),
            ("action", ACTIONS),
            ("subject_type", SUBJECTS),
            ("activity_kind", ACTIVITIES),
        ],
    },
    Grown {
        table: "events",
        key: &["seq"],
        columns: &[("topic", TOPICS), ("kind", KINDS), ("subject_type", SUBJECTS)],
    },
    Grown {
        table: "webhook_deliveries",
        key: &["id"],
        columns: &[("kind", KINDS), ("state", DELIVERIES), ("last_fault", FAULTS)],
    },
    Grown {
        table: "idempotency_keys",
        key: &["actor", "key"],
        columns: &[("state", KEY_STATES), ("subject_type", SUBJECTS)],
    },
];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            jobs(),
            vec![index(JOBS, &["state", "id"]), corrupt_jobs()],
        )
        .await?;
        create(manager, items(), item_indexes()).await?;
        for grown in &GROWN {
            grown.reworded(manager, &without_new, &all).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for grown in &GROWN {
            grown.reworded(manager, &all, &without_new).await?;
        }
        drop_tables(manager, &[JOBS, ITEMS]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn all(words: Values) -> Vec<&'static str> {
    words.to_vec()
}

fn without_new(words: Values) -> Vec<&'static str> {
    words.iter().copied().filter(|word| !NEW.contains(word)).collect()
}

type Choose = dyn Fn(Values) -> Vec<&'static str> + Sync;

impl Grown {
    async fn reworded(
        &self,
        manager: &SchemaManager<'_>,
        before: &Choose,
        after: &Choose,
    ) -> Result<(), DbErr> {
        let drop = Index::drop()
            .name(format!("ix_{}_corrupt", self.table))
            .table(self.table)
            .to_owned();
        manager.drop_index(drop).await?;
        for (column, words) in self.columns {
            let (before, after) = (before(words), after(words));
            if before != after {
                reword(manager, self.table, column, &before, &after).await?;
            }
        }
        let words: Vec<_> = self
            .columns
            .iter()
            .map(|(column, words)| (*column, after(words)))
            .collect();
        let columns: Vec<(&'static str, &[&str])> = words
            .iter()
            .map(|(column, words)| (*column, words.as_slice()))
            .collect();
        manager
            .create_index(corrupt_index(self.table, self.key, &columns))
            .await
    }
}

fn jobs() -> TableCreateStatement {
    Table::create()
        .table(JOBS)
        .col(id())
        .col(number("version"))
        .col(closed("state", STATES))
        .col(text("change"))
        .col(text_null("filter"))
        .col(text_null("reason"))
        .col(number("total"))
        .col(number("changed"))
        .col(number("unchanged"))
        .col(number("refused"))
        .col(number("taken_back"))
        .col(number("kept"))
        .col(text_null("error"))
        .col(text("started_by"))
        // In whose name it goes on: who started it, or set it in motion again, or undoes it.
        .col(closed("actor_type", ACTORS))
        .col(text("actor_id"))
        .col(at("created_at"))
        .col(at("updated_at"))
        .col(at_null("ended_at"))
        .take()
}

fn corrupt_jobs() -> IndexCreateStatement {
    corrupt_index(JOBS, &["id"], &[("state", STATES), ("actor_type", ACTORS)])
}

fn items() -> TableCreateStatement {
    Table::create()
        .table(ITEMS)
        .col(reference("job_id"))
        .col(number("number"))
        // No foreign key: what was done to a lead is told when the lead is gone, too.
        .col(reference("lead_id"))
        .col(closed_null("outcome", OUTCOMES))
        .col(closed_null("refusal", REFUSALS))
        // What the lead had before, of the field that was changed.
        .col(text_null("was"))
        // The version that the change gave the lead.
        .col(ColumnDef::new("version_after").big_integer().null().take())
        .col(at_null("settled_at"))
        .col(closed_null("undone_as", UNDONE_AS))
        .primary_key(Index::create().col("job_id").col("number"))
        .take()
}

fn item_indexes() -> Vec<IndexCreateStatement> {
    vec![
        partial_index(
            "ix_job_items_outcome",
            ITEMS,
            &["job_id", "outcome", "number"],
            "outcome IS NOT NULL",
        ),
        partial_index(
            "ix_job_items_undone",
            ITEMS,
            &["job_id", "undone_as", "number"],
            "undone_as IS NOT NULL",
        ),
        partial_index(
            "ix_job_items_lead",
            ITEMS,
            &["lead_id", "settled_at"],
            "outcome = 'changed'",
        ),
        corrupt_index(
            ITEMS,
            &["job_id", "number"],
            &[
                ("outcome", OUTCOMES),
                ("refusal", REFUSALS),
                ("undone_as", UNDONE_AS),
            ],
        ),
    ]
}
