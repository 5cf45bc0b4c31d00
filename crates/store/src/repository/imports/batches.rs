//! Uploaded files and where they stand.

use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::import::{
    FileReading, Import, ImportColumn, ImportState, ImportUndo, UNDO_DAYS, VerdictCounts,
};
use aicmo_shared::{CampaignId, ImportId, Timestamp};
use sea_orm::ActiveValue::NotSet;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};

use crate::column::Row;
use crate::entity::import_batch;
use crate::error::{StoreError, Subject};
use crate::repository::accounts::actors::ActorNames;
use crate::repository::{IdPage, IdPosition, ask, counted, fetch};
use crate::session::sealed::Executor;
use crate::session::{Session, WriteTx};

const TABLE: &str = "import_batches";

/// An import as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRecord {
    pub id: ImportId,
    pub version: i64,
    pub file_name: String,
    pub size_bytes: u64,
    pub sha256: String,
    /// Where the file lies, below the data directory.
    pub storage_path: String,
    pub same_file_as: Option<ImportId>,
    pub state: ImportState,
    pub reading: Option<FileReading>,
    pub mapping: Vec<ImportColumn>,
    pub campaign: Option<CampaignId>,
    pub accepts_without_identity: bool,
    pub counts: VerdictCounts,
    pub committed: u64,
    pub error: Option<String>,
    /// When its last row was written, or it was given up after some; none before, and for those
    /// committed before rows said what they changed.
    pub committed_at: Option<Timestamp>,
    /// How far its undo is.
    pub undo: Option<ImportUndo>,
    pub uploaded_by: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Imports as the wire shows them, with the names of those who uploaded them.
pub async fn shown(session: &impl Session, records: Vec<ImportRecord>) -> Result<Vec<Import>, StoreError> {
    let names = ActorNames::read(session, records.iter().map(|record| record.uploaded_by.as_str())).await?;
    Ok(records
        .into_iter()
        .map(|record| record.into_import(&names))
        .collect())
}

impl ImportRecord {
    /// Until when it can be undone; none when its state does not allow it or nothing was written.
    pub fn undo_until(&self) -> Option<Timestamp> {
        const DAY: i64 = 24 * 3_600_000;
        let may = matches!(
            self.state,
            ImportState::Committed | ImportState::Cancelled | ImportState::Failed
        );
        self.committed_at
            .filter(|_| may && self.committed > 0)
            .map(|at| at.plus_millis(UNDO_DAYS * DAY))
    }

