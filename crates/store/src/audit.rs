//! The audit trail: one hash-chained row per change, written in the change's own transaction.
//!
//! Each row carries the hash of the one before it, so a row that was altered, removed or slipped in
//! is found by computing the chain again. Two triggers refuse UPDATE and DELETE on the table. Who
//! may act and what can be done are closed words of the vocabulary.

use aicmo_shared::activity::{ActivityKind, SubjectType};
use aicmo_shared::audit::{ActorType, AuditAction};
use aicmo_shared::{CampaignId, Timestamp};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::column::Row;
use crate::entity::{audit_head, audit_log};
use crate::error::StoreError;
use crate::ids::new_id;
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

impl AuditEntry {
    /// Under which kind the activity feed shows this, if it does: what happened to campaigns, how
    /// imports ended, status changes by people, and the turn from mock to live.
    pub(crate) fn activity_kind(&self) -> Option<ActivityKind> {
        match self.action {
            AuditAction::CampaignCreated | AuditAction::CampaignStatusChanged => Some(ActivityKind::Campaign),
            AuditAction::ImportCommitted | AuditAction::ImportCancelled | AuditAction::ImportFailed => {
                Some(ActivityKind::Import)
            }
            AuditAction::LeadStatusChanged => match self.actor.kind {
                ActorType::User | ActorType::ApiKey => Some(ActivityKind::Lead),
                ActorType::Service | ActorType::System => None,
            },
            AuditAction::WentLive
            | AuditAction::WorkspaceSetUp
            | AuditAction::WebhookDisabled
            | AuditAction::BackupMade
            | AuditAction::DataMoved => Some(ActivityKind::System),
            AuditAction::LeadCreated
            | AuditAction::LeadMerged
            | AuditAction::LeadTouched
            | AuditAction::LeadEdited
            | AuditAction::ImportUploaded
            | AuditAction::ImportMapped
            | AuditAction::ImportPreviewed
            | AuditAction::ImportCommitStarted
            | AuditAction::ImportChunkCommitted
            | AuditAction::CountersRebuilt
            | AuditAction::UserInvited
            | AuditAction::InvitationRevoked
            | AuditAction::UserCreated
            | AuditAction::UserEdited
            | AuditAction::UserPasswordChanged
            | AuditAction::UserSecondFactorChanged
            | AuditAction::UserPasskeyChanged
            | AuditAction::SessionStarted
            | AuditAction::SessionEnded
            | AuditAction::ApiKeyCreated
            | AuditAction::ApiKeyRevoked
            | AuditAction::WebhookCreated
            | AuditAction::WebhookEdited
            | AuditAction::WebhookSecretRotated
            | AuditAction::WebhookDeleted
            | AuditAction::WebhookTested
            | AuditAction::WebhookReplayed
            | AuditAction::AuditExported => None,
        }
    }
}

/// Adds the row of a change to the chain.
pub(crate) async fn append(connection: &impl ConnectionTrait, entry: AuditEntry) -> Result<(), StoreError> {
    let failed = StoreError::of("write the audit row of a change");
    let mut head = audit_head::Entity::find_by_id(1)
        .lock_exclusive()
        .one(connection)
        .await
        .map_err(&failed)?
        .ok_or_else(|| StoreError::defect("write the audit row of a change", "the chain has no head"))?;
    let mut row = audit_log::Model {
        seq: head.seq + 1,
        id: new_id(entry.at),
        at: entry.at.as_millis(),
        activity_kind: entry.activity_kind().map(|kind| kind.to_string()),
        actor_type: entry.actor.kind.to_string(),
        actor_id: entry.actor.id,
        action: entry.action.to_string(),
        subject_type: entry.subject_type.to_string(),
        subject_id: entry.subject_id,
        campaign_id: entry.campaign.map(CampaignId::get),
        before: entry.before.as_ref().map(canonical),
        after: entry.after.as_ref().map(canonical),
        reason: entry.reason,
        request_id: entry.request_id,
        prev_hash: head.hash.clone(),
        hash: String::new(),
    };
    row.hash = hash_of(&row);
    head.seq = row.seq;
    head.hash.clone_from(&row.hash);
    audit_log::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(connection)
        .await
        .map_err(&failed)?;
    let mut moved = head.into_active_model().reset_all();
    moved.id = sea_orm::ActiveValue::Unchanged(1);
    audit_head::Entity::update(moved)
        .exec_without_returning(connection)
        .await
        .map_err(&failed)?;
    Ok(())
}

