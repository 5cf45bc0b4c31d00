//! Bulk changes of leads: what is changed, on which leads, and what became of each.
//!
//! A bulk change is a job: it is written down with the leads it is about before the first of them
//! changes, and goes through them in chunks. Which change a particular lead takes is decided in the
//! operations crate.

use serde::{Deserialize, Serialize};

use crate::closed_enum;
use crate::closed_enum::Lifecycle;
use crate::id::{CampaignId, JobId, LeadId};
use crate::lead::{LeadFilter, LeadStatus, LostReason};
use crate::time::Timestamp;

/// For how long a bulk change can be taken back, counted from its end, in minutes.
pub const UNDO_MINUTES: i64 = 10;

/// The most leads that can be named one by one; more are meant by a filter.
pub const MAX_PICKED: u32 = 1_000;

closed_enum! {
    /// Where a job stands.
    pub enum JobState {
        Running = "running", Completed = "completed", Cancelled = "cancelled", Failed = "failed",
        Undoing = "undoing", Undone = "undone",
    }
}

impl JobState {
    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Running => "Running",
            Self::Completed => "Done",
            Self::Cancelled => "Stopped",
            Self::Failed => "Failed",
            Self::Undoing => "Being undone",
            Self::Undone => "Undone",
        }
    }

    /// Whether it goes on by itself.
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Running | Self::Undoing)
    }
}

impl Lifecycle for JobState {
    fn successors(self) -> &'static [Self] {
        match self {
            Self::Running => &[Self::Completed, Self::Cancelled, Self::Failed],
            Self::Failed => &[Self::Running, Self::Undoing],
            Self::Completed | Self::Cancelled => &[Self::Undoing],
            Self::Undoing => &[Self::Undone],
            Self::Undone => &[],
        }
    }
}

closed_enum! {
    /// What became of one lead of a job.
    pub enum ItemOutcome { Changed = "changed", Unchanged = "unchanged", Refused = "refused" }
}

impl ItemOutcome {
    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Changed => "Changed",
            Self::Unchanged => "Was so already",
            Self::Refused => "Refused",
        }
    }
}

closed_enum! {
    /// Why a lead did not take a change.
    pub enum RefusalReason {
        IllegalTransition = "illegal_transition", ConsentMonotonic = "consent_monotonic",
        TooManyTags = "too_many_tags", NotFound = "not_found", Unreadable = "unreadable",
    }
}

impl RefusalReason {
    /// The reason for a person, as a sentence without its full stop.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::IllegalTransition => "Its status cannot become this one",
            Self::ConsentMonotonic => "The person must not be contacted, or has unsubscribed",
            Self::TooManyTags => "It would have more tags than a lead keeps",
            Self::NotFound => "The lead is not there any more",
            Self::Unreadable => "Its row holds a value that cannot be read; Diagnostics names it",
        }
    }
}

closed_enum! {
    /// What an undo did with a changed lead.
    pub enum ItemUndo {
        TakenBack = "taken_back",
        /// The field was changed by somebody else since, and stays.
        Kept = "kept",
    }
}

/// One change, the same for every lead of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum LeadChange {
    /// A step along the table. LOST needs `reason_code`; LOST to NEW needs the reason of the job.
    Status {
        to: LeadStatus,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason_code: Option<LostReason>,
    },
    /// Adds tags; those a lead has already stay as they are spelled.
    AddTags { tags: Vec<String> },
    /// Takes tags away, without regard to case.
    RemoveTags { tags: Vec<String> },
    /// Gives the leads to somebody; to nobody when null.
    Owner { owner: Option<String> },
    /// Puts the leads into a campaign; out of theirs when null.
    Campaign { campaign: Option<CampaignId> },
    /// Consent becomes DNC, for good. Needs the reason of the job.
    DoNotContact {},
}

impl LeadChange {
    /// Whether it can be taken back. What says that a person must be left alone cannot.
    pub const fn can_be_undone(&self) -> bool {
        !matches!(
            self,
            Self::DoNotContact {}
                | Self::Status {
                    reason_code: Some(LostReason::Unsubscribed),
                    ..
                }
        )
    }

