//! Crashes of consoles over HTTP.

use aicmo_operations::client_errors;
use aicmo_shared::api::NoQuery;
use aicmo_shared::fault::{ClientErrorCount, ClientErrorReport};

use super::Ops;
use crate::http::answer::CommandResult;
use crate::http::extract::{Body, Query};

/// `ReportClientError`
pub async fn report_client_error(
    ops: Ops,
    _: Query<NoQuery>,
    body: Body<ClientErrorReport>,
) -> CommandResult<ClientErrorCount> {
    Ok(client_errors::report_client_error(&ops, body.0).await?.into())
}
