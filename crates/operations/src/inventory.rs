//! The inventory of entry points: every way in, active or retired.
//!
//! The list itself is put together by the composition root, which knows its subcommands and routes.

use aicmo_shared::Sourced;
use aicmo_shared::inventory::EntryPoint;

use crate::context::Operations;
use crate::error::OperationError;

/// Every entry point, in the order in which it was handed in. Never fails.
///
/// # Errors
/// None; the type is that of every read.
#[expect(
    clippy::unused_async,
    reason = "every operation is async, so that handlers are alike"
)]
pub async fn list_entry_points(ops: &Operations) -> Result<Sourced<Vec<EntryPoint>>, OperationError> {
    Ok(ops.about_process(&ops.mode(), ops.facts().entry_points.clone()))
}
