//! Every closed column of the schema with its values: what corruption is, in one list.
//!
//! Each table has a partial index over the rows that hold a value outside these lists; the
//! predicate made here is word for word the one of that index, so looking for corrupt rows costs
//! what there is of them. The CHECK constraints hold the same lists; a test compares all three.

use std::sync::LazyLock;

use aicmo_shared::ClosedEnum;
use aicmo_shared::access::Role;
use aicmo_shared::account::{AccountKind, LinkKind};
use aicmo_shared::action::ActionStatus;
use aicmo_shared::activity::{ActivityKind, SubjectType};
use aicmo_shared::approval::{ApprovalState, ApprovalSubject};
use aicmo_shared::audit::{ActorType, AuditAction};
use aicmo_shared::campaign::{CampaignMode, CampaignObjective, CampaignStatus};
use aicmo_shared::event::{EventKind, Topic};
use aicmo_shared::idempotency::KeyState;
use aicmo_shared::import::{ImportState, RowUndo, RowVerdict};
use aicmo_shared::job::{ItemOutcome, ItemUndo, JobState, RefusalReason};
use aicmo_shared::lead::{
    CompanySize, ConsentOrigin, ConsentStatus, IdentityKind, LeadGrade, LeadSource, LeadStatus, LeadTier,
    LostReason, ReviewType,
};
use aicmo_shared::outreach::{AttemptStatus, Channel, DeliveryMode, FailureReason};
use aicmo_shared::session::SecondFactor;
use aicmo_shared::task::{TaskStatus, TaskType};
use aicmo_shared::webhook::{AttemptFault, DeliveryState, DisabledReason, WebhookState};

/// A table with closed columns.
#[derive(Clone, Debug)]
pub struct ClosedTable {
    /// Its name.
    pub table: &'static str,
    /// The columns that name a row of it.
    pub key: &'static [&'static str],
    /// The closed columns, each with its values.
    pub columns: Vec<(&'static str, Vec<&'static str>)>,
}

impl ClosedTable {
    fn new(table: &'static str) -> Self {
        Self {
            table,
            key: &["id"],
            columns: Vec::new(),
        }
    }

    fn keyed(mut self, key: &'static [&'static str]) -> Self {
        self.key = key;
        self
    }

    fn has<E: ClosedEnum>(mut self, column: &'static str) -> Self {
        self.columns
            .push((column, E::ALL.iter().map(|value| value.as_str()).collect()));
        self
    }

    /// Holds for a row with a value that no enum knows. In parentheses.
    pub(crate) fn corrupt(&self) -> String {
        let outside: Vec<String> = self
            .columns
            .iter()
            .map(|(column, values)| format!("{column} NOT IN ('{}')", values.join("', '")))
            .collect();
        format!("({})", outside.join(" OR "))
    }
}

static TABLES: LazyLock<Vec<ClosedTable>> = LazyLock::new(|| {
    vec![
        ClosedTable::new("leads")
            .has::<LeadStatus>("status")
            .has::<LeadSource>("source")
            .has::<LeadGrade>("grade")
            .has::<LeadTier>("tier")
            .has::<LostReason>("lost_reason")
            .has::<CompanySize>("company_size")
            .has::<ConsentStatus>("consent_status")
            .has::<ConsentOrigin>("consent_origin")
            .has::<ReviewType>("review_type"),
        ClosedTable::new("lead_identities").has::<IdentityKind>("kind"),
        ClosedTable::new("lead_touches").has::<LeadSource>("source"),
        ClosedTable::new("lead_status_history")
            .has::<LeadStatus>("from_status")
            .has::<LeadStatus>("to_status")
            .has::<ActorType>("actor_type")
            .has::<LostReason>("reason_code"),
        ClosedTable::new("consent_events")
            .has::<ConsentStatus>("from_status")
            .has::<ConsentStatus>("to_status")
            .has::<ConsentOrigin>("origin")
            .has::<ActorType>("actor_type"),
        ClosedTable::new("campaigns")
            .has::<CampaignObjective>("objective")
            .has::<CampaignStatus>("status")
            .has::<CampaignMode>("mode"),
        ClosedTable::new("import_batches").has::<ImportState>("state"),
        ClosedTable::new("import_rows")
            .keyed(&["import_id", "row_number"])
            .has::<RowVerdict>("verdict")
            .has::<RowUndo>("undone_as"),
        ClosedTable::new("jobs")
            .has::<JobState>("state")
            .has::<ActorType>("actor_type"),
        ClosedTable::new("job_items")
            .keyed(&["job_id", "number"])
            .has::<ItemOutcome>("outcome")
            .has::<RefusalReason>("refusal")
            .has::<ItemUndo>("undone_as"),
        ClosedTable::new("outbound_attempts")
            .has::<Channel>("channel")
            .has::<DeliveryMode>("delivery_mode")
            .has::<AttemptStatus>("status")
            .has::<FailureReason>("failure_reason"),
        ClosedTable::new("autonomy_actions")
            .has::<ActionStatus>("status")
            .has::<DeliveryMode>("delivery_mode"),
        ClosedTable::new("approvals")
            .has::<ApprovalSubject>("subject_type")
            .has::<ApprovalState>("state"),
        ClosedTable::new("operator_tasks")
            .has::<TaskType>("task_type")
            .has::<TaskStatus>("status"),
        ClosedTable::new("audit_log")
            .has::<ActorType>("actor_type")
            .has::<AuditAction>("action")
            .has::<SubjectType>("subject_type")
            .has::<ActivityKind>("activity_kind"),
        ClosedTable::new("users")
            .has::<AccountKind>("kind")
            .has::<Role>("role")
            .has::<SecondFactor>("second_factor"),
        ClosedTable::new("one_time_links")
            .has::<LinkKind>("kind")
            .has::<Role>("role"),
        ClosedTable::new("idempotency_keys")
            .keyed(&["actor", "key"])
            .has::<KeyState>("state")
            .has::<SubjectType>("subject_type"),
        ClosedTable::new("events")
            .keyed(&["seq"])
            .has::<Topic>("topic")
            .has::<EventKind>("kind")
            .has::<SubjectType>("subject_type"),
        ClosedTable::new("webhooks")
            .has::<WebhookState>("state")
            .has::<DisabledReason>("disabled_reason"),
        ClosedTable::new("webhook_deliveries")
            .has::<EventKind>("kind")
            .has::<DeliveryState>("state")
            .has::<AttemptFault>("last_fault"),
    ]
});

/// Every table with closed columns.
pub fn closed_tables() -> &'static [ClosedTable] {
    &TABLES
}

/// The predicate that finds the corrupt rows of `table`; nothing is corrupt in a table without
/// closed columns.
pub(crate) fn corrupt(table: &str) -> String {
    TABLES
        .iter()
        .find(|closed| closed.table == table)
        .map_or_else(|| "(1 = 0)".to_owned(), ClosedTable::corrupt)
}
