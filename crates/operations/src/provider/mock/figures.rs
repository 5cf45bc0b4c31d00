//! Mock figures, feed and tasks.

use aicmo_shared::activity::{ActivityEvent, ActivityKind, SubjectType};
use aicmo_shared::approval::ApprovalSubject;
use aicmo_shared::metrics::{Attention, EXECUTION_WINDOW_DAYS, SubjectCount};
use aicmo_shared::task::{MyWork, Task, TaskStatus, TaskType};
use aicmo_shared::{TaskId, Timestamp};

use super::{HOUR, MINUTE, ago, campaigns, id, leads};

/// The figures of the mock set; those about leads agree with the mock leads.
pub(super) fn attention() -> Attention {
    let waiting = |subject, count| SubjectCount { subject, count };
    Attention {
        leads: 12,
        triage: 5,
        high_intent: 3,
        intent_detected: 4,
        approvals_pending: 4,
        approvals_by_subject: vec![
            waiting(ApprovalSubject::Strategy, 1),
            waiting(ApprovalSubject::Creative, 1),
            waiting(ApprovalSubject::Message, 2),
        ],
        execution_success: Some(98.0),
        execution_no_data: None,
        execution_window_days: EXECUTION_WINDOW_DAYS,
        execution_sent: 98,
        execution_failed: 2,
        execution_unconfirmed: 1,
        dry_run: 6,
        failed_last_24h: 2,
        oldest_triage_at: leads::oldest_triage(),
        next_approval_deadline_at: Some(ago(-3 * HOUR)),
        corrupt_rows: 0,
    }
}

/// Three events of the morning, newest first.
pub(super) fn feed() -> Vec<ActivityEvent> {
    let event =
        |number, at: Timestamp, kind, title: &str, actor: &str, subject_type, subject_id| ActivityEvent {
            id: format!("mock:{number}"),
            at,
            kind,
            title: title.to_owned(),
            detail: None,
            actor: actor.to_owned(),
            subject_type,
            subject_id,
        };
    vec![
        event(
            3,
            ago(3 * MINUTE),
            ActivityKind::Lead,
            "Lead rejected (no budget)",
            "Mock operator",
            SubjectType::Lead,
            Some(leads::lost().to_string()),
        ),
        event(
            2,
            ago(10 * MINUTE),
            ActivityKind::Campaign,
            "Strategy drafted",
            "Mock operator",
            SubjectType::Campaign,
            Some(campaigns::id_of(1).to_string()),
        ),
        event(
            1,
            ago(25 * MINUTE),
            ActivityKind::System,
            "Gateway token renewed",
            "Mock service",
            SubjectType::System,
            None,
        ),
    ]
}

/// Three tasks, one of them overdue.
pub(super) fn my_work() -> MyWork {
    let task = |number, title: &str, task_type, status, due_at, campaign| Task {
        id: TaskId::new(id(ago(30 * HOUR), number)),
        title: title.to_owned(),
        task_type,
        status,
        due_at,
        campaign,
    };
    MyWork {
        due: 3,
        overdue: 1,
        first: vec![
            task(
                1,
                "Mock review of the spring messages",
                TaskType::Review,
                TaskStatus::Overdue,
                ago(2 * HOUR),
                Some(campaigns::id_of(0)),
            ),
            task(
                2,
                "Mock post for LinkedIn",
                TaskType::Post,
                TaskStatus::Due,
                ago(-5 * MINUTE),
                Some(campaigns::id_of(0)),
            ),
            task(
                3,
                "Mock call with a lead",
                TaskType::FollowUp,
                TaskStatus::Pending,
                ago(-6 * HOUR),
                None,
            ),
        ],
    }
}
