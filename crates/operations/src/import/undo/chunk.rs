//! One chunk of an undo: decides about the leads of its rows and writes all of it in one transaction.

use std::collections::HashMap;

use aicmo_shared::audit::AuditAction;
use aicmo_shared::import::{ImportState, ImportUndo, RowUndo};
use aicmo_shared::lead::IdentityKind;
use aicmo_shared::{LeadId, Timestamp};
use aicmo_store::imports::{self, ImportRecord, ImportRowRecord, UndoneRow};
use aicmo_store::leads::LeadRecord;
use aicmo_store::{AuditEntry, Store, StoreError, WriteTx, identities, leads, touches};
use serde_json::json;

use super::decide::{Fate, decide, is_own};
use crate::context::{Operations, Operator};
use crate::import::entry;
use crate::import::row::RowReader;
use crate::merge::new_lead;

/// Undoes `rows`, and every other row of the import that has to do with their leads, over `before`.
/// `is_last` when nothing is left behind them.
///
/// # Errors
/// `Stale` when the import or a lead was changed by someone else; nothing is written then.
pub async fn write(
    ops: &Operations,
    store: &Store,
    operator: &Operator,
    before: &ImportRecord,
    reader: &RowReader,
    rows: &[ImportRowRecord],
    is_last: bool,
) -> Result<ImportRecord, StoreError> {
    let now = ops.now();
    let tx = store.begin_write().await?;
    let mut claimed = before.clone();
    claimed.updated_at = now;
    claimed.version = imports::replace(&tx, before, &claimed).await?;

    let mut wanted: Vec<LeadId> = rows.iter().filter_map(|row| row.lead).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut records = leads::records(&tx, &wanted).await?;
    // Two workers that change or remove the same leads take their locks in one order.
    records.sort_by_key(|record| record.id);
    let ties = leads::ties(&tx, before.id, &wanted).await?;
    let all = imports::rows_of_leads(&tx, before.id, &wanted).await?;
    let mut rows_of: HashMap<LeadId, Vec<&ImportRowRecord>> = HashMap::new();
    for row in &all {
        if let Some(lead) = row.lead {
            rows_of.entry(lead).or_default().push(row);
        }
    }
    let mut back = Back::default();
    for record in &records {
        let rows = rows_of.remove(&record.id).unwrap_or_default();
        let ties = ties.get(&record.id).copied().unwrap_or_default();
        let created = rows
            .first()
            .filter(|_| is_own(record, &rows))
            .and_then(|first| created_by(reader, first, record, now));
        let decision = decide(record, &rows, ties, created);
        back.add(record, decision.fate, now);
        back.rows.extend(decision.rows);
    }
    back.write(&tx, before).await?;

    let mut after = claimed.clone();
    if let Some(undo) = &mut after.undo {
        count(undo, &back.rows);
    }
    let mut action = AuditAction::ImportChunkUndone;
    let mut facts = json!({ "rows": back.rows.len(), "taken_back": back.removed.len() });
    if is_last {
        after.state = ImportState::Undone;
        action = AuditAction::ImportUndone;
        facts = json!({ "state": after.state, "undo": after.undo.as_ref().map(counted) });
    }
    after.version = imports::replace(&tx, &claimed, &after).await?;
    tx.commit(AuditEntry {
        reason: after.undo.as_ref().map(|undo| undo.reason.clone()),
        ..entry(operator, action, &after, Some(facts), now)
    })
    .await?;
    Ok(after)
}

/// What the row made of a new person.
fn created_by(
    reader: &RowReader,
    row: &ImportRowRecord,
    record: &LeadRecord,
    now: Timestamp,
) -> Option<LeadRecord> {
    let person = reader.read(row.row_number, &row.raw, None).person?;
    Some(new_lead(
        record.id,
        (person.name, person.name_derived),
        &person.incoming,
        now,
    ))
}

fn count(undo: &mut ImportUndo, rows: &[UndoneRow]) {
    for row in rows {
        match row.undo {
            RowUndo::TakenBack => undo.taken_back += 1,
            RowUndo::Restored => undo.restored += 1,
            RowUndo::Kept => undo.kept += 1,
        }
    }
}

/// The numbers of an undo, for the audit trail.
fn counted(undo: &ImportUndo) -> serde_json::Value {
    json!({ "taken_back": undo.taken_back, "restored": undo.restored, "kept": undo.kept })
}

/// Everything that a chunk takes back.
#[derive(Default)]
struct Back {
    removed: Vec<LeadRecord>,
    changed: Vec<(LeadRecord, LeadRecord)>,
    /// Known leads that lose the touches of the import.
    restored: Vec<LeadId>,
    identities: Vec<(LeadId, IdentityKind, String)>,
    rows: Vec<UndoneRow>,
}

impl Back {
    fn add(&mut self, lead: &LeadRecord, fate: Fate, now: Timestamp) {
        match fate {
            Fate::TakenBack => self.removed.push(lead.clone()),
            Fate::Kept => {}
            Fate::Restored {
                mut after,
                identities,
            } => {
                self.restored.push(lead.id);
                self.identities
                    .extend(identities.into_iter().map(|(kind, value)| (lead.id, kind, value)));
                if *after != *lead {
                    after.updated_at = now;
                    self.changed.push((lead.clone(), *after));
                }
            }
        }
    }

    async fn write(&self, tx: &WriteTx, import: &ImportRecord) -> Result<(), StoreError> {
        let gone: Vec<LeadId> = self.removed.iter().map(|lead| lead.id).collect();
        touches::remove_of_import(tx, import.id, &self.restored).await?;
        touches::remove_of_import(tx, import.id, &gone).await?;
        for (lead, kind, value) in &self.identities {
            identities::remove(tx, *lead, *kind, value).await?;
        }
        for (before, after) in &self.changed {
            leads::replace(tx, before, after).await?;
        }
        imports::mark_undone(tx, import.id, &self.rows).await?;
        imports::forget_leads(tx, &gone).await?;
        leads::remove(tx, &self.removed).await
    }
}
