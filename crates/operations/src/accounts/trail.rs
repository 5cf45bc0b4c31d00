//! What the audit trail says about accounts, sessions and keys.
//!
//! Addresses and names of people appear as keyed hashes only, secrets not at all.

use std::fmt::Display;

use aicmo_shared::Timestamp;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::{ActorType, AuditAction};
use aicmo_store::accounts::users::UserRecord;
use aicmo_store::{Actor, AuditEntry};
use serde_json::{Value, json};

use crate::context::Operator;
use crate::secrets::Secrets;

/// The row of what `operator` does to one thing.
pub(super) fn entry(
    operator: &Operator,
    action: AuditAction,
    subject: (SubjectType, &dyn Display),
    change: (Option<Value>, Option<Value>),
    at: Timestamp,
) -> AuditEntry {
    AuditEntry {
        actor: operator.actor.clone(),
        action,
        subject_type: subject.0,
        subject_id: Some(subject.1.to_string()),
        campaign: None,
        before: change.0,
        after: change.1,
        reason: None,
        request_id: operator.request_id.clone(),
        at,
    }
}

/// `operator` as the person who has just been let in by the request.
pub(super) fn as_person(operator: &Operator, user: &UserRecord) -> Operator {
    Operator {
        actor: Actor {
            kind: ActorType::User,
            id: user.id.to_string(),
        },
        request_id: operator.request_id.clone(),
    }
}

/// An account as the trail shows it.
pub(super) fn account(secrets: &Secrets, user: &UserRecord) -> Value {
    json!({
        "kind": user.kind,
        "role": user.role,
        "active": user.active,
        "display_name": hashed(secrets, &user.display_name),
        "email": user.email.as_deref().map(|email| hashed(secrets, email)),
    })
}

/// A personal value, comparable and not readable.
pub(super) fn hashed(secrets: &Secrets, text: &str) -> String {
    format!("hash:{}", secrets.keyed_hash(text))
}
