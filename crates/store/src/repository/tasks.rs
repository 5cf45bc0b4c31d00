//! Operator tasks, as far as "My work today" shows them.

use aicmo_shared::Timestamp;
use aicmo_shared::task::MyWork;

use crate::error::StoreError;
use crate::session::Session;

/// Open tasks that are due within a day of `now` or overdue; the five most overdue first.
pub async fn my_work(session: &impl Session, now: Timestamp) -> Result<MyWork, StoreError> {
    todo!("{:?} {now}", session.database())
}
