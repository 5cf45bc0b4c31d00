//! What each column becomes, and giving an import up.

use std::fs;

use aicmo_shared::audit::AuditAction;
use aicmo_shared::import::{Import, ImportColumn, ImportMapping, ImportState, VerdictCounts};
use aicmo_shared::status::ServiceName;
use aicmo_shared::{FieldProblem, ImportId};
use aicmo_store::Store;
use aicmo_store::imports::{self, ImportRecord};
use serde_json::json;

use super::{entry, require_state};
use crate::context::{Operations, Operator};
use crate::error::OperationError;
use crate::leads::require_campaign;

/// How often giving up is tried again while chunks are being written.
const ATTEMPTS: u32 = 10;

/// Sets what each column becomes, and the campaign. Verdicts of an earlier dry run are forgotten.
///
/// # Errors
/// `Validation` with every entry at fault; `ImportState` once the commit has begun.
pub async fn map_import(
    ops: &Operations,
    operator: &Operator,
    id: ImportId,
    mapping: ImportMapping,
) -> Result<Import, OperationError> {
    let store = ops.live(Some(ServiceName::Imports))?;
    let outcome = map(ops, &store, operator, id, mapping).await;
    ops.wrote(&outcome);
    super::shown(&store, outcome?).await
}

async fn map(
    ops: &Operations,
    store: &Store,
    operator: &Operator,
    id: ImportId,
    mapping: ImportMapping,
) -> Result<ImportRecord, OperationError> {
    let now = ops.now();
    let tx = store.begin_write().await?;
    let before = imports::get(&tx, id).await?;
    require_state(
        &before,
        &[ImportState::Detected, ImportState::Mapped, ImportState::Previewed],
        "the mapping can be set until the commit begins",
    )?;
    let headers = before
        .reading
        .as_ref()
        .map_or(&[][..], |reading| &reading.headers);
    check(headers, &mapping)?;
    require_campaign(&tx, "/campaign", mapping.campaign).await?;
    let mut after = before.clone();
    after.state = ImportState::Mapped;
    after.mapping = mapping.columns;
    after.campaign = mapping.campaign;
    after.accepts_without_identity = mapping.accepts_without_identity;
    after.counts = VerdictCounts::default();
    after.updated_at = now;
    after.version = imports::replace(&tx, &before, &after).await?;
    imports::clear_rows(&tx, id).await?;
    let facts = json!({
        "state": after.state,
        "mapping": after.mapping,
        "campaign": after.campaign,
        "accepts_without_identity": after.accepts_without_identity,
    });
    tx.commit(entry(
        operator,
        AuditAction::ImportMapped,
        &after,
        Some(facts),
        now,
    ))
    .await?;
    Ok(after)
}

/// Whether a mapping can find a person in a file with these headers.
fn check(headers: &[String], mapping: &ImportMapping) -> Result<(), OperationError> {
    let columns = &mapping.columns;
    let mut faults = Vec::new();
    let mut fault = |pointer: String, code: &str, message: String| {
        faults.push(FieldProblem {
            pointer,
            code: code.to_owned(),
            message,
        });
    };
    if columns.len() != headers.len() {
        fault(
            "/columns".to_owned(),
            "column_count",
            format!(
                "The file has {} columns and the mapping {}.",
                headers.len(),
                columns.len()
            ),
        );
    }
    for (index, column) in columns.iter().enumerate() {
        let first = columns.iter().position(|other| other == column);
        if let Some(first) = first.filter(|first| *first != index && !column.repeatable()) {
            fault(
                format!("/columns/{index}"),
                "column_repeated",
                format!("{} is taken by column {} already.", column.label(), first + 1),
            );
        }
    }
    let identifies = |column: &ImportColumn| {
        matches!(
            column,
            ImportColumn::Email | ImportColumn::Phone | ImportColumn::LinkedinUrl
        )
    };
    if !mapping.accepts_without_identity && !columns.iter().any(identifies) {
        fault(
            "/columns".to_owned(),
            "identity_missing",
            "One column must be an e-mail address, a telephone number or a LinkedIn profile: nothing else finds a \
             person again."
                .to_owned(),
        );
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(OperationError::Validation(faults))
    }
}

