//! Writes of leads. The counters and the search texts follow from what a lead was and is; nobody
//! keeps them by hand.

use sea_orm::ActiveValue::NotSet;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::LeadRecord;
use super::row::model_of;
use super::texts;
use crate::counter_keys;
use crate::entity::lead;
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
    let mut model = model_of(after);
    model.version = before.version + 1;
    let mut values = model.into_active_model().reset_all();
    values.id = NotSet;
    let written = lead::Entity::update_many()
        .set(values)
        .filter(lead::Column::Id.eq(before.id.get()))
        .filter(lead::Column::Version.eq(before.version))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("write a lead"))?;
    if written.rows_affected != 1 {
        return Err(StoreError::Stale(Subject::new("lead", before.id)));
    }
    texts::put_changed(tx, before, after).await?;
    tx.count(|deltas| {
        counter_keys::add(deltas, before, -1);
        counter_keys::add(deltas, after, 1);
    });
    Ok(before.version + 1)
}
