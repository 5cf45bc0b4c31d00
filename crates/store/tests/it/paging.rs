//! Paging walks every row exactly once, in order, for every filter and every order, in small pages
//! and across ties.

use std::collections::BTreeSet;

use aicmo_shared::LeadId;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::lead::{LeadFilter, LeadGrade, LeadRow, LeadSort};
use aicmo_store::leads::{self, LeadPosition, LeadRecord, PositionKey};
use aicmo_store::{StoreError, new_id};
use aicmo_test_support::{NOON, TestDatabase, a_campaign, a_lead, on_both_databases};

use crate::counters::{Dice, shuffle};
use crate::plans::single_filters;
use crate::support::{MINUTE, all_leads, an_entry};

async fn walk(db: &TestDatabase, filter: &LeadFilter, sort: LeadSort, limit: u32) -> Vec<LeadRow> {
    let reader = db.store().reader();
    let mut rows = Vec::new();
    let mut after: Option<LeadPosition> = None;
    loop {
        let page = leads::list(&reader, filter, sort, after.as_ref(), limit)
            .await
            .expect("a page");
        let limit = usize::try_from(limit).expect("small");
        assert!(
            page.rows.len() == limit || page.next.is_none(),
            "only the last page is short"
        );
        assert!(
            !page.rows.is_empty() || rows.is_empty(),
            "no empty page at the end"
        );
        rows.extend(page.rows);
        match page.next {
            Some(next) => {
                // A position travels in a cursor, so it must survive being text.
                let text = serde_json::to_string(&next).expect("text");
                after = Some(serde_json::from_str(&text).expect("a position"));
            }
            None => return rows,
        }
    }
}

/// What the order says of two rows, spelled from its definition and not from the store's columns.
fn key(lead: &LeadRecord, sort: LeadSort) -> (i64, i64, f64, String) {
    let none = String::new();
    match sort {
        LeadSort::Priority => {
            let grade = match lead.grade {
                Some(LeadGrade::A) => 0,
                Some(LeadGrade::B) => 1,
                Some(LeadGrade::C) => 2,
                Some(LeadGrade::D) => 3,
                None => 4,
            };
            let probability = lead.conversion_probability.unwrap_or(-1.0);
            (i64::from(!lead.requires_human_review), grade, -probability, none)
        }
        LeadSort::Newest | LeadSort::Oldest => (0, 0, 0.0, none),
        LeadSort::Name => (0, 0, 0.0, lead.name.to_lowercase()),
        LeadSort::LastTouch => (-lead.last_touch_at.as_millis(), 0, 0.0, none),
    }
}

fn in_order(leads: &[LeadRecord], sort: LeadSort) -> Vec<LeadId> {
    let mut leads: Vec<&LeadRecord> = leads.iter().collect();
    leads.sort_by(|a, b| {
        let keys = key(a, sort).partial_cmp(&key(b, sort)).expect("comparable");
        keys.then(match sort {
            LeadSort::Oldest | LeadSort::Name => a.id.cmp(&b.id),
            _ => b.id.cmp(&a.id),
        })
    });
    leads.into_iter().map(|lead| lead.id).collect()
}

on_both_databases! {
    async fn every_row_is_walked_once_under_every_filter_and_order(db: TestDatabase) {
        let campaign = a_campaign().insert(&db).await.id;
        let mut dice = Dice::new(42);
        let many: Vec<LeadRecord> = (0..60)
            .map(|_| {
                let mut lead = a_lead().build();
                shuffle(&mut lead, &mut dice);
                dice.one_of(&["Ada", "ada", "Äda", "Zoë", "_z", "Bob B", "Bob-B", "bobb"]).clone_into(&mut lead.name);
                lead.last_touch_at = NOON.plus_millis(i64::try_from(dice.below(5)).expect("small") * MINUTE);
                lead.conversion_probability = dice.one_of(&[None, Some(0.0), Some(0.25), Some(1.0)]);
                lead.campaign = (dice.below(2) == 0).then_some(campaign);
                lead.email = dice.one_of(&[None, Some("Ada@Example.org")]).map(str::to_owned);
                lead
            })
            .collect();
        let tx = db.store().begin_write().await.expect("a transaction");
        leads::insert(&tx, &many).await.expect("inserted");
        tx.commit(an_entry(AuditAction::LeadCreated)).await.expect("committed");

        for sort in LeadSort::ALL.iter().copied() {
            let expected = in_order(&many, sort);
            for limit in [1, 7, 60] {
                let rows = walk(&db, &all_leads(), sort, limit).await;
                let ids: Vec<LeadId> = rows.iter().map(|row| row.id).collect();
                assert_eq!(ids, expected, "{sort} in pages of {limit}");
            }
            for filter in single_filters(campaign) {
                let whole = walk(&db, &filter, sort, 200).await;
                let paged = walk(&db, &filter, sort, 4).await;
                assert_eq!(paged, whole, "{filter:?} {sort}");
                let ids: BTreeSet<LeadId> = whole.iter().map(|row| row.id).collect();
                assert_eq!(ids.len(), whole.len(), "{filter:?} {sort}: each row once");
                let order: Vec<LeadId> = expected.iter().copied().filter(|id| ids.contains(id)).collect();
                assert_eq!(whole.iter().map(|row| row.id).collect::<Vec<_>>(), order, "{filter:?} {sort}");
            }
        }
    }

    async fn rows_written_between_two_pages_move_nothing(db: TestDatabase) {
        for _ in 0..4 {
            a_lead().insert(&db).await;
        }
        let reader = db.store().reader();
        let first = leads::list(&reader, &all_leads(), LeadSort::Newest, None, 2).await.expect("a page");
        a_lead().insert(&db).await;
        let second = leads::list(&reader, &all_leads(), LeadSort::Newest, first.next.as_ref(), 2).await.expect("a page");
        let seen: BTreeSet<LeadId> = first.rows.iter().chain(&second.rows).map(|row| row.id).collect();
        assert_eq!(seen.len(), 4);
        assert!(second.next.is_none());
    }

    async fn two_filters_must_both_hold(db: TestDatabase) {
        let wanted = a_lead().flagged().with_grade(LeadGrade::A).insert(&db).await;
        a_lead().flagged().insert(&db).await;
        a_lead().with_grade(LeadGrade::A).insert(&db).await;
        let both = LeadFilter {
            review: Some(true),
            grade: Some(aicmo_shared::lead::GradeFilter::A),
            ..all_leads()
        };
        let rows = walk(&db, &both, LeadSort::Priority, 10).await;
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [wanted.id]);
    }

    async fn an_address_is_found_without_regard_to_case(db: TestDatabase) {
        let wanted = a_lead().with_email("Ada@Example.ORG").insert(&db).await;
        a_lead().with_email("grace@example.org").insert(&db).await;
        let filter = LeadFilter { email: Some(" ada@example.org".to_owned()), ..all_leads() };
        let rows = walk(&db, &filter, LeadSort::Priority, 10).await;
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [wanted.id]);
        let count = leads::count(&db.store().reader(), &filter).await.expect("a count");
        assert_eq!(count, Some(1));
    }

    async fn a_place_of_another_order_is_a_defect(db: TestDatabase) {
        let place = LeadPosition { key: PositionKey::Text("ada".to_owned()), id: LeadId::new(new_id(NOON)) };
        let refused = leads::list(&db.store().reader(), &all_leads(), LeadSort::Priority, Some(&place), 5).await;
        assert!(matches!(refused, Err(StoreError::Query { .. })), "{refused:?}");
    }
}
