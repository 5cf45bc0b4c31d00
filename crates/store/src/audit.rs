//! The audit trail: one hash-chained row per change, written in the change's own transaction.
//!
//! Each row carries the hash of the one before it, so a row that was altered, removed or slipped in
//! is found by computing the chain again. Two triggers refuse UPDATE and DELETE on the table. Who
//! may act and what can be done are closed words of the vocabulary.

use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::{ActorType, AuditAction};
use aicmo_shared::{CampaignId, Timestamp};
use sea_orm::ConnectionTrait;
use serde_json::Value;

use crate::error::StoreError;
use crate::session::Session;

/// Who does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// A person, a key, a service or the system itself.
    pub kind: ActorType,
    /// Which one.
    pub id: String,
}

/// What a change leaves behind about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: AuditAction,
    /// To what kind of thing.
    pub subject_type: SubjectType,
    /// To which one.
    pub subject_id: Option<String>,
    /// The campaign it belongs to.
    pub campaign: Option<CampaignId>,
    /// The changed fields as they were, by their wire names; the feed reads `status`.
    pub before: Option<Value>,
    /// The changed fields as they are, by their wire names; the feed reads `status`.
    pub after: Option<Value>,
    /// Why, in the actor's words.
    pub reason: Option<String>,
    /// The request that asked for it.
    pub request_id: String,
    /// When.
    pub at: Timestamp,
}

/// A row of the trail.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRecord {
    /// Its place, without gaps from 1.
    pub seq: i64,
    /// What it says.
    pub entry: AuditEntry,
    /// The hash of the row before it; empty for the first.
    pub prev_hash: String,
    /// SHA-256 of `prev_hash` and the canonical JSON of the row, in hexadecimal.
    pub hash: String,
}

/// What computing the chain again found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditChain {
    /// Rows looked at.
    pub rows: u64,
    /// The first row that does not fit; `None` when all do.
    pub broken_at: Option<i64>,
}

/// Adds the row of a change to the chain.
pub(crate) async fn append(connection: &impl ConnectionTrait, entry: AuditEntry) -> Result<(), StoreError> {
    todo!("{:?} {entry:?}", connection.get_database_backend())
}

/// The rows behind `after`, oldest first.
pub async fn audit_rows(
    session: &impl Session,
    after: i64,
    limit: u64,
) -> Result<Vec<AuditRecord>, StoreError> {
    todo!("{:?} {after} {limit}", session.database())
}

/// Computes the whole chain again.
pub async fn verify_audit_chain(session: &impl Session) -> Result<AuditChain, StoreError> {
    todo!("{:?}", session.database())
}
