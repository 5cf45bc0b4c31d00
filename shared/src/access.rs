//! Who may do what: roles of people, scopes of keys, and the capability that an endpoint needs.
//!
//! One table decides. An endpoint names its `Access`; a role reaches a capability when it is high
//! enough, a key when it holds the scope. Server, console and the route × role × scope test read
//! the same functions, so none of them can be more generous than the others.

use crate::closed_enum;

closed_enum! {
    /// The role of a person. Each can do what the ones before it can.
    pub enum Role { Viewer = "viewer", Operator = "operator", Approver = "approver", Admin = "admin" }
}

impl Role {
    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Viewer => "Viewer",
            Self::Operator => "Operator",
            Self::Approver => "Approver",
            Self::Admin => "Administrator",
        }
    }

    /// What the role is for, in one sentence.
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::Viewer => "Sees everything but the audit trail and changes nothing.",
            Self::Operator => "Works on leads, campaigns and imports, and can pause.",
            Self::Approver => "Also decides approvals, resumes the workspace and reads the audit trail.",
            Self::Admin => {
                "Also manages people, keys and settings, and verifies and exports the audit trail."
            }
        }
    }

    /// Whether this role includes `other`.
    pub fn includes(self, other: Self) -> bool {
        self >= other
    }

    /// Whether a person of this role may do it.
    pub fn can(self, capability: Capability) -> bool {
        self.includes(capability.least_role())
    }
}

closed_enum! {
    /// What a key may be allowed. No scope reaches what only people may decide.
    pub enum Scope {
        Read = "read",
        LeadsWrite = "leads:write",
        CampaignsWrite = "campaigns:write",
        ImportRun = "import:run",
        OutreachDispatch = "outreach:dispatch",
        OpsWrite = "ops:write",
        AutonomyControl = "autonomy:control",
        GenerationRun = "generation:run",
        ExportRun = "export:run",
    }
}

impl Scope {
    /// What the scope opens, in one sentence.
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::Read => "Read leads, campaigns, imports and figures.",
            Self::LeadsWrite => "Create and change leads.",
            Self::CampaignsWrite => "Create, start and complete campaigns.",
            Self::ImportRun => "Upload, map, preview and commit imports.",
            Self::OutreachDispatch => "Plan and dispatch outreach; live only behind every gate.",
            Self::OpsWrite => "Work on the operations calendar and its tasks.",
            Self::AutonomyControl => "Pause, kill and switch proof mode on; requeue actions.",
            Self::GenerationRun => "Run the text generation.",
            Self::ExportRun => "Export lists and reports.",
        }
    }
}

closed_enum! {
    /// Something that a role or a scope may be allowed to do.
    pub enum Capability {
        Read = "read",
        EditLeads = "edit_leads",
        EditCampaigns = "edit_campaigns",
        RunImports = "run_imports",
        ExportLeads = "export_leads",
        Pause = "pause",
        ResumeCampaign = "resume_campaign",
        ReadAudit = "read_audit",
        VerifyAudit = "verify_audit",
        ExportAudit = "export_audit",
        ManageUsers = "manage_users",
        ManageKeys = "manage_keys",
        ManageWebhooks = "manage_webhooks",
        ManageBackups = "manage_backups",
        SupportBundle = "support_bundle",
    }
}

impl Capability {
    /// The lowest role that has it.
    pub const fn least_role(self) -> Role {
        match self {
            Self::Read => Role::Viewer,
            Self::EditLeads
            | Self::EditCampaigns
            | Self::RunImports
            | Self::ExportLeads
            | Self::Pause
            | Self::ResumeCampaign => Role::Operator,
            Self::ReadAudit => Role::Approver,
            Self::VerifyAudit
            | Self::ExportAudit
            | Self::ManageUsers
            | Self::ManageKeys
            | Self::ManageWebhooks
            | Self::ManageBackups
            | Self::SupportBundle => Role::Admin,
        }
    }

    /// The scope that gives it to a key; `None` when no key may ever have it.
    pub const fn scope(self) -> Option<Scope> {
        match self {
            Self::Read => Some(Scope::Read),
            Self::EditLeads => Some(Scope::LeadsWrite),
            Self::EditCampaigns => Some(Scope::CampaignsWrite),
            Self::RunImports => Some(Scope::ImportRun),
            Self::ExportLeads => Some(Scope::ExportRun),
            Self::Pause | Self::ResumeCampaign => Some(Scope::AutonomyControl),
            Self::ReadAudit
            | Self::VerifyAudit
            | Self::ExportAudit
            | Self::ManageUsers
            | Self::ManageKeys
            | Self::ManageWebhooks
            | Self::ManageBackups
            | Self::SupportBundle => None,
        }
    }
}

/// Who an endpoint is open to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody, signed in or not: signing in itself, and what leads to it.
    Public,
    /// Every signed-in person, for their own account; never a key.
    OwnAccount,
    /// Whoever has the capability.
    Needs(Capability),
}
