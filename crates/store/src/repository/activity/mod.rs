//! The activity feed: one union of what happened, newest first.
//!
//! Four streams, each ordered by its own index on time and id: audit rows that the feed tells of,
//! attempts with an outcome, approvals requested, approvals closed. A page takes at most its own
//! length from each, so its cost depends on the page alone. An event's id is the letter of its
//! stream and the id of its row, so ids are unique in the feed and order within it.

mod outreach;
mod trail;

use aicmo_shared::Timestamp;
use aicmo_shared::activity::{ActivityEvent, ActivityKind};
use aicmo_shared::diagnostics::CorruptRow;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::StoreError;
use crate::session::Session;

const WHAT: &str = "list what happened";

/// A page of the feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityPage {
    /// Events, by time and id, newest first.
    pub rows: Vec<ActivityEvent>,
    /// Rows of this page that hold a value which no enum knows.
    pub corrupt: Vec<CorruptRow>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<ActivityPosition>,
}

/// A place in the feed: behind the event with this time and id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityPosition {
    /// The event's time in epoch milliseconds.
    pub at: i64,
    /// The event's id.
    pub id: String,
}

/// What one row of a stream became: its place, and the event or what is wrong with it.
struct Line {
    at: i64,
    id: String,
    event: Result<ActivityEvent, CorruptRow>,
}

/// The streams, in the order of their letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stream {
    Trail,
    Outcome,
    Closed,
    Requested,
}

impl Stream {
    const ALL: [Self; 4] = [Self::Trail, Self::Outcome, Self::Closed, Self::Requested];

    const fn letter(self) -> char {
        match self {
            Self::Trail => 'a',
            Self::Outcome => 'o',
            Self::Closed => 'p',
            Self::Requested => 'r',
        }
    }

    /// Whether events of `kind` come from here.
    const fn has(self, kind: ActivityKind) -> bool {
        match self {
            Self::Trail => !matches!(kind, ActivityKind::Outreach | ActivityKind::Approval),
            Self::Outcome => matches!(kind, ActivityKind::Outreach),
            Self::Closed | Self::Requested => matches!(kind, ActivityKind::Approval),
        }
    }

    fn event_id(self, row: Uuid) -> String {
        format!("{}-{row}", self.letter())
    }
}

/// A page of at most `limit` events behind `after`, of one kind or of all.
pub async fn list(
    session: &impl Session,
    kind: Option<ActivityKind>,
    after: Option<&ActivityPosition>,
    limit: u32,
) -> Result<ActivityPage, StoreError> {
    let mut lines: Vec<Line> = Vec::new();
    for stream in Stream::ALL {
        if kind.is_some_and(|kind| !stream.has(kind)) {
            continue;
        }
        lines.extend(match stream {
            Stream::Trail => trail::lines(session, kind, after, limit).await?,
            Stream::Outcome => outreach::outcomes(session, after, limit).await?,
            Stream::Closed | Stream::Requested => outreach::approvals(session, stream, after, limit).await?,
        });
    }
    lines.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
    let (lines, more) = super::cut(lines, limit);
    let mut page = ActivityPage {
        next: lines.last().filter(|_| more).map(|last| ActivityPosition {
            at: last.at,
            id: last.id.clone(),
        }),
        ..ActivityPage::default()
    };
    for line in lines {
        match line.event {
            Ok(event) => page.rows.push(event),
            Err(corrupt) => page.corrupt.push(corrupt),
        }
    }
    Ok(page)
}

/// The newest rows of a stream behind `after`, one more than a page.
fn newest<E: EntityTrait>(
    select: Select<E>,
    stream: Stream,
    (at, id): (E::Column, E::Column),
    after: Option<&ActivityPosition>,
    limit: u32,
) -> Result<Select<E>, StoreError> {
    let column = |column: E::Column| Expr::col((E::default(), column));
    let select = match after {
        None => select,
        Some(position) => {
            let unknown = || StoreError::defect(WHAT, "the place is not one of this feed");
            let (letter, row) = position.id.split_once('-').ok_or_else(unknown)?;
            let letter = letter.chars().next().ok_or_else(unknown)?;
            // At the place's own instant, streams of a lower letter still have all their rows to
            // show, those of a higher one have none left, and its own goes on behind the row.
            select.filter(match stream.letter().cmp(&letter) {
                std::cmp::Ordering::Less => column(at).lte(position.at),
                std::cmp::Ordering::Greater => column(at).lt(position.at),
                std::cmp::Ordering::Equal => {
                    let row: Uuid = row.parse().map_err(|_| unknown())?;
                    Expr::tuple([column(at), column(id)])
                        .lt(Expr::tuple([Expr::val(position.at), Expr::val(row)]))
                }
            })
        }
    };
    Ok(select
        .order_by_desc(at)
        .order_by_desc(id)
        .limit(u64::from(limit) + 1))
}

fn event(
    id: String,
    at: i64,
    kind: ActivityKind,
    title: String,
    about: (aicmo_shared::activity::SubjectType, Option<String>),
) -> ActivityEvent {
    ActivityEvent {
        id,
        at: Timestamp::from_millis(at),
        kind,
        title,
        detail: None,
        actor: "system".to_owned(),
        subject_type: about.0,
        subject_id: about.1,
    }
}