    fn into_import(self, names: &ActorNames) -> Import {
        Import {
            undo_until: self.undo_until(),
            undo: self.undo,
            id: self.id,
            version: self.version,
            file_name: self.file_name,
            size_bytes: self.size_bytes,
            sha256: self.sha256,
            same_file_as: self.same_file_as,
            state: self.state,
            reading: self.reading,
            mapping: self.mapping,
            campaign: self.campaign,
            accepts_without_identity: self.accepts_without_identity,
            counts: self.counts,
            committed: self.committed,
            error: self.error,
            uploaded_by: names.of(self.uploaded_by),
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// A page of at most `limit` imports behind `after`, newest first.
pub async fn list(
    session: &impl Session,
    after: Option<&IdPosition>,
    limit: u32,
) -> Result<IdPage<ImportRecord>, StoreError> {
    let mut select = import_batch::Entity::find();
    if let Some(position) = after {
        select = select.filter(import_batch::Column::Id.lt(position.id));
    }
    let query = select
        .order_by_desc(import_batch::Column::Id)
        .limit(u64::from(limit) + 1)
        .into_query();
    let rows = fetch::<import_batch::Model>(session, "list the imports", TABLE, &query).await?;
    Ok(IdPage::of(
        rows,
        limit,
        |model: &import_batch::Model| model.id,
        record_of,
    ))
}

/// How many imports there are.
pub async fn count(session: &impl Session) -> Result<u64, StoreError> {
    import_batch::Entity::find()
        .count(session.connection())
        .await
        .map_err(StoreError::of("count the imports"))
}

/// An import.
///
/// # Errors
/// `NotFound` or `Corrupt`.
pub async fn get(session: &impl Session, id: ImportId) -> Result<ImportRecord, StoreError> {
    let query = import_batch::Entity::find_by_id(id.get()).into_query();
    fetch::<import_batch::Model>(session, "read an import", TABLE, &query)
        .await?
        .pop()
        .ok_or_else(|| StoreError::NotFound(Subject::new(ImportId::NOUN, id)))?
        .and_then(record_of)
        .map_err(StoreError::Corrupt)
}

/// How many imports are being committed, and since when the oldest of them.
pub async fn under_way(session: &impl Session) -> Result<(u64, Option<Timestamp>), StoreError> {
    const WHAT: &str = "count the imports under way";
    let state = ImportState::Committing.as_str();
    let rows = ask(
        session,
        WHAT,
        "SELECT COUNT(*) AS n, MIN(updated_at) AS oldest FROM import_batches WHERE state = $1".to_owned(),
        vec![state.into()],
    )
    .await?;
    let row = rows.first().ok_or_else(|| StoreError::defect(WHAT, "no row"))?;
    let oldest: Option<i64> = row.try_get("", "oldest").map_err(StoreError::of(WHAT))?;
    Ok((counted(row, "n", WHAT)?, oldest.map(Timestamp::from_millis)))
}

/// Every import that stands in `state`, oldest first; bad rows are left to the integrity check.
pub async fn in_state(session: &impl Session, state: ImportState) -> Result<Vec<ImportRecord>, StoreError> {
    let query = import_batch::Entity::find()
        .filter(import_batch::Column::State.eq(state.as_str()))
        .order_by_asc(import_batch::Column::Id)
        .into_query();
    let rows = fetch::<import_batch::Model>(session, "read the imports of a state", TABLE, &query).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| row.and_then(record_of).ok())
        .collect())
}

/// The newest committed import of the very same bytes.
pub async fn find_committed_by_sha256(
    session: &impl Session,
    sha256: &str,
) -> Result<Option<ImportId>, StoreError> {
    let found = import_batch::Entity::find()
        .filter(import_batch::Column::Sha256.eq(sha256))
        .filter(import_batch::Column::State.eq(ImportState::Committed.as_str()))
        .order_by_desc(import_batch::Column::Id)
        .one(session.connection())
        .await
        .map_err(StoreError::of("look for an earlier import of a file"))?;
    Ok(found.map(|model| ImportId::new(model.id)))
}

/// Adds an import.
pub async fn insert(tx: &WriteTx, import: &ImportRecord) -> Result<(), StoreError> {
    import_batch::Entity::insert(model_of(import)?.into_active_model().reset_all())
        .exec_without_returning(tx.connection())
        .await
        .map_err(StoreError::unique("add an import", "import id"))?;
    Ok(())
}

/// Writes `after` over `before` if the row still has the version of `before`; answers the new
/// version, which is one higher whatever `after` says.
///
/// # Errors
/// `Stale` when someone else was faster.
pub async fn replace(tx: &WriteTx, before: &ImportRecord, after: &ImportRecord) -> Result<i64, StoreError> {
    let mut values = import_batch::Model {
        version: before.version + 1,
        ..model_of(after)?
    }
    .into_active_model()
    .reset_all();
    values.id = NotSet;
    let written = import_batch::Entity::update_many()
        .set(values)
        .filter(import_batch::Column::Id.eq(before.id.get()))
        .filter(import_batch::Column::Version.eq(before.version))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("write an import"))?;
    if written.rows_affected == 1 {
        Ok(before.version + 1)
    } else {
        Err(StoreError::Stale(Subject::new(ImportId::NOUN, before.id)))
    }
}