    /// What it does, for a person: "Add the tags a, b".
    pub fn describe(&self) -> String {
        let tags = |tags: &[String]| {
            format!(
                "tag{} {}",
                if tags.len() == 1 { "" } else { "s" },
                tags.join(", ")
            )
        };
        match self {
            Self::Status { to, .. } => format!("Set the status to {}", to.label()),
            Self::AddTags { tags: list } => format!("Add the {}", tags(list)),
            Self::RemoveTags { tags: list } => format!("Remove the {}", tags(list)),
            Self::Owner { owner: Some(owner) } => format!("Give to {owner}"),
            Self::Owner { owner: None } => "Take from its owner".to_owned(),
            Self::Campaign { campaign: Some(_) } => "Put into a campaign".to_owned(),
            Self::Campaign { campaign: None } => "Take out of its campaign".to_owned(),
            Self::DoNotContact {} => "Set to do-not-contact".to_owned(),
        }
    }
}

/// Which leads are meant: those named, or all that match. Exactly one of the two.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeadSelection {
    /// At most 1,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leads: Option<Vec<LeadId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<LeadFilter>,
}

/// A bulk change that is asked about before it is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkQuestion {
    pub selection: LeadSelection,
    pub change: LeadChange,
}

/// How many leads refuse a change, for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefusalCount {
    pub reason: RefusalReason,
    pub count: u64,
}

/// What a bulk change would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkPreview {
    /// Exactly how many leads are meant; what the change must confirm.
    pub count: u64,
    /// How many of them, the newest, were looked at for the numbers below.
    pub judged: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub refused: Vec<RefusalCount>,
    pub can_be_undone: bool,
}

/// A bulk change that shall happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkDraft {
    pub selection: LeadSelection,
    pub change: LeadChange,
    /// How many leads the caller means; another number than there are refuses the whole change.
    pub expected_count: u64,
    /// 3 to 500 characters. Needed for do-not-contact and for opening lost leads again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A bulk change of leads and how far it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Job {
    pub id: JobId,
    pub version: i64,
    pub state: JobState,
    pub change: LeadChange,
    /// What the leads were chosen by; null when they were named one by one. Words and addresses that
    /// were searched for are not kept.
    pub filter: Option<LeadFilter>,
    pub reason: Option<String>,
    /// Leads of the job.
    pub total: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub refused: u64,
    /// Changed leads that an undo gave their former value again.
    pub taken_back: u64,
    /// Changed leads that an undo left, because somebody changed them since.
    pub kept: u64,
    /// Why it stands still; null when it does not.
    pub error: Option<String>,
    /// Until when it can be taken back; null when it cannot.
    pub undo_until: Option<Timestamp>,
    pub started_by: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Job {
    /// Leads that the job is through with, on its way there or back.
    pub const fn done(&self) -> u64 {
        match self.state {
            JobState::Undoing | JobState::Undone => self.taken_back + self.kept,
            _ => self.changed + self.unchanged + self.refused,
        }
    }

    /// Leads that it has to go through on that way.
    pub const fn all(&self) -> u64 {
        match self.state {
            JobState::Undoing | JobState::Undone => self.changed,
            _ => self.total,
        }
    }
}

/// One lead of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobItem {
    /// Its place in the job, from 1.
    pub number: u64,
    pub lead: LeadId,
    /// The lead's name now; null when it is gone.
    pub name: Option<String>,
    /// Null until the job comes to it.
    pub outcome: Option<ItemOutcome>,
    pub refusal: Option<RefusalReason>,
    /// Null until an undo comes to it.
    pub undo: Option<ItemUndo>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_says_its_kind_and_refuses_what_it_does_not_know() {
        let change: LeadChange =
            serde_json::from_str(r#"{"kind":"add_tags","tags":["warm"]}"#).expect("a change");
        assert_eq!(change.describe(), "Add the tag warm");
        assert!(serde_json::from_str::<LeadChange>(r#"{"kind":"add_tags","tags":[],"x":1}"#).is_err());
        assert!(serde_json::from_str::<LeadChange>(r#"{"kind":"erase"}"#).is_err());
        let dnc: LeadChange = serde_json::from_str(r#"{"kind":"do_not_contact"}"#).expect("a change");
        assert!(!dnc.can_be_undone());
    }

    #[test]
    fn only_what_has_ended_can_be_undone() {
        for state in JobState::ALL.iter().copied() {
            assert_eq!(
                state.can_become(JobState::Undoing),
                matches!(
                    state,
                    JobState::Completed | JobState::Cancelled | JobState::Failed
                ),
                "{state}"
            );
        }
    }
}
