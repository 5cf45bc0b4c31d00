//! The mock set agrees with itself, and filters, orders and pages work on it.

use std::collections::BTreeSet;

use aicmo_shared::lead::{GradeFilter, LeadFilter, LeadSort, LeadStatus, LeadView};
use aicmo_shared::{MockReason, PageInfo};

use super::*;

fn cursors() -> Cursors {
    Cursors::new([5; 32])
}

fn count(filter: &LeadFilter) -> u64 {
    leads::rows(filter, LeadSort::Newest).len() as u64
}

#[test]
fn every_figure_counts_the_rows_of_its_list() {
    let figures = figures::attention();
    let view = |view| LeadFilter {
        view: Some(view),
        ..LeadFilter::default()
    };
    assert_eq!(count(&LeadFilter::default()), figures.leads);
    assert_eq!(count(&view(LeadView::Triage)), figures.triage);
    assert_eq!(count(&view(LeadView::Intent)), figures.intent_detected);
    let contacted = LeadFilter {
        status: Some(LeadStatus::HIGH_INTENT),
        ..LeadFilter::default()
    };
    assert_eq!(count(&contacted), figures.high_intent);
    let by_subject: u64 = figures.approvals_by_subject.iter().map(|entry| entry.count).sum();
    assert_eq!(by_subject, figures.approvals_pending);
}

#[test]
fn the_leads_have_every_status_and_every_grade_shape() {
    for status in LeadStatus::ALL {
        assert!(
            count(&LeadFilter {
                status: Some(*status),
                ..LeadFilter::default()
            }) > 0,
            "{status}"
        );
    }
    for grade in GradeFilter::ALL {
        assert!(
            count(&LeadFilter {
                grade: Some(*grade),
                ..LeadFilter::default()
            }) > 0,
            "{grade}"
        );
    }
}

#[test]
fn names_begin_with_mock_and_ids_are_unique_and_newest_first() {
    let leads = leads::all();
    let ids: BTreeSet<_> = leads.iter().map(|lead| lead.row.id).collect();
    assert_eq!(ids.len(), 12);
    assert!(leads.iter().all(|lead| lead.row.name.starts_with("Mock ")));
    assert!(leads.is_sorted_by(|a, b| a.row.id > b.row.id));
    let campaigns = campaigns::all();
    assert_eq!(campaigns.len(), 5);
    assert!(
        campaigns
            .iter()
            .all(|campaign| campaign.name.starts_with("Mock "))
    );
    assert!(campaigns.is_sorted_by(|a, b| a.id > b.id));
    assert!(
        figures::my_work()
            .first
            .iter()
            .all(|task| task.title.starts_with("Mock "))
    );
    assert_eq!(imports::all().len(), 2);
    assert!(
        imports::all()
            .iter()
            .all(|import| import.file_name.starts_with("Mock "))
    );
    for import in imports::all() {
        let rows = imports::rows(import.id).expect("a mock import has rows");
        assert_eq!(rows.len() as u64, import.counts.total);
    }
    for lead in leads {
        assert!(
            leads::events(&lead).is_sorted_by(|a, b| a.at >= b.at),
            "{}",
            lead.row.name
        );
    }
}

#[test]
fn the_default_order_puts_flagged_leads_first_and_ungraded_ones_last() {
    let rows = leads::rows(&LeadFilter::default(), LeadSort::Priority);
    let grades: Vec<_> = rows
        .iter()
        .map(|row| row.grade.map_or("-", |grade| grade.as_str()))
        .collect();
    assert_eq!(grades.concat(), "BBAABCCCDD--");
    assert!(rows[0].requires_human_review && rows[1].requires_human_review);
}

#[tokio::test]
async fn pages_cover_every_lead_once_in_every_order() {
    let cursors = cursors();
    let mock = MockData::new(MockReason::E2eMode, &cursors);
    for sort in LeadSort::ALL {
        let mut query = LeadQuery {
            sort: Some(*sort),
            limit: Some(5),
            ..LeadQuery::default()
        };
        let mut seen = Vec::new();
        loop {
            let page = mock.leads(&query).await.expect("mock data do not fail");
            assert_eq!(page.mock_reason(), Some(MockReason::E2eMode));
            assert_eq!(page.page().and_then(|info| info.total), Some(12));
            query.cursor = page.page().and_then(|info: &PageInfo| info.next_cursor.clone());
            seen.extend(page.into_data().into_iter().map(|row| row.id));
            if query.cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 12, "{sort}");
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 12, "{sort}");
    }
}

#[tokio::test]
async fn a_cursor_of_another_filter_is_refused() {
    let cursors = cursors();
    let mock = MockData::new(MockReason::E2eMode, &cursors);
    let first = LeadQuery {
        limit: Some(1),
        ..LeadQuery::default()
    };
    let page = mock.leads(&first).await.expect("mock data do not fail");
    let cursor = page.page().and_then(|info| info.next_cursor.clone());
    let other = LeadQuery {
        status: Some(LeadStatus::New),
        cursor,
        ..first
    };
    assert!(matches!(
        mock.leads(&other).await,
        Err(OperationError::InvalidCursor)
    ));
}

#[test]
fn the_feed_is_the_morning_of_the_mock_instant() {
    let feed = figures::feed();
    let lines: Vec<_> = feed
        .iter()
        .map(|event| format!("{} {}", event.at, event.title))
        .collect();
    assert_eq!(
        lines,
        [
            "2026-01-15T09:52:00.000Z Lead rejected (no budget)",
            "2026-01-15T09:45:00.000Z Strategy drafted",
            "2026-01-15T09:30:00.000Z Gateway token renewed",
        ]
    );
}
