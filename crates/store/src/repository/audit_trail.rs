//! The audit trail as an operator looks through it: newest first, under any conditions.
//!
//! One condition, with or without a span of time, is answered along an index that also has the
//! order. What no index has together is looked for along the best one, a bounded stretch at a time:
//! such a page may be short and still have a next one, and it never costs more than the stretch.

use aicmo_shared::Timestamp;
use aicmo_shared::audit::{AuditFilter, AuditRow};
use aicmo_shared::diagnostics::{CorruptRow, DatabaseKind};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::accounts::actors::ActorNames;
use super::{CHUNK, campaigns, counted, cut, fetch};
use crate::audit::{audit_head, record_of};
use crate::entity::audit_log::{self, Column};
use crate::error::StoreError;
use crate::session::Session;

const WHAT: &str = "list the audit trail";

/// Rows looked at with one statement while conditions are compared that no index has together.
const BLOCK: u32 = 1_000;

/// Statements for one page at most.
const BLOCKS: u32 = 20;

/// Matching rows are counted up to here; more are not worth a scan.
const COUNTED: u64 = 10_000;

/// A page of the trail.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuditPage {
    /// The good rows, newest first.
    pub rows: Vec<AuditRow>,
    /// Rows of this page that hold a value which no enum knows.
    pub corrupt: Vec<CorruptRow>,
    /// Where the next page begins; `None` when nothing older can match.
    pub next: Option<AuditPosition>,
}

/// A place in the list: behind the row with this key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPosition {
    /// When it was done.
    pub at: Timestamp,
    /// Its place in the chain.
    pub seq: i64,
}

/// What is compared when no index is enough.
#[derive(FromQueryResult)]
struct Candidate {
    seq: i64,
    at: i64,
    actor_type: String,
    actor_id: String,
    action: String,
    subject_type: String,
    subject_id: Option<String>,
    request_id: String,
    reason: Option<String>,
}

/// The condition that an index answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lead {
    Request,
    Subject,
    Actor,
    Action,
    Reason,
    SubjectType,
    ActorType,
    Time,
}

/// A page of at most `limit` rows behind `after`.
pub async fn list(
    session: &impl Session,
    filter: &AuditFilter,
    after: Option<AuditPosition>,
    limit: u32,
) -> Result<AuditPage, StoreError> {
    let lead = lead_of(filter);
    if is_answered_by(filter, lead) {
        let query = along(filter, lead, after, limit.saturating_add(1));
        let rows = fetch::<audit_log::Model>(session, WHAT, "audit_log", &query.into_query()).await?;
        let (rows, more) = cut(rows, limit);
        let next = match rows.last().filter(|_| more) {
            Some(Ok(last)) => Some(position_of(last)),
            Some(Err(corrupt)) => place_of_unreadable(session, corrupt).await?,
            None => None,
        };
        return page_of(session, rows, next).await;
    }
    let (found, next) = search(session, filter, lead, after, limit).await?;
    let mut rows = Vec::with_capacity(found.len());
    for chunk in found.chunks(CHUNK) {
        let query = audit_log::Entity::find()
            .filter(Column::Seq.is_in(chunk.iter().copied()))
            .order_by_desc(Column::At)
            .order_by_desc(Column::Seq)
            .into_query();
        rows.extend(fetch::<audit_log::Model>(session, WHAT, "audit_log", &query).await?);
    }
    page_of(session, rows, next).await
}

/// How many rows match; `None` when only looking at many rows could tell.
pub async fn count(session: &impl Session, filter: &AuditFilter) -> Result<Option<u64>, StoreError> {
    const WHAT: &str = "count rows of the audit trail";
    if *filter == AuditFilter::default() {
        return Ok(Some(audit_head(session).await?.0));
    }
    let lead = lead_of(filter);
    if !is_answered_by(filter, lead) {
        return Ok(None);
    }
    let matching = audit_log::Entity::find()
        .select_only()
        .column(Column::Seq)
        .filter(conditions(filter, lead, None))
        .limit(COUNTED + 1)
        .into_query();
    let counting = Query::select()
        .expr_as(Expr::cust("COUNT(*)"), "n")
        .from_subquery(matching, "matching")
        .to_owned();
    let row = session
        .connection()
        .query_one(&counting)
        .await
        .map_err(StoreError::of(WHAT))?
        .ok_or_else(|| StoreError::defect(WHAT, "no row"))?;
    let n = counted(&row, "n", WHAT)?;
    Ok((n <= COUNTED).then_some(n))
}

