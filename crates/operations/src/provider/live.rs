//! Live data: everything is asked of the database, and a failure is an error.
//!
//! Every question tells the health tracker how it went. Rows that hold a value which no enum knows
//! are left out of lists by the store and named in diagnostics; a single such row is `Integrity`.

mod jobs;

use aicmo_shared::account::{Invitation, User};
use aicmo_shared::activity::ActivityEvent;
use aicmo_shared::api::{
    ActivityQuery, AuditQuery, CampaignQuery, DEFAULT_LIMIT, DeliveryQuery, ImportQuery, ImportRowQuery,
    JobItemQuery, LeadQuery, PageCount, PageQuery,
};
use aicmo_shared::api_key::ApiKey;
use aicmo_shared::audit::AuditRow;
use aicmo_shared::campaign::Campaign;
use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::import::{Import, ImportRow, ImportUndo, RowUndo, RowVerdict};
use aicmo_shared::job::{Job, JobItem};
use aicmo_shared::lead::{ConsentEvent, Lead, LeadEvent, LeadRow};
use aicmo_shared::metrics::Attention;
use aicmo_shared::passkey::Passkey;
use aicmo_shared::session::SessionInfo;
use aicmo_shared::task::MyWork;
use aicmo_shared::webhook::{Webhook, WebhookDelivery};
use aicmo_shared::{
    CampaignId, ImportId, JobId, LeadId, PageInfo, SessionId, Sourced, Timestamp, UserId, WebhookId,
};
use aicmo_store::accounts::{api_keys, one_time_links, passkeys, sessions, users};
use aicmo_store::imports::ImportRecord;
use aicmo_store::{
    IdPage, IdPosition, Reader, Store, activity, audit_trail, campaigns, consent_history, imports, leads,
    metrics, tasks, timeline, webhooks,
};
use async_trait::async_trait;
use serde::Serialize;

use super::{DEFAULT_ACTIVITY, ReadPort, TIMELINE};
use crate::accounts::Refusal;
use crate::context::Operations;
use crate::error::OperationError;
use crate::import;
use crate::leads::with_normal_email;
use crate::text;

/// The live side of the read port, for one request.
pub struct LiveData<'a> {
    ops: &'a Operations,
    store: Store,
    now: Timestamp,
}

impl<'a> LiveData<'a> {
    /// Reads from `store`; `generated_at` of every answer is the moment of this call.
    pub fn new(ops: &'a Operations, store: Store) -> Self {
        Self {
            ops,
            store,
            now: ops.now(),
        }
    }

    fn reader(&self) -> Reader {
        self.store.reader()
    }

    /// Where a list without a filter goes on, and how many rows it shows.
    fn place(&self, list: &str, query: &PageQuery) -> Result<(Option<IdPosition>, u32), OperationError> {
        let limit = text::limit(query.limit, DEFAULT_LIMIT)?;
        let after = self
            .ops
            .cursors
            .decode_optional(list, &(), query.cursor.as_deref())?;
        Ok((after, limit))
    }

    /// Labels what was asked, and tells the health tracker how the asking went.
    fn answer<T>(&self, outcome: Result<T, OperationError>) -> Result<Sourced<T>, OperationError> {
        self.ops.health.learn(&outcome, self.now);
        outcome.map(|data| Sourced::live(data, self.now))
    }

    fn answer_page<T, P: Serialize>(
        &self,
        outcome: Result<Page<T, P>, OperationError>,
        list: &str,
        filter: &impl Serialize,
    ) -> Result<Sourced<Vec<T>>, OperationError> {
        self.ops.health.learn(&outcome, self.now);
        let page = outcome?;
        report(list, &page.corrupt);
        let next_cursor = page
            .next
            .map(|position| self.ops.cursors.encode(list, filter, &position))
            .transpose()?;
        let info = PageInfo {
            next_cursor,
            limit: page.limit,
            total: page.total,
            total_is_exact: page.total.is_some(),
        };
        Ok(Sourced::live(page.rows, self.now).with_page(info))
    }
}

/// One page as the store answers it.
struct Page<T, P> {
    rows: Vec<T>,
    corrupt: Vec<CorruptRow>,
    next: Option<P>,
    limit: u32,
    total: Option<u64>,
}

impl<T> Page<T, IdPosition> {
    fn of(page: IdPage<T>, limit: u32, total: u64) -> Self {
        Self {
            rows: page.rows,
            corrupt: page.corrupt,
            next: page.next,
            limit,
            total: Some(total),
        }
    }
}

