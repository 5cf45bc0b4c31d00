//! The fixed mock set: compiled in, anchored to one instant, the same in every process.
//!
//! Filters, orders and pages work on it as they do on live data, so that a console in mock mode
//! behaves like one at work. The figures and the rows agree: each figure counts the rows that its
//! list shows. Every answer is `Sourced::mock` with the reason it was made for.

mod accounts;
mod audit;
mod campaigns;
mod figures;
mod imports;
mod jobs;
mod leads;
mod webhooks;

#[cfg(test)]
mod tests;

use aicmo_shared::account::{Invitation, User};
use aicmo_shared::activity::ActivityEvent;
use aicmo_shared::api::{
    ActivityQuery, AuditQuery, CampaignQuery, DEFAULT_LIMIT, DeliveryQuery, ImportQuery, ImportRowQuery,
    JobItemQuery, LeadQuery, PageQuery,
};
use aicmo_shared::api_key::ApiKey;
use aicmo_shared::audit::AuditRow;
use aicmo_shared::campaign::Campaign;
use aicmo_shared::import::{Import, ImportRow};
use aicmo_shared::job::{Job, JobItem};
use aicmo_shared::lead::{ConsentEvent, Lead, LeadEvent, LeadRow};
use aicmo_shared::metrics::Attention;
use aicmo_shared::passkey::Passkey;
use aicmo_shared::session::SessionInfo;
use aicmo_shared::task::MyWork;
use aicmo_shared::webhook::{Webhook, WebhookDelivery};
use aicmo_shared::{
    CampaignId, ImportId, JobId, LeadId, MockReason, PageInfo, SessionId, Sourced, Timestamp, UserId,
    WebhookId,
};
use async_trait::async_trait;
use serde::Serialize;
use uuid::Uuid;

use super::{DEFAULT_ACTIVITY, ReadPort, lead_binding};
use crate::clock::FixedClock;
use crate::cursor::Cursors;
use crate::error::OperationError;
use crate::text;

pub(crate) use audit::chain as audit_chain;

/// The mock side of the read port.
pub struct MockData<'a> {
    reason: MockReason,
    cursors: &'a Cursors,
}

impl<'a> MockData<'a> {
    /// Serves the mock set because of `reason`.
    pub fn new(reason: MockReason, cursors: &'a Cursors) -> Self {
        Self { reason, cursors }
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "answers of the read port are results, and the mock set cannot fail"
    )]
    fn answer<T>(&self, data: T) -> Result<Sourced<T>, OperationError> {
        Ok(Sourced::mock(data, self.reason, FixedClock::MOCK_INSTANT))
    }

    fn found<T>(
        &self,
        found: Option<T>,
        noun: &'static str,
        id: impl std::fmt::Display,
    ) -> Result<Sourced<T>, OperationError> {
        let data = found.ok_or_else(|| OperationError::not_found(noun, id))?;
        self.answer(data)
    }

    /// A page of a list without a filter.
    fn whole<T>(
        &self,
        rows: Vec<T>,
        list: &str,
        query: &PageQuery,
    ) -> Result<Sourced<Vec<T>>, OperationError> {
        let limit = text::limit(query.limit, DEFAULT_LIMIT)?;
        self.page(rows, list, &(), query.cursor.as_deref(), limit)
    }

    /// A page of `rows`, which are filtered and in order already.
    fn page<T>(
        &self,
        rows: Vec<T>,
        list: &str,
        binding: &impl Serialize,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Sourced<Vec<T>>, OperationError> {
        // The set never changes, so the number of rows behind us is a place.
        let skip: usize = self.cursors.decode_optional(list, binding, cursor)?.unwrap_or(0);
        let total = rows.len();
        let shown: Vec<T> = rows.into_iter().skip(skip).take(limit as usize).collect();
        let end = skip.saturating_add(shown.len());
        let next_cursor = if end < total {
            Some(self.cursors.encode(list, binding, &end)?)
        } else {
            None
        };
        let info = PageInfo {
            next_cursor,
            limit,
            total: Some(total as u64),
            total_is_exact: true,
        };
        Ok(Sourced::mock(shown, self.reason, FixedClock::MOCK_INSTANT).with_page(info))
    }
}

