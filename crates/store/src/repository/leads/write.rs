//! Writes of leads. The counters and the search texts follow from what a lead was and is; nobody
//! keeps them by hand.

use std::collections::BTreeMap;

use aicmo_shared::LeadId;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, Iterable, QueryFilter, SqlErr};

use super::LeadRecord;
use super::row::model_of;
use super::texts;
use crate::counter_keys;
use crate::entity::{lead, lead_identity, lead_status_step, lead_text};
use crate::error::{StoreError, Subject};
use crate::repository::CHUNK;
use crate::session::WriteTx;
use crate::session::sealed::Executor;

/// Adds leads. Their ids are new.
pub async fn insert(tx: &WriteTx, leads: &[LeadRecord]) -> Result<(), StoreError> {
    for chunk in leads.chunks(CHUNK) {
        let models = chunk
            .iter()
            .map(|lead| model_of(lead).into_active_model().reset_all());
        lead::Entity::insert_many(models)
            .exec_without_returning(tx.connection())
            .await
            .map_err(StoreError::unique("add leads", "lead id"))?;
        texts::put(tx, chunk).await?;
        tx.count(|deltas| {
            for lead in chunk {
                counter_keys::add(deltas, lead, 1);
            }
        });
    }
    Ok(())
}

/// Writes `after` over `before` if the row still has the version of `before`; answers the new
/// version, which is one higher whatever `after` says.
///
/// # Errors
/// `Stale` when someone else was faster.
pub async fn replace(tx: &WriteTx, before: &LeadRecord, after: &LeadRecord) -> Result<i64, StoreError> {
    replace_many(tx, &[(before.clone(), after.clone())]).await?;
    Ok(before.version + 1)
}

/// As `replace`, for many leads, each before and after. Leads of one version that change in the same
/// way are written by one statement.
///
/// # Errors
/// `Stale` when someone else was faster with one of them; the transaction is of no use then.
pub async fn replace_many(tx: &WriteTx, changed: &[(LeadRecord, LeadRecord)]) -> Result<(), StoreError> {
    for chunk in changed.chunks(CHUNK) {
        for alike in alike(chunk) {
            let written = lead::Entity::update_many()
                .set(alike.values)
                .filter(lead::Column::Id.is_in(alike.leads.iter().map(|lead| lead.get())))
                .filter(lead::Column::Version.eq(alike.version))
                .exec(tx.connection())
                .await
                .map_err(StoreError::of("write leads"))?;
            if usize::try_from(written.rows_affected) != Ok(alike.leads.len()) {
                return Err(stale(&alike.leads));
            }
        }
        texts::put_changed(tx, chunk).await?;
        tx.count(|deltas| {
            for (before, after) in chunk {
                counter_keys::add(deltas, before, -1);
                counter_keys::add(deltas, after, 1);
            }
        });
    }
    Ok(())
}

/// Leads of one version of which the same columns get the same values.
struct Alike {
    version: i64,
    values: lead::ActiveModel,
    leads: Vec<LeadId>,
}

fn alike(changed: &[(LeadRecord, LeadRecord)]) -> Vec<Alike> {
    let mut groups: Vec<Alike> = Vec::new();
    for (before, after) in changed {
        let was = model_of(before).into_active_model();
        let mut values = lead::ActiveModel {
            version: Set(before.version + 1),
            ..Default::default()
        };
        let is = model_of(after).into_active_model();
        for column in lead::Column::iter() {
            let new = is.get(column);
            if !matches!(column, lead::Column::Id | lead::Column::Version)
                && new != was.get(column)
                && let Some(value) = new.into_value()
            {
                values.set(column, value);
            }
        }
        match groups
            .iter_mut()
            .find(|group| group.version == before.version && group.values == values)
        {
            Some(group) => group.leads.push(before.id),
            None => groups.push(Alike {
                version: before.version,
                values,
                leads: vec![before.id],
            }),
        }
    }
    groups
}

/// Removes leads with their identities, their search texts and the history of their status, so that the persons may come
/// in again. Nothing else may speak of them; then they count as changed.
///
/// A removed lead is gone and not marked as gone, so that no list, figure or index ever passes it over.
///
/// # Errors
/// `Stale` when one of them is no longer what the caller read.
pub async fn remove(tx: &WriteTx, leads: &[LeadRecord]) -> Result<(), StoreError> {
    const WHAT: &str = "remove leads";
    let mut alike: BTreeMap<i64, Vec<LeadId>> = BTreeMap::new();
    for lead in leads {
        alike.entry(lead.version).or_default().push(lead.id);
    }
    for (version, ids) in alike {
        for chunk in ids.chunks(CHUNK) {
            let ids = || chunk.iter().map(|lead| lead.get());
            lead_text::Entity::delete_many()
                .filter(lead_text::Column::LeadId.is_in(ids()))
                .exec(tx.connection())
                .await
                .map_err(StoreError::of(WHAT))?;
            lead_identity::Entity::delete_many()
                .filter(lead_identity::Column::LeadId.is_in(ids()))
                .exec(tx.connection())
                .await
                .map_err(StoreError::of(WHAT))?;
            lead_status_step::Entity::delete_many()
                .filter(lead_status_step::Column::LeadId.is_in(ids()))
                .exec(tx.connection())
                .await
                .map_err(StoreError::of(WHAT))?;
            let removed = lead::Entity::delete_many()
                .filter(lead::Column::Id.is_in(ids()))
                .filter(lead::Column::Version.eq(version))
                .exec(tx.connection())
                .await
                .map_err(|cause| match cause.sql_err() {
                    // Something came to speak of it after the caller looked.
                    Some(SqlErr::ForeignKeyConstraintViolation(_)) => stale(chunk),
                    _ => StoreError::classify(WHAT, cause),
                })?;
            if usize::try_from(removed.rows_affected) != Ok(chunk.len()) {
                return Err(stale(chunk));
            }
        }
    }
    tx.count(|deltas| {
        for lead in leads {
            counter_keys::add(deltas, lead, -1);
        }
    });
    Ok(())
}

fn stale(leads: &[LeadId]) -> StoreError {
    let first = leads.first().map(ToString::to_string).unwrap_or_default();
    StoreError::Stale(Subject::new("lead", first))
}
