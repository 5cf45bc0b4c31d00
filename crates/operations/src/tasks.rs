//! Operator tasks, as far as "My work today" shows them.

use aicmo_shared::Sourced;
use aicmo_shared::status::ServiceName;
use aicmo_shared::task::MyWork;

use crate::context::Operations;
use crate::error::OperationError;

/// Tasks that are due within a day or overdue, the most overdue first, at most five.
///
/// # Errors
/// `FeatureDisabled` when Campaign Ops is switched off; `Unavailable` when the database does not
/// answer.
pub async fn get_my_work(ops: &Operations) -> Result<Sourced<MyWork>, OperationError> {
    ops.reads(Some(ServiceName::CampaignOps))?.my_work().await
}
