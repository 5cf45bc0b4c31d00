//! What several of these tests need.

use aicmo_shared::Timestamp;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::{ActorType, AuditAction};
use aicmo_shared::lead::LeadFilter;
use aicmo_store::{Actor, AuditEntry};
use aicmo_test_support::{DatabaseKind, NOON, TestDatabase};

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// What an operator does at noon.
pub fn an_entry(action: AuditAction) -> AuditEntry {
    an_entry_at(action, NOON)
}

pub fn an_entry_at(action: AuditAction, at: Timestamp) -> AuditEntry {
    AuditEntry {
        actor: Actor {
            kind: ActorType::User,
            id: "operator".to_owned(),
        },
        action,
        subject_type: SubjectType::System,
        subject_id: None,
        campaign: None,
        before: None,
        after: None,
        reason: None,
        request_id: "request-1".to_owned(),
        at,
    }
}

pub fn all_leads() -> LeadFilter {
    LeadFilter::default()
}

/// Lifts what refuses changes, as somebody with the rights to do so would.
pub async fn unlock_audit(db: &TestDatabase) {
    let lift = match db.kind() {
        DatabaseKind::Sqlite => &[
            "DROP TRIGGER IF EXISTS audit_log_refuse_update",
            "DROP TRIGGER IF EXISTS audit_log_refuse_delete",
        ][..],
        DatabaseKind::Postgres => &["ALTER TABLE audit_log DISABLE TRIGGER ALL"][..],
    };
    for statement in lift {
        db.execute(statement, vec![]).await;
    }
}
