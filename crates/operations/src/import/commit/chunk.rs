//! One chunk of a commit: judges its rows again and writes all that they bring in one transaction.

use std::collections::HashMap;

use aicmo_shared::audit::AuditAction;
use aicmo_shared::import::{ImportState, RowVerdict, VerdictCounts};
use aicmo_shared::lead::{ConsentStatus, LeadStatus};
use aicmo_shared::{LeadId, Timestamp, TouchId};
use aicmo_store::consent_history::ConsentStep;
use aicmo_store::identities::IdentityRecord;
use aicmo_store::imports::{self, ImportRecord, ImportRowRecord};
use aicmo_store::lead_history::{self, StatusStep};
use aicmo_store::leads::LeadRecord;
use aicmo_store::touches::TouchRecord;
use aicmo_store::{Store, StoreError, WriteTx, consent_history, identities, leads, touches};
use serde_json::json;

use crate::consent::{Cause, step_between};
use crate::context::{Operations, Operator};
use crate::import::book::{Book, Judgement, Whole};
use crate::import::entry;
use crate::import::preview::count;
use crate::import::row::{RowReader, RowReading};

/// Rows of which a commit knows what they say, in file order.
pub struct Chunk {
    pub rows: Vec<ImportRowRecord>,
    /// One per row; none for a row that the dry run found invalid.
    pub readings: Vec<Option<RowReading>>,
    /// Nothing is left behind these rows.
    pub is_last: bool,
}

impl Chunk {
    /// Reads rows under the mapping of their import. Hashes a lot; belongs on a blocking thread.
    pub fn read(reader: &RowReader, rows: Vec<ImportRowRecord>, is_last: bool) -> Self {
        let readings = rows
            .iter()
            .map(|row| {
                (row.verdict != RowVerdict::Invalid).then(|| reader.read(row.row_number, &row.raw, None))
            })
            .collect();
        Self {
            rows,
            readings,
            is_last,
        }
    }
}

/// Writes `chunk`, and the progress of its import, over `before`.
///
/// # Errors
/// `Stale` when the import or a lead was changed by someone else, `Duplicate` when a person came in
/// at the same time; nothing is written then.
pub async fn write(
    ops: &Operations,
    store: &Store,
    operator: &Operator,
    before: &ImportRecord,
    chunk: Chunk,
) -> Result<ImportRecord, StoreError> {
    let now = ops.now();
    let tx = store.begin_write().await?;
    let mut claimed = before.clone();
    claimed.updated_at = now;
    claimed.version = imports::replace(&tx, before, &claimed).await?;

    // Rows that became what the dry run said are only marked; the others are written anew.
    let mut changed = Vec::new();
    let (row_readings, mut settled) = split(chunk.rows, chunk.readings);
    let mut book: Book<Whole> = Book::accepting_without_identity(before.accepts_without_identity);
    book.look_up(&tx, row_readings.iter().map(|(_, reading)| reading))
        .await?;

    let mut after = claimed.clone();
    let mut happened = VerdictCounts::default();
    let mut written = Written::default();
    for (mut row, reading) in row_readings {
        let new_id = LeadId::new(ops.new_id(now));
        let judgement = book.judge(&reading, new_id, now);
        count(&mut after.counts, row.verdict, -1);
        count(&mut after.counts, judgement.verdict, 1);
        written.note(ops, &reading, &judgement, before, now);
        // What a merge changed is known only now, and an undo needs it.
        let is_as_foreseen = row.verdict == judgement.verdict
            && row.notes == judgement.notes
            && row.fills == judgement.fills
            && judgement.changes.is_empty();
        row.lead = judgement.lead;
        if is_as_foreseen {
            settled.push(row);
        } else {
            row.verdict = judgement.verdict;
            row.notes = judgement.notes;
            row.fills = judgement.fills;
            row.changes = judgement.changes;
            row.committed_at = Some(now);
            changed.push(row);
        }
    }
    for row in settled.iter().chain(&changed) {
        count(&mut happened, row.verdict, 1);
    }
    written.people(book, now);
    written.write(&tx, operator, now).await?;
    imports::put_rows(&tx, &changed).await?;
    let foreseen: Vec<(u64, Option<LeadId>)> = settled.iter().map(|row| (row.row_number, row.lead)).collect();
    imports::settle_rows(&tx, before.id, &foreseen, now).await?;

    after.committed = after.committed.saturating_add(happened.total);
    let mut action = AuditAction::ImportChunkCommitted;
    let mut facts = json!({ "rows": happened, "committed": after.committed });
    if chunk.is_last {
        after.state = ImportState::Committed;
        after.committed_at = Some(now);
        action = AuditAction::ImportCommitted;
        facts = json!({ "state": after.state, "counts": after.counts, "committed": after.committed });
    }
    after.version = imports::replace(&tx, &claimed, &after).await?;
    tx.commit(entry(operator, action, &after, Some(facts), now))
        .await?;
    Ok(after)
}

