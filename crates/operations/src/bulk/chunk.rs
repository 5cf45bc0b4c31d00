//! One chunk of a bulk change, or of its undo: decides about its leads and writes all of it in one
//! transaction with one audit row.
//!
//! The chunk claims the version of the job first, so two workers on one job cannot both write, and a
//! job that was stopped in between is not written to.

use std::collections::HashMap;

use aicmo_shared::audit::AuditAction;
use aicmo_shared::job::{ItemOutcome, ItemUndo, JobState, LeadChange, RefusalReason};
use aicmo_shared::{LeadId, Timestamp};
use aicmo_store::consent_history::ConsentStep;
use aicmo_store::jobs::{self, JobItemRecord, JobRecord};
use aicmo_store::lead_history::StatusStep;
use aicmo_store::leads::LeadRecord;
use aicmo_store::{Store, StoreError, WriteTx, consent_history, lead_history, leads};

use super::judge::{Verdict, judge, taken_back};
use super::{entry, standing};
use crate::consent::{Cause, step_between};
use crate::context::Operator;

/// What an undo writes into the history of a status.
const TAKEN_BACK: &str = "Taken back with its bulk change";

/// Changes the leads of `items`. `is_last` when none is left behind them.
///
/// # Errors
/// `Stale` when the job was changed by someone else; nothing is written then.
pub(super) async fn write(
    store: &Store,
    operator: &Operator,
    before: &JobRecord,
    mut items: Vec<JobItemRecord>,
    is_last: bool,
    now: Timestamp,
) -> Result<JobRecord, StoreError> {
    let tx = store.begin_write().await?;
    let claimed = claim(&tx, before, now).await?;
    let leads = Leads::read(&tx, &items).await?;
    let mut after = claimed.clone();
    let mut change = Change::new(operator, before.reason.clone(), now);
    for item in &mut items {
        item.settled_at = Some(now);
        let verdict = match leads.find(item.lead) {
            Ok(lead) => judge(&before.change, lead, now),
            Err(reason) => Verdict::Refused(reason),
        };
        let outcome = match verdict {
            Verdict::Changed(changed, was) => {
                item.was = was;
                if let Ok(lead) = leads.find(item.lead) {
                    item.version_after = Some(lead.version + 1);
                    change.add(&before.change, lead, *changed);
                }
                after.changed += 1;
                ItemOutcome::Changed
            }
            Verdict::Unchanged => {
                after.unchanged += 1;
                ItemOutcome::Unchanged
            }
            Verdict::Refused(reason) => {
                item.refusal = Some(reason);
                after.refused += 1;
                ItemOutcome::Refused
            }
        };
        item.outcome = Some(outcome);
    }
    change.write(&tx).await?;
    jobs::settle(&tx, &items).await?;
    let mut action = AuditAction::JobChunkWritten;
    if is_last {
        after.state = JobState::Completed;
        after.ended_at = Some(now);
        action = AuditAction::JobCompleted;
    }
    after.version = jobs::replace(&tx, &claimed, &after).await?;
    tx.commit(entry(operator, action, &after, standing(&after), now))
        .await?;
    Ok(after)
}

/// Gives the leads of `items` their former value again. `is_last` when none is left behind them.
///
/// # Errors
/// As `write`.
pub(super) async fn write_back(
    store: &Store,
    operator: &Operator,
    before: &JobRecord,
    mut items: Vec<JobItemRecord>,
    is_last: bool,
    now: Timestamp,
) -> Result<JobRecord, StoreError> {
    let tx = store.begin_write().await?;
    let claimed = claim(&tx, before, now).await?;
    let leads = Leads::read(&tx, &items).await?;
    let mut after = claimed.clone();
    let mut change = Change::new(operator, Some(TAKEN_BACK.to_owned()), now);
    for item in &mut items {
        let restored = match (leads.find(item.lead), &item.was, item.version_after) {
            (Ok(lead), Some(was), Some(version)) => {
                taken_back(&before.change, was, version, lead, now).map(|restored| (lead, restored))
            }
            _ => None,
        };
        item.undo = Some(if let Some((lead, restored)) = restored {
            change.add(&before.change, lead, restored);
            after.taken_back += 1;
            ItemUndo::TakenBack
        } else {
            after.kept += 1;
            ItemUndo::Kept
        });
    }
    change.write(&tx).await?;
    jobs::settle(&tx, &items).await?;
    let mut action = AuditAction::JobChunkUndone;
    if is_last {
        after.state = JobState::Undone;
        action = AuditAction::JobUndone;
    }
    after.version = jobs::replace(&tx, &claimed, &after).await?;
    tx.commit(entry(operator, action, &after, standing(&after), now))
        .await?;
    Ok(after)
}

async fn claim(tx: &WriteTx, before: &JobRecord, now: Timestamp) -> Result<JobRecord, StoreError> {
    let mut claimed = before.clone();
    claimed.updated_at = now;
    claimed.version = jobs::replace(tx, before, &claimed).await?;
    Ok(claimed)
}

/// The leads of a chunk, and which of them cannot be read.
struct Leads {
    readable: HashMap<LeadId, LeadRecord>,
    unreadable: Vec<String>,
}

impl Leads {
    async fn read(tx: &WriteTx, items: &[JobItemRecord]) -> Result<Self, StoreError> {
        let ids: Vec<LeadId> = items.iter().map(|item| item.lead).collect();
        let listed = leads::locked_records(tx, &ids).await?;
        Ok(Self {
            readable: listed.rows.into_iter().map(|lead| (lead.id, lead)).collect(),
            unreadable: listed.corrupt.into_iter().map(|row| row.id).collect(),
        })
    }

    fn find(&self, id: LeadId) -> Result<&LeadRecord, RefusalReason> {
        self.readable.get(&id).ok_or_else(|| {
            if self.unreadable.contains(&id.to_string()) {
                RefusalReason::Unreadable
            } else {
                RefusalReason::NotFound
            }
        })
    }
}

/// All that a chunk writes of its leads: the leads, and the lines of their histories.
struct Change<'a> {
    operator: &'a Operator,
    reason: Option<String>,
    now: Timestamp,
    leads: Vec<(LeadRecord, LeadRecord)>,
    steps: Vec<StatusStep>,
    consent: Vec<ConsentStep>,
}

impl<'a> Change<'a> {
    fn new(operator: &'a Operator, reason: Option<String>, now: Timestamp) -> Self {
        Self {
            operator,
            reason,
            now,
            leads: Vec::new(),
            steps: Vec::new(),
            consent: Vec::new(),
        }
    }

    fn add(&mut self, change: &LeadChange, before: &LeadRecord, after: LeadRecord) {
        if matches!(change, LeadChange::Status { .. }) {
            self.steps.push(StatusStep {
                lead: before.id,
                from: Some(before.status),
                to: after.status,
                actor: self.operator.actor.clone(),
                reason_code: after.lost_reason,
                reason: self.reason.clone(),
                at: self.now,
            });
        }
        let cause = Cause {
            actor: &self.operator.actor,
            evidence: None,
            reason: self.reason.clone(),
            at: self.now,
        };
        self.consent.extend(step_between(Some(before), &after, cause));
        self.leads.push((before.clone(), after));
    }

    async fn write(&self, tx: &WriteTx) -> Result<(), StoreError> {
        leads::replace_many(tx, &self.leads).await?;
        lead_history::append(tx, &self.steps).await?;
        consent_history::append(tx, &self.consent).await
    }
}
