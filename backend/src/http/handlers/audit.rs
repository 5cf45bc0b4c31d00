//! The audit trail over HTTP.

use aicmo_operations::audit;
use aicmo_shared::api::{AuditQuery, NoQuery};
use aicmo_shared::audit::{AuditChainReport, AuditExport, AuditRow};

use super::Ops;
use crate::http::answer::{CommandResult, FileResult, ReadResult};
use crate::http::extract::{Body, Caller, Query};

/// `ListAudit`
pub async fn list_audit(ops: Ops, query: Query<AuditQuery>) -> ReadResult<Vec<AuditRow>> {
    Ok(audit::list_audit(&ops, &query.0).await?.into())
}

/// `VerifyAudit`
pub async fn verify_audit(ops: Ops, _: Query<NoQuery>) -> CommandResult<AuditChainReport> {
    Ok(audit::verify_audit(&ops).await?.into())
}

/// `ExportAudit`
pub async fn export_audit(
    ops: Ops,
    caller: Caller,
    _: Query<NoQuery>,
    body: Body<AuditExport>,
) -> FileResult {
    Ok(audit::export_audit(&ops, &caller.0, body.0).await?.into())
}
