//! Autonomy actions' closed words and their transition table.

use crate::closed_enum;
use crate::closed_enum::Lifecycle;

closed_enum! {
    /// Where a queued unit of work stands.
    pub enum ActionStatus {
        Pending = "PENDING", Ready = "READY", Running = "RUNNING", Retry = "RETRY",
        Dlq = "DLQ", Success = "SUCCESS", Failed = "FAILED", Cancelled = "CANCELLED",
    }
}

impl Lifecycle for ActionStatus {
    fn successors(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Ready, Self::Cancelled],
            Self::Ready => &[Self::Running, Self::Pending, Self::Cancelled],
            Self::Running => &[Self::Success, Self::Retry, Self::Dlq, Self::Failed, Self::Pending],
            Self::Retry => &[Self::Running, Self::Cancelled, Self::Dlq],
            Self::Dlq => &[Self::Ready, Self::Cancelled],
            Self::Success | Self::Failed | Self::Cancelled => &[],
        }
    }
}
