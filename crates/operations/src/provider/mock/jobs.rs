//! Two mock bulk changes with their leads: one that is done, one that was stopped halfway.

use aicmo_shared::JobId;
use aicmo_shared::job::{ItemOutcome, Job, JobItem, JobState, LeadChange, RefusalReason};
use aicmo_shared::lead::{LeadFilter, LeadSource};

use super::{HOUR, ago, id, leads, some};

fn job(number: u16, hours_old: i64, state: JobState, change: LeadChange) -> Job {
    let created_at = ago(hours_old * HOUR);
    Job {
        id: JobId::new(id(created_at, number)),
        version: 3,
        state,
        change,
        filter: None,
        reason: None,
        total: 0,
        changed: 0,
        unchanged: 0,
        refused: 0,
        taken_back: 0,
        kept: 0,
        error: None,
        undo_until: None,
        started_by: "mock".to_owned(),
        created_at,
        updated_at: created_at,
    }
}

fn with_items() -> Vec<(Job, Vec<JobItem>)> {
    let tagged = LeadChange::AddTags {
        tags: vec!["mock fair".to_owned()],
    };
    let done = job(2, 2, JobState::Completed, tagged);
    let silenced = Job {
        filter: Some(LeadFilter {
            source: Some(LeadSource::Csv),
            ..LeadFilter::default()
        }),
        reason: some("They asked us to stop writing"),
        ..job(1, 30, JobState::Cancelled, LeadChange::DoNotContact {})
    };
    [
        (
            done,
            [
                Some(ItemOutcome::Changed),
                Some(ItemOutcome::Refused),
                Some(ItemOutcome::Unchanged),
            ],
        ),
        (silenced, [Some(ItemOutcome::Changed), None, None]),
    ]
    .into_iter()
    .map(|(job, outcomes)| {
        let items: Vec<JobItem> = leads::all()
            .into_iter()
            .zip(outcomes)
            .zip(1..)
            .map(|((lead, outcome), number)| JobItem {
                number,
                lead: lead.row.id,
                name: Some(lead.row.name),
                outcome,
                refusal: (outcome == Some(ItemOutcome::Refused)).then_some(RefusalReason::TooManyTags),
                undo: None,
            })
            .collect();
        let counted = |wanted| items.iter().filter(|item| item.outcome == Some(wanted)).count() as u64;
        let job = Job {
            total: items.len() as u64,
            changed: counted(ItemOutcome::Changed),
            unchanged: counted(ItemOutcome::Unchanged),
            refused: counted(ItemOutcome::Refused),
            ..job
        };
        (job, items)
    })
    .collect()
}

/// Newest first.
pub(super) fn all() -> Vec<Job> {
    with_items().into_iter().map(|(job, _)| job).collect()
}

/// The leads of a mock bulk change, in its order.
pub(super) fn items(id: JobId) -> Option<Vec<JobItem>> {
    with_items()
        .into_iter()
        .find(|(job, _)| job.id == id)
        .map(|(_, items)| items)
}
