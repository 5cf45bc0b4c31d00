//! Webhooks out under load: who asks while much happens, and receivers that take nothing for long.

use std::sync::Arc;

use aicmo_operations::webhooks::{BrokenWayOut, Courier, delete_webhook, replay_webhook, test_webhook};
use aicmo_operations::{Mode, Operations, OperationsSettings, diagnostics::run_diagnostics};
use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::diagnostics::Diagnostics;
use aicmo_shared::event::{EventFacts, EventKind, Topic};
use aicmo_shared::webhook::{
    AttemptFault, DeliveryState, DisabledReason, EventFilter, PENDING_TO_DISABLE, REPLAYED_AT_ONCE, Webhook,
    WebhookReplay, WebhookState,
};
use aicmo_shared::{DeliveryId, Timestamp};
use aicmo_store::NewEvent;
use aicmo_store::webhooks::{self, DeliveryRecord};
use aicmo_test_support::{DatabaseKind, TestDatabase, on_both_databases, wait_until};

use crate::support::{DAY, MINUTE, NOON, Reply, an_entry, an_operator, settings};
use crate::webhooks::House;

fn an_event(kind: EventKind) -> NewEvent {
    NewEvent {
        at: NOON,
        kind,
        subject_type: SubjectType::Import,
        subject_id: None,
        facts: EventFacts::default(),
    }
}

/// Puts `n` deliveries in the queue of a webhook that were due at `at`.
async fn put_waiting(db: &TestDatabase, webhook: &Webhook, n: u64, at: Timestamp) {
    let (id, numbers) = match db.kind() {
        DatabaseKind::Sqlite => (
            "randomblob(16)",
            "WITH RECURSIVE g(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM g WHERE i < $3)",
        ),
        DatabaseKind::Postgres => (
            "gen_random_uuid()",
            "WITH g(i) AS (SELECT * FROM generate_series(1, $3))",
        ),
    };
    let sql = format!(
        "{numbers} INSERT INTO webhook_deliveries (id, webhook_id, event_seq, kind, body, state, attempts, \
         next_attempt_at, created_at) SELECT {id}, $1, -i, 'lead.created', '{{}}', 'pending', 0, $2, $2 FROM g"
    );
    let n = i64::try_from(n).expect("a few");
    db.execute(
        &sql,
        vec![webhook.id.get().into(), at.as_millis().into(), n.into()],
    )
    .await;
}

/// Waits until a transaction waits for another; on SQLite a writer waits before it begins.
async fn somebody_waits(db: &TestDatabase) {
    if db.kind() == DatabaseKind::Sqlite {
        return;
    }
    wait_until("a transaction waits for another", async || {
        let sql = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
        if db.query(sql, vec![]).await.is_empty() { Err("nobody waits") } else { Ok(()) }
    })
    .await;
}

