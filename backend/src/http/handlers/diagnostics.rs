//! The diagnostics report over HTTP.

use aicmo_operations::diagnostics;
use aicmo_shared::api::NoQuery;
use aicmo_shared::diagnostics::{Diagnostics, SupportBundle};

use super::Ops;
use crate::http::answer::{CommandResult, ReadResult};
use crate::http::extract::Query;
use crate::process::logging;

/// `GetDiagnostics`
pub async fn get_diagnostics(ops: Ops, _: Query<NoQuery>) -> ReadResult<Diagnostics> {
    Ok(diagnostics::get_diagnostics(&ops).await?.into())
}

/// `RunDiagnostics`
pub async fn run_diagnostics(ops: Ops, _: Query<NoQuery>) -> CommandResult<Diagnostics> {
    Ok(diagnostics::run_diagnostics(&ops).await?.into())
}

/// `MakeSupportBundle`
pub async fn make_support_bundle(ops: Ops, _: Query<NoQuery>) -> CommandResult<SupportBundle> {
    Ok(diagnostics::make_support_bundle(&ops, logging::last_lines())
        .await?
        .into())
}
