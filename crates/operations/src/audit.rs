//! The audit trail: looking through it, verifying its chain, and taking it out of the house.
//!
//! What a row's hash covers is decided in the store. An export streams: its size does not show in
//! memory, and its own audit row is written before the first byte leaves.

use std::time::Instant;

use aicmo_shared::activity::SubjectType;
use aicmo_shared::api::{AuditQuery, MAX_LIMIT};
use aicmo_shared::audit::{AuditAction, AuditChainReport, AuditExport, AuditFilter, AuditFormat, AuditRow};
use aicmo_shared::{Sourced, Timestamp};
use aicmo_store::audit_trail::{self, AuditPosition};
use aicmo_store::{
    AuditChain, AuditEntry, AuditFileWriter, Store, audit_head, audit_lines, verify_audit_chain,
};
use serde_json::json;

use crate::context::{Operations, Operator};
use crate::error::OperationError;
use crate::provider::mock_audit_chain;
use crate::sheet;

/// Rows that an export reads with one statement.
const PAGE: u64 = 1_000;

const COLUMNS: [&str; 16] = [
    "seq",
    "at",
    "actor_type",
    "actor_id",
    "actor_name",
    "action",
    "subject_type",
    "subject_id",
    "campaign",
    "before",
    "after",
    "reason",
    "request_id",
    "id",
    "prev_hash",
    "hash",
];

/// A page of the trail under a filter, newest first. Under several conditions at once a page may be
/// short, or even empty, and still have a next one.
///
/// # Errors
/// `InvalidCursor`; `Validation` when a subject is named without its kind; `Unavailable`.
pub async fn list_audit(
    ops: &Operations,
    query: &AuditQuery,
) -> Result<Sourced<Vec<AuditRow>>, OperationError> {
    require_kind_of_subject(&query.filter(), "filter[subject]")?;
    ops.reads(None)?.audit(query).await
}

/// Ids are found by kind and id together, which is what the index has.
fn require_kind_of_subject(filter: &AuditFilter, pointer: &str) -> Result<(), OperationError> {
    if filter.subject.is_some() && filter.subject_type.is_none() {
        return Err(OperationError::field(
            pointer,
            "subject_type_required",
            "Say also of which kind the subject is.",
        ));
    }
    Ok(())
}

/// Computes the chain again, from the first row to the head. In mock mode that is the chain of the
/// mock rows.
///
/// # Errors
/// `Unavailable` when the database does not answer; a broken chain is an answer.
pub async fn verify_audit(ops: &Operations) -> Result<AuditChainReport, OperationError> {
    let begun = Instant::now();
    let checked_at = ops.now();
    let mode = ops.mode();
    let chain = match mode.store() {
        Some(store) => verify_audit_chain(&store.reader()).await?,
        None => mock_audit_chain().1,
    };
    let report = report_of(chain, checked_at, begun);
    if let Some(broken) = &report.broken {
        tracing::error!(
            seq = broken.seq,
            fault = broken.fault.as_str(),
            "the audit trail is broken: row {} {}",
            broken.seq,
            broken.fault.meaning()
        );
    }
    Ok(report)
}

/// What walking a chain found, as an operator sees it.
pub fn report_of(chain: AuditChain, checked_at: Timestamp, begun: Instant) -> AuditChainReport {
    let (head_seq, head_hash) = chain.head;
    AuditChainReport {
        is_intact: chain.broken.is_none(),
        rows: chain.rows,
        head_seq,
        head_hash,
        broken: chain.broken,
        checked_at,
        took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    }
}

/// Begins an export: writes its audit row and answers what then yields the file piece by piece. The
/// file ends with that row.
///
/// # Errors
/// `Validation` when a filter is asked of the form that can be verified; `MockMode`; `Unavailable`.
pub async fn export_audit(
    ops: &Operations,
    operator: &Operator,
    asked: AuditExport,
) -> Result<AuditDownload, OperationError> {
    let store = ops.live(None)?;
    if asked.format == AuditFormat::Ndjson && asked.filter != AuditFilter::default() {
        return Err(OperationError::field(
            "/filter",
            "not_for_ndjson",
            "A filtered trail has gaps and could not be verified: filter a csv, or export the whole trail.",
        ));
    }
    require_kind_of_subject(&asked.filter, "/filter/subject")?;
    let now = ops.now();
    let tx = store.begin_write().await?;
    let committed = tx.commit(AuditEntry {
        actor: operator.actor.clone(),
        action: AuditAction::AuditExported,
        subject_type: SubjectType::System,
        subject_id: None,
        campaign: None,
        before: None,
        after: Some(json!({ "format": asked.format, "filter": asked.filter })),
        reason: None,
        request_id: operator.request_id.clone(),
        at: now,
    });
    let committed = committed.await.map_err(OperationError::from);
    ops.wrote(&committed);
    committed?;
    let until = audit_head(&store.reader()).await?.0;
    Ok(AuditDownload {
        name: format!("audit-{}.{}", now.to_string().replace(':', ""), asked.format),
        format: asked.format,
        build: ops.facts().build.to_string(),
        exported_at: now,
        store,
        until,
        stage: match asked.format {
            AuditFormat::Ndjson => Stage::Lines(AuditFileWriter::default()),
            AuditFormat::Csv => Stage::Header(asked.filter),
        },
    })
}