/// The rows to judge, and those that are settled as they are.
fn split(
    rows: Vec<ImportRowRecord>,
    readings: Vec<Option<RowReading>>,
) -> (Vec<(ImportRowRecord, RowReading)>, Vec<ImportRowRecord>) {
    let mut to_judge = Vec::with_capacity(rows.len());
    let mut settled = Vec::new();
    for (row, reading) in rows.into_iter().zip(readings) {
        match reading {
            Some(reading) => to_judge.push((row, reading)),
            None => settled.push(row),
        }
    }
    (to_judge, settled)
}

/// Everything that a chunk adds to the database beside its own rows.
#[derive(Default)]
struct Written {
    new: Vec<LeadRecord>,
    changed: Vec<(LeadRecord, LeadRecord)>,
    identities: Vec<IdentityRecord>,
    touches: Vec<TouchRecord>,
    /// Which row first said what about somebody's consent.
    said: HashMap<(LeadId, ConsentStatus), Option<String>>,
}

impl Written {
    fn note(
        &mut self,
        ops: &Operations,
        reading: &RowReading,
        judgement: &Judgement,
        import: &ImportRecord,
        now: Timestamp,
    ) {
        let (Some(lead), Some(person)) = (judgement.lead, &reading.person) else {
            return;
        };
        let is_key = |index: usize| judgement.is_new && index == 0;
        self.identities.extend(
            judgement
                .added
                .iter()
                .enumerate()
                .map(|(index, identity)| IdentityRecord {
                    lead,
                    kind: identity.kind,
                    value: Some(identity.value.clone()),
                    hash: identity.hash.clone(),
                    is_key: is_key(index),
                }),
        );
        let incoming = &person.incoming;
        if let Some((status, _)) = incoming.consent {
            self.said
                .entry((lead, status))
                .or_insert_with(|| incoming.source_ref.clone());
        }
        self.touches.push(TouchRecord {
            id: TouchId::new(ops.new_id(now)),
            lead,
            campaign: incoming.campaign,
            source: incoming.source,
            source_channel: incoming.source_channel.clone(),
            source_ref: incoming.source_ref.clone(),
            utm: incoming.utm.clone(),
            import: Some(import.id),
            touched_at: incoming.touched_at,
        });
    }

    fn people(&mut self, book: Book<Whole>, now: Timestamp) {
        for Whole { before, mut after } in book.into_people() {
            match before {
                None => self.new.push(after),
                Some(before) if before != after => {
                    after.updated_at = now;
                    self.changed.push((before, after));
                }
                Some(_) => {}
            }
        }
        // Two workers that change the same leads take their locks in one order.
        self.changed.sort_by_key(|(before, _)| before.id);
    }

    async fn write(&self, tx: &WriteTx, operator: &Operator, now: Timestamp) -> Result<(), StoreError> {
        leads::insert(tx, &self.new).await?;
        for (before, after) in &self.changed {
            leads::replace(tx, before, after).await?;
        }
        identities::insert(tx, &self.identities).await?;
        let first_steps: Vec<StatusStep> = self
            .new
            .iter()
            .map(|lead| StatusStep {
                lead: lead.id,
                from: None,
                to: LeadStatus::New,
                actor: operator.actor.clone(),
                reason_code: None,
                reason: None,
                at: now,
            })
            .collect();
        lead_history::append(tx, &first_steps).await?;
        touches::append(tx, &self.touches).await?;
        consent_history::append(tx, &self.consent(operator, now)).await
    }

    fn consent(&self, operator: &Operator, now: Timestamp) -> Vec<ConsentStep> {
        let new = self.new.iter().map(|after| (None, after));
        let changed = self.changed.iter().map(|(before, after)| (Some(before), after));
        new.chain(changed)
            .filter_map(|(before, after)| {
                let evidence = self.said.get(&(after.id, after.consent_status)).cloned();
                let cause = Cause {
                    actor: &operator.actor,
                    evidence: evidence.flatten(),
                    reason: None,
                    at: now,
                };
                step_between(before, after, cause)
            })
            .collect()
    }
}
