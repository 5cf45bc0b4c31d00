//! Campaigns over HTTP.

use actix_web::http::header::HeaderValue;
use aicmo_operations::campaigns;
use aicmo_shared::CampaignId;
use aicmo_shared::api::{CampaignQuery, NoQuery};
use aicmo_shared::campaign::{Campaign, CampaignDraft, CampaignStep};

use super::Ops;
use crate::http::answer::{CommandResult, Done, Read, ReadResult, version_and_figures_etag};
use crate::http::extract::{Body, Caller, Id, Query};

/// The counts of its leads move without its version.
fn etag(campaign: &Campaign) -> HeaderValue {
    let counts: Vec<u64> = campaign.leads_by_status.iter().map(|count| count.count).collect();
    version_and_figures_etag(campaign.version, counts)
}

fn done(campaign: Campaign) -> Done<Campaign> {
    Done::from(campaign).with_etag(etag)
}

/// `ListCampaigns`
pub async fn list_campaigns(ops: Ops, query: Query<CampaignQuery>) -> ReadResult<Vec<Campaign>> {
    Ok(campaigns::list_campaigns(&ops, &query.0).await?.into())
}

/// `CreateCampaign`
pub async fn create_campaign(
    ops: Ops,
    caller: Caller,
    _: Query<NoQuery>,
    body: Body<CampaignDraft>,
) -> CommandResult<Campaign> {
    Ok(done(campaigns::create_campaign(&ops, &caller.0, body.0).await?))
}

/// `GetCampaign`
pub async fn get_campaign(ops: Ops, id: Id<CampaignId>, _: Query<NoQuery>) -> ReadResult<Campaign> {
    Ok(Read::from(campaigns::get_campaign(&ops, id.0).await?).with_etag(etag))
}

/// `ActivateCampaign`
pub async fn activate_campaign(
    ops: Ops,
    caller: Caller,
    id: Id<CampaignId>,
    _: Query<NoQuery>,
    body: Body<CampaignStep>,
) -> CommandResult<Campaign> {
    Ok(done(
        campaigns::activate_campaign(&ops, &caller.0, id.0, body.0).await?,
    ))
}

/// `PauseCampaign`
pub async fn pause_campaign(
    ops: Ops,
    caller: Caller,
    id: Id<CampaignId>,
    _: Query<NoQuery>,
    body: Body<CampaignStep>,
) -> CommandResult<Campaign> {
    Ok(done(
        campaigns::pause_campaign(&ops, &caller.0, id.0, body.0).await?,
    ))
}

/// `ResumeCampaign`
pub async fn resume_campaign(
    ops: Ops,
    caller: Caller,
    id: Id<CampaignId>,
    _: Query<NoQuery>,
    body: Body<CampaignStep>,
) -> CommandResult<Campaign> {
    Ok(done(
        campaigns::resume_campaign(&ops, &caller.0, id.0, body.0).await?,
    ))
}

/// `CompleteCampaign`
pub async fn complete_campaign(
    ops: Ops,
    caller: Caller,
    id: Id<CampaignId>,
    _: Query<NoQuery>,
    body: Body<CampaignStep>,
) -> CommandResult<Campaign> {
    Ok(done(
        campaigns::complete_campaign(&ops, &caller.0, id.0, body.0).await?,
    ))
}

/// `StopCampaign`
pub async fn stop_campaign(
    ops: Ops,
    caller: Caller,
    id: Id<CampaignId>,
    _: Query<NoQuery>,
    body: Body<CampaignStep>,
) -> CommandResult<Campaign> {
    Ok(done(
        campaigns::stop_campaign(&ops, &caller.0, id.0, body.0).await?,
    ))
}
