//! The lead list: filters, orders, pages, and cursors that fit no other list.

use std::collections::BTreeSet;
use std::sync::Arc;

use aicmo_operations::leads::list_leads;
use aicmo_operations::{Mode, OperationError, Operations, OperationsSettings, Secrets};
use aicmo_shared::api::LeadQuery;
use aicmo_shared::lead::{LeadGrade, LeadSort, LeadStatus, LeadView};
use aicmo_store::leads::LeadRecord;
use aicmo_test_support::{TestDatabase, on_both_databases};

use crate::support::{FrozenClock, MINUTE, NOON, a_record, live, put, settings};

/// Leads of every status and grade, each touched at another minute.
async fn some_leads(ops: &Arc<Operations>, db: &TestDatabase) -> usize {
    let grades = [
        None,
        Some(LeadGrade::A),
        Some(LeadGrade::B),
        Some(LeadGrade::C),
        Some(LeadGrade::D),
    ];
    let mut records = Vec::new();
    for (index, status) in LeadStatus::ALL.iter().cycle().take(23).enumerate() {
        let grade = grades[index % grades.len()];
        let minutes = i64::try_from(index).expect("few");
        records.push(LeadRecord {
            status: *status,
            grade,
            conversion_probability: grade.map(|_| 0.5),
            intent_score: (index % 4 == 0).then_some(0.5),
            requires_human_review: index % 7 == 0,
            email: Some(format!("lead{index}@x.example")),
            last_touch_at: NOON.plus_millis(-minutes * MINUTE),
            ..a_record(ops, &format!("Lead {}", (index * 7) % 23))
        });
    }
    put(&db.store(), &records).await;
    records.len()
}

/// Every page of a query in turn.
async fn walk(ops: &Operations, query: &LeadQuery) -> Vec<String> {
    let mut query = query.clone();
    let mut seen = Vec::new();
    loop {
        let page = list_leads(ops, &query).await.expect("a page");
        assert!(page.data().len() <= 4);
        query.cursor = page.page().and_then(|info| info.next_cursor.clone());
        seen.extend(page.into_data().into_iter().map(|row| row.id.to_string()));
        if query.cursor.is_none() {
            return seen;
        }
    }
}

on_both_databases! {
    async fn pages_cover_every_lead_once_in_every_order(db: TestDatabase) {
        let ops = live(&db.store());
        let total = some_leads(&ops, &db).await;
        for sort in LeadSort::ALL {
            let seen = walk(&ops, &LeadQuery { sort: Some(*sort), limit: Some(4), ..LeadQuery::default() }).await;
            assert_eq!(seen.len(), total, "{sort}");
            assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), total, "{sort}");
        }
    }

    async fn a_figure_and_the_list_behind_it_count_alike(db: TestDatabase) {
        let ops = live(&db.store());
        some_leads(&ops, &db).await;
        let figures = aicmo_operations::metrics::get_attention(&ops).await.expect("figures").into_data();
        let queries = [
            (figures.leads, LeadQuery::default()),
            (figures.triage, LeadQuery { view: Some(LeadView::Triage), ..LeadQuery::default() }),
            (figures.intent_detected, LeadQuery { view: Some(LeadView::Intent), ..LeadQuery::default() }),
            (figures.high_intent, LeadQuery { status: Some(LeadStatus::HIGH_INTENT), ..LeadQuery::default() }),
        ];
        for (figure, query) in queries {
            assert!(figure > 0, "{query:?}");
            let seen = walk(&ops, &LeadQuery { limit: Some(4), ..query.clone() }).await;
            assert_eq!(seen.len() as u64, figure, "{query:?}");
            let page = list_leads(&ops, &query).await.expect("a page");
            let info = page.page().expect("a list has a page");
            assert_eq!((info.total, info.total_is_exact), (Some(figure), true), "{query:?}");
        }
    }

    async fn an_address_is_found_whatever_its_case(db: TestDatabase) {
        let ops = live(&db.store());
        some_leads(&ops, &db).await;
        let query = LeadQuery { email: Some(" LEAD3@X.Example ".to_owned()), ..LeadQuery::default() };
        let page = list_leads(&ops, &query).await.expect("a page");
        assert_eq!(page.data().len(), 1);
        assert_eq!(page.data()[0].email.as_deref(), Some("lead3@x.example"));
    }

    async fn a_cursor_fits_its_own_filter_order_and_server_only(db: TestDatabase) {
        let ops = live(&db.store());
        some_leads(&ops, &db).await;
        let first = LeadQuery { limit: Some(2), ..LeadQuery::default() };
        let page = list_leads(&ops, &first).await.expect("a page");
        let cursor = page.page().and_then(|info| info.next_cursor.clone()).expect("there is more");
        let with = |query: LeadQuery| LeadQuery { cursor: Some(cursor.clone()), ..query };

        let larger = with(LeadQuery { limit: Some(5), ..LeadQuery::default() });
        assert!(list_leads(&ops, &larger).await.is_ok(), "the size of a page may change");
        let spelled = with(LeadQuery { sort: Some(LeadSort::Priority), ..LeadQuery::default() });
        assert!(list_leads(&ops, &spelled).await.is_ok(), "the default order may be spelled out");

        let mut tampered = cursor.clone().into_bytes();
        tampered[60] = if tampered[60] == b'A' { b'B' } else { b'A' };
        let tampered = String::from_utf8(tampered).expect("ASCII");
        let refused = [
            with(LeadQuery { status: Some(LeadStatus::New), ..LeadQuery::default() }),
            with(LeadQuery { sort: Some(LeadSort::Name), ..LeadQuery::default() }),
            LeadQuery { cursor: Some(tampered), ..LeadQuery::default() },
            LeadQuery { cursor: Some(cursor[1..].to_owned()), ..LeadQuery::default() },
            LeadQuery { cursor: Some("nonsense".to_owned()), ..LeadQuery::default() },
        ];
        for query in refused {
            let outcome = list_leads(&ops, &query).await;
            assert!(matches!(outcome, Err(OperationError::InvalidCursor)), "{query:?}: {outcome:?}");
        }
        let elsewhere = OperationsSettings {
            secrets: Secrets { identity_key: [1; 32], cursor_key: [9; 32] },
            ..settings(FrozenClock::at(NOON))
        };
        let elsewhere = Operations::new(elsewhere, Mode::Live(db.store()));
        let outcome = list_leads(&elsewhere, &with(LeadQuery::default())).await;
        assert!(matches!(outcome, Err(OperationError::InvalidCursor)), "{outcome:?}");
    }

    async fn a_page_has_one_to_two_hundred_rows(db: TestDatabase) {
        let ops = live(&db.store());
        for limit in [0, 201] {
            let refused = list_leads(&ops, &LeadQuery { limit: Some(limit), ..LeadQuery::default() }).await;
            assert!(matches!(refused, Err(OperationError::Validation(_))), "{limit}: {refused:?}");
        }
    }
}