/// Rows that were left out are seen by the operator in Diagnostics; the log names how many.
fn report(list: &str, corrupt: &[CorruptRow]) {
    if !corrupt.is_empty() {
        tracing::debug!(
            list,
            n_corrupt = corrupt.len(),
            "rows of a list were left out: see Diagnostics"
        );
    }
}

#[async_trait]
impl ReadPort for LiveData<'_> {
    async fn attention(&self) -> Result<Sourced<Attention>, OperationError> {
        self.answer(
            metrics::attention(&self.reader(), self.now)
                .await
                .map_err(Into::into),
        )
    }

    async fn activity(&self, query: &ActivityQuery) -> Result<Sourced<Vec<ActivityEvent>>, OperationError> {
        let limit = text::limit(query.limit, DEFAULT_ACTIVITY)?;
        let after = self
            .ops
            .cursors
            .decode_optional("activity", &query.kind, query.cursor.as_deref())?;
        let outcome = activity::list(&self.reader(), query.kind, after.as_ref(), limit).await;
        let page = outcome.map_err(Into::into).map(|page| Page {
            rows: page.rows,
            corrupt: page.corrupt,
            next: page.next,
            limit,
            // The feed is a union that grows for ever; nobody needs its length.
            total: None,
        });
        self.answer_page(page, "activity", &query.kind)
    }

    async fn my_work(&self) -> Result<Sourced<MyWork>, OperationError> {
        self.answer(tasks::my_work(&self.reader(), self.now).await.map_err(Into::into))
    }

    async fn leads(&self, query: &LeadQuery) -> Result<Sourced<Vec<LeadRow>>, OperationError> {
        let limit = text::limit(query.limit, DEFAULT_LIMIT)?;
        let (filter, sort) = (with_normal_email(query.filter()), query.order());
        let binding = super::lead_binding(query);
        let after = self
            .ops
            .cursors
            .decode_optional("leads", &binding, query.cursor.as_deref())?;
        let outcome = async {
            let page = leads::list(&self.reader(), &filter, sort, after.as_ref(), limit).await?;
            let total = match query.count {
                Some(PageCount::Exact) => Some(leads::count_exactly(&self.reader(), &filter).await?),
                None => leads::count(&self.reader(), &filter).await?,
            };
            Ok(Page {
                rows: page.rows,
                corrupt: page.corrupt,
                next: page.next,
                limit,
                total,
            })
        };
        self.answer_page(outcome.await, "leads", &binding)
    }

    async fn lead(&self, id: LeadId) -> Result<Sourced<Lead>, OperationError> {
        self.answer(leads::get(&self.reader(), id).await.map_err(Into::into))
    }

    async fn lead_events(&self, id: LeadId) -> Result<Sourced<Vec<LeadEvent>>, OperationError> {
        let outcome = async {
            // A lead that does not exist has no events either; say which of the two it is.
            leads::record(&self.reader(), id).await?;
            let events = timeline::list(&self.reader(), id, TIMELINE).await?;
            report("timeline", &events.corrupt);
            Ok(events.rows)
        };
        self.answer(outcome.await)
    }

    async fn lead_consent(&self, id: LeadId) -> Result<Sourced<Vec<ConsentEvent>>, OperationError> {
        let outcome = async {
            // A lead that does not exist has no history either; say which of the two it is.
            leads::record(&self.reader(), id).await?;
            let events = consent_history::list(&self.reader(), id).await?;
            report("consent history", &events.corrupt);
            Ok(events.rows)
        };
        self.answer(outcome.await)
    }

    async fn campaigns(&self, query: &CampaignQuery) -> Result<Sourced<Vec<Campaign>>, OperationError> {
        let limit = text::limit(query.limit, DEFAULT_LIMIT)?;
        let after = self
            .ops
            .cursors
            .decode_optional("campaigns", &query.status, query.cursor.as_deref())?;
        let outcome = async {
            let page = campaigns::list(&self.reader(), query.status, after.as_ref(), limit).await?;
            let total = campaigns::count(&self.reader(), query.status).await?;
            Ok(Page::of(page, limit, total))
        };
        self.answer_page(outcome.await, "campaigns", &query.status)
    }

    async fn campaign(&self, id: CampaignId) -> Result<Sourced<Campaign>, OperationError> {
        self.answer(campaigns::get(&self.reader(), id).await.map_err(Into::into))
    }

    async fn imports(&self, query: &ImportQuery) -> Result<Sourced<Vec<Import>>, OperationError> {
        let limit = text::limit(query.limit, DEFAULT_LIMIT)?;
        let after = self
            .ops
            .cursors
            .decode_optional("imports", &(), query.cursor.as_deref())?;
        let outcome = async {
            let page = imports::list(&self.reader(), after.as_ref(), limit).await?;
            let total = imports::count(&self.reader()).await?;
            Ok(Page {
                rows: imports::shown(&self.reader(), page.rows).await?,
                corrupt: page.corrupt,
                next: page.next,
                limit,
                total: Some(total),
            })
        };
        self.answer_page(outcome.await, "imports", &())
    }

    async fn import(&self, id: ImportId) -> Result<Sourced<Import>, OperationError> {
        let outcome = async {
            let record = imports::get(&self.reader(), id).await?;
            import::shown(&self.store, record).await
        };
        self.answer(outcome.await)
    }

    async fn import_rows(
        &self,
        id: ImportId,
        query: &ImportRowQuery,
    ) -> Result<Sourced<Vec<ImportRow>>, OperationError> {
        let limit = text::limit(query.limit, DEFAULT_LIMIT)?;
        let filter = imports::RowFilter {
            verdict: query.verdict,
            undo: query.undo,
        };
        let binding = (id, query.verdict, query.undo);
        let after: Option<u64> =
            self.ops
                .cursors
                .decode_optional("import_rows", &binding, query.cursor.as_deref())?;
        let outcome = async {
            let import = imports::get(&self.reader(), id).await?;
            // One more than asked for, so that the last page is known to be the last.
            let mut listed = imports::rows(&self.reader(), id, filter, after, limit + 1).await?;
            let is_last = listed.rows.len() <= limit as usize;
            listed.rows.truncate(limit as usize);
            Ok(Page {
                next: listed.rows.last().map(|row| row.row_number).filter(|_| !is_last),
                rows: listed
                    .rows
                    .into_iter()
                    .map(imports::ImportRowRecord::into_row)
                    .collect(),
                corrupt: listed.corrupt,
                limit,
                total: rows_with(&import, filter),
            })
        };
        self.answer_page(outcome.await, "import_rows", &binding)
    }

    async fn jobs(&self, query: &PageQuery) -> Result<Sourced<Vec<Job>>, OperationError> {
        self.jobs_page(query).await
    }

    async fn job(&self, id: JobId) -> Result<Sourced<Job>, OperationError> {
        self.one_job(id).await
    }

    async fn job_items(
        &self,
        id: JobId,
        query: &JobItemQuery,
    ) -> Result<Sourced<Vec<JobItem>>, OperationError> {
        self.items_page(id, query).await
    }

    async fn audit(&self, query: &AuditQuery) -> Result<Sourced<Vec<AuditRow>>, OperationError> {
        let limit = text::limit(query.limit, DEFAULT_LIMIT)?;
        let filter = query.filter();
        let after = self
            .ops
            .cursors
            .decode_optional("audit", &filter, query.cursor.as_deref())?;
        let outcome = async {
            let page = audit_trail::list(&self.reader(), &filter, after, limit).await?;
            let total = audit_trail::count(&self.reader(), &filter).await?;
            Ok(Page {
                rows: page.rows,
                corrupt: page.corrupt,
                next: page.next,
                limit,
                total,
            })
        };
        self.answer_page(outcome.await, "audit", &filter)
    }

    async fn users(&self, query: &PageQuery) -> Result<Sourced<Vec<User>>, OperationError> {
        let (after, limit) = self.place("users", query)?;
        let outcome = async {
            let live = self.ops.accounts.live_at(self.now);
            let page = users::list(&self.reader(), after.as_ref(), limit, live).await?;
            Ok(Page::of(page, limit, users::count(&self.reader()).await?))
        };
        self.answer_page(outcome.await, "users", &())
    }

    async fn user(&self, id: UserId) -> Result<Sourced<User>, OperationError> {
        let live = self.ops.accounts.live_at(self.now);
        self.answer(users::get(&self.reader(), id, live).await.map_err(Into::into))
    }

    async fn invitations(&self, query: &PageQuery) -> Result<Sourced<Vec<Invitation>>, OperationError> {
        let (after, limit) = self.place("invitations", query)?;
        let outcome = async {
            let reader = self.reader();
            let page = one_time_links::list_invitations(&reader, after.as_ref(), limit, self.now).await?;
            Ok(Page::of(
                page,
                limit,
                one_time_links::count_invitations(&reader).await?,
            ))
        };
        self.answer_page(outcome.await, "invitations", &())
    }

    async fn api_keys(&self, query: &PageQuery) -> Result<Sourced<Vec<ApiKey>>, OperationError> {
        let (after, limit) = self.place("api_keys", query)?;
        let outcome = async {
            let page = api_keys::list(&self.reader(), after.as_ref(), limit, self.now).await?;
            Ok(Page::of(page, limit, api_keys::count(&self.reader()).await?))
        };
        self.answer_page(outcome.await, "api_keys", &())
    }

    async fn sessions(
        &self,
        of: Option<(UserId, SessionId)>,
    ) -> Result<Sourced<Vec<SessionInfo>>, OperationError> {
        let (user, current) = of.ok_or(Refusal::SessionExpired)?;
        let live = self.ops.accounts.live_at(self.now);
        let listed = sessions::list(&self.reader(), user, live).await;
        let shown = listed.map_err(OperationError::from).map(|records| {
            records
                .into_iter()
                .map(|record| SessionInfo {
                    id: record.id,
                    current: record.id == current,
                    device: record.device,
                    signed_in_at: record.created_at,
                    last_seen_at: record.last_seen_at,
                    expires_at: record.expires_at,
                })
                .collect()
        });
        self.answer(shown)
    }

    async fn passkeys(&self, of: Option<UserId>) -> Result<Sourced<Vec<Passkey>>, OperationError> {
        let user = of.ok_or(Refusal::SessionExpired)?;
        let listed = passkeys::list(&self.reader(), user).await;
        let shown = listed.map_err(OperationError::from).map(|records| {
            records
                .into_iter()
                .map(passkeys::PasskeyRecord::into_passkey)
                .collect()
        });
        self.answer(shown)
    }

    async fn webhooks(&self) -> Result<Sourced<Vec<Webhook>>, OperationError> {
        let outcome = webhooks::list(&self.reader()).await.map_err(Into::into);
        self.answer(outcome.map(|listed| {
            report("webhooks", &listed.corrupt);
            listed
                .rows
                .into_iter()
                .map(|record| record.into_webhook(self.now))
                .collect()
        }))
    }

    async fn webhook(&self, id: WebhookId) -> Result<Sourced<Webhook>, OperationError> {
        let outcome = webhooks::get(&self.reader(), id).await;
        self.answer(
            outcome
                .map(|record| record.into_webhook(self.now))
                .map_err(Into::into),
        )
    }

    async fn webhook_deliveries(
        &self,
        id: WebhookId,
        query: &DeliveryQuery,
    ) -> Result<Sourced<Vec<WebhookDelivery>>, OperationError> {
        let limit = text::limit(query.limit, DEFAULT_LIMIT)?;
        let binding = (id, query.state);
        let after =
            self.ops
                .cursors
                .decode_optional("webhook_deliveries", &binding, query.cursor.as_deref())?;
        let outcome = async {
            // A webhook that does not exist has no deliveries either; say which of the two it is.
            webhooks::get(&self.reader(), id).await?;
            let page =
                webhooks::list_deliveries(&self.reader(), id, query.state, after.as_ref(), limit).await?;
            Ok(Page {
                rows: page
                    .rows
                    .into_iter()
                    .map(webhooks::DeliveryRecord::into_delivery)
                    .collect(),
                corrupt: page.corrupt,
                next: page.next,
                limit,
                // A busy log is long, and nobody needs its length.
                total: None,
            })
        };
        self.answer_page(outcome.await, "webhook_deliveries", &binding)
    }
}

/// How many rows of an import match; unknown for two conditions at once.
fn rows_with(import: &ImportRecord, filter: imports::RowFilter) -> Option<u64> {
    let counts = &import.counts;
    let undone = |of: fn(&ImportUndo) -> u64| import.undo.as_ref().map_or(0, of);
    match (filter.verdict, filter.undo) {
        (None, None) => Some(counts.total),
        (Some(RowVerdict::New), None) => Some(counts.new),
        (Some(RowVerdict::Merged), None) => Some(counts.merged),
        (Some(RowVerdict::Unchanged), None) => Some(counts.unchanged),
        (Some(RowVerdict::Suppressed), None) => Some(counts.suppressed),
        (Some(RowVerdict::Invalid), None) => Some(counts.invalid),
        (None, Some(RowUndo::TakenBack)) => Some(undone(|undo| undo.taken_back)),
        (None, Some(RowUndo::Restored)) => Some(undone(|undo| undo.restored)),
        (None, Some(RowUndo::Kept)) => Some(undone(|undo| undo.kept)),
        (Some(_), Some(_)) => None,
    }
}
