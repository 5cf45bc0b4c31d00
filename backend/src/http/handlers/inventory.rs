//! The inventory of entry points over HTTP.

use aicmo_operations::inventory;
use aicmo_shared::api::NoQuery;
use aicmo_shared::inventory::EntryPoint;

use super::Ops;
use crate::http::answer::ReadResult;
use crate::http::extract::Query;

/// `ListEntryPoints`
pub async fn list_entry_points(ops: Ops, _: Query<NoQuery>) -> ReadResult<Vec<EntryPoint>> {
    Ok(inventory::list_entry_points(&ops).await?.into())
}