/// At most `limit` rows behind place `after`, oldest first.
///
/// # Errors
/// `Corrupt` when one of them holds a value that no enum knows.
pub async fn audit_rows(
    session: &impl Session,
    after: i64,
    limit: u64,
) -> Result<Vec<AuditRecord>, StoreError> {
    models(session, after, limit)
        .await?
        .iter()
        .map(record_of)
        .collect()
}

/// Computes the whole chain again, from the first row to the head.
pub async fn verify_audit_chain(session: &impl Session) -> Result<AuditChain, StoreError> {
    const PAGE: u64 = 1_000;
    // Read first: rows may be added meanwhile, but none up to the head may be missing.
    let head = audit_head::Entity::find_by_id(1)
        .one(session.connection())
        .await
        .map_err(StoreError::of("read the head of the audit trail"))?;
    let mut chain = AuditChain {
        rows: 0,
        broken_at: None,
    };
    let mut reached_head = head.as_ref().is_some_and(|head| head.seq == 0);
    let (mut last_seq, mut last_hash) = (0, String::new());
    loop {
        let rows = models(session, last_seq, PAGE).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let fits = row.seq == last_seq + 1 && row.prev_hash == last_hash && row.hash == hash_of(&row);
            if !fits && chain.broken_at.is_none() {
                chain.broken_at = Some(row.seq);
            }
            reached_head |= head
                .as_ref()
                .is_some_and(|head| head.seq == row.seq && head.hash == row.hash);
            chain.rows += 1;
            last_seq = row.seq;
            last_hash = row.hash;
        }
    }
    if chain.broken_at.is_none() && !reached_head {
        chain.broken_at = Some(last_seq + 1);
    }
    Ok(chain)
}

async fn models(session: &impl Session, after: i64, limit: u64) -> Result<Vec<audit_log::Model>, StoreError> {
    audit_log::Entity::find()
        .filter(audit_log::Column::Seq.gt(after))
        .order_by_asc(audit_log::Column::Seq)
        .limit(limit)
        .all(session.connection())
        .await
        .map_err(StoreError::of("read the audit trail"))
}

fn record_of(model: &audit_log::Model) -> Result<AuditRecord, StoreError> {
    let row = Row::new("audit_log", model.id);
    let read = || {
        Ok(AuditRecord {
            seq: model.seq,
            prev_hash: model.prev_hash.clone(),
            hash: model.hash.clone(),
            entry: AuditEntry {
                actor: Actor {
                    kind: row.closed("actor_type", &model.actor_type)?,
                    id: model.actor_id.clone(),
                },
                action: row.closed("action", &model.action)?,
                subject_type: row.closed("subject_type", &model.subject_type)?,
                subject_id: model.subject_id.clone(),
                campaign: model.campaign_id.map(CampaignId::new),
                before: row.json_opt("before", model.before.as_deref())?,
                after: row.json_opt("after", model.after.as_deref())?,
                reason: model.reason.clone(),
                request_id: model.request_id.clone(),
                at: Timestamp::from_millis(model.at),
            },
        })
    };
    read().map_err(StoreError::Corrupt)
}

/// The hash of a row: SHA-256 of the hash before it and its canonical JSON.
fn hash_of(row: &audit_log::Model) -> String {
    let stored = |text: &Option<String>| text.as_ref().map(|text| serde_json::from_str::<Value>(text).ok());
    let content = json!({
        "seq": row.seq,
        "id": row.id.to_string(),
        "at": row.at,
        "actor_type": row.actor_type,
        "actor_id": row.actor_id,
        "action": row.action,
        "subject_type": row.subject_type,
        "subject_id": row.subject_id,
        "campaign_id": row.campaign_id.map(|id| id.to_string()),
        "before": stored(&row.before),
        "after": stored(&row.after),
        "reason": row.reason,
        "request_id": row.request_id,
    });
    let mut digest = Sha256::new();
    digest.update(row.prev_hash.as_bytes());
    digest.update(canonical(&content).as_bytes());
    hex(&digest.finalize())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// JSON without spaces and with the names of every object sorted, whatever order the map keeps.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let sorted: std::collections::BTreeMap<&String, &Value> = fields.iter().collect();
            let fields: Vec<String> = sorted
                .into_iter()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), canonical(value)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_json_has_one_spelling() {
        let check = |text: &str, expected: &str| {
            let value: Value = serde_json::from_str(text).expect("JSON");
            assert_eq!(canonical(&value), expected);
        };
        check(
            r#"{"b": 1, "a": [ {"d": null, "c": 0.5} ]}"#,
            r#"{"a":[{"c":0.5,"d":null}],"b":1}"#,
        );
        check(r#""a \" b""#, r#""a \" b""#);
    }
}
