//! Webhooks out: once per event, until it arrives, and no longer than it makes sense.

use std::collections::BTreeSet;
use std::sync::Arc;

use aicmo_operations::webhooks::{
    Courier, create_webhook, list_webhook_deliveries, list_webhooks, patch_webhook, replay_webhook,
    rotate_webhook_secret, test_webhook,
};
use aicmo_operations::{Mode, OperationError, Operations, OperationsSettings, activity, leads};
use aicmo_shared::api::{ActivityQuery, DeliveryQuery};
use aicmo_shared::audit::AuditAction;
use aicmo_shared::event::{EventKind, Topic};
use aicmo_shared::webhook::{
    AttemptFault, DeliveryState, DisabledReason, EventFilter, FAILURES_TO_DISABLE, MAX_WEBHOOKS,
    RETRY_SECONDS, Webhook, WebhookDelivery, WebhookDraft, WebhookMessage, WebhookPatch, WebhookReplay,
    WebhookState,
};
use aicmo_store::{Store, webhooks};
use aicmo_test_support::on_both_databases;

use crate::support::{DAY, FakeReceiver, FrozenClock, MINUTE, NOON, Reply, a_draft, an_operator, settings};

/// A live context whose webhooks end at a fake receiver.
pub struct House {
    pub ops: Arc<Operations>,
    pub clock: Arc<FrozenClock>,
    pub receiver: Arc<FakeReceiver>,
}

impl House {
    pub fn on(store: &Store, replies: &[Reply]) -> Self {
        let (clock, receiver) = (FrozenClock::at(NOON), FakeReceiver::replying(replies));
        let settings = OperationsSettings {
            webhook_port: Arc::clone(&receiver) as _,
            ..settings(clock.clone())
        };
        let ops = Operations::new(settings, Mode::Live(store.clone()));
        Self { ops, clock, receiver }
    }

    pub fn courier(&self) -> Courier {
        let store = self.ops.mode().store().cloned().expect("live");
        Courier::new(Arc::clone(&self.ops), store)
    }

    pub async fn carry(&self) -> usize {
        self.courier().step().await.expect("carried")
    }

    pub async fn webhook(&self, filter: EventFilter) -> Webhook {
        let draft = WebhookDraft {
            url: "https://hooks.example/in?token=secret".to_owned(),
            description: None,
            filter,
        };
        let made = create_webhook(&self.ops, &an_operator(), draft).await;
        made.expect("created").webhook
    }

    /// One that hears of new leads.
    pub async fn of_leads(&self) -> Webhook {
        self.webhook(EventFilter {
            topics: Vec::new(),
            kinds: vec![EventKind::LeadCreated],
        })
        .await
    }

    pub async fn lead(&self, email: &str) {
        let created = leads::create_lead(&self.ops, &an_operator(), a_draft(email)).await;
        created.expect("created");
    }

    pub async fn switch(&self, webhook: &Webhook, active: bool) -> Webhook {
        let now = self.shown(webhook).await;
        let patch = WebhookPatch {
            active: Some(active),
            ..WebhookPatch::default()
        };
        let patched = patch_webhook(&self.ops, &an_operator(), webhook.id, now.version, patch).await;
        patched.expect("switched")
    }

    pub async fn shown(&self, webhook: &Webhook) -> Webhook {
        let all = list_webhooks(&self.ops).await.expect("a list").into_data();
        all.into_iter()
            .find(|known| known.id == webhook.id)
            .expect("it is there")
    }

    /// Newest first.
    pub async fn log(&self, webhook: &Webhook) -> Vec<WebhookDelivery> {
        list_webhook_deliveries(&self.ops, webhook.id, &DeliveryQuery::default())
            .await
            .expect("a log")
            .into_data()
    }

    /// Lets time pass until nothing is due any more, and not much longer.
    pub async fn exhaust(&self) {
        self.carry().await;
        for wait in RETRY_SECONDS {
            self.clock.advance(wait * 1_100);
            self.carry().await;
        }
    }
}

fn kinds(receiver: &FakeReceiver) -> Vec<EventKind> {
    receiver
        .heard()
        .iter()
        .map(|message| {
            let read: WebhookMessage = serde_json::from_str(&message.body).expect("a message");
            read.kind
        })
        .collect()
}