fn record_of(model: import_batch::Model) -> Result<ImportRecord, CorruptRow> {
    let row = Row::new(TABLE, model.id);
    Ok(ImportRecord {
        id: ImportId::new(model.id),
        version: model.version,
        size_bytes: row.count("size_bytes", model.size_bytes)?,
        state: row.closed("state", &model.state)?,
        reading: row.json_opt("reading", model.reading.as_deref())?,
        mapping: row.json("mapping", &model.mapping)?,
        counts: VerdictCounts {
            total: row.count("rows_total", model.rows_total)?,
            new: row.count("rows_new", model.rows_new)?,
            merged: row.count("rows_merged", model.rows_merged)?,
            unchanged: row.count("rows_unchanged", model.rows_unchanged)?,
            suppressed: row.count("rows_suppressed", model.rows_suppressed)?,
            invalid: row.count("rows_invalid", model.rows_invalid)?,
        },
        committed: row.count("rows_committed", model.rows_committed)?,
        file_name: model.file_name,
        sha256: model.sha256,
        storage_path: model.storage_path,
        same_file_as: model.same_file_as.map(ImportId::new),
        campaign: model.campaign_id.map(CampaignId::new),
        accepts_without_identity: model.accepts_without_identity,
        undo: match model.undo_reason {
            Some(reason) => Some(ImportUndo {
                reason,
                total: row.count("undo_total", model.undo_total)?,
                taken_back: row.count("undo_taken_back", model.undo_taken_back)?,
                restored: row.count("undo_restored", model.undo_restored)?,
                kept: row.count("undo_kept", model.undo_kept)?,
            }),
            None => None,
        },
        committed_at: model.committed_at.map(Timestamp::from_millis),
        error: model.error,
        uploaded_by: model.uploaded_by,
        created_at: Timestamp::from_millis(model.created_at),
        updated_at: Timestamp::from_millis(model.updated_at),
    })
}

fn model_of(record: &ImportRecord) -> Result<import_batch::Model, StoreError> {
    const WHAT: &str = "write an import";
    let count = |value: u64| i64::try_from(value).map_err(|cause| StoreError::defect(WHAT, cause));
    let undone = |of: fn(&ImportUndo) -> u64| count(record.undo.as_ref().map_or(0, of));
    let reading = record.reading.as_ref().map(serde_json::to_string).transpose();
    let mapping = serde_json::to_string(&record.mapping);
    Ok(import_batch::Model {
        id: record.id.get(),
        version: record.version,
        file_name: record.file_name.clone(),
        size_bytes: count(record.size_bytes)?,
        sha256: record.sha256.clone(),
        storage_path: record.storage_path.clone(),
        same_file_as: record.same_file_as.map(ImportId::get),
        state: record.state.to_string(),
        reading: reading.map_err(|cause| StoreError::defect(WHAT, cause))?,
        mapping: mapping.map_err(|cause| StoreError::defect(WHAT, cause))?,
        campaign_id: record.campaign.map(CampaignId::get),
        accepts_without_identity: record.accepts_without_identity,
        rows_total: count(record.counts.total)?,
        rows_new: count(record.counts.new)?,
        rows_merged: count(record.counts.merged)?,
        rows_unchanged: count(record.counts.unchanged)?,
        rows_suppressed: count(record.counts.suppressed)?,
        rows_invalid: count(record.counts.invalid)?,
        rows_committed: count(record.committed)?,
        error: record.error.clone(),
        uploaded_by: record.uploaded_by.clone(),
        created_at: record.created_at.as_millis(),
        updated_at: record.updated_at.as_millis(),
        committed_at: record.committed_at.map(Timestamp::as_millis),
        undo_reason: record.undo.as_ref().map(|undo| undo.reason.clone()),
        undo_total: undone(|undo| undo.total)?,
        undo_taken_back: undone(|undo| undo.taken_back)?,
        undo_restored: undone(|undo| undo.restored)?,
        undo_kept: undone(|undo| undo.kept)?,
    })
}
