//! Leads: list, look at, create or merge, edit, move along their table.
//!
//! `create` brings a person in, `edit` changes fields, `step` changes the status, `consent` what we may
//! send, `export` lets them leave as a file, `trail` writes what changed without the personal values. Who is the same person is decided in `matching`, how two
//! records become one in `merge`.

mod consent;
mod create;
mod draft;
mod edit;
mod export;
mod step;
mod trail;

pub use consent::{change_lead_consent, list_lead_consent};
pub use create::create_lead;
pub use edit::patch_lead;
pub(crate) use export::conditions as conditions_for_the_trail;
pub use export::{LeadDownload, export_leads};
pub use step::change_lead_status;
pub(crate) use step::may_be_opened_again;

use aicmo_shared::api::LeadQuery;
use aicmo_shared::lead::{Lead, LeadEvent, LeadFilter, LeadRow};
use aicmo_shared::status::ServiceName;
use aicmo_shared::{CampaignId, LeadId, Sourced};
use aicmo_store::leads::LeadRecord;
use aicmo_store::{Session, Store, StoreError, Subject, campaigns, leads};

use crate::context::Operations;
use crate::error::OperationError;
use crate::identity::normalise_email;

/// How often a write starts anew when another one slipped in between.
const ATTEMPTS: u32 = 5;

/// A page of leads under a filter and an order, most urgent first when the query does not say.
///
/// # Errors
/// `InvalidCursor` when the cursor is of another filter or order, or tampered with; `Unavailable`
/// when the database does not answer.
pub async fn list_leads(
    ops: &Operations,
    query: &LeadQuery,
) -> Result<Sourced<Vec<LeadRow>>, OperationError> {
    ops.reads(Some(ServiceName::Leads))?.leads(query).await
}

/// A lead with all its fields.
///
/// # Errors
/// `NotFound`; `Integrity` when one of its columns holds a value that no enum knows; `Unavailable`.
pub async fn get_lead(ops: &Operations, id: LeadId) -> Result<Sourced<Lead>, OperationError> {
    ops.reads(Some(ServiceName::Leads))?.lead(id).await
}

/// The newest 100 touches, status changes and edits of a lead, newest first.
///
/// # Errors
/// `NotFound`; `Unavailable` when the database does not answer.
pub async fn list_lead_events(
    ops: &Operations,
    id: LeadId,
) -> Result<Sourced<Vec<LeadEvent>>, OperationError> {
    ops.reads(Some(ServiceName::Leads))?.lead_events(id).await
}

/// Refuses when the record is no longer what the caller saw.
fn require_version(record: &LeadRecord, expected: i64) -> Result<(), OperationError> {
    if record.version == expected {
        return Ok(());
    }
    Err(OperationError::Conflict {
        subject: Subject::new(LeadId::NOUN, record.id),
        current: Some(record.version),
    })
}

/// Names the version that won, where a write lost a race after its own check.
async fn with_current(store: &Store, id: LeadId, error: OperationError) -> OperationError {
    match error {
        OperationError::Conflict {
            subject,
            current: None,
        } => {
            let current = leads::record(&store.reader(), id)
                .await
                .ok()
                .map(|record| record.version);
            OperationError::Conflict { subject, current }
        }
        other => other,
    }
}

/// The filter with the e-mail address in the form in which it is kept.
pub(crate) fn with_normal_email(filter: LeadFilter) -> LeadFilter {
    LeadFilter {
        email: filter.email.map(|email| normalise_email(&email).unwrap_or(email)),
        ..filter
    }
}

/// Refuses a campaign that does not exist as a fault of its field.
pub(crate) async fn require_campaign(
    session: &impl Session,
    pointer: &str,
    campaign: Option<CampaignId>,
) -> Result<(), OperationError> {
    let Some(id) = campaign else { return Ok(()) };
    match campaigns::record(session, id).await {
        Ok(_) => Ok(()),
        Err(StoreError::NotFound(_)) => Err(OperationError::field(
            pointer,
            "campaign_unknown",
            format!("There is no campaign {id}."),
        )),
        Err(other) => Err(other.into()),
    }
}