#[async_trait]
impl ReadPort for MockData<'_> {
    async fn attention(&self) -> Result<Sourced<Attention>, OperationError> {
        self.answer(figures::attention())
    }

    async fn activity(&self, query: &ActivityQuery) -> Result<Sourced<Vec<ActivityEvent>>, OperationError> {
        let limit = text::limit(query.limit, DEFAULT_ACTIVITY)?;
        let mut events = figures::feed();
        events.retain(|event| query.kind.is_none_or(|kind| event.kind == kind));
        self.page(
            events,
            "mock activity",
            &query.kind,
            query.cursor.as_deref(),
            limit,
        )
    }

    async fn my_work(&self) -> Result<Sourced<MyWork>, OperationError> {
        self.answer(figures::my_work())
    }

    async fn leads(&self, query: &LeadQuery) -> Result<Sourced<Vec<LeadRow>>, OperationError> {
        let limit = text::limit(query.limit, DEFAULT_LIMIT)?;
        let rows = leads::rows(&query.filter(), query.order());
        self.page(
            rows,
            "mock leads",
            &lead_binding(query),
            query.cursor.as_deref(),
            limit,
        )
    }

    async fn lead(&self, id: LeadId) -> Result<Sourced<Lead>, OperationError> {
        self.found(leads::find(id), LeadId::NOUN, id)
    }

    async fn lead_events(&self, id: LeadId) -> Result<Sourced<Vec<LeadEvent>>, OperationError> {
        self.found(leads::find(id).map(|lead| leads::events(&lead)), LeadId::NOUN, id)
    }

    async fn lead_consent(&self, id: LeadId) -> Result<Sourced<Vec<ConsentEvent>>, OperationError> {
        self.found(
            leads::find(id).map(|lead| leads::consent(&lead)),
            LeadId::NOUN,
            id,
        )
    }

    async fn campaigns(&self, query: &CampaignQuery) -> Result<Sourced<Vec<Campaign>>, OperationError> {
        let limit = text::limit(query.limit, DEFAULT_LIMIT)?;
        let mut rows = campaigns::all();
        rows.retain(|campaign| query.status.is_none_or(|status| campaign.status == status));
        self.page(
            rows,
            "mock campaigns",
            &query.status,
            query.cursor.as_deref(),
            limit,
        )
    }

    async fn campaign(&self, id: CampaignId) -> Result<Sourced<Campaign>, OperationError> {
        let found = campaigns::all().into_iter().find(|campaign| campaign.id == id);
        self.found(found, CampaignId::NOUN, id)
    }

    async fn imports(&self, query: &ImportQuery) -> Result<Sourced<Vec<Import>>, OperationError> {
        let limit = text::limit(query.limit, DEFAULT_LIMIT)?;
        self.page(
            imports::all(),
            "mock imports",
            &(),
            query.cursor.as_deref(),
            limit,
        )
    }

    async fn import(&self, id: ImportId) -> Result<Sourced<Import>, OperationError> {
        let found = imports::all().into_iter().find(|import| import.id == id);
        self.found(found, ImportId::NOUN, id)
    }

    async fn import_rows(
        &self,
        id: ImportId,
        query: &ImportRowQuery,
    ) -> Result<Sourced<Vec<ImportRow>>, OperationError> {
        let limit = text::limit(query.limit, DEFAULT_LIMIT)?;
        let mut rows = imports::rows(id).ok_or_else(|| OperationError::not_found(ImportId::NOUN, id))?;
        rows.retain(|row| query.verdict.is_none_or(|verdict| row.verdict == verdict));
        rows.retain(|row| query.undo.is_none_or(|undo| row.undo == Some(undo)));
        let binding = (id, query.verdict, query.undo);
        self.page(rows, "mock import rows", &binding, query.cursor.as_deref(), limit)
    }

    async fn jobs(&self, query: &PageQuery) -> Result<Sourced<Vec<Job>>, OperationError> {
        self.whole(jobs::all(), "mock jobs", query)
    }

    async fn job(&self, id: JobId) -> Result<Sourced<Job>, OperationError> {
        let found = jobs::all().into_iter().find(|job| job.id == id);
        self.found(found, JobId::NOUN, id)
    }

    async fn job_items(
        &self,
        id: JobId,
        query: &JobItemQuery,
    ) -> Result<Sourced<Vec<JobItem>>, OperationError> {
        let limit = text::limit(query.limit, DEFAULT_LIMIT)?;
        let mut items = jobs::items(id).ok_or_else(|| OperationError::not_found(JobId::NOUN, id))?;
        items.retain(|item| query.outcome.is_none_or(|outcome| item.outcome == Some(outcome)));
        items.retain(|item| query.undo.is_none_or(|undo| item.undo == Some(undo)));
        let binding = (id, query.outcome, query.undo);
        self.page(items, "mock job items", &binding, query.cursor.as_deref(), limit)
    }

    async fn audit(&self, query: &AuditQuery) -> Result<Sourced<Vec<AuditRow>>, OperationError> {
        let limit = text::limit(query.limit, DEFAULT_LIMIT)?;
        let filter = query.filter();
        let rows = audit::rows(&filter);
        self.page(rows, "mock audit", &filter, query.cursor.as_deref(), limit)
    }

    async fn users(&self, query: &PageQuery) -> Result<Sourced<Vec<User>>, OperationError> {
        self.whole(accounts::users(), "mock users", query)
    }

    async fn user(&self, id: UserId) -> Result<Sourced<User>, OperationError> {
        let found = accounts::users().into_iter().find(|user| user.id == id);
        self.found(found, UserId::NOUN, id)
    }

    async fn invitations(&self, query: &PageQuery) -> Result<Sourced<Vec<Invitation>>, OperationError> {
        self.whole(accounts::invitations(), "mock invitations", query)
    }

    async fn api_keys(&self, query: &PageQuery) -> Result<Sourced<Vec<ApiKey>>, OperationError> {
        self.whole(accounts::api_keys(), "mock keys", query)
    }

    async fn sessions(
        &self,
        _: Option<(UserId, SessionId)>,
    ) -> Result<Sourced<Vec<SessionInfo>>, OperationError> {
        self.answer(accounts::sessions())
    }

    async fn passkeys(&self, _: Option<UserId>) -> Result<Sourced<Vec<Passkey>>, OperationError> {
        self.answer(accounts::passkeys())
    }

    async fn webhooks(&self) -> Result<Sourced<Vec<Webhook>>, OperationError> {
        self.answer(webhooks::all())
    }

    async fn webhook(&self, id: WebhookId) -> Result<Sourced<Webhook>, OperationError> {
        let found = webhooks::all().into_iter().find(|webhook| webhook.id == id);
        self.found(found, WebhookId::NOUN, id)
    }

    async fn webhook_deliveries(
        &self,
        id: WebhookId,
        query: &DeliveryQuery,
    ) -> Result<Sourced<Vec<WebhookDelivery>>, OperationError> {
        let limit = text::limit(query.limit, DEFAULT_LIMIT)?;
        let mut rows =
            webhooks::deliveries(id).ok_or_else(|| OperationError::not_found(WebhookId::NOUN, id))?;
        rows.retain(|row| query.state.is_none_or(|state| row.state == state));
        let binding = (id, query.state);
        self.page(rows, "mock deliveries", &binding, query.cursor.as_deref(), limit)
    }
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// `before` milliseconds before the mock instant.
const fn ago(before: i64) -> Timestamp {
    FixedClock::MOCK_INSTANT.plus_millis(-before)
}

/// The identifier of row `number` made at `at`: a UUIDv7 without chance.
fn id(at: Timestamp, number: u16) -> Uuid {
    let millis = u64::try_from(at.as_millis()).unwrap_or_default();
    let mut tail = [0; 10];
    tail[8..].copy_from_slice(&number.to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the wire types ask for options; the tables stay narrow"
)]
fn some(words: &str) -> Option<String> {
    Some(words.to_owned())
}
