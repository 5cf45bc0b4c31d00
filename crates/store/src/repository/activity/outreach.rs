//! Attempts with an outcome, and approvals, as lines of the feed.

use std::collections::HashMap;

use aicmo_shared::activity::{ActivityEvent, ActivityKind, SubjectType};
use aicmo_shared::approval::{ApprovalState, ApprovalSubject};
use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::outreach::{AttemptStatus, Channel, FailureReason};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, QueryFilter, QueryTrait};
use uuid::Uuid;

use super::{ActivityPosition, Line, Stream, WHAT, event, newest};
use crate::column::Row;
use crate::entity::{approval, outbound_attempt};
use crate::error::StoreError;
use crate::repository::{fetch, leads};
use crate::session::Session;

/// Word for word the predicate of the index on outcomes.
const OUTCOMES: &str =
    "(status IN ('SENT', 'PROOF_SENT', 'FAILED', 'UNCONFIRMED') AND finished_at IS NOT NULL)";

pub(super) async fn outcomes(
    session: &impl Session,
    after: Option<&ActivityPosition>,
    limit: u32,
) -> Result<Vec<Line>, StoreError> {
    let select = outbound_attempt::Entity::find().filter(Expr::cust(OUTCOMES));
    let columns = (outbound_attempt::Column::FinishedAt, outbound_attempt::Column::Id);
    let query = newest(select, Stream::Outcome, columns, after, limit)?.into_query();
    let rows: Vec<_> = fetch::<outbound_attempt::Model>(session, WHAT, "outbound_attempts", &query)
        .await?
        .into_iter()
        .filter_map(Result::ok)
        .collect();
    let names = leads::names(session, rows.iter().map(|row| row.lead_id)).await?;
    Ok(rows
        .into_iter()
        .map(|row| Line {
            at: row.finished_at.unwrap_or_default(),
            id: Stream::Outcome.event_id(row.id),
            event: outcome(&row, &names),
        })
        .collect())
}

fn outcome(
    row: &outbound_attempt::Model,
    names: &HashMap<Uuid, String>,
) -> Result<ActivityEvent, CorruptRow> {
    let report = Row::new("outbound_attempts", row.id);
    let channel: Channel = report.closed("channel", &row.channel)?;
    let status: AttemptStatus = report.closed("status", &row.status)?;
    let reason: Option<FailureReason> = report.closed_opt("failure_reason", row.failure_reason.as_deref())?;
    let lead = names.get(&row.lead_id).map_or("a lead", String::as_str);
    let by = match channel {
        Channel::Email => "E-mail",
        Channel::Linkedin => "LinkedIn message",
        Channel::ContactForm => "Contact form",
        Channel::Phone => "Call",
        Channel::Twitter => "Twitter message",
        Channel::Other => "Message",
    };
    let what = match status {
        AttemptStatus::Sent => "was sent",
        AttemptStatus::ProofSent => "was rehearsed",
        AttemptStatus::Failed => "failed",
        AttemptStatus::Unconfirmed => "is unconfirmed",
        AttemptStatus::Pending => "is pending",
        AttemptStatus::Sending => "is being sent",
        AttemptStatus::Skipped => "was skipped",
    };
    let id = Stream::Outcome.event_id(row.id);
    let about = (SubjectType::Attempt, Some(row.id.to_string()));
    let title = format!("{by} to {lead} {what}");
    let at = row.finished_at.unwrap_or_default();
    Ok(ActivityEvent {
        detail: reason.map(|reason| reason.as_str().replace('_', " ")),
        ..event(id, at, ActivityKind::Outreach, title, about)
    })
}

pub(super) async fn approvals(
    session: &impl Session,
    stream: Stream,
    after: Option<&ActivityPosition>,
    limit: u32,
) -> Result<Vec<Line>, StoreError> {
    let all = approval::Entity::find();
    let (select, at) = match stream {
        // Word for word the predicate of the index.
        Stream::Closed => (
            all.filter(Expr::cust("closed_at IS NOT NULL")),
            approval::Column::ClosedAt,
        ),
        _ => (all, approval::Column::CreatedAt),
    };
    let query = newest(select, stream, (at, approval::Column::Id), after, limit)?.into_query();
    let rows = fetch::<approval::Model>(session, WHAT, "approvals", &query).await?;
    Ok(rows
        .into_iter()
        .filter_map(Result::ok)
        .map(|row| Line {
            at: moment(stream, &row),
            id: stream.event_id(row.id),
            event: approval_line(stream, &row),
        })
        .collect())
}

fn moment(stream: Stream, row: &approval::Model) -> i64 {
    match stream {
        Stream::Closed => row.closed_at.unwrap_or_default(),
        _ => row.created_at,
    }
}

fn approval_line(stream: Stream, row: &approval::Model) -> Result<ActivityEvent, CorruptRow> {
    let report = Row::new("approvals", row.id);
    let subject: ApprovalSubject = report.closed("subject_type", &row.subject_type)?;
    let state: ApprovalState = report.closed("state", &row.state)?;
    let (title, actor, detail) = if stream == Stream::Closed {
        let title = format!("{}: {}", row.title, verdict(state));
        (
            title,
            row.closed_by.clone().unwrap_or_else(|| "system".to_owned()),
            None,
        )
    } else {
        let title = format!("Approval asked for: {}", row.title);
        (title, row.requested_by.clone(), row.request_note.clone())
    };
    let about = (SubjectType::Approval, Some(row.id.to_string()));
    Ok(ActivityEvent {
        detail: detail.or_else(|| Some(subject.label().to_owned())),
        actor,
        ..event(
            stream.event_id(row.id),
            moment(stream, row),
            ActivityKind::Approval,
            title,
            about,
        )
    })
}

const fn verdict(state: ApprovalState) -> &'static str {
    match state {
        ApprovalState::Pending => "still open",
        ApprovalState::Approved => "approved",
        ApprovalState::Rejected => "rejected",
        ApprovalState::ChangesRequested => "changes asked for",
        ApprovalState::Expired => "expired",
        ApprovalState::Superseded => "superseded",
        ApprovalState::Withdrawn => "withdrawn",
        ApprovalState::Revoked => "revoked",
        ApprovalState::Lapsed => "lapsed",
    }
}
