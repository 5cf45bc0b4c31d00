//! Bulk changes and their leads, of the database.

use aicmo_shared::JobId;
use aicmo_shared::Sourced;
use aicmo_shared::api::{DEFAULT_LIMIT, JobItemQuery, PageQuery};
use aicmo_shared::job::{ItemOutcome, ItemUndo, Job, JobItem};
use aicmo_store::jobs::{self, JobRecord};

use super::{LiveData, Page};
use crate::error::OperationError;
use crate::{bulk, text};

impl LiveData<'_> {
    pub(super) async fn jobs_page(&self, query: &PageQuery) -> Result<Sourced<Vec<Job>>, OperationError> {
        let limit = text::limit(query.limit, DEFAULT_LIMIT)?;
        let after = self
            .ops
            .cursors
            .decode_optional("jobs", &(), query.cursor.as_deref())?;
        let outcome = async {
            let page = jobs::list(&self.reader(), after.as_ref(), limit).await?;
            let total = jobs::count(&self.reader()).await?;
            Ok(Page {
                rows: jobs::shown(&self.reader(), page.rows).await?,
                corrupt: page.corrupt,
                next: page.next,
                limit,
                total: Some(total),
            })
        };
        self.answer_page(outcome.await, "jobs", &())
    }

    pub(super) async fn one_job(&self, id: JobId) -> Result<Sourced<Job>, OperationError> {
        let outcome = async {
            let record = jobs::get(&self.reader(), id).await?;
            bulk::shown(&self.store, record).await
        };
        self.answer(outcome.await)
    }

    pub(super) async fn items_page(
        &self,
        id: JobId,
        query: &JobItemQuery,
    ) -> Result<Sourced<Vec<JobItem>>, OperationError> {
        let limit = text::limit(query.limit, DEFAULT_LIMIT)?;
        let binding = (id, query.outcome, query.undo);
        let after: Option<u64> =
            self.ops
                .cursors
                .decode_optional("job_items", &binding, query.cursor.as_deref())?;
        let outcome = async {
            let job = jobs::get(&self.reader(), id).await?;
            // One more than asked for, so that the last page is known to be the last.
            let reader = self.reader();
            let found = jobs::items(&reader, id, query.outcome, query.undo, after, limit + 1);
            let mut listed = found.await?;
            let is_last = listed.rows.len() <= limit as usize;
            listed.rows.truncate(limit as usize);
            Ok(Page {
                next: listed.rows.last().map(|item| item.number).filter(|_| !is_last),
                rows: listed.rows,
                corrupt: listed.corrupt,
                limit,
                total: items_with(&job, query),
            })
        };
        self.answer_page(outcome.await, "job_items", &binding)
    }
}

/// How many leads of a job match; unknown for two conditions at once.
fn items_with(job: &JobRecord, query: &JobItemQuery) -> Option<u64> {
    match (query.outcome, query.undo) {
        (None, None) => Some(job.total),
        (Some(ItemOutcome::Changed), None) => Some(job.changed),
        (Some(ItemOutcome::Unchanged), None) => Some(job.unchanged),
        (Some(ItemOutcome::Refused), None) => Some(job.refused),
        (None, Some(ItemUndo::TakenBack)) => Some(job.taken_back),
        (None, Some(ItemUndo::Kept)) => Some(job.kept),
        (Some(_), Some(_)) => None,
    }
}
