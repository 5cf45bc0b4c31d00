//! Leads over HTTP.

use actix_web::http::header::HeaderValue;
use aicmo_operations::leads;
use aicmo_shared::LeadId;
use aicmo_shared::api::{LeadQuery, NoQuery};
use aicmo_shared::lead::{
    ConsentChange, ConsentEvent, Lead, LeadCreated, LeadDraft, LeadEvent, LeadExport, LeadPatch, LeadRow,
    LeadStatusChange,
};

use super::Ops;
use crate::http::answer::{CommandResult, Done, FileResult, Read, ReadResult, version_etag};
use crate::http::extract::{Body, Caller, Id, IfMatch, Query};

fn etag(lead: &Lead) -> HeaderValue {
    version_etag(lead.row.version)
}

/// `ListLeads`
pub async fn list_leads(ops: Ops, query: Query<LeadQuery>) -> ReadResult<Vec<LeadRow>> {
    Ok(leads::list_leads(&ops, &query.0).await?.into())
}

/// `CreateLead`
pub async fn create_lead(
    ops: Ops,
    caller: Caller,
    _: Query<NoQuery>,
    body: Body<LeadDraft>,
) -> CommandResult<LeadCreated> {
    let created = leads::create_lead(&ops, &caller.0, body.0).await?;
    Ok(Done::from(created).with_etag(|created| etag(&created.lead)))
}

/// `ExportLeads`
pub async fn export_leads(ops: Ops, caller: Caller, _: Query<NoQuery>, body: Body<LeadExport>) -> FileResult {
    Ok(leads::export_leads(&ops, &caller.0, body.0).await?.into())
}

/// `GetLead`
pub async fn get_lead(ops: Ops, id: Id<LeadId>, _: Query<NoQuery>) -> ReadResult<Lead> {
    Ok(Read::from(leads::get_lead(&ops, id.0).await?).with_etag(etag))
}

/// `PatchLead`
pub async fn patch_lead(
    ops: Ops,
    caller: Caller,
    id: Id<LeadId>,
    _: Query<NoQuery>,
    version: IfMatch,
    body: Body<LeadPatch>,
) -> CommandResult<Lead> {
    let lead = leads::patch_lead(&ops, &caller.0, id.0, version.0, body.0).await?;
    Ok(Done::from(lead).with_etag(etag))
}

/// `ChangeLeadStatus`
pub async fn change_lead_status(
    ops: Ops,
    caller: Caller,
    id: Id<LeadId>,
    _: Query<NoQuery>,
    version: IfMatch,
    body: Body<LeadStatusChange>,
) -> CommandResult<Lead> {
    let lead = leads::change_lead_status(&ops, &caller.0, id.0, version.0, body.0).await?;
    Ok(Done::from(lead).with_etag(etag))
}

/// `ListLeadEvents`
pub async fn list_lead_events(ops: Ops, id: Id<LeadId>, _: Query<NoQuery>) -> ReadResult<Vec<LeadEvent>> {
    Ok(leads::list_lead_events(&ops, id.0).await?.into())
}

/// `ChangeLeadConsent`
pub async fn change_lead_consent(
    ops: Ops,
    caller: Caller,
    id: Id<LeadId>,
    _: Query<NoQuery>,
    body: Body<ConsentChange>,
) -> CommandResult<Lead> {
    let lead = leads::change_lead_consent(&ops, &caller.0, id.0, body.0).await?;
    Ok(Done::from(lead).with_etag(etag))
}

/// `ListLeadConsent`
pub async fn list_lead_consent(ops: Ops, id: Id<LeadId>, _: Query<NoQuery>) -> ReadResult<Vec<ConsentEvent>> {
    Ok(leads::list_lead_consent(&ops, id.0).await?.into())
}