on_both_databases! {
    async fn who_asks_while_deliveries_are_made_misses_nothing(db: TestDatabase) {
        let house = House::on(&db.store(), &[]);
        let other = EventFilter { topics: vec![Topic::Control], kinds: vec![] };
        house.webhook(other).await;
        for n in 0..5 {
            // Several pages that concern nobody, so that somebody can ask while they are read.
            for _ in 0..6 {
                let notes = db.store().begin_notes().await.expect("a transaction");
                for _ in 0..500 {
                    notes.raise(an_event(EventKind::ImportProgressed));
                }
                notes.commit().await.expect("raised");
            }
            let mut courier = house.courier();
            let ask = async {
                let webhook = house.of_leads().await;
                house.lead(&format!("lead-{n}@x.example")).await;
                webhook
            };
            let (begun, webhook) = tokio::join!(courier.begin(), ask);
            begun.expect("begun");
            courier.step().await.expect("carried");
            assert_eq!(house.log(&webhook).await.len(), 1, "round {n}");
        }
    }

    async fn a_webhook_to_which_nothing_arrives_for_a_day_is_disabled_however_little_has_failed_for_good(db: TestDatabase) {
        let house = House::on(&db.store(), &[Reply::Fault(AttemptFault::Timeout); 200]);
        let webhook = house.of_leads().await;
        house.lead("first@x.example").await;
        house.exhaust().await;
        let failing = house.shown(&webhook).await;
        assert_eq!((failing.state, failing.failed_in_a_row), (WebhookState::Active, 1));
        house.clock.advance(DAY);
        house.lead("second@x.example").await;
        house.carry().await;
        let disabled = house.shown(&webhook).await;
        assert_eq!((disabled.state, disabled.disabled_reason), (WebhookState::Disabled, Some(DisabledReason::Failing)));
        house.switch(&webhook, true).await;
        house.lead("third@x.example").await;
        house.carry().await;
        assert_eq!(house.shown(&webhook).await.state, WebhookState::Active, "it has a day again");
    }

    async fn a_webhook_for_which_too_much_waits_is_disabled(db: TestDatabase) {
        let house = House::on(&db.store(), &[Reply::Fault(AttemptFault::Timeout); 200]);
        let webhook = house.of_leads().await;
        put_waiting(&db, &webhook, PENDING_TO_DISABLE, NOON).await;
        let notes = db.store().begin_notes().await.expect("a transaction");
        for _ in 0..1_000 {
            notes.raise(an_event(EventKind::LeadCreated));
        }
        notes.commit().await.expect("raised");
        house.courier().begin().await.expect("begun");
        let disabled = house.shown(&webhook).await;
        assert_eq!((disabled.state, disabled.disabled_reason), (WebhookState::Disabled, Some(DisabledReason::Failing)));
    }

    async fn what_waits_for_a_webhook_that_stays_off_is_forgotten_in_the_end(db: TestDatabase) {
        let house = House::on(&db.store(), &[]);
        let (off, on) = (house.of_leads().await, house.of_leads().await);
        house.switch(&off, false).await;
        for webhook in [&off, &on] {
            put_waiting(&db, webhook, 3, NOON).await;
        }
        let prune = async |before| {
            let notes = db.store().begin_notes().await.expect("a transaction");
            let removed = webhooks::prune_deliveries(&notes, before, 10).await.expect("an answer");
            notes.commit().await.expect("committed");
            removed
        };
        assert_eq!(prune(NOON).await, 0);
        assert_eq!(prune(NOON.plus_millis(1)).await, 3);
        assert_eq!(house.log(&on).await.len(), 3);
    }

    async fn what_waits_for_a_webhook_that_is_off_or_busy_costs_the_others_nothing(db: TestDatabase) {
        let house = House::on(&db.store(), &[]);
        let (off, busy, quick) = (house.of_leads().await, house.of_leads().await, house.of_leads().await);
        house.switch(&off, false).await;
        for webhook in [&off, &busy] {
            put_waiting(&db, webhook, 10_000, NOON).await;
        }
        put_waiting(&db, &quick, 3, NOON.plus_millis(1)).await;
        test_webhook(&house.ops, &an_operator(), off.id).await.expect("on its way");
        db.execute("ANALYZE", vec![]).await;
        let reader = db.store().reader();
        let later = NOON.plus_millis(MINUTE);
        let due = webhooks::due(&reader, later, &[busy.id], 8).await.expect("due");
        let of: Vec<_> = due.iter().map(|delivery| delivery.webhook).collect();
        assert_eq!(of, [off.id, quick.id, quick.id, quick.id], "the test first, then what is quick");
        let plan = webhooks::explain_due(&reader, later, &[busy.id], 8).await.expect("a plan").join("\n");
        let is_look = |line: &&str| ["Scan", "SCAN", "SEARCH"].iter().any(|word| line.contains(word));
        let looks = plan.lines().filter(is_look).filter(|line| line.contains("webhook_deliveries"));
        for look in looks {
            assert!(
                look.contains("ix_webhook_deliveries_next") || look.contains("ix_webhook_deliveries_tests"),
                "{look} in {plan}"
            );
        }
        assert!(plan.contains("ix_webhook_deliveries_next"), "{plan}");
    }

    async fn however_many_receivers_are_dead_the_others_have_half_of_the_hands(db: TestDatabase) {
        let dead = 6;
        let house = House::on(&db.store(), &[Reply::Fault(AttemptFault::Timeout); 6]);
        for _ in 0..dead {
            house.of_leads().await;
        }
        let mut courier = house.courier();
        house.lead("first@x.example").await;
        assert_eq!(courier.step().await.expect("carried"), dead);
        let alive = house.of_leads().await;
        for n in 0..3 {
            house.lead(&format!("later-{n}@x.example")).await;
        }
        assert_eq!(courier.begin().await.expect("begun"), 4 + 2, "one for each of four, and two for who answers");
        courier.step().await.expect("carried");
        assert_eq!(house.receiver.heard().len(), dead + 3 * (dead + 1), "all get theirs once they take it");
        assert!(house.log(&alive).await.iter().all(|delivery| delivery.state == DeliveryState::Delivered));
    }

    async fn a_webhook_is_removed_while_deliveries_are_made_for_it(db: TestDatabase) {
        let house = House::on(&db.store(), &[]);
        let webhook = house.of_leads().await;
        let notes = db.store().begin_notes().await.expect("a transaction");
        let id = DeliveryId::new(house.ops.new_id(NOON));
        let body = "{}".to_owned();
        let made = DeliveryRecord::due(id, webhook.id, Some(1_000), EventKind::LeadCreated, body, NOON);
        webhooks::add(&notes, &[made]).await.expect("added");
        let ops = Arc::clone(&house.ops);
        let removal = tokio::spawn(async move {
            delete_webhook(&ops, &an_operator(), webhook.id, webhook.version).await
        });
        somebody_waits(&db).await;
        notes.commit().await.expect("made");
        removal.await.expect("no panic").expect("removed");
        assert_eq!(db.count("webhook_deliveries").await, 0);
    }

    async fn deliveries_are_made_for_the_others_while_a_webhook_is_removed(db: TestDatabase) {
        let house = House::on(&db.store(), &[]);
        let (stays, goes) = (house.of_leads().await, house.of_leads().await);
        house.lead("ada@x.example").await;
        let store = db.store();
        let tx = store.begin_write().await.expect("a transaction");
        let record = webhooks::get(&tx, goes.id).await.expect("it is there");
        webhooks::delete(&tx, &record).await.expect("removed");
        let mut courier = house.courier();
        let carried = tokio::spawn(async move { courier.step().await });
        somebody_waits(&db).await;
        tx.commit(an_entry(AuditAction::WebhookDeleted)).await.expect("committed");
        assert_eq!(carried.await.expect("no panic").expect("carried"), 1);
        assert_eq!(house.log(&stays).await.len(), 1);
    }

    async fn where_nothing_can_leave_deliveries_wait_and_diagnostics_say_so(db: TestDatabase) {
        let house = House::on(&db.store(), &[]);
        let webhook = house.of_leads().await;
        put_waiting(&db, &webhook, 1, NOON).await;
        let broken = OperationsSettings {
            webhook_port: Arc::new(BrokenWayOut),
            ..settings(house.clock.clone())
        };
        let broken = Operations::new(broken, Mode::Live(db.store()));
        Courier::new(Arc::clone(&broken), db.store()).run().await;
        let waiting = &house.log(&webhook).await[0];
        assert_eq!((waiting.state, waiting.attempts), (DeliveryState::Pending, 0));
        let failed = |report: &Diagnostics| report.checks.iter().any(|check| check.name == "webhooks");
        assert!(failed(&run_diagnostics(&broken).await.expect("a report")));
        assert!(!failed(&run_diagnostics(&house.ops).await.expect("a report")));
        assert_eq!(house.carry().await, 1, "another server sends it");
    }

    async fn who_held_a_delivery_too_long_does_not_settle_its_replay(db: TestDatabase) {
        let house = House::on(&db.store(), &[]);
        let webhook = house.of_leads().await;
        put_waiting(&db, &webhook, 1, NOON).await;
        let store = db.store();
        let due = webhooks::due(&store.reader(), NOON, &[], 1).await.expect("due").remove(0);
        let notes = store.begin_notes().await.expect("a transaction");
        let until = NOON.plus_millis(MINUTE);
        let held = webhooks::claim(&notes, &due, house.ops.new_id(NOON), NOON, until).await.expect("an answer");
        notes.commit().await.expect("committed");
        house.clock.advance(MINUTE);
        let again = WebhookReplay { delivery: Some(due.id), failed_since: None };
        let replayed = replay_webhook(&house.ops, &an_operator(), webhook.id, again).await.expect("replayed");
        assert_eq!(replayed.n_deliveries, 1);
        let late = webhooks::Outcome {
            state: DeliveryState::Failed,
            at: NOON,
            duration_ms: 1,
            status: None,
            fault: Some(AttemptFault::Timeout),
            answer: None,
            next_attempt_at: None,
        };
        let notes = store.begin_notes().await.expect("a transaction");
        assert!(!webhooks::settle(&notes, held.expect("free"), &late).await.expect("an answer"));
        drop(notes);
        assert_eq!(house.carry().await, 1);
        assert_eq!(house.log(&webhook).await[0].state, DeliveryState::Delivered);
    }

    async fn many_failed_deliveries_are_replayed_and_removed_step_by_step(db: TestDatabase) {
        let house = House::on(&db.store(), &[]);
        let webhook = house.of_leads().await;
        put_waiting(&db, &webhook, REPLAYED_AT_ONCE + 2_500, NOON).await;
        db.execute("UPDATE webhook_deliveries SET state = 'failed', next_attempt_at = NULL", vec![]).await;
        let mut told = Vec::new();
        for _ in 0..2 {
            let failed = WebhookReplay { delivery: None, failed_since: Some(NOON) };
            let replayed = replay_webhook(&house.ops, &an_operator(), webhook.id, failed).await.expect("replayed");
            told.push((replayed.n_deliveries, replayed.has_more));
        }
        assert_eq!(told, [(REPLAYED_AT_ONCE, true), (2_500, false)]);
        db.execute("UPDATE webhook_deliveries SET state = 'delivered' WHERE event_seq % 2 = 0", vec![]).await;
        delete_webhook(&house.ops, &an_operator(), webhook.id, webhook.version).await.expect("removed");
        assert_eq!(db.count("webhook_deliveries").await, 0);
    }
}
