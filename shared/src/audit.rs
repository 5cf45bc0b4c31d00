//! The audit trail: its closed words, and how a row, an export and a verification look on the wire.
//!
//! How a row becomes its hash is decided in the store, which writes it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::activity::SubjectType;
use crate::closed_enum;
use crate::lead::CampaignRef;
use crate::time::Timestamp;

closed_enum! {
    /// What kind of actor did something.
    pub enum ActorType { User = "user", ApiKey = "api_key", Service = "service", System = "system" }
}

closed_enum! {
    /// What was done. Every mutation has one, and writes one row with it.
    pub enum AuditAction {
        LeadCreated = "lead.created",
        LeadMerged = "lead.merged",
        LeadTouched = "lead.touched",
        LeadEdited = "lead.edited",
        LeadStatusChanged = "lead.status_changed",
        LeadsExported = "leads.exported",
        CampaignCreated = "campaign.created",
        CampaignStatusChanged = "campaign.status_changed",
        ImportUploaded = "import.uploaded",
        ImportMapped = "import.mapped",
        ImportPreviewed = "import.previewed",
        ImportCommitStarted = "import.commit_started",
        ImportChunkCommitted = "import.chunk_committed",
        ImportCommitted = "import.committed",
        ImportCancelled = "import.cancelled",
        ImportFailed = "import.failed",
        ImportPaused = "import.paused",
        ImportResumed = "import.resumed",
        ImportUndoStarted = "import.undo_started",
        ImportChunkUndone = "import.chunk_undone",
        ImportUndone = "import.undone",
        JobStarted = "job.started",
        JobChunkWritten = "job.chunk_written",
        JobCompleted = "job.completed",
        JobCancelled = "job.cancelled",
        JobFailed = "job.failed",
        JobUndoStarted = "job.undo_started",
        JobChunkUndone = "job.chunk_undone",
        JobUndone = "job.undone",
        CountersRebuilt = "counters.rebuilt",
        WentLive = "process.went_live",
        WorkspaceSetUp = "workspace.set_up",
        UserInvited = "user.invited",
        InvitationRevoked = "user.invitation_revoked",
        UserCreated = "user.created",
        UserEdited = "user.edited",
        UserPasswordChanged = "user.password_changed",
        UserSecondFactorChanged = "user.second_factor_changed",
        UserPasskeyChanged = "user.passkey_changed",
        SessionStarted = "session.started",
        SessionEnded = "session.ended",
        ApiKeyCreated = "api_key.created",
        ApiKeyRevoked = "api_key.revoked",
        WebhookCreated = "webhook.created",
        WebhookEdited = "webhook.edited",
        WebhookSecretRotated = "webhook.secret_rotated",
        WebhookDisabled = "webhook.disabled",
        WebhookDeleted = "webhook.deleted",
        WebhookTested = "webhook.tested",
        WebhookReplayed = "webhook.replayed",
        AuditExported = "audit.exported",
        BackupMade = "backup.made",
        DataMoved = "data.moved",
    }
}

closed_enum! {
    /// In which form the trail leaves the house.
    pub enum AuditFormat {
        /// One JSON object a line, the whole trail, and a last line with count and head:
        /// `aicmo audit verify --file` needs nothing else.
        Ndjson = "ndjson",
        /// A table for a spreadsheet, of the rows that match a filter. Cannot be verified.
        Csv = "csv",
    }
}

closed_enum! {
    /// What is wrong with a place in the chain.
    pub enum AuditFault {
        /// A byte of the row is not as it was written.
        Changed = "changed",
        /// The row that should stand here is not there.
        Missing = "missing",
        /// The row stands at another place than it was written for.
        OutOfOrder = "out_of_order",
        /// The row does not carry the hash of the row before it.
        Unlinked = "unlinked",
        /// The row, or the line of a file, cannot be read.
        Unreadable = "unreadable",
        /// Rows behind the last one are missing: the head names one that is not there.
        CutOff = "cut_off",
    }
}

impl AuditFault {
    /// What it means, as half a sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Changed => "is not as it was written",
            Self::Missing => "is missing",
            Self::OutOfOrder => "does not stand where it was written",
            Self::Unlinked => "does not continue the row before it",
            Self::Unreadable => "cannot be read",
            Self::CutOff => "is missing, with everything behind it",
        }
    }
}

/// A row of the audit trail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditRow {
    /// Its place in the chain, without gaps from 1.
    pub seq: u64,
    pub id: Uuid,
    pub at: Timestamp,
    pub actor_type: ActorType,
    /// Which one: the id of a person or key, or the name of a service.
    pub actor_id: String,
    /// The name of the person or key; null when it has none or is gone.
    pub actor_name: Option<String>,
    pub action: AuditAction,
    pub subject_type: SubjectType,
    pub subject_id: Option<String>,
    pub campaign: Option<CampaignRef>,
    /// The changed fields as they were.
    pub before: Option<Value>,
    /// The changed fields as they are.
    pub after: Option<Value>,
    /// Why, in the actor's words.
    pub reason: Option<String>,
    /// The request that asked for it; empty when the process itself did.
    pub request_id: String,
    /// The hash of the row before it; empty for the first.
    pub prev_hash: String,
    /// SHA-256 of `prev_hash` and the canonical JSON of the row, in hexadecimal.
    pub hash: String,
}

/// Which rows of the trail, for a list and for an export. Conditions are joined by "and".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct AuditFilter {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_type: Option<ActorType>,
    /// The whole id of the actor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<AuditAction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_type: Option<SubjectType>,
    /// The whole id of the subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The whole id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// Not before this instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Before this instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// A part of the reason, without regard to case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What is exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AuditExport {
    pub format: AuditFormat,
    /// Only for `csv`: a filtered trail has gaps and could not be verified.
    #[serde(default)]
    pub filter: AuditFilter,
}

/// The answer of an export: the file itself, `application/x-ndjson` or `text/csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditFile {}

/// Where the chain is broken first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditBreak {
    /// The place.
    pub seq: u64,
    pub fault: AuditFault,
}

/// What computing the chain again found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditChainReport {
    pub is_intact: bool,
    /// Rows looked at.
    pub rows: u64,
    /// The place of the newest row.
    pub head_seq: u64,
    /// The hash of the newest row; empty when there is none. Who wrote it down earlier can tell
    /// whether the whole trail was written anew since.
    pub head_hash: String,
    /// Null when the chain is intact.
    pub broken: Option<AuditBreak>,
    pub checked_at: Timestamp,
    pub took_ms: u64,
}
