//! The attention figures at their edges, and the cache that never tells an old story.

use std::sync::Arc;

use aicmo_operations::activity::list_activity;
use aicmo_operations::leads::{change_lead_status, create_lead};
use aicmo_operations::metrics::get_attention;
use aicmo_operations::tasks::get_my_work;
use aicmo_operations::{OperationError, Operations};
use aicmo_shared::Timestamp;
use aicmo_shared::api::ActivityQuery;
use aicmo_shared::lead::{LeadGrade, LeadStatus, LeadStatusChange};
use aicmo_shared::metrics::Attention;
use aicmo_shared::outreach::AttemptStatus;
use aicmo_store::leads::LeadRecord;
use aicmo_test_support::{TestDatabase, an_attempt, on_both_databases};

use crate::support::{DAY, FrozenClock, HOUR, NOON, a_draft, a_record, an_operator, live, live_at, put};

async fn figures(ops: &Operations) -> Attention {
    get_attention(ops).await.expect("figures").into_data()
}

async fn attempt(db: &TestDatabase, status: AttemptStatus, finished_at: Timestamp) {
    let attempt = match status {
        AttemptStatus::ProofSent => an_attempt().rehearsed().finished(status, finished_at),
        AttemptStatus::Pending => an_attempt(),
        _ => an_attempt().finished(status, finished_at),
    };
    attempt.insert(db).await;
}

async fn attempts(db: &TestDatabase, status: AttemptStatus, count: usize) {
    for _ in 0..count {
        attempt(db, status, NOON.plus_millis(-DAY * 2)).await;
    }
}

