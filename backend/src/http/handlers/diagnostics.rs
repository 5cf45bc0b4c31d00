//! The diagnostics report over HTTP.

use aicmo_operations::diagnostics;
use aicmo_shared::api::NoQuery;
use aicmo_shared::diagnostics::Diagnostics;

use super::Ops;
use crate::http::answer::{CommandResult, ReadResult};
use crate::http::extract::Query;

/// `GetDiagnostics`
pub async fn get_diagnostics(ops: Ops, _: Query<NoQuery>) -> ReadResult<Diagnostics> {
    Ok(diagnostics::get_diagnostics(&ops).await?.into())
}

/// `RunDiagnostics`
pub async fn run_diagnostics(ops: Ops, _: Query<NoQuery>) -> CommandResult<Diagnostics> {
    Ok(diagnostics::run_diagnostics(&ops).await?.into())
}
