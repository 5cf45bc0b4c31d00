//! The same request under the same key changes data once, through crashes and on replicas.

use std::sync::Arc;

use aicmo_operations::idempotency::{self, Begun, KEPT_MS, KeptAnswer, KeyedRequest, LEASE_MS, Run};
use aicmo_operations::leads::create_lead;
use aicmo_operations::{OperationError, Operations, Operator};
use aicmo_shared::activity::SubjectType;
use aicmo_shared::{LeadId, MockReason};
use aicmo_test_support::on_both_databases;

use crate::support::{FrozenClock, NOON, a_draft, an_operator, audit_rows, live_at, mock};

fn request(key: &str, sha256: &str) -> KeyedRequest {
    KeyedRequest {
        operator: an_operator(),
        key: key.to_owned(),
        endpoint: "CreateLead",
        sha256: sha256.to_owned(),
    }
}

fn answer() -> KeptAnswer {
    KeptAnswer {
        status: 201,
        etag: Some("\"v1\"".to_owned()),
        body: "{\"ä\":1}".to_owned(),
    }
}

async fn run(ops: &Operations, request: &KeyedRequest) -> Run {
    match idempotency::begin(ops, request).await.expect("begun") {
        Begun::Run(run) => run,
        Begun::Replay(answer) => panic!("it ran already: {answer:?}"),
    }
}

/// Creates a lead under the key of `run`.
async fn create(ops: &Operations, run: &Run, name: &str) -> Result<LeadId, OperationError> {
    let draft = a_draft(&format!("{name}@engine.example"));
    let operator = an_operator();
    run.hold(ops, Box::pin(create_lead(ops, &operator, draft)))
        .await
        .map(|created| created.lead.row.id)
}