/// How the database would find a page, one step a line; what keeps a page's cost its own is tested
/// by reading this.
pub async fn explain(
    session: &impl Session,
    filter: &AuditFilter,
    after: Option<AuditPosition>,
    limit: u32,
) -> Result<Vec<String>, StoreError> {
    let connection = session.connection();
    let query = along(filter, lead_of(filter), after, limit).into_query();
    let mut statement = connection.get_database_backend().build(&query);
    let (explain, column) = match session.database() {
        DatabaseKind::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
        DatabaseKind::Postgres => ("EXPLAIN", "QUERY PLAN"),
    };
    statement.sql = format!("{explain} {}", statement.sql);
    let failed = StoreError::of("explain the list of the audit trail");
    connection
        .query_all_raw(statement)
        .await
        .map_err(&failed)?
        .iter()
        .map(|row| row.try_get("", column).map_err(&failed))
        .collect()
}

/// Looks along the index of `lead` for rows that fit everything else too: their places, and where
/// the next page goes on.
async fn search(
    session: &impl Session,
    filter: &AuditFilter,
    lead: Lead,
    after: Option<AuditPosition>,
    limit: u32,
) -> Result<(Vec<i64>, Option<AuditPosition>), StoreError> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let reason = filter.reason.as_deref().map(str::to_lowercase);
    let mut found = Vec::new();
    let mut behind = after;
    for _ in 0..BLOCKS {
        let block = Candidate::find_by_statement(
            session
                .connection()
                .get_database_backend()
                .build(&narrow(along(filter, lead, behind, BLOCK))),
        )
        .all(session.connection())
        .await
        .map_err(StoreError::of(WHAT))?;
        for candidate in &block {
            behind = Some(AuditPosition {
                at: Timestamp::from_millis(candidate.at),
                seq: candidate.seq,
            });
            if fits(candidate, filter, reason.as_deref()) {
                found.push(candidate.seq);
                if found.len() == limit {
                    return Ok((found, behind));
                }
            }
        }
        if block.len() < BLOCK as usize {
            return Ok((found, None));
        }
    }
    Ok((found, behind))
}

fn fits(row: &Candidate, filter: &AuditFilter, reason: Option<&str>) -> bool {
    let same = |wanted: Option<&str>, value: &str| wanted.is_none_or(|wanted| wanted == value);
    same(
        filter.actor_type.map(aicmo_shared::audit::ActorType::as_str),
        &row.actor_type,
    ) && same(filter.actor.as_deref(), &row.actor_id)
        && same(
            filter.action.map(aicmo_shared::audit::AuditAction::as_str),
            &row.action,
        )
        && same(
            filter
                .subject_type
                .map(aicmo_shared::activity::SubjectType::as_str),
            &row.subject_type,
        )
        && filter
            .subject
            .as_deref()
            .is_none_or(|wanted| row.subject_id.as_deref() == Some(wanted))
        && same(filter.request.as_deref(), &row.request_id)
        && reason.is_none_or(|wanted| {
            row.reason
                .as_deref()
                .is_some_and(|reason| reason.to_lowercase().contains(wanted))
        })
}

/// The condition to go along: the one that is expected to leave the fewest rows.
fn lead_of(filter: &AuditFilter) -> Lead {
    if filter.request.is_some() {
        Lead::Request
    } else if filter.subject.is_some() && filter.subject_type.is_some() {
        Lead::Subject
    } else if filter.actor.is_some() {
        Lead::Actor
    } else if filter.action.is_some() {
        Lead::Action
    } else if filter.reason.is_some() {
        Lead::Reason
    } else if filter.subject_type.is_some() {
        Lead::SubjectType
    } else if filter.actor_type.is_some() {
        Lead::ActorType
    } else {
        Lead::Time
    }
}

/// Whether the index alone says which rows match.
fn is_answered_by(filter: &AuditFilter, lead: Lead) -> bool {
    let given = [
        filter.actor_type.is_some(),
        filter.actor.is_some(),
        filter.action.is_some(),
        filter.subject_type.is_some(),
        filter.subject.is_some(),
        filter.request.is_some(),
    ];
    let given = given.into_iter().filter(|given| *given).count();
    filter.reason.is_none()
        && match lead {
            Lead::Time => given == 0,
            Lead::Subject => given == 2,
            _ => given == 1,
        }
}

/// The rows along the index of `lead`, newest first.
fn along(
    filter: &AuditFilter,
    lead: Lead,
    after: Option<AuditPosition>,
    limit: u32,
) -> sea_orm::Select<audit_log::Entity> {
    audit_log::Entity::find()
        .filter(conditions(filter, lead, after))
        .order_by_desc(Column::At)
        .order_by_desc(Column::Seq)
        .limit(u64::from(limit))
}