/// An export on its way out.
pub struct AuditDownload {
    /// What a browser shall call the file.
    pub name: String,
    pub format: AuditFormat,
    build: String,
    exported_at: Timestamp,
    store: Store,
    until: u64,
    stage: Stage,
}

enum Stage {
    /// Rows, then the last line.
    Lines(AuditFileWriter),
    Header(AuditFilter),
    Table(AuditFilter, Option<AuditPosition>),
    Done,
}

impl AuditDownload {
    /// The type of the file.
    pub const fn media_type(&self) -> &'static str {
        match self.format {
            AuditFormat::Ndjson => "application/x-ndjson",
            AuditFormat::Csv => "text/csv; charset=utf-8; header=present",
        }
    }

    /// The next piece; `None` behind the last.
    ///
    /// # Errors
    /// `Unavailable` when the database goes away meanwhile; the file then lacks its end.
    pub async fn next(&mut self) -> Result<Option<String>, OperationError> {
        match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Lines(writer) => self.lines(writer).await.map(Some),
            Stage::Header(filter) => {
                let mut text = String::new();
                sheet::push_line(&mut text, COLUMNS);
                self.stage = Stage::Table(filter, None);
                Ok(Some(text))
            }
            Stage::Table(filter, after) => self.table(filter, after).await.map(Some),
            Stage::Done => Ok(None),
        }
    }

    async fn lines(&mut self, mut writer: AuditFileWriter) -> Result<String, OperationError> {
        let lines = audit_lines(&self.store.reader(), writer.last(), PAGE).await?;
        let mut text = String::new();
        for line in lines.into_iter().filter(|line| line.seq <= self.until) {
            writer.follow(&line);
            text.push_str(&line.text);
        }
        if text.is_empty() || writer.last() == self.until {
            text.push_str(&writer.end(self.exported_at, &self.build));
        } else {
            self.stage = Stage::Lines(writer);
        }
        Ok(text)
    }

    async fn table(
        &mut self,
        filter: AuditFilter,
        after: Option<AuditPosition>,
    ) -> Result<String, OperationError> {
        let page = audit_trail::list(&self.store.reader(), &filter, after, MAX_LIMIT).await?;
        let mut text = String::new();
        for row in page.rows.iter().filter(|row| row.seq <= self.until) {
            push_row(&mut text, row);
        }
        if let Some(corrupt) = page.corrupt.first() {
            tracing::warn!(
                row = corrupt.id,
                n_corrupt = page.corrupt.len(),
                "corrupt rows were left out of an exported table: see Diagnostics"
            );
        }
        if page.next.is_some() {
            self.stage = Stage::Table(filter, page.next);
        }
        Ok(text)
    }
}

fn push_row(into: &mut String, row: &AuditRow) {
    let json =
        |value: &Option<serde_json::Value>| value.as_ref().map(ToString::to_string).unwrap_or_default();
    let (seq, at, id) = (row.seq.to_string(), row.at.to_string(), row.id.to_string());
    let (before, after) = (json(&row.before), json(&row.after));
    let campaign = row
        .campaign
        .as_ref()
        .map_or("", |campaign| campaign.name.as_str());
    sheet::push_line(
        into,
        [
            seq.as_str(),
            &at,
            row.actor_type.as_str(),
            &row.actor_id,
            row.actor_name.as_deref().unwrap_or_default(),
            row.action.as_str(),
            row.subject_type.as_str(),
            row.subject_id.as_deref().unwrap_or_default(),
            campaign,
            &before,
            &after,
            row.reason.as_deref().unwrap_or_default(),
            &row.request_id,
            &id,
            &row.prev_hash,
            &row.hash,
        ],
    );
}
