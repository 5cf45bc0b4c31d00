//! The audit trail's closed words: who can act, and what can be done.

use crate::closed_enum;

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
