//! Leads: the list under filters and orders, single leads, and writes that keep the counters.

mod list;
mod record;
mod write;

pub use list::{LeadPage, LeadPosition, count, list};
pub use record::LeadRecord;
pub use write::{insert, replace};

use aicmo_shared::LeadId;
use aicmo_shared::lead::Lead;

use crate::error::StoreError;
use crate::session::Session;

/// A lead as the wire shows it, with its campaign, its identities and its legal next statuses.
///
/// # Errors
/// `NotFound`, or `Corrupt` when the row holds a value that no enum knows.
pub async fn get(session: &impl Session, id: LeadId) -> Result<Lead, StoreError> {
    todo!("{:?} {id}", session.database())
}

/// A lead as it is kept.
///
/// # Errors
/// `NotFound`, or `Corrupt` when the row holds a value that no enum knows.
pub async fn record(session: &impl Session, id: LeadId) -> Result<LeadRecord, StoreError> {
    todo!("{:?} {id}", session.database())
}

/// The leads with these ids, in no particular order; ids without a lead are left out.
///
/// # Errors
/// `Corrupt` when one of them holds a value that no enum knows: a caller that writes must know.
pub async fn records(session: &impl Session, ids: &[LeadId]) -> Result<Vec<LeadRecord>, StoreError> {
    todo!("{:?} {ids:?}", session.database())
}
