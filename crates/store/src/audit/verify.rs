//! Computes the chain again from the table, page by page: a million rows cost no more memory than
//! one page.

use aicmo_shared::audit::{AuditBreak, AuditFault};
use sea_orm::{
    ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::audit_head;
use super::chain::Walk;
use crate::entity::audit_log;
use crate::error::StoreError;
use crate::session::Session;

const WHAT: &str = "verify the audit trail";

/// Rows of a page.
const PAGE: u64 = 2_000;

/// What computing the chain again found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditChain {
    /// Rows looked at.
    pub rows: u64,
    /// The place and the hash of the last one.
    pub head: (u64, String),
    /// The first place that does not fit; `None` when all do.
    pub broken: Option<AuditBreak>,
}

impl AuditChain {
    pub(super) fn of(walk: &Walk) -> Self {
        let (seq, hash) = walk.last();
        Self {
            rows: walk.rows(),
            head: (seq, hash.to_owned()),
            broken: walk.broken().cloned(),
        }
    }
}

/// Computes the whole chain again, from the first row to the head. Rows that are added meanwhile are
/// taken in too.
///
/// # Errors
/// `Unavailable` and `Query`; a broken chain is an answer and no error.
pub async fn verify_audit_chain(session: &impl Session) -> Result<AuditChain, StoreError> {
    let mut walk = Walk::default();
    loop {
        let seen = walk.last().0;
        // Before the page: none up to the head may be missing from it.
        let head = match audit_head(session).await {
            Ok(head) => head,
            Err(StoreError::Query { .. }) => {
                walk.found(walk.next_seq(), AuditFault::CutOff);
                return Ok(AuditChain::of(&walk));
            }
            Err(error) => return Err(error),
        };
        if !page(session, &mut walk).await? && walk.last().0 == seen {
            walk.end(head.0, &head.1);
            return Ok(AuditChain::of(&walk));
        }
    }
}

/// Takes the rows behind the last one; whether there may be more.
async fn page(session: &impl Session, walk: &mut Walk) -> Result<bool, StoreError> {
    let after = i64::try_from(walk.last().0).unwrap_or(i64::MAX);
    let query = audit_log::Entity::find()
        .filter(sea_orm::ColumnTrait::gt(&audit_log::Column::Seq, after))
        .order_by_asc(audit_log::Column::Seq)
        .limit(PAGE)
        .into_query();
    let rows = session
        .connection()
        .query_all(&query)
        .await
        .map_err(StoreError::of(WHAT))?;
    for row in &rows {
        if let Ok(row) = audit_log::Model::from_query_result(row, "") {
            walk.step(&row);
        } else {
            let seq = row.try_get::<i64>("", "seq").map_err(StoreError::of(WHAT))?;
            walk.unreadable(u64::try_from(seq).unwrap_or_default());
        }
    }
    Ok(rows.len() as u64 == PAGE)
}