fn conditions(filter: &AuditFilter, lead: Lead, after: Option<AuditPosition>) -> Condition {
    let mut all = Condition::all();
    match lead {
        Lead::Request => all = all.add(Column::RequestId.eq(filter.request.clone().unwrap_or_default())),
        Lead::Subject | Lead::SubjectType => {
            if let Some(kind) = filter.subject_type {
                all = all.add(Column::SubjectType.eq(kind.as_str()));
            }
            if lead == Lead::Subject {
                all = all.add(Column::SubjectId.eq(filter.subject.clone().unwrap_or_default()));
            }
        }
        Lead::Actor => all = all.add(Column::ActorId.eq(filter.actor.clone().unwrap_or_default())),
        Lead::Action => {
            if let Some(action) = filter.action {
                all = all.add(Column::Action.eq(action.as_str()));
            }
        }
        // Word for word the predicate of the index.
        Lead::Reason => all = all.add(Expr::cust("reason IS NOT NULL")),
        Lead::ActorType => {
            if let Some(kind) = filter.actor_type {
                all = all.add(Column::ActorType.eq(kind.as_str()));
            }
        }
        Lead::Time => {}
    }
    if let Some(from) = filter.from {
        all = all.add(Column::At.gte(from.as_millis()));
    }
    match (after, filter.to) {
        // A place is in the span already, and one upper end is enough for the index.
        (Some(after), _) => all.add(Expr::tuple([Expr::col(Column::At), Expr::col(Column::Seq)]).lt(
            Expr::tuple([Expr::val(after.at.as_millis()), Expr::val(after.seq)]),
        )),
        (None, Some(to)) => all.add(Column::At.lt(to.as_millis())),
        (None, None) => all,
    }
}

fn narrow(query: sea_orm::Select<audit_log::Entity>) -> SelectStatement {
    query
        .select_only()
        .columns([
            Column::Seq,
            Column::At,
            Column::ActorType,
            Column::ActorId,
            Column::Action,
            Column::SubjectType,
            Column::SubjectId,
            Column::RequestId,
            Column::Reason,
        ])
        .into_query()
}

/// Where a row stands that cannot be read as a whole.
async fn place_of_unreadable(
    session: &impl Session,
    corrupt: &CorruptRow,
) -> Result<Option<AuditPosition>, StoreError> {
    let Ok(id) = corrupt.id.parse::<Uuid>() else {
        return Ok(None);
    };
    let place: Option<(i64, i64)> = audit_log::Entity::find()
        .select_only()
        .column(Column::At)
        .column(Column::Seq)
        .filter(Column::Id.eq(id))
        .into_tuple()
        .one(session.connection())
        .await
        .map_err(StoreError::of(WHAT))?;
    Ok(place.map(|(at, seq)| AuditPosition {
        at: Timestamp::from_millis(at),
        seq,
    }))
}

fn position_of(row: &audit_log::Model) -> AuditPosition {
    AuditPosition {
        at: Timestamp::from_millis(row.at),
        seq: row.seq,
    }
}

async fn page_of(
    session: &impl Session,
    rows: Vec<Result<audit_log::Model, CorruptRow>>,
    next: Option<AuditPosition>,
) -> Result<AuditPage, StoreError> {
    let mut page = AuditPage {
        next,
        ..AuditPage::default()
    };
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let record = row.and_then(|row| match record_of(&row) {
            Ok(record) => Ok((row.id, record)),
            Err(StoreError::Corrupt(corrupt)) => Err(corrupt),
            Err(_) => Err(crate::column::Row::new("audit_log", row.id).corrupt("unknown", "")),
        });
        match record {
            Ok(record) => records.push(record),
            Err(corrupt) => page.corrupt.push(corrupt),
        }
    }
    let ids = records.iter().map(|(_, record)| record.entry.actor.id.as_str());
    let actors = ActorNames::read(session, ids).await?;
    let named = campaigns::names(
        session,
        records.iter().filter_map(|(_, record)| record.entry.campaign),
    )
    .await?;
    page.rows = records
        .into_iter()
        .map(|(id, record)| {
            let campaign = record.entry.campaign.and_then(|id| named.get(&id).cloned());
            let id_of_actor = record.entry.actor.id.clone();
            let actor_name = Some(actors.of(id_of_actor.clone())).filter(|name| *name != id_of_actor);
            AuditRow {
                actor_name,
                ..record.into_row(id, campaign)
            }
        })
        .collect();
    Ok(page)
}
