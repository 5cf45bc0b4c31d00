//! Counters equal the rows they count, whatever is done to leads.

use aicmo_shared::audit::AuditAction;
use aicmo_shared::lead::{ConsentStatus, LeadFilter, LeadGrade, LeadSource, LeadStatus};
use aicmo_store::leads::{self, LeadRecord};
use aicmo_store::{counters, metrics};
use aicmo_test_support::{NOON, a_campaign, a_lead, on_both_databases};

use crate::plans::single_filters;
use crate::support::{all_leads, an_entry};

/// A small generator with a seed, so that a failure can be repeated.
pub struct Dice(u64);

impl Dice {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % n
    }

    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn maybe<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        let at = self.below(all.len() + 1);
        all.get(at).copied()
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number below eleven")]
pub fn shuffle(lead: &mut LeadRecord, dice: &mut Dice) {
    lead.status = dice.one_of(LeadStatus::ALL);
    lead.source = dice.one_of(LeadSource::ALL);
    lead.consent_status = dice.one_of(ConsentStatus::ALL);
    lead.grade = dice.maybe(LeadGrade::ALL);
    lead.requires_human_review = dice.below(3) == 0;
    lead.intent_score = (dice.below(2) == 0).then(|| dice.below(11) as f64 / 10.0);
}

on_both_databases! {
    async fn counters_equal_rows_after_many_random_changes(db: TestDatabase) {
        let campaigns = [a_campaign().insert(&db).await.id, a_campaign().insert(&db).await.id];
        let mut dice = Dice::new(7);
        let mut known: Vec<LeadRecord> = Vec::new();
        for round in 0..25 {
            let tx = db.store().begin_write().await.expect("a transaction");
            let mut next = known.clone();
            for _ in 0..8 {
                if next.is_empty() || dice.below(2) == 0 {
                    let mut lead = a_lead().build();
                    shuffle(&mut lead, &mut dice);
                    lead.campaign = dice.maybe(&campaigns);
                    leads::insert(&tx, std::slice::from_ref(&lead)).await.expect("inserted");
                    next.push(lead);
                } else {
                    let at = dice.below(next.len());
                    let mut after = next[at].clone();
                    shuffle(&mut after, &mut dice);
                    after.campaign = dice.maybe(&campaigns);
                    after.version = leads::replace(&tx, &next[at], &after).await.expect("replaced");
                    next[at] = after;
                }
            }
            if round % 5 == 4 {
                tx.rollback().await.expect("rolled back");
            } else {
                tx.commit(an_entry(AuditAction::LeadEdited)).await.expect("committed");
                known = next;
            }
        }
        let reader = db.store().reader();
        let check = counters::compare(&reader, NOON).await.expect("compared");
        assert_eq!(check.mismatches, []);
        assert_eq!(check.checked_at, NOON);
        assert!(check.compared > 20, "{check:?}");

        for filter in single_filters(campaigns[0]) {
            let counted = leads::count(&reader, &filter).await.expect("a count");
            let page = leads::list(&reader, &filter, aicmo_shared::lead::LeadSort::Newest, None, 1_000);
            let listed = page.await.expect("a page").rows.len();
            assert_eq!(counted, Some(u64::try_from(listed).expect("few")), "{filter:?}");
        }
        let two = LeadFilter { status: Some(LeadStatus::New), review: Some(true), ..all_leads() };
        assert_eq!(leads::count(&reader, &two).await.expect("an answer"), None);
    }

    async fn a_row_changed_behind_our_back_is_found_and_mended(db: TestDatabase) {
        for _ in 0..3 {
            a_lead().insert(&db).await;
        }
        db.execute("UPDATE leads SET status = 'CONTACTED'", vec![]).await;
        let reader = db.store().reader();
        let check = counters::compare(&reader, NOON).await.expect("compared");
        let wrong: Vec<_> = check
            .mismatches
            .iter()
            .map(|entry| (entry.counter.as_str(), entry.counted, entry.rows))
            .collect();
        assert_eq!(wrong, [("leads.status=CONTACTED", 0, 3), ("leads.status=NEW", 3, 0), ("leads.view=triage", 3, 0)]);

        let tx = db.store().begin_write().await.expect("a transaction");
        counters::rebuild(&tx).await.expect("rebuilt");
        tx.commit(an_entry(AuditAction::CountersRebuilt)).await.expect("committed");
        assert_eq!(counters::compare(&reader, NOON).await.expect("compared").mismatches, []);
        let figures = metrics::attention(&reader, NOON).await.expect("the figures");
        assert_eq!((figures.leads, figures.triage, figures.high_intent), (3, 0, 3));
    }

    async fn an_empty_workspace_has_nothing_to_compare(db: TestDatabase) {
        let check = counters::compare(&db.store().reader(), NOON).await.expect("compared");
        assert_eq!(check.mismatches, []);
        assert_eq!(leads::count(&db.store().reader(), &all_leads()).await.expect("a count"), Some(0));
    }
}
