//! Backups over HTTP. The files themselves never leave by this way.

use aicmo_operations::backups;
use aicmo_shared::api::NoQuery;
use aicmo_shared::backup::Backup;

use super::Ops;
use crate::http::answer::{CommandResult, ReadResult};
use crate::http::extract::{Caller, Query};

/// `ListBackups`
pub async fn list_backups(ops: Ops, _: Query<NoQuery>) -> ReadResult<Vec<Backup>> {
    Ok(backups::list_backups(&ops).await?.into())
}

/// `CreateBackup`
pub async fn create_backup(ops: Ops, caller: Caller, _: Query<NoQuery>) -> CommandResult<Backup> {
    Ok(backups::create_backup(&ops, &caller.0).await?.into())
}
