//! The beginning of a bulk change: the leads that are meant, written down in the transaction that
//! starts it.
//!
//! They are those of one instant, so who starts to match later is not changed, and who stops to match
//! still is. The number is compared with what the caller confirmed before anything is kept.

use std::sync::Arc;

use aicmo_shared::JobId;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::job::{BulkDraft, Job};
use aicmo_shared::lead::LeadFilter;
use aicmo_shared::status::ServiceName;
use aicmo_store::Store;
use aicmo_store::jobs::{self, JobRecord};
use serde_json::json;

use super::draft::{Asked, Chosen};
use super::entry;
use super::worker::Worker;
use crate::context::{Operations, Operator};
use crate::error::OperationError;
use crate::leads::conditions_for_the_trail;

/// Starts a bulk change; it goes on after this returns, and `get_job` follows it.
///
/// # Errors
/// `Validation` with every field at fault, at `/expected_count` with the true number when that is
/// another one; `ReasonRequired`; `MockMode`.
pub async fn start_bulk(
    ops: &Arc<Operations>,
    operator: &Operator,
    draft: BulkDraft,
) -> Result<Job, OperationError> {
    let store = ops.live(Some(ServiceName::Leads))?;
    let asked = Asked::of(draft.selection, draft.change)?;
    let reason = asked.reason(draft.reason)?;
    let outcome = begin(ops, &store, operator, asked, reason, draft.expected_count).await;
    ops.wrote(&outcome);
    let record = outcome?;
    Worker::new(Arc::clone(ops), store.clone(), record.id).spawn();
    super::shown(&store, record).await
}

/// Writes the job and its leads down; a worker does the rest.
///
/// # Errors
/// As `start_bulk`.
pub(super) async fn begin(
    ops: &Operations,
    store: &Store,
    operator: &Operator,
    asked: Asked,
    reason: Option<String>,
    expected_count: u64,
) -> Result<JobRecord, OperationError> {
    let now = ops.now();
    asked.require_campaign(&store.reader()).await?;
    let id = JobId::new(ops.new_id(now));
    let mut record = JobRecord::started(id, asked.change, operator.actor.clone(), now);
    record.reason = reason;
    let tx = store.begin_write().await?;
    let mut facts = json!({ "state": record.state, "change": record.change });
    record.total = match asked.chosen {
        Chosen::Named(leads) => jobs::name_leads(&tx, record.id, &leads).await?,
        Chosen::Matching(filter) => {
            let total = jobs::fill(&tx, record.id, &filter).await?;
            facts["filter"] = conditions_for_the_trail(&filter);
            // What was searched for may be a person.
            record.filter = Some(LeadFilter {
                email: None,
                text: None,
                ..filter
            });
            total
        }
    };
    require_count(record.total, expected_count)?;
    facts["total"] = json!(record.total);
    jobs::insert(&tx, &record).await?;
    tx.commit(entry(operator, AuditAction::JobStarted, &record, facts, now))
        .await?;
    Ok(record)
}

fn require_count(found: u64, expected: u64) -> Result<(), OperationError> {
    if found != expected {
        let message = format!("These are {found} leads now, not {expected}. Look at the preview again.");
        return Err(OperationError::field("/expected_count", "count_changed", message));
    }
    if found == 0 {
        return Err(OperationError::field(
            "/selection",
            "nothing_selected",
            "No lead is meant, so there is nothing to change.",
        ));
    }
    Ok(())
}
