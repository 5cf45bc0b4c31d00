//! Operator tasks, as far as "My work today" shows them.
//!
//! No endpoint makes, completes or moves a task; this reads what the table holds.

use serde::{Deserialize, Serialize};

use crate::closed_enum;
use crate::id::{CampaignId, TaskId};
use crate::time::Timestamp;

closed_enum! {
    /// Where a task stands.
    pub enum TaskStatus {
        Pending = "PENDING", Due = "DUE", Overdue = "OVERDUE", Done = "DONE",
        Blocked = "BLOCKED", Missed = "MISSED",
    }
}

impl TaskStatus {
    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Due => "Due",
            Self::Overdue => "Overdue",
            Self::Done => "Done",
            Self::Blocked => "Blocked",
            Self::Missed => "Missed",
        }
    }
}

closed_enum! {
    /// What kind of work a task is.
    pub enum TaskType {
        Post = "POST", Engage = "ENGAGE", FollowUp = "FOLLOW_UP",
        Review = "REVIEW", Analyze = "ANALYZE", Manual = "MANUAL",
    }
}

/// A task that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Task {
    pub id: TaskId,
    pub title: String,
    pub task_type: TaskType,
    pub status: TaskStatus,
    pub due_at: Timestamp,
    pub campaign: Option<CampaignId>,
}

/// Due and overdue tasks, the most overdue first, at most five.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MyWork {
    /// Tasks that are due within the next 24 hours or overdue.
    pub due: u64,
    /// Those of them whose time has passed.
    pub overdue: u64,
    pub first: Vec<Task>,
}
