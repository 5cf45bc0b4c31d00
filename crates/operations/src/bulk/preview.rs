//! What a bulk change would do: exactly how many leads are meant, and the verdict on the newest of them.

use std::collections::BTreeMap;

use aicmo_shared::job::{BulkPreview, BulkQuestion, MAX_PICKED, RefusalCount, RefusalReason};
use aicmo_shared::lead::LeadSort;
use aicmo_shared::status::ServiceName;
use aicmo_store::{Session, leads};

use super::draft::{Asked, Chosen};
use super::judge::{Verdict, judge};
use crate::context::Operations;
use crate::error::OperationError;

/// Looks at a bulk change before it is asked for. Nothing is written.
///
/// # Errors
/// `Validation`, `ReasonRequired`; `MockMode`; `Unavailable` when the database does not answer.
pub async fn preview_bulk(ops: &Operations, question: BulkQuestion) -> Result<BulkPreview, OperationError> {
    let store = ops.live(Some(ServiceName::Leads))?;
    let asked = Asked::of(question.selection, question.change)?;
    let outcome = look(ops, &store.reader(), &asked).await;
    ops.wrote(&outcome);
    outcome
}

async fn look(
    ops: &Operations,
    session: &impl Session,
    asked: &Asked,
) -> Result<BulkPreview, OperationError> {
    asked.require_campaign(session).await?;
    let (records, count) = match &asked.chosen {
        Chosen::Named(named) => {
            let records = leads::records(session, named).await?;
            let count = records.len() as u64;
            (records, count)
        }
        Chosen::Matching(filter) => {
            let page = leads::records_in_order(session, filter, LeadSort::Newest, None, MAX_PICKED).await?;
            (page.rows, leads::count_exactly(session, filter).await?)
        }
    };
    let now = ops.now();
    let mut preview = BulkPreview {
        count,
        judged: records.len() as u64,
        changed: 0,
        unchanged: 0,
        refused: Vec::new(),
        can_be_undone: asked.change.can_be_undone(),
    };
    let mut refused: BTreeMap<&str, (RefusalReason, u64)> = BTreeMap::new();
    for record in &records {
        match judge(&asked.change, record, now) {
            Verdict::Changed(..) => preview.changed += 1,
            Verdict::Unchanged => preview.unchanged += 1,
            Verdict::Refused(reason) => refused.entry(reason.as_str()).or_insert((reason, 0)).1 += 1,
        }
    }
    preview.refused = refused
        .into_values()
        .map(|(reason, count)| RefusalCount { reason, count })
        .collect();
    Ok(preview)
}
