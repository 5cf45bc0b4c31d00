//! The attention figures, in time that does not depend on the number of leads.
//!
//! Figures over leads are maintained counters. Figures over attempts and approvals are counted in
//! their window by index. Counters cannot know of a row that was edited past the constraints, so as
//! long as there is one the figures over leads are counted from the rows, without it.

use std::collections::BTreeMap;

use aicmo_shared::Timestamp;
use aicmo_shared::approval::ApprovalSubject;
use aicmo_shared::lead::{LeadStatus, LeadView};
use aicmo_shared::metrics::{Attention, EXECUTION_WINDOW_DAYS, NoData, SubjectCount, percentage};
use sea_orm::QueryResult;

use super::leads::views;
use super::{ask, counted, counters};
use crate::closed_columns::corrupt;
use crate::counter_keys;
use crate::error::StoreError;
use crate::session::Session;

const WHAT: &str = "compute the attention figures";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What needs the operator at `now`.
pub async fn attention(session: &impl Session, now: Timestamp) -> Result<Attention, StoreError> {
    let bad = corrupt_counts(session).await?;
    let leads = if bad.leads == 0 {
        lead_counters(session).await?
    } else {
        lead_rows(session).await?
    };
    let execution = execution(session, now, &bad).await?;
    let (approvals_pending, approvals_by_subject) = approvals(session).await?;
    let execution_success = percentage(execution.sent, execution.sent + execution.failed);
    Ok(Attention {
        leads: leads.all,
        triage: leads.triage,
        high_intent: leads.contacted,
        intent_detected: leads.intent,
        approvals_pending,
        approvals_by_subject,
        execution_success,
        execution_no_data: execution_success.is_none().then_some(NoData::NoAttempts),
        execution_window_days: EXECUTION_WINDOW_DAYS,
        execution_sent: execution.sent,
        execution_failed: execution.failed,
        execution_unconfirmed: execution.unconfirmed,
        dry_run: execution.dry_run,
        failed_last_24h: execution.failed_last_24h,
        oldest_triage_at: execution.oldest_triage_at,
        next_approval_deadline_at: execution.next_approval_deadline_at,
        corrupt_rows: bad.leads + bad.attempts + bad.approvals,
    })
}

struct CorruptCounts {
    leads: u64,
    attempts: u64,
    approvals: u64,
}

struct LeadFigures {
    all: u64,
    triage: u64,
    contacted: u64,
    intent: u64,
}

struct Execution {
    sent: u64,
    failed: u64,
    failed_last_24h: u64,
    unconfirmed: u64,
    dry_run: u64,
    oldest_triage_at: Option<Timestamp>,
    next_approval_deadline_at: Option<Timestamp>,
}

async fn corrupt_counts(session: &impl Session) -> Result<CorruptCounts, StoreError> {
    let count = |table: &str| format!("(SELECT COUNT(*) FROM {table} WHERE {})", corrupt(table));
    let sql = format!(
        "SELECT {} AS leads, {} AS attempts, {} AS approvals",
        count("leads"),
        count("outbound_attempts"),
        count("approvals")
    );
    let row = one(ask(session, WHAT, sql, vec![]).await?)?;
    Ok(CorruptCounts {
        leads: counted(&row, "leads", WHAT)?,
        attempts: counted(&row, "attempts", WHAT)?,
        approvals: counted(&row, "approvals", WHAT)?,
    })
}

async fn lead_counters(session: &impl Session) -> Result<LeadFigures, StoreError> {
    let all = counter_keys::ALL_LEADS.to_owned();
    let contacted = counter_keys::status(LeadStatus::HIGH_INTENT);
    let triage = counter_keys::view(LeadView::Triage);
    let intent = counter_keys::view(LeadView::Intent);
    let keys = vec![all.clone(), contacted.clone(), triage.clone(), intent.clone()];
    let values: BTreeMap<String, i64> = counters::read(session, keys).await?;
    let figure = |key: &String| {
        values
            .get(key)
            .map_or(0, |value| u64::try_from(*value).unwrap_or_default())
    };
    Ok(LeadFigures {
        all: figure(&all),
        triage: figure(&triage),
        contacted: figure(&contacted),
        intent: figure(&intent),
    })
}