on_both_databases! {
    async fn success_counts_sent_and_failed_of_seven_days_and_nothing_else(db: TestDatabase) {
        attempts(&db, AttemptStatus::Sent, 49).await;
        attempts(&db, AttemptStatus::Failed, 1).await;
        attempts(&db, AttemptStatus::Pending, 5).await;
        attempts(&db, AttemptStatus::Skipped, 7).await;
        attempts(&db, AttemptStatus::ProofSent, 20).await;
        let figures = figures(&live(&db.store())).await;
        assert_eq!(figures.execution_success, Some(98.0));
        assert_eq!((figures.execution_sent, figures.execution_failed, figures.dry_run), (49, 1, 20));
        assert_eq!(figures.execution_no_data, None);
    }

    async fn an_event_exactly_as_old_as_the_window_is_inside(db: TestDatabase) {
        for edge in [DAY, DAY + 1, 7 * DAY, 7 * DAY + 1] {
            attempt(&db, AttemptStatus::Failed, NOON.plus_millis(-edge)).await;
        }
        attempt(&db, AttemptStatus::Sent, NOON.plus_millis(-7 * DAY)).await;
        attempt(&db, AttemptStatus::Sent, NOON.plus_millis(-7 * DAY - 1)).await;
        let figures = figures(&live(&db.store())).await;
        assert_eq!(figures.failed_last_24h, 1);
        assert_eq!((figures.execution_sent, figures.execution_failed), (1, 3));
        assert_eq!(figures.execution_success, Some(25.0));
    }

    async fn leads_are_counted_once_each_by_definition(db: TestDatabase) {
        let ops = live(&db.store());
        let of = |status| LeadRecord { status, intent_score: Some(0.49), ..a_record(&ops, "Lead") };
        let records = [
            of(LeadStatus::New),
            of(LeadStatus::New),
            of(LeadStatus::ManualReview),
            of(LeadStatus::Contacted),
            of(LeadStatus::Contacted),
            LeadRecord { requires_human_review: true, ..of(LeadStatus::Contacted) },
            LeadRecord { grade: Some(LeadGrade::A), ..of(LeadStatus::Enriched) },
        ];
        put(&db.store(), &records).await;
        let figures = figures(&ops).await;
        assert_eq!(
            (figures.leads, figures.triage, figures.high_intent, figures.intent_detected),
            (7, 4, 3, 1)
        );
        assert_eq!(figures.oldest_triage_at, Some(NOON));
    }

    async fn the_feed_is_newest_first_across_midnight(db: TestDatabase) {
        let store = db.store();
        let midnight = NOON.plus_millis(-12 * HOUR);
        let clock = FrozenClock::at(midnight.plus_millis(-HOUR));
        let ops = live_at(&store, clock.clone());
        let step = |to| LeadStatusChange { to, reason_code: None, reason: None };
        let id = create_lead(&ops, &an_operator(), a_draft("ada@x.example")).await.expect("created").lead.row.id;
        change_lead_status(&ops, &an_operator(), id, 1, step(LeadStatus::Enriched)).await.expect("at 23:00");
        clock.advance(10 * HOUR);
        change_lead_status(&ops, &an_operator(), id, 2, step(LeadStatus::Qualified)).await.expect("at 09:00");
        let feed = list_activity(&ops, &ActivityQuery::default()).await.expect("a feed");
        let times: Vec<_> = feed.data().iter().map(|event| event.at).collect();
        assert_eq!(times, [midnight.plus_millis(9 * HOUR), midnight.plus_millis(-HOUR)]);
        assert_eq!(feed.page().map(|page| page.limit), Some(25));

        let first = ActivityQuery { limit: Some(1), ..ActivityQuery::default() };
        let page = list_activity(&ops, &first).await.expect("a page");
        let cursor = page.page().and_then(|info| info.next_cursor.clone());
        let second = list_activity(&ops, &ActivityQuery { cursor: cursor.clone(), ..first.clone() }).await;
        assert_eq!(second.expect("the next page").data()[0].at, times[1]);
        let other = ActivityQuery { kind: Some(aicmo_shared::activity::ActivityKind::Import), cursor, limit: None };
        let refused = list_activity(&ops, &other).await;
        assert!(matches!(refused, Err(OperationError::InvalidCursor)), "{refused:?}");
    }

    async fn a_value_is_served_again_for_less_than_half_a_second(db: TestDatabase) {
        let clock = FrozenClock::at(NOON);
        let ops = live_at(&db.store(), clock.clone());
        let computed = get_attention(&ops).await.expect("figures").generated_at();
        assert_eq!(computed, NOON);
        clock.advance(499);
        let cached = get_attention(&ops).await.expect("figures").generated_at();
        assert_eq!(cached, NOON, "the age is told: it was computed at noon");
        clock.advance(1);
        let anew = get_attention(&ops).await.expect("figures").generated_at();
        assert_eq!(anew, NOON.plus_millis(500));
    }

    async fn a_change_of_this_process_is_seen_at_once(db: TestDatabase) {
        let ops = live(&db.store());
        assert_eq!(figures(&ops).await.leads, 0);
        create_lead(&ops, &an_operator(), a_draft("ada@x.example")).await.expect("created");
        assert_eq!(figures(&ops).await.leads, 1);
    }

    async fn nothing_cached_survives_a_failure(db: TestDatabase) {
        let clock = FrozenClock::at(NOON);
        let store = db.store();
        let ops = live_at(&store, clock.clone());
        assert!(get_attention(&ops).await.is_ok());
        store.close().await;
        clock.advance(500);
        for _ in 0..2 {
            let outcome = get_attention(&ops).await;
            assert!(matches!(outcome, Err(OperationError::Unavailable(..))), "{outcome:?}");
        }
    }

    async fn many_at_once_share_one_answer_or_one_failure(db: TestDatabase) {
        let store = db.store();
        let ops = live(&store);
        create_lead(&ops, &an_operator(), a_draft("ada@x.example")).await.expect("created");
        for outcome in at_once(&ops, 20).await {
            assert_eq!(outcome.expect("figures"), 1);
        }
        let broken = live(&store);
        store.close().await;
        for outcome in at_once(&broken, 20).await {
            assert!(matches!(outcome, Err(OperationError::Unavailable(..))), "{outcome:?}");
        }
    }

    async fn without_tasks_there_is_nothing_to_do(db: TestDatabase) {
        let work = get_my_work(&live(&db.store())).await.expect("work").into_data();
        assert_eq!((work.due, work.overdue, work.first.len()), (0, 0, 0));
    }
}

/// The number of leads as many readers see it at the same time.
async fn at_once(ops: &Arc<Operations>, readers: usize) -> Vec<Result<u64, OperationError>> {
    let reading: Vec<_> = (0..readers)
        .map(|_| {
            let ops = ops.clone();
            tokio::spawn(async move { get_attention(&ops).await.map(|figures| figures.data().leads) })
        })
        .collect();
    let mut outcomes = Vec::new();
    for reader in reading {
        outcomes.push(reader.await.expect("no panic"));
    }
    outcomes
}