on_both_databases! {
    async fn each_webhook_hears_once_of_what_it_asked_for_since_it_is_there(db: TestDatabase) {
        let house = House::on(&db.store(), &[]);
        house.lead("before@x.example").await;
        let leads_only = house.of_leads().await;
        let control = house.webhook(EventFilter { topics: vec![Topic::Control], kinds: vec![] }).await;
        house.lead("ada@x.example").await;
        house.lead("grace@x.example").await;
        assert_eq!(house.carry().await, 2);
        assert_eq!(house.carry().await, 0, "nothing is left");
        assert_eq!(kinds(&house.receiver), [EventKind::LeadCreated; 2]);
        assert_eq!(house.log(&control).await, []);
        let log = house.log(&leads_only).await;
        let heard = house.receiver.heard();
        // Two attempts are under way at a time, so which of them arrives first is not decided.
        let ids = |of: Vec<String>| of.into_iter().collect::<BTreeSet<_>>();
        assert_eq!(
            ids(heard.iter().map(|message| message.id.clone()).collect()),
            ids(log.iter().map(|delivery| delivery.id.to_string()).collect())
        );
        assert_eq!(heard[0].timestamp, NOON.as_millis() / 1_000);
        assert!(!heard[0].body.contains("x.example") && !heard[0].body.contains("Ada"), "{}", heard[0].body);
        assert_eq!(log[0].last_answer.as_deref(), Some("said \u{fffd} 200"));
        assert_eq!(house.shown(&leads_only).await.last_success_at, Some(NOON));
    }

    async fn two_replicas_make_and_send_each_delivery_once(db: TestDatabase) {
        let here = House::on(&db.store(), &[]);
        let other = db.reopened().await;
        let there = House::on(&other, &[]);
        here.of_leads().await;
        here.webhook(EventFilter { topics: vec![Topic::Attention], kinds: vec![] }).await;
        for n in 0..12 {
            here.lead(&format!("lead-{n}@x.example")).await;
        }
        let (mut first, mut second) = (here.courier(), there.courier());
        let (first, second) = tokio::join!(first.step(), second.step());
        let sent = first.expect("carried") + second.expect("carried");
        assert_eq!(sent, 24, "12 events to 2 webhooks");
        let mut heard: Vec<String> =
            [here.receiver.heard(), there.receiver.heard()].concat().into_iter().map(|message| message.id).collect();
        heard.sort();
        heard.dedup();
        assert_eq!(heard.len(), 24, "each delivery was sent by one of them");
        assert_eq!(db.count("webhook_deliveries").await, 24);
        other.close().await;
    }

    async fn a_failed_attempt_is_made_again_later_and_later_and_then_no_more(db: TestDatabase) {
        let house = House::on(&db.store(), &[Reply::Status(500); 20]);
        let webhook = house.of_leads().await;
        house.lead("ada@x.example").await;
        for (attempt, wait) in RETRY_SECONDS.iter().enumerate() {
            assert_eq!(house.carry().await, 1, "attempt {attempt}");
            let delivery = house.log(&webhook).await.remove(0);
            assert_eq!((delivery.state, delivery.last_status), (DeliveryState::Pending, Some(500)));
            assert_eq!(delivery.last_fault, Some(AttemptFault::Status));
            let next = delivery.next_attempt_at.expect("another attempt");
            let waits = next.since(delivery.last_attempt_at.expect("attempted"));
            assert!((wait * 900..=wait * 1_100).contains(&waits), "{waits} after attempt {attempt}");
            house.clock.advance(waits - 1);
            assert_eq!(house.carry().await, 0, "not before its time");
            house.clock.advance(1);
        }
        assert_eq!(house.carry().await, 1, "the last one");
        let delivery = house.log(&webhook).await.remove(0);
        assert_eq!((delivery.state, delivery.attempts, delivery.next_attempt_at), (DeliveryState::Failed, 7, None));
        house.clock.advance(30 * DAY);
        assert_eq!(house.carry().await, 0);
        let heard = house.receiver.heard();
        assert_eq!(heard.len(), 7);
        assert!(heard.iter().all(|message| message.id == heard[0].id && message.body == heard[0].body));
        assert_ne!(heard[6].signatures, heard[0].signatures, "each attempt is signed anew");
        assert_eq!(house.shown(&webhook).await.failed_in_a_row, 1);
    }

    async fn what_goes_wrong_is_told_by_its_name_and_harms_nobody_else(db: TestDatabase) {
        let replies = [
            Reply::Status(302),
            Reply::Fault(AttemptFault::AddressRefused),
            Reply::Panic,
            Reply::Status(204),
        ];
        let house = House::on(&db.store(), &replies);
        let webhook = house.of_leads().await;
        for n in 0..4 {
            house.lead(&format!("lead-{n}@x.example")).await;
            assert_eq!(house.carry().await, 1);
        }
        let mut log = house.log(&webhook).await;
        log.reverse();
        let faults: Vec<_> = log.iter().map(|delivery| delivery.last_fault).collect();
        assert_eq!(faults, [
            Some(AttemptFault::Redirect),
            Some(AttemptFault::AddressRefused),
            Some(AttemptFault::Crashed),
            None,
        ]);
    }

    async fn a_webhook_that_only_fails_is_disabled_with_a_notice_and_can_be_brought_back(db: TestDatabase) {
        let house = House::on(&db.store(), &[Reply::Fault(AttemptFault::Timeout); 200]);
        let webhook = house.of_leads().await;
        for n in 0..FAILURES_TO_DISABLE {
            house.lead(&format!("lead-{n}@x.example")).await;
        }
        house.exhaust().await;
        let disabled = house.shown(&webhook).await;
        assert_eq!((disabled.state, disabled.disabled_reason), (WebhookState::Disabled, Some(DisabledReason::Failing)));
        let notices: Vec<_> = db
            .audit_events()
            .await
            .into_iter()
            .filter(|row| row.entry.action == AuditAction::WebhookDisabled)
            .collect();
        assert_eq!(notices.len(), 1);
        assert!(!format!("{:?}", notices[0]).contains("token=secret"), "the address may carry a secret");
        let feed = activity::list_activity(&house.ops, &ActivityQuery::default()).await.expect("a feed");
        assert!(feed.data().iter().any(|line| line.subject_id.as_deref() == Some(&webhook.id.to_string())));

        house.lead("unheard@x.example").await;
        assert_eq!(house.carry().await, 0);
        house.receiver.replies.lock().expect("no panic").clear();
        let active = house.switch(&webhook, true).await;
        assert_eq!((active.state, active.disabled_reason, active.failed_in_a_row), (WebhookState::Active, None, 0));
        let all = WebhookReplay { delivery: None, failed_since: Some(NOON) };
        let replayed = replay_webhook(&house.ops, &an_operator(), webhook.id, all).await.expect("replayed");
        assert_eq!(replayed.n_deliveries, u64::from(FAILURES_TO_DISABLE));
        house.lead("heard@x.example").await;
        assert_eq!(house.carry().await, 6);
        let log = house.log(&webhook).await;
        assert_eq!(log.len(), 6, "what happened while it was off is not delivered");
        assert!(log.iter().all(|delivery| delivery.state == DeliveryState::Delivered));
    }

    async fn a_success_in_between_starts_the_count_anew(db: TestDatabase) {
        let house = House::on(&db.store(), &[Reply::Status(500); 7]);
        let webhook = house.of_leads().await;
        house.lead("first@x.example").await;
        house.exhaust().await;
        assert_eq!(house.shown(&webhook).await.failed_in_a_row, 1);
        house.lead("second@x.example").await;
        house.carry().await;
        assert_eq!(house.shown(&webhook).await.failed_in_a_row, 0);
    }

    async fn a_receiver_that_is_gone_is_not_asked_twice(db: TestDatabase) {
        let house = House::on(&db.store(), &[Reply::Status(410)]);
        let webhook = house.of_leads().await;
        house.lead("ada@x.example").await;
        assert_eq!(house.carry().await, 1);
        let gone = house.shown(&webhook).await;
        assert_eq!((gone.state, gone.disabled_reason), (WebhookState::Disabled, Some(DisabledReason::Gone)));
        assert_eq!(house.log(&webhook).await[0].state, DeliveryState::Failed);
    }

    async fn a_paused_webhook_hears_nothing_but_a_test(db: TestDatabase) {
        let house = House::on(&db.store(), &[Reply::Status(500)]);
        let webhook = house.of_leads().await;
        house.switch(&webhook, false).await;
        house.lead("ada@x.example").await;
        test_webhook(&house.ops, &an_operator(), webhook.id).await.expect("on its way");
        assert_eq!(house.carry().await, 1);
        assert_eq!(kinds(&house.receiver), [EventKind::WebhookTested]);
        let log = house.log(&webhook).await;
        assert_eq!((log[0].event_seq, log[0].state), (None, DeliveryState::Failed), "a test is sent once");
        assert_eq!(house.shown(&webhook).await.failed_in_a_row, 0, "and does not count");
        house.switch(&webhook, true).await;
        house.clock.advance(DAY);
        assert_eq!(house.carry().await, 0, "what happened meanwhile is not told");
    }

    async fn nothing_leaves_while_the_workspace_is_killed_and_nothing_is_lost(db: TestDatabase) {
        let house = House::on(&db.store(), &[]);
        house.of_leads().await;
        house.lead("ada@x.example").await;
        db.execute("UPDATE control_flags SET killed = $1", vec![true.into()]).await;
        assert_eq!(house.carry().await, 0);
        db.execute("UPDATE control_flags SET killed = $1", vec![false.into()]).await;
        assert_eq!(house.carry().await, 1);
    }

    async fn a_pause_stops_no_webhook(db: TestDatabase) {
        let house = House::on(&db.store(), &[]);
        house.of_leads().await;
        house.lead("ada@x.example").await;
        db.execute("UPDATE control_flags SET paused = $1", vec![true.into()]).await;
        assert_eq!(house.carry().await, 1);
    }

    async fn what_a_dead_worker_held_is_taken_over_when_its_lease_has_run_out(db: TestDatabase) {
        let house = House::on(&db.store(), &[]);
        let webhook = house.of_leads().await;
        house.lead("ada@x.example").await;
        let mut dying = house.courier();
        assert_eq!(dying.begin().await.expect("begun"), 1);
        drop(dying);
        if house.log(&webhook).await[0].state == DeliveryState::Pending {
            assert_eq!(house.carry().await, 0, "somebody may still be at it");
            house.clock.advance(MINUTE + 1);
            assert_eq!(house.carry().await, 1);
        }
        assert_eq!(house.log(&webhook).await[0].state, DeliveryState::Delivered);
    }

    async fn a_lost_lease_writes_nothing(db: TestDatabase) {
        let house = House::on(&db.store(), &[]);
        let webhook = house.of_leads().await;
        house.lead("ada@x.example").await;
        // Makes the delivery and does not attempt it.
        db.execute("UPDATE control_flags SET killed = $1", vec![true.into()]).await;
        house.carry().await;
        let store = db.store();
        let due = webhooks::due(&store.reader(), NOON, &[], 10).await.expect("due").remove(0);
        let lease = |n| uuid::Uuid::from_u128(n);
        let claim = async |n, now| {
            let notes = store.begin_notes().await.expect("a transaction");
            let record = webhooks::find_delivery(&notes, webhook.id, due.id).await.expect("it is there");
            let claim = webhooks::claim(&notes, &record, lease(n), now, now.plus_millis(MINUTE)).await;
            notes.commit().await.expect("committed");
            claim.expect("an answer")
        };
        let first = claim(1, NOON).await.expect("free");
        assert!(claim(2, NOON).await.is_none(), "it is held");
        let second = claim(3, NOON.plus_millis(MINUTE)).await.expect("free again");
        let outcome = webhooks::Outcome {
            state: DeliveryState::Delivered,
            at: NOON,
            duration_ms: 1,
            status: Some(200),
            fault: None,
            answer: None,
            next_attempt_at: None,
        };
        for (held, written) in [(first, false), (second, true), (second, false)] {
            let notes = store.begin_notes().await.expect("a transaction");
            assert_eq!(webhooks::settle(&notes, held, &outcome).await.expect("an answer"), written);
            notes.commit().await.expect("committed");
        }
    }

    async fn a_rotated_secret_overlaps_for_a_day(db: TestDatabase) {
        let house = House::on(&db.store(), &[]);
        let webhook = house.of_leads().await;
        house.lead("first@x.example").await;
        house.carry().await;
        rotate_webhook_secret(&house.ops, &an_operator(), webhook.id).await.expect("rotated");
        house.lead("second@x.example").await;
        house.carry().await;
        house.clock.advance(DAY);
        house.lead("third@x.example").await;
        house.carry().await;
        let signatures: Vec<usize> =
            house.receiver.heard().iter().map(|message| message.signatures.split(' ').count()).collect();
        assert_eq!(signatures, [1, 2, 1]);
        assert_eq!(house.shown(&webhook).await.old_secret_until, None, "it is over");
    }

    async fn a_secret_that_another_key_made_is_never_signed_with(db: TestDatabase) {
        let house = House::on(&db.store(), &[]);
        let webhook = house.of_leads().await;
        let mut changed = OperationsSettings {
            webhook_port: Arc::clone(&house.receiver) as _,
            ..settings(house.clock.clone())
        };
        changed.secrets.identity_key = [9; 32];
        let changed = Operations::new(changed, Mode::Live(db.store()));
        house.lead("ada@x.example").await;
        let sent = Courier::new(Arc::clone(&changed), db.store()).step().await.expect("carried");
        assert_eq!((sent, house.receiver.heard().len()), (1, 0), "attempted, and nothing left the house");
        let lost = house.shown(&webhook).await;
        assert_eq!((lost.state, lost.disabled_reason), (WebhookState::Disabled, Some(DisabledReason::SecretLost)));
    }

    async fn there_is_an_end_to_webhooks(db: TestDatabase) {
        let house = House::on(&db.store(), &[]);
        for _ in 1..MAX_WEBHOOKS {
            house.of_leads().await;
        }
        let add = || {
            let draft = WebhookDraft {
                url: "https://hooks.example/".to_owned(),
                description: None,
                filter: EventFilter::default(),
            };
            let ops = Arc::clone(&house.ops);
            tokio::spawn(async move { create_webhook(&ops, &an_operator(), draft).await })
        };
        let mut refused = 0;
        for adding in [add(), add(), add()] {
            if let Err(error) = adding.await.expect("no panic") {
                assert!(matches!(error, OperationError::Validation(_)), "{error:?}");
                refused += 1;
            }
        }
        assert_eq!(refused, 2, "one place was left");
    }
}