/// The same figures from the rows. Each is a count over an index less the corrupt rows in it, which
/// have an index of their own.
async fn lead_rows(session: &impl Session) -> Result<LeadFigures, StoreError> {
    let bad = corrupt("leads");
    let good = |predicate: &str| {
        format!(
            "((SELECT COUNT(*) FROM leads WHERE {predicate}) - (SELECT COUNT(*) FROM leads WHERE {bad} AND {predicate}))"
        )
    };
    let sql = format!(
        "SELECT {} AS all_leads, {} AS triage, {} AS contacted, {} AS intent",
        good("1 = 1"),
        good(views::TRIAGE),
        good("status = 'CONTACTED'"),
        good(views::INTENT)
    );
    let row = one(ask(session, WHAT, sql, vec![]).await?)?;
    Ok(LeadFigures {
        all: counted(&row, "all_leads", WHAT)?,
        triage: counted(&row, "triage", WHAT)?,
        contacted: counted(&row, "contacted", WHAT)?,
        intent: counted(&row, "intent", WHAT)?,
    })
}

/// Attempts in their windows, and the two minima, in one statement. `$1` is now, `$2` a week and
/// `$3` a day before; a window holds both its ends.
async fn execution(
    session: &impl Session,
    now: Timestamp,
    bad: &CorruptCounts,
) -> Result<Execution, StoreError> {
    // Leaving bad rows out costs a look at each row, so it is asked for only when there are some.
    let good = |table: &str, n: u64| {
        if n == 0 {
            String::new()
        } else {
            format!(" AND {} IS NOT TRUE", corrupt(table))
        }
    };
    let attempts = |mode: &str, status: &str, since: Option<&str>| {
        let window = since.map_or_else(String::new, |since| {
            format!(" AND finished_at >= {since} AND finished_at <= $1")
        });
        format!(
            "(SELECT COUNT(*) FROM outbound_attempts WHERE delivery_mode = '{mode}' AND status = '{status}'{window}{})",
            good("outbound_attempts", bad.attempts)
        )
    };
    let sql = format!(
        "SELECT {} AS sent, {} AS failed, {} AS failed_last_24h, {} AS unconfirmed, {} AS dry_run,
         (SELECT MIN(created_at) FROM leads WHERE {}{}) AS oldest_triage_at,
         (SELECT MIN(decide_by_at) FROM approvals WHERE state = 'PENDING'{}) AS next_approval_deadline_at",
        attempts("live", "SENT", Some("$2")),
        attempts("live", "FAILED", Some("$2")),
        attempts("live", "FAILED", Some("$3")),
        attempts("live", "UNCONFIRMED", None),
        attempts("dry_run", "PROOF_SENT", Some("$2")),
        views::TRIAGE,
        good("leads", bad.leads),
        good("approvals", bad.approvals)
    );
    let ago = |days: i64| now.plus_millis(-days * DAY_MS).as_millis();
    let values = vec![
        now.as_millis().into(),
        ago(i64::from(EXECUTION_WINDOW_DAYS)).into(),
        ago(1).into(),
    ];
    let row = one(ask(session, WHAT, sql, values).await?)?;
    let time = |column: &str| {
        row.try_get::<Option<i64>>("", column)
            .map(|at| at.map(Timestamp::from_millis))
            .map_err(StoreError::of(WHAT))
    };
    Ok(Execution {
        sent: counted(&row, "sent", WHAT)?,
        failed: counted(&row, "failed", WHAT)?,
        failed_last_24h: counted(&row, "failed_last_24h", WHAT)?,
        unconfirmed: counted(&row, "unconfirmed", WHAT)?,
        dry_run: counted(&row, "dry_run", WHAT)?,
        oldest_triage_at: time("oldest_triage_at")?,
        next_approval_deadline_at: time("next_approval_deadline_at")?,
    })
}

/// Waiting approvals in all and by subject, in the order of the domain. A subject that no enum
/// knows is in neither; the corrupt rows are counted elsewhere.
async fn approvals(session: &impl Session) -> Result<(u64, Vec<SubjectCount>), StoreError> {
    const SQL: &str =
        "SELECT subject_type, COUNT(*) AS n FROM approvals WHERE state = 'PENDING' GROUP BY subject_type";
    let mut by_subject = Vec::new();
    for row in ask(session, WHAT, SQL.to_owned(), vec![]).await? {
        let subject: String = row.try_get("", "subject_type").map_err(StoreError::of(WHAT))?;
        if let Ok(subject) = subject.parse::<ApprovalSubject>() {
            let count = counted(&row, "n", WHAT)?;
            by_subject.push(SubjectCount { subject, count });
        }
    }
    by_subject.sort_by_key(|entry| entry.subject);
    Ok((by_subject.iter().map(|entry| entry.count).sum(), by_subject))
}

fn one(mut rows: Vec<QueryResult>) -> Result<QueryResult, StoreError> {
    rows.pop().ok_or_else(|| StoreError::defect(WHAT, "no row"))
}
