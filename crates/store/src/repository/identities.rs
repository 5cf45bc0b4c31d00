//! Identities: what finds a lead again. Each is unique in the workspace.

use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::lead::IdentityKind;
use aicmo_shared::{LeadId, Timestamp};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryTrait};

use super::{CHUNK, fetch};
use crate::column::Row;
use crate::entity::lead_identity;
use crate::error::StoreError;
use crate::ids::new_id;
use crate::session::sealed::Executor;
use crate::session::{Session, WriteTx};

const TABLE: &str = "lead_identities";

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
    let mut found = Vec::new();
    for kind in IdentityKind::ALL {
        let hashes: Vec<&str> = wanted
            .iter()
            .filter(|(of, _)| of == kind)
            .map(|(_, hash)| hash.as_str())
            .collect();
        for chunk in hashes.chunks(CHUNK) {
            let query = lead_identity::Entity::find()
                .filter(lead_identity::Column::Kind.eq(kind.as_str()))
                .filter(lead_identity::Column::ValueHash.is_in(chunk.iter().copied()));
            found.extend(read(session, query).await?);
        }
    }
    Ok(found)
}

/// Adds identities.
///
/// # Errors
/// `Duplicate("identity")` when one of them is somebody's already.
pub async fn insert(tx: &WriteTx, identities: &[IdentityRecord]) -> Result<(), StoreError> {
    for chunk in identities.chunks(CHUNK) {
        let models = chunk.iter().map(|identity| {
            let model = lead_identity::Model {
                id: new_id(Timestamp::default()),
                lead_id: identity.lead.get(),
                kind: identity.kind.to_string(),
                value: identity.value.clone(),
                value_hash: identity.hash.clone(),
                is_key: identity.is_key,
            };
            model.into_active_model().reset_all()
        });
        lead_identity::Entity::insert_many(models)
            .exec_without_returning(tx.connection())
            .await
            .map_err(StoreError::unique("add identities", "identity"))?;
    }
    Ok(())
}

/// Takes one identity from a lead; one that it does not have is no error.
pub async fn remove(tx: &WriteTx, lead: LeadId, kind: IdentityKind, value: &str) -> Result<(), StoreError> {
    lead_identity::Entity::delete_many()
        .filter(lead_identity::Column::LeadId.eq(lead.get()))
        .filter(lead_identity::Column::Kind.eq(kind.as_str()))
        .filter(lead_identity::Column::Value.eq(value))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("take an identity from a lead"))?;
    Ok(())
}

/// The identities of a lead: e-mail, then telephone, then LinkedIn.
pub async fn of_lead(session: &impl Session, lead: LeadId) -> Result<Vec<IdentityRecord>, StoreError> {
    let query = lead_identity::Entity::find().filter(lead_identity::Column::LeadId.eq(lead.get()));
    let mut identities = read(session, query).await?;
    identities.sort_by(|a, b| (a.kind, &a.value).cmp(&(b.kind, &b.value)));
    Ok(identities)
}

async fn read(
    session: &impl Session,
    query: sea_orm::Select<lead_identity::Entity>,
) -> Result<Vec<IdentityRecord>, StoreError> {
    fetch::<lead_identity::Model>(session, "read identities", TABLE, &query.into_query())
        .await?
        .into_iter()
        .map(|row| row.and_then(record_of).map_err(StoreError::Corrupt))
        .collect()
}

fn record_of(model: lead_identity::Model) -> Result<IdentityRecord, CorruptRow> {
    Ok(IdentityRecord {
        lead: LeadId::new(model.lead_id),
        kind: Row::new(TABLE, model.id).closed("kind", &model.kind)?,
        value: model.value,
        hash: model.value_hash,
        is_key: model.is_key,
    })
}
