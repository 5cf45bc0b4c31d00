//! What a panel shows, decided from what it holds. Pure.

use aicmo_shared::ErrorCode;
use aicmo_shared::account::{Invitation, User};
use aicmo_shared::activity::ActivityEvent;
use aicmo_shared::api_key::ApiKey;
use aicmo_shared::audit::AuditRow;
use aicmo_shared::campaign::Campaign;
use aicmo_shared::diagnostics::Diagnostics;
use aicmo_shared::import::{Import, ImportRow};
use aicmo_shared::inventory::EntryPoint;
use aicmo_shared::job::{Job, JobItem};
use aicmo_shared::lead::{ConsentEvent, Lead, LeadEvent, LeadRow};
use aicmo_shared::metrics::Attention;
use aicmo_shared::passkey::Passkey;
use aicmo_shared::session::{CurrentSession, SessionInfo};
use aicmo_shared::task::MyWork;
use aicmo_shared::webhook::{Webhook, WebhookDelivery};

use crate::api::ClientError;

/// What a panel can hold.
pub trait PanelData: Clone + Send + Sync + 'static {
    /// Whether there is nothing in it, so that the empty state is shown. Zero is a number: a value
    /// made of figures is never empty.
    fn is_empty(&self) -> bool {
        false
    }
}

/// A thing that a list can hold.
pub trait PanelRow: Clone + Send + Sync + 'static {}

impl PanelRow for ActivityEvent {}
impl PanelRow for AuditRow {}
impl PanelRow for ApiKey {}
impl PanelRow for Campaign {}
impl PanelRow for ConsentEvent {}
impl PanelRow for EntryPoint {}
impl PanelRow for Import {}
impl PanelRow for ImportRow {}
impl PanelRow for Invitation {}
impl PanelRow for Job {}
impl PanelRow for JobItem {}
impl PanelRow for LeadEvent {}
impl PanelRow for LeadRow {}
impl PanelRow for Passkey {}
impl PanelRow for Webhook {}
impl PanelRow for WebhookDelivery {}
impl PanelRow for SessionInfo {}
impl PanelRow for User {}

impl<T: PanelRow> PanelData for Vec<T> {
    fn is_empty(&self) -> bool {
        Vec::is_empty(self)
    }
}

impl PanelData for Attention {}
impl PanelData for Campaign {}
impl PanelData for CurrentSession {}
impl PanelData for Diagnostics {}
impl PanelData for Import {}
impl PanelData for Job {}
impl PanelData for Lead {}
impl PanelData for Webhook {}
impl PanelData for MyWork {
    fn is_empty(&self) -> bool {
        self.due == 0 && self.first.is_empty()
    }
}

/// What a panel shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelState {
    /// Nothing has come yet.
    Loading,
    /// A value.
    Ready,
    /// A value with nothing in it.
    Empty,
    /// The last request failed; the last good value stands below, greyed, when there is one.
    Error,
    /// A right is missing.
    Forbidden,
    /// A setting has switched it off.
    Disabled,
}

impl PanelState {
    /// The word in `data-state`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Ready => "ready",
            Self::Empty => "empty",
            Self::Error => "error",
            Self::Forbidden => "forbidden",
            Self::Disabled => "disabled",
        }
    }

    /// Decides from the last failure and the last good value; `is_empty` is `None` before there is one.
    pub fn of(failure: Option<&ClientError>, is_empty: Option<bool>) -> Self {
        match failure.map(|error| (error.error_code(), error.problem().map(|problem| problem.status))) {
            Some((Some(ErrorCode::FeatureDisabled), _)) => Self::Disabled,
            Some((_, Some(403))) => Self::Forbidden,
            Some(_) => Self::Error,
            None => match is_empty {
                None => Self::Loading,
                Some(true) => Self::Empty,
                Some(false) => Self::Ready,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use aicmo_shared::{Problem, Timestamp};

    use super::*;
    use crate::api::Cause;

    fn failed(cause: Cause) -> ClientError {
        ClientError {
            cause,
            route: String::new(),
            at: Timestamp::from_millis(0),
            was_write: false,
            retry_after: None,
        }
    }

    #[test]
    fn the_order_is_failure_loading_empty_ready() {
        let failure = failed(Cause::Timeout { seconds: 10 });
        assert_eq!(PanelState::of(None, None), PanelState::Loading);
        assert_eq!(PanelState::of(None, Some(true)), PanelState::Empty);
        assert_eq!(PanelState::of(None, Some(false)), PanelState::Ready);
        assert_eq!(PanelState::of(Some(&failure), None), PanelState::Error);
        assert_eq!(PanelState::of(Some(&failure), Some(false)), PanelState::Error);
    }

    #[test]
    fn switched_off_is_neither_broken_nor_empty() {
        let off = failed(Cause::Problem(Box::new(Problem::new(
            ErrorCode::FeatureDisabled,
            "off",
        ))));
        assert_eq!(PanelState::of(Some(&off), None), PanelState::Disabled);
        let foreign = failed(Cause::Problem(Box::new(Problem::new(
            ErrorCode::CsrfFailed,
            "no",
        ))));
        assert_eq!(PanelState::of(Some(&foreign), None), PanelState::Forbidden);
    }

    #[test]
    fn figures_are_never_empty_and_a_list_may_be() {
        let rows: Vec<ActivityEvent> = Vec::new();
        assert!(PanelData::is_empty(&rows));
        assert!(PanelData::is_empty(&MyWork {
            due: 0,
            overdue: 0,
            first: Vec::new()
        }));
    }
}
