//! The attention figures and why a figure may be absent.

use serde::{Deserialize, Serialize};

use crate::approval::ApprovalSubject;
use crate::closed_enum;
use crate::time::Timestamp;

/// The window of `execution_success`, in days.
pub const EXECUTION_WINDOW_DAYS: u32 = 7;

closed_enum! {
    /// Why a figure is null.
    pub enum NoData {
        NoAttempts = "no_attempts", NotGraded = "not_graded",
        NoEntries = "no_entries", NotConfigured = "not_configured",
    }
}

impl NoData {
    /// The reason as the console prints it after "No data".
    pub const fn label(self) -> &'static str {
        match self {
            Self::NoAttempts => "no attempts in the window",
            Self::NotGraded => "not graded",
            Self::NoEntries => "no entries",
            Self::NotConfigured => "not configured",
        }
    }
}

/// How many approvals of one subject type wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SubjectCount {
    pub subject: ApprovalSubject,
    pub count: u64,
}

/// What needs the operator now. Each field says what it counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attention {
    /// All leads, all campaigns, all statuses.
    pub leads: u64,
    /// NEW or MANUAL_REVIEW, or flagged; each lead once.
    pub triage: u64,
    /// Status CONTACTED (contract definition, kept under this name).
    pub high_intent: u64,
    /// Not LOST, with intent score of at least 0.5 or grade A.
    pub intent_detected: u64,
    /// Approvals in state PENDING.
    pub approvals_pending: u64,
    /// The same by subject type; only types with at least one.
    pub approvals_by_subject: Vec<SubjectCount>,
    /// 100 x SENT / (SENT + FAILED), live, last 7 days; null without either.
    pub execution_success: Option<f64>,
    /// Why `execution_success` is null.
    pub execution_no_data: Option<NoData>,
    /// Days in the window of the execution figures.
    pub execution_window_days: u32,
    pub execution_sent: u64,
    pub execution_failed: u64,
    /// Live attempts UNCONFIRMED, of any age.
    pub execution_unconfirmed: u64,
    /// Rehearsals (PROOF_SENT) of the window; in no other figure.
    pub dry_run: u64,
    /// Live attempts FAILED in the last 24 hours.
    pub failed_last_24h: u64,
    pub oldest_triage_at: Option<Timestamp>,
    pub next_approval_deadline_at: Option<Timestamp>,
    /// Rows left out of these figures because no enum knows one of their values; see Diagnostics.
    pub corrupt_rows: u64,
}

/// Percentage of `part` in `whole` rounded to one decimal, half away from
/// zero, and nothing strictly between 0 and 100 is shown as 0.0 or 100.0. `None` when `whole` is 0.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub fn percentage(part: u64, whole: u64) -> Option<f64> {
    if whole == 0 {
        return None;
    }
    let exact = 100.0 * part as f64 / whole as f64;
    let rounded = (exact * 10.0).round() / 10.0;
    if part > 0 && part < whole {
        Some(rounded.clamp(0.1, 99.9))
    } else {
        Some(rounded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_never_claims_all_or_nothing_falsely() {
        assert_eq!(percentage(0, 0), None);
        assert_eq!(percentage(49, 50), Some(98.0));
        assert_eq!(percentage(1, 10_000), Some(0.1));
        assert_eq!(percentage(9_999, 10_000), Some(99.9));
        assert_eq!(percentage(0, 3), Some(0.0));
        assert_eq!(percentage(3, 3), Some(100.0));
        assert_eq!(percentage(1, 16), Some(6.3), "half goes away from zero");
    }
}
