//! The audit trail: one hash-chained row per change, written in the change's own transaction.
//!
//! Each row carries the hash of the one before it, so a row that was altered, removed or slipped in
//! is found by computing the chain again. Two triggers refuse UPDATE and DELETE on the table. Who
//! may act and what can be done are closed words of the vocabulary. `chain` decides what a row's
//! hash covers, `verify` walks the table, `file` writes and walks an export.

mod chain;
mod file;
mod verify;

#[cfg(test)]
mod tests;

pub(crate) use chain::hex;
pub use file::{AuditFileEnd, AuditFileWriter, AuditLine, verify_audit_file};
pub use verify::{AuditChain, verify_audit_chain};

use aicmo_shared::activity::{ActivityKind, SubjectType};
use aicmo_shared::audit::{ActorType, AuditAction, AuditRow};
use aicmo_shared::lead::CampaignRef;
use aicmo_shared::{CampaignId, Timestamp};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde_json::Value;
use uuid::Uuid;

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

impl AuditEntry {
    /// Under which kind the activity feed shows this, if it does: what happened to campaigns, how
    /// imports ended, status changes by people, and the turn from mock to live.
    pub(crate) fn activity_kind(&self) -> Option<ActivityKind> {
        match self.action {
            AuditAction::CampaignCreated | AuditAction::CampaignStatusChanged => Some(ActivityKind::Campaign),
            AuditAction::ImportCommitted
            | AuditAction::ImportCancelled
            | AuditAction::ImportFailed
            | AuditAction::ImportUndone => Some(ActivityKind::Import),
            AuditAction::LeadStatusChanged => match self.actor.kind {
                ActorType::User | ActorType::ApiKey => Some(ActivityKind::Lead),
                ActorType::Service | ActorType::System => None,
            },
            AuditAction::JobCompleted
            | AuditAction::JobCancelled
            | AuditAction::JobFailed
            | AuditAction::JobUndone => Some(ActivityKind::Lead),
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
            | AuditAction::ImportPaused
            | AuditAction::ImportResumed
            | AuditAction::ImportUndoStarted
            | AuditAction::ImportChunkUndone
            | AuditAction::JobStarted
            | AuditAction::JobChunkWritten
            | AuditAction::JobUndoStarted
            | AuditAction::JobChunkUndone
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
            | AuditAction::LeadsExported
            | AuditAction::AuditExported => None,
        }
    }
}

/// The row of an entry that stands at `seq` behind the row with `prev_hash`.
fn model_of(seq: i64, id: Uuid, prev_hash: String, entry: AuditEntry) -> audit_log::Model {
    let stored = |value: Option<Value>| {
        value
            .filter(|value| !value.is_null())
            .map(|value| chain::canonical(&value))
    };
    let mut row = audit_log::Model {
        seq,
        id,
        at: entry.at.as_millis(),
        activity_kind: entry.activity_kind().map(|kind| kind.to_string()),
        actor_type: entry.actor.kind.to_string(),
        actor_id: entry.actor.id,
        action: entry.action.to_string(),
        subject_type: entry.subject_type.to_string(),
        subject_id: entry.subject_id,
        campaign_id: entry.campaign.map(CampaignId::get),
        before: stored(entry.before),
        after: stored(entry.after),
        reason: entry.reason,
        request_id: entry.request_id,
        prev_hash,
        hash: String::new(),
    };
    row.hash = chain::hash_of(&row);
    row
}

/// A chain of entries that no database keeps, oldest first, and what walking it finds: the mock set
/// shows rows that hold what real ones do.
pub fn chain_without_a_database(entries: Vec<(Uuid, AuditEntry)>) -> (Vec<AuditRow>, AuditChain) {
    let mut walk = chain::Walk::default();
    let mut rows = Vec::with_capacity(entries.len());
    for (id, entry) in entries {
        let (seq, prev_hash) = (walk.next_seq(), walk.last().1.to_owned());
        let record = AuditRecord {
            seq: i64::try_from(seq).unwrap_or(i64::MAX),
            prev_hash: prev_hash.clone(),
            hash: String::new(),
            entry: entry.clone(),
        };
        let model = model_of(record.seq, id, prev_hash, entry);
        walk.step(&model);
        let hash = model.hash;
        rows.push(AuditRecord { hash, ..record }.into_row(id, None));
    }
    (rows, AuditChain::of(&walk))
}

impl AuditRecord {
    /// The row as an operator sees it, with the names that belong to its ids.
    pub(crate) fn into_row(self, id: Uuid, campaign: Option<CampaignRef>) -> AuditRow {
        let entry = self.entry;
        AuditRow {
            seq: u64::try_from(self.seq).unwrap_or_default(),
            id,
            at: entry.at,
            actor_type: entry.actor.kind,
            actor_id: entry.actor.id,
            actor_name: None,
            action: entry.action,
            subject_type: entry.subject_type,
            subject_id: entry.subject_id,
            campaign,
            before: entry.before,
            after: entry.after,
            reason: entry.reason,
            request_id: entry.request_id,
            prev_hash: self.prev_hash,
            hash: self.hash,
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
    let row = model_of(head.seq + 1, new_id(entry.at), head.hash.clone(), entry);
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

/// The place and the hash of the newest row: zero and empty when there is none.
///
/// # Errors
/// `Query` when the trail has lost its head.
pub async fn audit_head(session: &impl Session) -> Result<(u64, String), StoreError> {
    const WHAT: &str = "read the head of the audit trail";
    let head = audit_head::Entity::find_by_id(1)
        .one(session.connection())
        .await
        .map_err(StoreError::of(WHAT))?
        .ok_or_else(|| StoreError::defect(WHAT, "the chain has no head"))?;
    Ok((u64::try_from(head.seq).unwrap_or_default(), head.hash))
}

/// At most `limit` rows behind place `after` as lines of an export, oldest first. Nothing of a row is
/// judged, so an altered one is exported as it stands.
///
/// # Errors
/// `Query` when a row cannot even be read.
pub async fn audit_lines(
    session: &impl Session,
    after: u64,
    limit: u64,
) -> Result<Vec<AuditLine>, StoreError> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let rows = models(session, after, limit).await?;
    Ok(rows.iter().map(AuditLine::of).collect())
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

pub(crate) fn record_of(model: &audit_log::Model) -> Result<AuditRecord, StoreError> {
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
