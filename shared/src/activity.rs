//! The activity feed: one union of what happened, newest first.

use serde::{Deserialize, Serialize};

use crate::closed_enum;
use crate::time::Timestamp;

closed_enum! {
    /// What kind of thing happened; also the filter of the feed.
    pub enum ActivityKind {
        Outreach = "outreach", Approval = "approval", Campaign = "campaign",
        Import = "import", Lead = "lead", System = "system",
    }
}

impl ActivityKind {
    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Outreach => "Outreach",
            Self::Approval => "Approvals",
            Self::Campaign => "Campaigns",
            Self::Import => "Imports",
            Self::Lead => "Leads",
            Self::System => "System",
        }
    }
}

closed_enum! {
    /// What a feed line is about, for its link.
    pub enum SubjectType {
        Lead = "lead", Campaign = "campaign", Import = "import", Attempt = "attempt",
        Approval = "approval", System = "system", User = "user", Session = "session",
        ApiKey = "api_key", Webhook = "webhook", Job = "job",
    }
}

/// One line of the feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActivityEvent {
    /// Unique in the feed; what the cursor and the list key stand on.
    pub id: String,
    pub at: Timestamp,
    pub kind: ActivityKind,
    /// One sentence: what happened.
    pub title: String,
    /// Counts, reason or channel, when there are any.
    pub detail: Option<String>,
    pub actor: String,
    pub subject_type: SubjectType,
    pub subject_id: Option<String>,
}
