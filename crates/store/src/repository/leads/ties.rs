//! What else speaks of a lead: whoever wants to remove one asks here first.

use std::collections::HashMap;

use aicmo_shared::{ImportId, LeadId, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::entity::{lead_status_step, lead_touch, outbound_attempt};
use crate::error::StoreError;
use crate::repository::CHUNK;
use crate::session::Session;

const WHAT: &str = "read what ties leads";

/// What speaks of one lead, beside itself and its identities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// Steps of its status, the first one included.
    pub steps: u64,
    /// Messages to it, in whatever state.
    pub attempts: u64,
    /// Touches that did not come with the import asked about.
    pub other_touches: u64,
    /// The newest of these.
    pub last_other_touch_at: Option<Timestamp>,
    /// The newest touch of the import asked about.
    pub last_own_touch_at: Option<Timestamp>,
}

/// What ties each of `leads`, as `import` sees it; a lead that nothing speaks of is left out.
pub async fn ties(
    session: &impl Session,
    import: ImportId,
    leads: &[LeadId],
) -> Result<HashMap<LeadId, Ties>, StoreError> {
    let mut all: HashMap<LeadId, Ties> = HashMap::with_capacity(leads.len());
    for chunk in leads.chunks(CHUNK) {
        let ids = || chunk.iter().map(|lead| lead.get());
        let touches: Vec<(Uuid, Option<Uuid>, i64)> = lead_touch::Entity::find()
            .select_only()
            .columns([
                lead_touch::Column::LeadId,
                lead_touch::Column::ImportId,
                lead_touch::Column::TouchedAt,
            ])
            .filter(lead_touch::Column::LeadId.is_in(ids()))
            .into_tuple()
            .all(session.connection())
            .await
            .map_err(StoreError::of(WHAT))?;
        for (lead, of, at) in touches {
            let at = Some(Timestamp::from_millis(at));
            let ties = all.entry(LeadId::new(lead)).or_default();
            if of == Some(import.get()) {
                ties.last_own_touch_at = ties.last_own_touch_at.max(at);
            } else {
                ties.other_touches += 1;
                ties.last_other_touch_at = ties.last_other_touch_at.max(at);
            }
        }
        let steps: Vec<Uuid> = lead_status_step::Entity::find()
            .select_only()
            .column(lead_status_step::Column::LeadId)
            .filter(lead_status_step::Column::LeadId.is_in(ids()))
            .into_tuple()
            .all(session.connection())
            .await
            .map_err(StoreError::of(WHAT))?;
        for lead in steps {
            all.entry(LeadId::new(lead)).or_default().steps += 1;
        }
        let attempts: Vec<Uuid> = outbound_attempt::Entity::find()
            .select_only()
            .column(outbound_attempt::Column::LeadId)
            .filter(outbound_attempt::Column::LeadId.is_in(ids()))
            .into_tuple()
            .all(session.connection())
            .await
            .map_err(StoreError::of(WHAT))?;
        for lead in attempts {
            all.entry(LeadId::new(lead)).or_default().attempts += 1;
        }
    }
    Ok(all)
}