/// Gives up an import that has not been committed. Chunks that were written stay.
///
/// # Errors
/// `ImportState` when it is committed, failed or given up already.
pub async fn cancel_import(
    ops: &Operations,
    operator: &Operator,
    id: ImportId,
) -> Result<Import, OperationError> {
    let store = ops.live(Some(ServiceName::Imports))?;
    let mut outcome = cancel(ops, &store, operator, id).await;
    for _ in 1..ATTEMPTS {
        // A chunk that was being written came first; the next try sees it.
        if !matches!(outcome, Err(OperationError::Conflict { .. })) {
            break;
        }
        outcome = cancel(ops, &store, operator, id).await;
    }
    ops.wrote(&outcome);
    let record = outcome?;
    let path = ops.data_dir().join(&record.storage_path);
    // What is left of a file that nobody needs is no reason to fail.
    let removed = tokio::task::spawn_blocking(move || fs::remove_file(path)).await;
    if let Ok(Err(cause)) = removed {
        tracing::debug!(import.id = %id, error = %cause, "the file of import {id} was not removed");
    }
    super::shown(&store, record).await
}

async fn cancel(
    ops: &Operations,
    store: &Store,
    operator: &Operator,
    id: ImportId,
) -> Result<ImportRecord, OperationError> {
    let now = ops.now();
    let tx = store.begin_write().await?;
    let before = imports::get(&tx, id).await?;
    require_state(
        &before,
        &[
            ImportState::Uploaded,
            ImportState::Detected,
            ImportState::Mapped,
            ImportState::Previewed,
            ImportState::Committing,
            ImportState::Paused,
        ],
        "only one that is not finished can be cancelled",
    )?;
    let mut after = before.clone();
    after.state = ImportState::Cancelled;
    after.committed_at = (before.committed > 0).then_some(now);
    after.updated_at = now;
    after.version = imports::replace(&tx, &before, &after).await?;
    let facts = json!({ "state": after.state, "committed": after.committed });
    tx.commit(entry(
        operator,
        AuditAction::ImportCancelled,
        &after,
        Some(facts),
        now,
    ))
    .await?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(headers: &[&str], columns: &[ImportColumn]) -> Vec<String> {
        let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
        let mapping = ImportMapping {
            columns: columns.to_vec(),
            ..ImportMapping::default()
        };
        match check(&headers, &mapping) {
            Ok(()) => Vec::new(),
            Err(OperationError::Validation(faults)) => faults
                .into_iter()
                .map(|fault| format!("{} {}", fault.pointer, fault.code))
                .collect(),
            Err(other) => panic!("a mapping is checked without a database: {other}"),
        }
    }

    #[test]
    fn who_accepts_rows_without_identity_needs_no_column_for_one() {
        let mapping = ImportMapping {
            columns: vec![ImportColumn::Name],
            accepts_without_identity: true,
            ..ImportMapping::default()
        };
        assert!(check(&["a".to_owned()], &mapping).is_ok());
    }

    #[test]
    fn a_mapping_must_fit_the_file_and_find_a_person() {
        use ImportColumn as C;
        assert_eq!(codes(&["a", "b"], &[C::Name, C::Email]), [""; 0]);
        assert_eq!(codes(&["a", "b", "c"], &[C::Email, C::Email, C::Notes]), [""; 0]);
        assert_eq!(codes(&["a"], &[C::Name]), ["/columns identity_missing"]);
        assert_eq!(codes(&["a"], &[C::Email, C::Name]), ["/columns column_count"]);
        assert_eq!(
            codes(&["a", "b", "c"], &[C::Email, C::Name, C::Name]),
            ["/columns/2 column_repeated"]
        );
    }
}
