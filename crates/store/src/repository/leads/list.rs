//! The lead list: one page under a filter and an order, in time that depends on the page alone.
//!
//! Every order ends in the id, so it is total, and a page continues behind the key of the last row
//! it showed, whatever was written in between.

use aicmo_shared::LeadId;
use aicmo_shared::diagnostics::{CorruptRow, DatabaseKind};
use aicmo_shared::lead::{LeadFilter, LeadRow, LeadSort};
use sea_orm::sea_query::{Expr, ExprTrait, Order, SelectStatement};
use sea_orm::{
    ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect, QueryTrait, Value,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::LeadRecord;
use super::plan::Way;
use super::row::record_of;
use crate::column;
use crate::entity::lead;
use crate::error::StoreError;
use crate::repository::{campaigns, cut};
use crate::session::Session;

const WHAT: &str = "list the leads";

/// A page of leads.
#[derive(Clone, Debug, PartialEq)]
pub struct LeadPage<R = LeadRow> {
    /// The good rows, in order.
    pub rows: Vec<R>,
    /// Rows of this page that hold a value which no enum knows.
    pub corrupt: Vec<CorruptRow>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<LeadPosition>,
}

/// A place in the lead list: behind the row with this key. It means something only under the order
/// it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadPosition {
    /// The order's own key.
    pub key: PositionKey,
    /// The row.
    pub id: LeadId,
}

/// The key of an order beside the id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PositionKey {
    /// The id alone.
    Id,
    /// Urgency or a time.
    Number(i64),
    /// A search text.
    Text(String),
}

/// A page of at most `limit` leads behind `after`.
///
/// # Errors
/// A place of another order is a defect of the caller's: `Query`.
pub async fn list(
    session: &impl Session,
    filter: &LeadFilter,
    sort: LeadSort,
    after: Option<&LeadPosition>,
    limit: u32,
) -> Result<LeadPage, StoreError> {
    let page = records_in_order(session, filter, sort, after, limit).await?;
    let named = campaigns::names(session, page.rows.iter().filter_map(|record| record.campaign)).await?;
    let rows = page.rows.into_iter().map(|record| {
        let campaign = record.campaign.and_then(|id| named.get(&id).cloned());
        record.into_row(campaign)
    });
    Ok(LeadPage {
        rows: rows.collect(),
        corrupt: page.corrupt,
        next: page.next,
    })
}

/// As `list`, with the leads as they are kept.
///
/// # Errors
/// As `list`.
pub async fn records_in_order(
    session: &impl Session,
    filter: &LeadFilter,
    sort: LeadSort,
    after: Option<&LeadPosition>,
    limit: u32,
) -> Result<LeadPage<LeadRecord>, StoreError> {
    let way = Way::of(session, filter, sort, limit).await?;
    let query = page_query(filter, sort, after, limit, &way)?;
    let raw = session
        .connection()
        .query_all(&query)
        .await
        .map_err(StoreError::of(WHAT))?;
    let (raw, more) = cut(raw, limit);
    let mut page = LeadPage {
        rows: Vec::new(),
        corrupt: Vec::new(),
        next: None,
    };
    if let Some(last) = raw.last()
        && more
    {
        page.next = Some(position_of(last, sort)?);
    }
    page.rows.reserve(raw.len());
    for row in &raw {
        match column::decode::<lead::Model>("leads", row).and_then(record_of) {
            Ok(record) => page.rows.push(record),
            Err(corrupt) => page.corrupt.push(corrupt),
        }
    }
    Ok(page)
}

/// How the database would find a page, one step a line; what keeps a page's cost its own is tested
/// by reading this.
pub async fn explain(
    session: &impl Session,
    filter: &LeadFilter,
    sort: LeadSort,
    after: Option<&LeadPosition>,
    limit: u32,
) -> Result<Vec<String>, StoreError> {
    let connection = session.connection();
    let way = Way::of(session, filter, sort, limit).await?;
    let query = page_query(filter, sort, after, limit, &way)?;
    let mut statement = connection.get_database_backend().build(&query);
    let (explain, column) = match session.database() {
        DatabaseKind::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
        DatabaseKind::Postgres => ("EXPLAIN", "QUERY PLAN"),
    };
    statement.sql = format!("{explain} {}", statement.sql);
    let failed = StoreError::of("explain the lead list");
    connection
        .query_all_raw(statement)
        .await
        .map_err(&failed)?
        .iter()
        .map(|row| row.try_get("", column).map_err(&failed))
        .collect()
}

fn page_query(
    filter: &LeadFilter,
    sort: LeadSort,
    after: Option<&LeadPosition>,
    limit: u32,
    way: &Way,
) -> Result<SelectStatement, StoreError> {
    let mut select = lead::Entity::find().filter(way.matching(filter));
    if let Some(position) = after {
        select = select.filter(behind(position, sort)?);
    }
    if let Some(column) = key_column(sort) {
        select = select.order_by(column, direction(sort));
    }
    Ok(select
        .order_by(lead::Column::Id, direction(sort))
        .limit(u64::from(limit) + 1)
        .into_query())
}

const fn key_column(sort: LeadSort) -> Option<lead::Column> {
    match sort {
        LeadSort::Priority => Some(lead::Column::Urgency),
        LeadSort::Newest | LeadSort::Oldest => None,
        LeadSort::Name => Some(lead::Column::NameNorm),
        LeadSort::LastTouch => Some(lead::Column::LastTouchAt),
    }
}

/// One direction for key and id, so that one comparison of row values continues the order.
const fn direction(sort: LeadSort) -> Order {
    match sort {
        LeadSort::Priority | LeadSort::Newest | LeadSort::LastTouch => Order::Desc,
        LeadSort::Oldest | LeadSort::Name => Order::Asc,
    }
}

fn behind(position: &LeadPosition, sort: LeadSort) -> Result<Expr, StoreError> {
    let key: Option<Value> = match (key_column(sort), &position.key) {
        (None, PositionKey::Id) => None,
        (Some(lead::Column::NameNorm), PositionKey::Text(text)) => Some(text.as_str().into()),
        (Some(lead::Column::Urgency | lead::Column::LastTouchAt), PositionKey::Number(number)) => {
            Some((*number).into())
        }
        _ => return Err(StoreError::defect(WHAT, "the place belongs to another order")),
    };
    let mut columns = vec![Expr::col((lead::Entity, lead::Column::Id))];
    let mut values = vec![Expr::val(position.id.get())];
    if let (Some(column), Some(value)) = (key_column(sort), key) {
        columns.insert(0, Expr::col((lead::Entity, column)));
        values.insert(0, Expr::val(value));
    }
    let (columns, values) = if columns.len() == 1 {
        (columns.remove(0), values.remove(0))
    } else {
        (Expr::tuple(columns), Expr::tuple(values))
    };
    Ok(match direction(sort) {
        Order::Asc => columns.gt(values),
        _ => columns.lt(values),
    })
}

fn position_of(row: &QueryResult, sort: LeadSort) -> Result<LeadPosition, StoreError> {
    let failed = StoreError::of(WHAT);
    let number = |column| row.try_get::<i64>("", column).map(PositionKey::Number);
    let key = match sort {
        LeadSort::Priority => number("urgency"),
        LeadSort::LastTouch => number("last_touch_at"),
        LeadSort::Newest | LeadSort::Oldest => Ok(PositionKey::Id),
        LeadSort::Name => row.try_get::<String>("", "name_norm").map(PositionKey::Text),
    };
    Ok(LeadPosition {
        key: key.map_err(&failed)?,
        id: LeadId::new(row.try_get::<Uuid>("", "id").map_err(&failed)?),
    })
}
