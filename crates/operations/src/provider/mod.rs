//! The read port, behind which live and mock data are kept apart.
//!
//! `LiveData` asks the database, `MockData` has the fixed mock set; an operation gets one of them
//! from `Operations::reads` and cannot ask the other. A failed query is an error here and stays one:
//! nothing in `live` can reach `mock`.

mod live;
mod mock;

pub use live::LiveData;
pub use mock::MockData;
pub(crate) use mock::audit_chain as mock_audit_chain;

use aicmo_shared::account::{Invitation, User};
use aicmo_shared::activity::ActivityEvent;
use aicmo_shared::api::{
    ActivityQuery, AuditQuery, CampaignQuery, DeliveryQuery, ImportQuery, ImportRowQuery, JobItemQuery,
    LeadQuery, PageQuery,
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
use aicmo_shared::{CampaignId, ImportId, JobId, LeadId, SessionId, Sourced, UserId, WebhookId};
use async_trait::async_trait;

use crate::error::OperationError;

/// Lines of a page of the activity feed when the request does not say.
pub(crate) const DEFAULT_ACTIVITY: u32 = 25;

/// Lines of a lead's timeline.
pub(crate) const TIMELINE: u32 = 100;

/// Everything an operator can look at that comes from data.
#[async_trait]
pub trait ReadPort: Send + Sync {
    /// What needs the operator now.
    async fn attention(&self) -> Result<Sourced<Attention>, OperationError>;
    /// What happened, newest first.
    async fn activity(&self, query: &ActivityQuery) -> Result<Sourced<Vec<ActivityEvent>>, OperationError>;
    /// Due and overdue tasks.
    async fn my_work(&self) -> Result<Sourced<MyWork>, OperationError>;
    /// A page of leads.
    async fn leads(&self, query: &LeadQuery) -> Result<Sourced<Vec<LeadRow>>, OperationError>;
    /// A lead.
    async fn lead(&self, id: LeadId) -> Result<Sourced<Lead>, OperationError>;
    /// The newest events of a lead.
    async fn lead_events(&self, id: LeadId) -> Result<Sourced<Vec<LeadEvent>>, OperationError>;
    /// The steps of a lead's consent.
    async fn lead_consent(&self, id: LeadId) -> Result<Sourced<Vec<ConsentEvent>>, OperationError>;
    /// A page of campaigns, newest first.
    async fn campaigns(&self, query: &CampaignQuery) -> Result<Sourced<Vec<Campaign>>, OperationError>;
    /// A campaign.
    async fn campaign(&self, id: CampaignId) -> Result<Sourced<Campaign>, OperationError>;
    /// A page of imports, newest first.
    async fn imports(&self, query: &ImportQuery) -> Result<Sourced<Vec<Import>>, OperationError>;
    /// An import.
    async fn import(&self, id: ImportId) -> Result<Sourced<Import>, OperationError>;
    /// A page of an import's rows, in file order.
    async fn import_rows(
        &self,
        id: ImportId,
        query: &ImportRowQuery,
    ) -> Result<Sourced<Vec<ImportRow>>, OperationError>;
    /// A page of bulk changes, newest first.
    async fn jobs(&self, query: &PageQuery) -> Result<Sourced<Vec<Job>>, OperationError>;
    /// A bulk change.
    async fn job(&self, id: JobId) -> Result<Sourced<Job>, OperationError>;
    /// A page of a bulk change's leads, in its order.
    async fn job_items(
        &self,
        id: JobId,
        query: &JobItemQuery,
    ) -> Result<Sourced<Vec<JobItem>>, OperationError>;
    /// A page of the audit trail, newest first.
    async fn audit(&self, query: &AuditQuery) -> Result<Sourced<Vec<AuditRow>>, OperationError>;
    /// A page of accounts, newest first.
    async fn users(&self, query: &PageQuery) -> Result<Sourced<Vec<User>>, OperationError>;
    /// An account.
    async fn user(&self, id: UserId) -> Result<Sourced<User>, OperationError>;
    /// A page of invitations, newest first.
    async fn invitations(&self, query: &PageQuery) -> Result<Sourced<Vec<Invitation>>, OperationError>;
    /// A page of keys, newest first.
    async fn api_keys(&self, query: &PageQuery) -> Result<Sourced<Vec<ApiKey>>, OperationError>;
    /// The sessions of an account, of which one asks; the mock set has those of its viewer.
    async fn sessions(
        &self,
        of: Option<(UserId, SessionId)>,
    ) -> Result<Sourced<Vec<SessionInfo>>, OperationError>;
    /// The passkeys of an account; the mock set has those of its viewer.
    async fn passkeys(&self, of: Option<UserId>) -> Result<Sourced<Vec<Passkey>>, OperationError>;
    /// Webhooks without their secrets, newest first.
    async fn webhooks(&self) -> Result<Sourced<Vec<Webhook>>, OperationError>;
    /// A webhook without its secret.
    async fn webhook(&self, id: WebhookId) -> Result<Sourced<Webhook>, OperationError>;
    /// A page of a webhook's deliveries, newest first.
    async fn webhook_deliveries(
        &self,
        id: WebhookId,
        query: &DeliveryQuery,
    ) -> Result<Sourced<Vec<WebhookDelivery>>, OperationError>;
}

/// What a cursor of the lead list is bound to: every condition and the order, not place and size.
pub(crate) fn lead_binding(query: &LeadQuery) -> LeadQuery {
    LeadQuery {
        sort: Some(query.order()),
        count: None,
        cursor: None,
        limit: None,
        ..query.clone()
    }
}