on_both_databases! {
    async fn the_first_runs_and_every_later_one_gets_its_answer(db: TestDatabase) {
        let ops = live_at(&db.store(), FrozenClock::at(NOON));
        let asked = request("k", "same");
        let first = run(&ops, &asked).await;
        create(&ops, &first, "ada").await.expect("created");
        first.keep(&answer()).await.expect("kept");
        for _ in 0..3 {
            let again = idempotency::begin(&ops, &asked).await.expect("begun");
            assert!(matches!(again, Begun::Replay(kept) if kept == answer()));
        }
        let other = idempotency::begin(&ops, &request("k", "another")).await;
        assert!(matches!(other, Err(OperationError::KeyReused)), "{other:?}");
        let mut elsewhere = asked.clone();
        elsewhere.endpoint = "CreateCampaign";
        let other = idempotency::begin(&ops, &elsewhere).await;
        assert!(matches!(other, Err(OperationError::KeyReused)), "{other:?}");
    }

    async fn keys_of_two_people_have_nothing_to_do_with_each_other(db: TestDatabase) {
        let ops = live_at(&db.store(), FrozenClock::at(NOON));
        run(&ops, &request("k", "mine")).await;
        let mut theirs = request("k", "theirs");
        theirs.operator = Operator { actor: Operator::process().actor, ..theirs.operator };
        run(&ops, &theirs).await;
    }

    async fn a_second_one_waits_while_the_first_runs(db: TestDatabase) {
        let ops = live_at(&db.store(), FrozenClock::at(NOON));
        let asked = request("k", "same");
        let first = run(&ops, &asked).await;
        let second = idempotency::begin(&ops, &asked).await;
        assert!(matches!(second, Err(OperationError::KeyInProgress)), "{second:?}");
        let other = idempotency::begin(&ops, &request("k", "another")).await;
        assert!(matches!(other, Err(OperationError::KeyReused)), "{other:?}");
        create(&ops, &first, "ada").await.expect("created");
        let third = idempotency::begin(&ops, &asked).await;
        assert!(matches!(third, Err(OperationError::KeyInProgress)), "its answer comes at once: {third:?}");
    }

    async fn a_run_that_changed_nothing_gives_its_key_back(db: TestDatabase) {
        let ops = live_at(&db.store(), FrozenClock::at(NOON));
        let asked = request("k", "same");
        run(&ops, &asked).await.release(&ops).await.expect("given back");
        assert_eq!(db.count("idempotency_keys").await, 0);
        run(&ops, &asked).await;
    }

    async fn a_process_that_died_before_its_commit_blocks_nobody_for_long(db: TestDatabase) {
        let clock = FrozenClock::at(NOON);
        let ops = live_at(&db.store(), Arc::clone(&clock));
        let asked = request("k", "same");
        let dead = run(&ops, &asked).await;
        clock.advance(LEASE_MS - 1);
        assert!(matches!(idempotency::begin(&ops, &asked).await, Err(OperationError::KeyInProgress)));
        clock.advance(1);
        let heir = run(&ops, &asked).await;
        // It was not dead but slow: what it writes now must not be kept.
        let late = create(&ops, &dead, "late").await;
        assert!(matches!(late, Err(OperationError::KeyInProgress)), "{late:?}");
        assert_eq!(db.count("leads").await, 0);
        assert_eq!(audit_rows(&db.store()).await, 0);
        dead.keep(&answer()).await.expect("it has nothing to keep");
        dead.release(&ops).await.expect("it has nothing to give back");
        create(&ops, &heir, "ada").await.expect("created");
        heir.keep(&answer()).await.expect("kept");
        assert_eq!(db.count("leads").await, 1);
    }

    async fn a_change_whose_answer_was_lost_is_not_made_again(db: TestDatabase) {
        let clock = FrozenClock::at(NOON);
        let ops = live_at(&db.store(), Arc::clone(&clock));
        let asked = request("k", "same");
        let dying = run(&ops, &asked).await;
        let lead = create(&ops, &dying, "ada").await.expect("created");
        // The process ends here, before the answer is kept.
        clock.advance(LEASE_MS);
        for _ in 0..2 {
            let refused = idempotency::begin(&ops, &asked).await.expect_err("not again");
            let OperationError::AnswerNotKept { change: Some(change), request_id } = refused else {
                panic!("{refused:?}");
            };
            assert_eq!(change.subject_type, SubjectType::Lead);
            assert_eq!(change.subject_id, Some(lead.to_string()));
            assert_eq!(change.at, NOON);
            assert_eq!(request_id, an_operator().request_id);
        }
        let other = idempotency::begin(&ops, &request("k", "another")).await;
        assert!(matches!(other, Err(OperationError::KeyReused)), "{other:?}");
        assert_eq!(db.count("leads").await, 1);
    }

    async fn a_run_that_committed_keeps_its_key_when_it_fails_afterwards(db: TestDatabase) {
        let ops = live_at(&db.store(), FrozenClock::at(NOON));
        let asked = request("k", "same");
        let failing = run(&ops, &asked).await;
        create(&ops, &failing, "ada").await.expect("created");
        failing.release(&ops).await.expect("said");
        let refused = idempotency::begin(&ops, &asked).await;
        assert!(matches!(refused, Err(OperationError::AnswerNotKept { .. })), "at once: {refused:?}");
    }

    async fn a_commit_of_another_task_does_not_use_the_key(db: TestDatabase) {
        let ops = live_at(&db.store(), FrozenClock::at(NOON));
        let asked = request("k", "same");
        let holder = run(&ops, &asked).await;
        let elsewhere = Arc::clone(&ops);
        holder
            .hold(&ops, async move {
                tokio::spawn(async move {
                    create_lead(&elsewhere, &an_operator(), a_draft("bob@engine.example")).await
                })
                .await
            })
            .await
            .expect("it ends")
            .expect("created");
        holder.release(&ops).await.expect("given back");
        assert_eq!(db.count("idempotency_keys").await, 0, "the key was never used");
    }

    async fn a_key_is_free_again_after_a_day_and_removed_in_bounded_steps(db: TestDatabase) {
        let clock = FrozenClock::at(NOON);
        let ops = live_at(&db.store(), Arc::clone(&clock));
        for n in 0..5 {
            run(&ops, &request(&format!("k{n}"), "same")).await.keep(&answer()).await.expect("kept");
        }
        clock.advance(KEPT_MS - 1);
        assert_eq!(idempotency::prune(&ops, 100).await.expect("pruned"), 0);
        clock.advance(1);
        run(&ops, &request("k0", "another request")).await;
        assert_eq!(idempotency::prune(&ops, 3).await.expect("pruned"), 3);
        assert_eq!(idempotency::prune(&ops, 3).await.expect("pruned"), 1);
        assert_eq!(db.count("idempotency_keys").await, 1, "the new one stays");
    }

    async fn of_many_at_once_on_two_replicas_exactly_one_runs(db: TestDatabase) {
        let replicas = [
            live_at(&db.store(), FrozenClock::at(NOON)),
            live_at(&db.reopened().await, FrozenClock::at(NOON)),
        ];
        let tasks: Vec<_> = (0..16)
            .map(|n| {
                let ops = Arc::clone(&replicas[n % 2]);
                tokio::spawn(async move {
                    match idempotency::begin(&ops, &request("k", "same")).await {
                        Ok(Begun::Run(run)) => {
                            create(&ops, &run, &format!("lead{n}")).await.expect("created");
                            run.keep(&answer()).await.expect("kept");
                            1
                        }
                        Ok(Begun::Replay(kept)) => {
                            assert_eq!(kept, answer());
                            0
                        }
                        Err(OperationError::KeyInProgress) => 0,
                        Err(other) => panic!("{other:?}"),
                    }
                })
            })
            .collect();
        let mut ran = 0;
        for task in tasks {
            ran += task.await.expect("it ends");
        }
        assert_eq!(ran, 1);
        assert_eq!(db.count("leads").await, 1);
    }
}

#[tokio::test]
async fn mock_data_has_no_keys() {
    let ops = mock(MockReason::E2eMode);
    let refused = idempotency::begin(&ops, &request("k", "same")).await;
    assert!(matches!(refused, Err(OperationError::MockMode(_))), "{refused:?}");
    assert_eq!(idempotency::prune(&ops, 10).await.expect("nothing to do"), 0);
}
