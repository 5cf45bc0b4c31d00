//! Touches: every contact of a lead with the workspace. Append-only, but for an import that is undone.

use aicmo_shared::lead::{LeadSource, Utm};
use aicmo_shared::{CampaignId, ImportId, LeadId, Timestamp, TouchId};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::CHUNK;
use crate::entity::lead_touch;
use crate::error::StoreError;
use crate::session::WriteTx;
use crate::session::sealed::Executor;

/// One touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TouchRecord {
    pub id: TouchId,
    pub lead: LeadId,
    pub campaign: Option<CampaignId>,
    pub source: LeadSource,
    pub source_channel: Option<String>,
    /// Makes the touch idempotent: a second one with the same text is not written.
    pub source_ref: Option<String>,
    pub utm: Utm,
    pub import: Option<ImportId>,
    pub touched_at: Timestamp,
}

/// Adds touches, except those whose `source_ref` is there already; answers how many were added.
pub async fn append(tx: &WriteTx, touches: &[TouchRecord]) -> Result<u64, StoreError> {
    let mut added = 0;
    for chunk in touches.chunks(CHUNK) {
        let models = chunk
            .iter()
            .map(|touch| model_of(touch).into_active_model().reset_all());
        added += lead_touch::Entity::insert_many(models)
            .on_conflict(
                OnConflict::column(lead_touch::Column::SourceRef)
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(tx.connection())
            .await
            .map_err(StoreError::of("add touches"))?;
    }
    Ok(added)
}

/// Removes the touches of an import from `leads`.
pub async fn remove_of_import(tx: &WriteTx, import: ImportId, leads: &[LeadId]) -> Result<(), StoreError> {
    for chunk in leads.chunks(CHUNK) {
        lead_touch::Entity::delete_many()
            .filter(lead_touch::Column::LeadId.is_in(chunk.iter().map(|lead| lead.get())))
            .filter(lead_touch::Column::ImportId.eq(import.get()))
            .exec(tx.connection())
            .await
            .map_err(StoreError::of("remove the touches of an import"))?;
    }
    Ok(())
}

fn model_of(touch: &TouchRecord) -> lead_touch::Model {
    lead_touch::Model {
        id: touch.id.get(),
        lead_id: touch.lead.get(),
        campaign_id: touch.campaign.map(CampaignId::get),
        source: touch.source.to_string(),
        source_channel: touch.source_channel.clone(),
        source_ref: touch.source_ref.clone(),
        utm_source: touch.utm.source.clone(),
        utm_medium: touch.utm.medium.clone(),
        utm_campaign: touch.utm.campaign.clone(),
        utm_content: touch.utm.content.clone(),
        import_id: touch.import.map(ImportId::get),
        touched_at: touch.touched_at.as_millis(),
    }
}
