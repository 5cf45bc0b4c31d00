//! Identities: what finds a lead again. Each is unique in the workspace.

use aicmo_shared::LeadId;
use aicmo_shared::lead::IdentityKind;

use crate::error::StoreError;
use crate::session::{Session, WriteTx};

/// One identity of a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityRecord {
    pub lead: LeadId,
    pub kind: IdentityKind,
    /// The normalised value; none once it was erased.
    pub value: Option<String>,
    /// Keyed hash of kind and value, in hexadecimal.
    pub hash: String,
    /// The identity that names the lead; the others only find it.
    pub is_key: bool,
}

/// Who has one of these `(kind, hash)` pairs; in no particular order.
pub async fn find(
    session: &impl Session,
    wanted: &[(IdentityKind, String)],
) -> Result<Vec<IdentityRecord>, StoreError> {
    todo!("{:?} {wanted:?}", session.database())
}

/// Adds identities.
///
/// # Errors
/// `Duplicate("identity")` when one of them is somebody's already.
pub async fn insert(tx: &WriteTx, identities: &[IdentityRecord]) -> Result<(), StoreError> {
    todo!("{tx:?} {identities:?}")
}

/// The identities of a lead: e-mail, then telephone, then LinkedIn.
pub async fn of_lead(session: &impl Session, lead: LeadId) -> Result<Vec<IdentityRecord>, StoreError> {
    todo!("{:?} {lead}", session.database())
}
