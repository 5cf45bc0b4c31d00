//! Every read operation as a row of one table, so that a rule about reads is asked of all of them.

use std::sync::Arc;

use aicmo_operations::{
    OperationError, Operations, activity, bulk, campaigns, diagnostics, import, inventory, leads, metrics,
    status, tasks, webhooks,
};
use aicmo_shared::api::{
    ActivityQuery, CampaignQuery, DeliveryQuery, ImportQuery, ImportRowQuery, JobItemQuery, LeadQuery,
    PageQuery,
};
use aicmo_shared::{CampaignId, ImportId, JobId, LeadId, MockReason, Sourced, Timestamp, WebhookId};

/// What an answer says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    pub is_mock: bool,
    pub reason: Option<MockReason>,
    pub generated_at: Timestamp,
}

fn label<T>(outcome: Result<Sourced<T>, OperationError>) -> Result<Label, OperationError> {
    outcome.map(|answer| Label {
        is_mock: answer.is_mock(),
        reason: answer.mock_reason(),
        generated_at: answer.generated_at(),
    })
}

/// Rows that exist, so that a read of one of them can succeed.
#[derive(Clone, Copy)]
pub struct Known {
    pub lead: LeadId,
    pub campaign: CampaignId,
    pub import: ImportId,
    pub webhook: WebhookId,
    pub job: JobId,
}

/// Reads that ask data, by the name of their endpoint.
pub async fn of_data(
    ops: &Arc<Operations>,
    known: Known,
) -> Vec<(&'static str, Result<Label, OperationError>)> {
    vec![
        ("GetAttention", label(metrics::get_attention(ops).await)),
        (
            "ListActivity",
            label(activity::list_activity(ops, &ActivityQuery::default()).await),
        ),
        ("GetMyWork", label(tasks::get_my_work(ops).await)),
        (
            "ListLeads",
            label(leads::list_leads(ops, &LeadQuery::default()).await),
        ),
        ("GetLead", label(leads::get_lead(ops, known.lead).await)),
        (
            "ListLeadEvents",
            label(leads::list_lead_events(ops, known.lead).await),
        ),
        (
            "ListLeadConsent",
            label(leads::list_lead_consent(ops, known.lead).await),
        ),
        (
            "ListCampaigns",
            label(campaigns::list_campaigns(ops, &CampaignQuery::default()).await),
        ),
        (
            "GetCampaign",
            label(campaigns::get_campaign(ops, known.campaign).await),
        ),
        (
            "ListImports",
            label(import::list_imports(ops, &ImportQuery::default()).await),
        ),
        ("GetImport", label(import::get_import(ops, known.import).await)),
        (
            "ListImportRows",
            label(import::list_import_rows(ops, known.import, &ImportRowQuery::default()).await),
        ),
        (
            "ListJobs",
            label(bulk::list_jobs(ops, &PageQuery::default()).await),
        ),
        ("GetJob", label(bulk::get_job(ops, known.job).await)),
        (
            "ListJobItems",
            label(bulk::list_job_items(ops, known.job, &JobItemQuery::default()).await),
        ),
        ("ListWebhooks", label(webhooks::list_webhooks(ops).await)),
        (
            "GetWebhook",
            label(webhooks::get_webhook(ops, known.webhook).await),
        ),
        (
            "ListWebhookDeliveries",
            label(webhooks::list_webhook_deliveries(ops, known.webhook, &DeliveryQuery::default()).await),
        ),
    ]
}

/// Reads that tell about the process and never fail.
pub async fn of_process(ops: &Arc<Operations>) -> Vec<(&'static str, Result<Label, OperationError>)> {
    vec![
        ("GetStatus", label(status::get_status(ops).await)),
        ("GetDiagnostics", label(diagnostics::get_diagnostics(ops).await)),
        ("ListEntryPoints", label(inventory::list_entry_points(ops).await)),
    ]
}
