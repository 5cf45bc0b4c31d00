//! Imports of lead files over HTTP.

use actix_web::http::header::HeaderValue;
use aicmo_operations::import;
use aicmo_shared::ImportId;
use aicmo_shared::api::{ImportQuery, ImportRowQuery, NoQuery};
use aicmo_shared::import::{Import, ImportMapping, ImportRow, ImportUndoRequest};

use super::Ops;
use crate::http::answer::{CommandResult, Done, FileResult, Read, ReadResult, version_etag};
use crate::http::extract::{Body, Caller, Id, Query};
use crate::http::upload::Upload;

fn etag(import: &Import) -> HeaderValue {
    version_etag(import.version)
}

fn done(import: Import) -> Done<Import> {
    Done::from(import).with_etag(etag)
}

/// `UploadImport`
pub async fn upload_import(
    ops: Ops,
    caller: Caller,
    _: Query<NoQuery>,
    upload: Upload,
) -> CommandResult<Import> {
    // The temporary file lives until the operation has taken it over.
    let (upload, _kept) = upload.into_parts();
    Ok(done(import::upload_import(&ops, &caller.0, upload).await?))
}

/// `ListImports`
pub async fn list_imports(ops: Ops, query: Query<ImportQuery>) -> ReadResult<Vec<Import>> {
    Ok(import::list_imports(&ops, &query.0).await?.into())
}

/// `GetImport`
pub async fn get_import(ops: Ops, id: Id<ImportId>, _: Query<NoQuery>) -> ReadResult<Import> {
    Ok(Read::from(import::get_import(&ops, id.0).await?).with_etag(etag))
}

/// `MapImport`
pub async fn map_import(
    ops: Ops,
    caller: Caller,
    id: Id<ImportId>,
    _: Query<NoQuery>,
    body: Body<ImportMapping>,
) -> CommandResult<Import> {
    Ok(done(import::map_import(&ops, &caller.0, id.0, body.0).await?))
}

/// `PreviewImport`
pub async fn preview_import(
    ops: Ops,
    caller: Caller,
    id: Id<ImportId>,
    _: Query<NoQuery>,
) -> CommandResult<Import> {
    Ok(done(import::preview_import(&ops, &caller.0, id.0).await?))
}

/// `ListImportRows`
pub async fn list_import_rows(
    ops: Ops,
    id: Id<ImportId>,
    query: Query<ImportRowQuery>,
) -> ReadResult<Vec<ImportRow>> {
    Ok(import::list_import_rows(&ops, id.0, &query.0).await?.into())
}

/// `GetFailedRows`
pub async fn get_failed_rows(ops: Ops, id: Id<ImportId>, _: Query<NoQuery>) -> FileResult {
    Ok(import::failed_rows(&ops, id.0).await?.into())
}

/// `CommitImport`
pub async fn commit_import(
    ops: Ops,
    caller: Caller,
    id: Id<ImportId>,
    _: Query<NoQuery>,
) -> CommandResult<Import> {
    Ok(done(import::commit_import(&ops, &caller.0, id.0).await?))
}

/// `PauseImport`
pub async fn pause_import(
    ops: Ops,
    caller: Caller,
    id: Id<ImportId>,
    _: Query<NoQuery>,
) -> CommandResult<Import> {
    Ok(done(import::pause_import(&ops, &caller.0, id.0).await?))
}

/// `ResumeImport`
pub async fn resume_import(
    ops: Ops,
    caller: Caller,
    id: Id<ImportId>,
    _: Query<NoQuery>,
) -> CommandResult<Import> {
    Ok(done(import::resume_import(&ops, &caller.0, id.0).await?))
}

/// `CancelImport`
pub async fn cancel_import(
    ops: Ops,
    caller: Caller,
    id: Id<ImportId>,
    _: Query<NoQuery>,
) -> CommandResult<Import> {
    Ok(done(import::cancel_import(&ops, &caller.0, id.0).await?))
}

/// `UndoImport`
pub async fn undo_import(
    ops: Ops,
    caller: Caller,
    id: Id<ImportId>,
    _: Query<NoQuery>,
    body: Body<ImportUndoRequest>,
) -> CommandResult<Import> {
    Ok(done(import::undo_import(&ops, &caller.0, id.0, body.0).await?))
}
