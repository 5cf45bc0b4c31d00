//! The history of consent: every step with its origin, its evidence and who wrote it. Append-only.
//!
//! Each line carries the hash of the identity that names the lead, so that it still speaks of the
//! person when the lead is gone.

use std::collections::HashMap;

use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::lead::{ConsentEvent, ConsentOrigin, ConsentStatus};
use aicmo_shared::{LeadId, Timestamp};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use uuid::Uuid;

use super::accounts::actors::ActorNames;
use super::{CHUNK, fetch};
use crate::audit::Actor;
use crate::column::Row;
use crate::entity::{consent_event, lead_identity};
use crate::error::StoreError;
use crate::ids::new_id;
use crate::listed::Listed;
use crate::session::sealed::Executor;
use crate::session::{Session, WriteTx};

const WHAT: &str = "read the history of consent";

/// One step of one lead's consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentStep {
    pub lead: LeadId,
    pub from: ConsentStatus,
    pub to: ConsentStatus,
    /// When the person said so.
    pub given_at: Timestamp,
    pub origin: Option<ConsentOrigin>,
    pub evidence: Option<String>,
    pub reason: Option<String>,
    pub actor: Actor,
    /// When it was written down.
    pub at: Timestamp,
}

/// Adds steps. The identities of their leads must be written already.
pub async fn append(tx: &WriteTx, steps: &[ConsentStep]) -> Result<(), StoreError> {
    const WHAT: &str = "add to the history of consent";
    for chunk in steps.chunks(CHUNK) {
        let keys: HashMap<Uuid, String> = lead_identity::Entity::find()
            .select_only()
            .columns([lead_identity::Column::LeadId, lead_identity::Column::ValueHash])
            .filter(lead_identity::Column::LeadId.is_in(chunk.iter().map(|step| step.lead.get())))
            .filter(lead_identity::Column::IsKey.eq(true))
            .into_tuple::<(Uuid, String)>()
            .all(tx.connection())
            .await
            .map_err(StoreError::of(WHAT))?
            .into_iter()
            .collect();
        let models = chunk.iter().map(|step| {
            let model = consent_event::Model {
                id: new_id(step.at),
                lead_id: step.lead.get(),
                identity_hash: keys.get(&step.lead.get()).cloned(),
                from_status: step.from.to_string(),
                to_status: step.to.to_string(),
                given_at: step.given_at.as_millis(),
                origin: step.origin.map(|origin| origin.to_string()),
                evidence: step.evidence.clone(),
                reason: step.reason.clone(),
                actor_type: step.actor.kind.to_string(),
                actor_id: step.actor.id.clone(),
                at: step.at.as_millis(),
            };
            model.into_active_model().reset_all()
        });
        consent_event::Entity::insert_many(models)
            .exec_without_returning(tx.connection())
            .await
            .map_err(StoreError::of(WHAT))?;
    }
    Ok(())
}

/// Every step of a lead's consent, the newest first: few, because consent only moves one way.
pub async fn list(session: &impl Session, lead: LeadId) -> Result<Listed<ConsentEvent>, StoreError> {
    let query = consent_event::Entity::find()
        .filter(consent_event::Column::LeadId.eq(lead.get()))
        .order_by_desc(consent_event::Column::At)
        .order_by_desc(consent_event::Column::Id)
        .into_query();
    let mut events = Listed::default();
    for row in fetch::<consent_event::Model>(session, WHAT, "consent_events", &query).await? {
        events.push(row.and_then(event_of));
    }
    let names = ActorNames::read(session, events.rows.iter().map(|event| event.actor.as_str())).await?;
    for event in &mut events.rows {
        event.actor = names.of(std::mem::take(&mut event.actor));
    }
    Ok(events)
}

fn event_of(model: consent_event::Model) -> Result<ConsentEvent, CorruptRow> {
    let row = Row::new("consent_events", model.id);
    Ok(ConsentEvent {
        at: Timestamp::from_millis(model.at),
        from_status: row.closed("from_status", &model.from_status)?,
        to_status: row.closed("to_status", &model.to_status)?,
        given_at: Timestamp::from_millis(model.given_at),
        origin: row.closed_opt("origin", model.origin.as_deref())?,
        evidence: model.evidence,
        reason: model.reason,
        actor: model.actor_id,
    })
}
