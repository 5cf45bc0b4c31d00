//! The history of lead statuses: every step with who took it and why. Append-only.

use aicmo_shared::lead::{LeadStatus, LostReason};
use aicmo_shared::{LeadId, Timestamp};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};

use super::CHUNK;
use crate::audit::Actor;
use crate::entity::lead_status_step;
use crate::error::StoreError;
use crate::ids::new_id;
use crate::session::WriteTx;
use crate::session::sealed::Executor;

/// One step of one lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusStep {
    pub lead: LeadId,
    /// Where it stood; none for a new lead.
    pub from: Option<LeadStatus>,
    pub to: LeadStatus,
    pub actor: Actor,
    pub reason_code: Option<LostReason>,
    pub reason: Option<String>,
    pub at: Timestamp,
}

/// Adds steps.
pub async fn append(tx: &WriteTx, steps: &[StatusStep]) -> Result<(), StoreError> {
    for chunk in steps.chunks(CHUNK) {
        let models = chunk.iter().map(|step| {
            let model = lead_status_step::Model {
                id: new_id(step.at),
                lead_id: step.lead.get(),
                from_status: step.from.map(|status| status.to_string()),
                to_status: step.to.to_string(),
                actor_type: step.actor.kind.to_string(),
                actor_id: step.actor.id.clone(),
                reason_code: step.reason_code.map(|code| code.to_string()),
                reason: step.reason.clone(),
                at: step.at.as_millis(),
            };
            model.into_active_model().reset_all()
        });
        lead_status_step::Entity::insert_many(models)
            .exec_without_returning(tx.connection())
            .await
            .map_err(StoreError::of("add to the history of leads"))?;
    }
    Ok(())
}
