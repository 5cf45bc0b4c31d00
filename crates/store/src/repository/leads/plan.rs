//! Which way a page of leads is found: the conditions of a filter, and what an index cannot know.
//!
//! A search is put to the index of words when it finds few leads, and otherwise to the text of each
//! lead along the order, where a page fills at once. Both are the same search; only the time differs.

use aicmo_shared::Timestamp;
use aicmo_shared::diagnostics::DatabaseKind;
use aicmo_shared::lead::{GradeFilter, LeadFilter, LeadSort, LeadView};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition};

use super::count::count;
use super::search::{ByIndex, Search};
use super::views;
use crate::entity::lead;
use crate::error::StoreError;
use crate::session::Session;
use crate::text::norm;

/// Leads that a search may find and have gathered and sorted for one page.
pub(super) const FEW: u64 = 3_000;

/// The same in the order by name. Words are parts of names, so who has them stands together there, and
/// a look along the order may pass over nearly all others first.
const FEW_BY_NAME: u64 = 20_000;

/// How a page under a filter and an order is found.
pub(super) struct Way {
    kind: DatabaseKind,
    search: Option<Searching>,
    /// Whether SQLite is kept from choosing an index by the filter.
    by_order: bool,
}

enum Searching {
    /// Few match: they are gathered, then sorted.
    ByIndex(Search, ByIndex),
    /// Many match: leads are looked at along the order until the page is full.
    ByText(Search),
}

impl Way {
    pub(super) async fn of(
        session: &impl Session,
        filter: &LeadFilter,
        sort: LeadSort,
        limit: u32,
    ) -> Result<Self, StoreError> {
        let kind = session.database();
        let few = if sort == LeadSort::Name { FEW_BY_NAME } else { FEW };
        if let Some(search) = Search::of(filter)
            && let Some((by, _)) = search.few(session, few).await?
        {
            return Ok(Self {
                kind,
                search: Some(Searching::ByIndex(search, by)),
                by_order: kind == DatabaseKind::Sqlite,
            });
        }
        Ok(Self {
            kind,
            search: Search::of(filter).map(Searching::ByText),
            by_order: reads_by_order(session, filter, sort, limit).await?,
        })
    }

    /// Holds for the leads of the page.
    pub(super) fn matching(&self, filter: &LeadFilter) -> Condition {
        let all = conditions(filter);
        let mut matching = Condition::all();
        if self.by_order && !all.is_empty() {
            // A plus sign changes no truth and hides the condition from the choice of an index.
            matching = matching.add(Expr::cust_with_expr("+(?)", Expr::from(all)));
        } else {
            matching = matching.add(all);
        }
        match &self.search {
            None => matching,
            Some(Searching::ByIndex(search, by)) => matching.add(search.by_index(self.kind, *by)),
            Some(Searching::ByText(search)) => matching.add(search.by_text(self.kind)),
        }
    }
}

/// Whether SQLite should read along the order by name and pass over what does not match, instead of
/// gathering what matches and sorting it. No index has both a filter and the names; of the two ways
/// this takes the one that looks at fewer rows. PostgreSQL knows by its own statistics.
async fn reads_by_order(
    session: &impl Session,
    filter: &LeadFilter,
    sort: LeadSort,
    limit: u32,
) -> Result<bool, StoreError> {
    let judged = sort == LeadSort::Name && filter.conditions() > 0 && filter.email.is_none();
    if !judged || session.database() != DatabaseKind::Sqlite {
        return Ok(false);
    }
    let mut fewest = u64::MAX;
    for condition in one_by_one(filter) {
        let matching = count(session, &condition).await?.unwrap_or(u64::MAX);
        fewest = std::cmp::min(fewest, matching);
    }
    let all = count(session, &LeadFilter::default()).await?.unwrap_or(u64::MAX);
    // Along the order, a page ends after `limit * all / fewest` rows.
    Ok(u64::from(limit).saturating_mul(all) < fewest.saturating_mul(fewest))
}

/// Each condition of a filter by itself.
fn one_by_one(filter: &LeadFilter) -> impl Iterator<Item = LeadFilter> {
    let none = LeadFilter::default;
    [
        filter.status.map(|value| LeadFilter {
            status: Some(value),
            ..none()
        }),
        filter.grade.map(|value| LeadFilter {
            grade: Some(value),
            ..none()
        }),
        filter.source.map(|value| LeadFilter {
            source: Some(value),
            ..none()
        }),
        filter.campaign.map(|value| LeadFilter {
            campaign: Some(value),
            ..none()
        }),
        filter.consent.map(|value| LeadFilter {
            consent: Some(value),
            ..none()
        }),
        filter.review.map(|value| LeadFilter {
            review: Some(value),
            ..none()
        }),
        filter.view.map(|value| LeadFilter {
            view: Some(value),
            ..none()
        }),
    ]
    .into_iter()
    .flatten()
}

/// Holds for every lead that a filter means, wherever it stands in an order.
pub(crate) fn matching(kind: DatabaseKind, filter: &LeadFilter) -> Condition {
    match Search::of(filter) {
        Some(search) => conditions(filter).add(search.by_index(kind, ByIndex::Words)),
        None => conditions(filter),
    }
}

/// The conditions that a lead's own columns answer; a search in its text is not among them.
pub(super) fn conditions(filter: &LeadFilter) -> Condition {
    let mut all = Condition::all();
    if let Some(status) = filter.status {
        all = all.add(lead::Column::Status.eq(status.as_str()));
    }
    match filter.grade {
        Some(GradeFilter::Ungraded) => all = all.add(Expr::cust(views::UNGRADED)),
        Some(grade) => all = all.add(lead::Column::Grade.eq(grade.as_str())),
        None => {}
    }
    if let Some(source) = filter.source {
        all = all.add(lead::Column::Source.eq(source.as_str()));
    }
    if let Some(campaign) = filter.campaign {
        all = all.add(lead::Column::CampaignId.eq(campaign.get()));
    }
    if let Some(consent) = filter.consent {
        all = all.add(lead::Column::ConsentStatus.eq(consent.as_str()));
    }
    if let Some(review) = filter.review {
        all = all.add(lead::Column::RequiresHumanReview.eq(review));
    }
    match filter.view {
        Some(LeadView::Triage) => all = all.add(Expr::cust(views::TRIAGE)),
        Some(LeadView::Intent) => all = all.add(Expr::cust(views::INTENT)),
        None => {}
    }
    if let Some(email) = &filter.email {
        all = all.add(lead::Column::EmailNorm.eq(norm(email)));
    }
    let at = |time: Timestamp| time.as_millis();
    let bounds = [
        filter.score_from.map(|score| lead::Column::LeadScore.gte(score)),
        filter.score_to.map(|score| lead::Column::LeadScore.lte(score)),
        filter
            .created_from
            .map(|time| lead::Column::CreatedAt.gte(at(time))),
        filter.created_to.map(|time| lead::Column::CreatedAt.lt(at(time))),
        filter
            .touched_from
            .map(|time| lead::Column::LastTouchAt.gte(at(time))),
        filter
            .touched_to
            .map(|time| lead::Column::LastTouchAt.lt(at(time))),
    ];
    bounds.into_iter().flatten().fold(all, Condition::add)
}
