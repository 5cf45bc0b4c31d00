//! Kills a bulk change between any two chunks and inside one, lets two workers have the same one, and
//! stops it and takes it back, and compares what is left with what was asked for.

use aicmo_shared::activity::SubjectType;
use aicmo_shared::api::JobItemQuery;
use aicmo_shared::job::{Job, LeadChange, LeadSelection, RefusalReason, UNDO_MINUTES};
use aicmo_shared::lead::{ConsentStatus, LeadFilter, LeadSource, LeadStatus, LostReason};
use aicmo_shared::{ErrorCode, LeadId};
use aicmo_store::leads::{self, LeadRecord};
use aicmo_store::{AuditEntry, counters, verify_audit_chain};
use aicmo_test_support::{a_lead, on_both_databases, wait_until};
use uuid::Uuid;

use super::*;
use crate::bulk::draft::Asked;
use crate::bulk::start::begin;
use crate::bulk::{cancel_job, get_job, list_job_items, undo_job};
use crate::leads::{get_lead, list_lead_consent, list_lead_events};
use crate::testing::{Killed, NOON, olga, process, process_at};

/// Three chunks, the last one partly filled.
const LEADS: u64 = 2_300;

async fn people(store: &Store, n: u64) -> Vec<LeadRecord> {
    let leads: Vec<LeadRecord> = (1..=n)
        .map(|number| {
            let id = LeadId::new(Uuid::from_u128(u128::from(number)));
            LeadRecord::new(id, format!("Person {number}"), LeadSource::Manual, NOON)
        })
        .collect();
    write(store, &leads).await;
    leads
}

async fn write(store: &Store, leads: &[LeadRecord]) {
    let tx = store.begin_write().await.expect("a transaction");
    leads::insert(&tx, leads).await.expect("added");
    let operator = olga();
    let entry = AuditEntry {
        actor: operator.actor,
        action: AuditAction::LeadCreated,
        subject_type: SubjectType::System,
        subject_id: None,
        campaign: None,
        before: None,
        after: None,
        reason: None,
        request_id: operator.request_id,
        at: NOON,
    };
    tx.commit(entry).await.expect("committed");
}

fn warm() -> LeadChange {
    LeadChange::AddTags {
        tags: vec!["warm".to_owned()],
    }
}

/// A job of all leads that has begun, with nobody working on it.
async fn begun(ops: &Operations, store: &Store, change: LeadChange, n: u64) -> JobId {
    let everybody = LeadSelection {
        leads: None,
        filter: Some(LeadFilter::default()),
    };
    let asked = Asked::of(everybody, change).expect("well asked");
    let reason = Some("because of the test".to_owned());
    begin(ops, store, &olga(), asked, reason, n)
        .await
        .expect("begun")
        .id
}

fn worker(ops: &Arc<Operations>, store: &Store, id: JobId) -> Worker {
    Worker::new(Arc::clone(ops), store.clone(), id)
}

async fn run(ops: &Arc<Operations>, store: &Store, id: JobId) {
    let mut worker = worker(ops, store, id);
    while worker.step().await.expect("a chunk") == Step::Wrote {}
}

async fn job(ops: &Operations, id: JobId) -> Job {
    get_job(ops, id).await.expect("it is there").into_data()
}

async fn settled(ops: &Operations, id: JobId) -> Job {
    wait_until("the bulk change ends", || async {
        let seen = job(ops, id).await;
        if seen.state.is_under_way() {
            Err(seen.done())
        } else {
            Ok(seen)
        }
    })
    .await
}

async fn all_leads(store: &Store) -> Vec<LeadRecord> {
    let ids: Vec<LeadId> = (1..=LEADS)
        .map(|n| LeadId::new(Uuid::from_u128(u128::from(n))))
        .collect();
    leads::records(&store.reader(), &ids).await.expect("read")
}

/// Whether each lead was changed exactly once, and everything that counts agrees.
async fn assert_each_once(ops: &Operations, store: &Store, id: JobId) {
    let job = job(ops, id).await;
    assert_eq!(job.state, JobState::Completed, "{:?}", job.error);
    assert_eq!(
        (job.total, job.changed, job.unchanged, job.refused),
        (LEADS, LEADS, 0, 0)
    );
    for lead in all_leads(store).await {
        assert_eq!(lead.tags, ["warm"], "{}", lead.id);
        assert_eq!(lead.version, 2, "{}", lead.id);
    }
    let left = jobs::items_to_settle(&store.reader(), id, None, 10)
        .await
        .expect("read");
    assert!(left.is_empty(), "{left:?}");
    assert_counted(store).await;
}

async fn assert_counted(store: &Store) {
    let check = counters::compare(&store.reader(), NOON).await.expect("compared");
    assert!(check.mismatches.is_empty(), "{:?}", check.mismatches);
    let chain = verify_audit_chain(&store.reader()).await.expect("read");
    assert_eq!(chain.broken, None);
}

on_both_databases! {
    async fn a_bulk_change_killed_between_chunks_is_finished_by_the_next_process(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        people(&store, LEADS).await;
        let ops = process(&store, &folder);
        let id = begun(&ops, &store, warm(), LEADS).await;
        let mut killed = worker(&ops, &store, id);
        assert_eq!(killed.step().await.expect("a chunk"), Step::Wrote);
        drop(killed);
        let half_way = job(&ops, id).await;
        assert_eq!((half_way.state, half_way.changed), (JobState::Running, 1_000));

        let next = process(&store, &folder);
        assert_eq!(resume_interrupted(Arc::clone(&next)).await.expect("resumed"), 1);
        settled(&next, id).await;
        assert_each_once(&next, &store, id).await;
        assert_eq!(resume_interrupted(Arc::clone(&next)).await.expect("nothing left"), 0);
    }

    async fn a_bulk_change_killed_inside_a_chunk_leaves_nothing_of_it(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        people(&store, LEADS).await;
        let ops = process(&store, &folder);
        let id = begun(&ops, &store, warm(), LEADS).await;
        let mut n_killed = 0;
        for left in 1.. {
            let mut victim = worker(&ops, &store, id);
            let work = Box::pin(async move { victim.step().await });
            match (Killed { work, left }).await {
                None => n_killed += 1,
                Some(step) => {
                    assert_eq!(step.expect("a whole chunk"), Step::Wrote);
                    break;
                }
            }
            let seen = job(&ops, id).await.changed;
            assert!(seen == 0 || seen == 1_000, "{seen}");
            if seen > 0 {
                break;
            }
        }
        assert!(n_killed > 3, "the kills came too late to prove anything: {n_killed}");
        run(&ops, &store, id).await;
        assert_each_once(&ops, &store, id).await;
    }

    async fn two_workers_on_one_job_change_each_lead_once(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        people(&store, LEADS).await;
        let ops = process(&store, &folder);
        let id = begun(&ops, &store, warm(), LEADS).await;
        for _ in 0..2 {
            worker(&ops, &store, id).spawn();
        }
        settled(&ops, id).await;
        assert_each_once(&ops, &store, id).await;
    }

    async fn a_stopped_change_keeps_what_was_written_and_can_be_taken_back(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        let before = people(&store, LEADS).await;
        let ops = process(&store, &folder);
        let id = begun(&ops, &store, warm(), LEADS).await;
        let mut working = worker(&ops, &store, id);
        assert_eq!(working.step().await.expect("a chunk"), Step::Wrote);
        let stopped = cancel_job(&ops, &olga(), id).await.expect("stopped");
        assert_eq!((stopped.state, stopped.changed), (JobState::Cancelled, 1_000));
        assert_eq!(working.step().await.expect("nothing to do"), Step::Ended);
        assert_eq!(resume_interrupted(Arc::clone(&ops)).await.expect("asked"), 0);

        undo_job(&ops, &olga(), id).await.expect("begun");
        let undone = settled(&ops, id).await;
        assert_eq!((undone.state, undone.taken_back, undone.kept), (JobState::Undone, 1_000, 0));
        for (was, is) in before.iter().zip(all_leads(&store).await) {
            assert_eq!((&was.tags, was.status), (&is.tags, is.status));
        }
        assert_counted(&store).await;
    }

    async fn an_undo_killed_inside_a_chunk_is_finished_by_the_next_process(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        people(&store, LEADS).await;
        let ops = process(&store, &folder);
        let lost = LeadChange::Status { to: LeadStatus::Lost, reason_code: Some(LostReason::Other) };
        let id = begun(&ops, &store, lost, LEADS).await;
        run(&ops, &store, id).await;
        crate::bulk::turn::write(&ops, &store, &olga(), id, crate::bulk::turn::Turn::Undo).await.expect("begun");
        for left in [1, 2, 5, 9, 14] {
            let mut victim = worker(&ops, &store, id);
            let work = Box::pin(async move { victim.step().await });
            let _ = (Killed { work, left }).await;
        }
        let next = process(&store, &folder);
        assert_eq!(resume_interrupted(Arc::clone(&next)).await.expect("resumed"), 1);
        let undone = settled(&next, id).await;
        assert_eq!((undone.taken_back, undone.kept), (LEADS, 0));
        for lead in all_leads(&store).await {
            assert_eq!((lead.status, lead.lost_reason, lead.version), (LeadStatus::New, None, 3));
        }
        let first = list_lead_events(&ops, LeadId::new(Uuid::from_u128(1))).await.expect("read").into_data();
        assert!(!first.is_empty());
        assert_counted(&store).await;
    }

    async fn the_time_to_take_back_ends(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        people(&store, 2).await;
        let ops = process(&store, &folder);
        let id = begun(&ops, &store, warm(), 2).await;
        run(&ops, &store, id).await;
        let until = job(&ops, id).await.undo_until.expect("it can be taken back");
        assert_eq!(until, NOON.plus_millis(UNDO_MINUTES * 60_000));
        let late = process_at(until.plus_millis(1), &store, &folder);
        let refused = undo_job(&late, &olga(), id).await.expect_err("too late");
        assert_eq!(refused.code(), ErrorCode::JobState);
        let in_time = process_at(until, &store, &folder);
        undo_job(&in_time, &olga(), id).await.expect("begun");
        settled(&in_time, id).await;
    }

    async fn do_not_contact_is_for_good_and_leaves_its_proof(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        people(&store, 2).await;
        let silent = a_lead().with_consent(ConsentStatus::Dnc).insert(&db).await;
        let ops = process(&store, &folder);
        let id = begun(&ops, &store, LeadChange::DoNotContact {}, 3).await;
        run(&ops, &store, id).await;
        let done = job(&ops, id).await;
        assert_eq!((done.changed, done.unchanged, done.undo_until), (2, 1, None));
        let refused = undo_job(&ops, &olga(), id).await.expect_err("never");
        assert_eq!(refused.code(), ErrorCode::JobState);
        let first = LeadId::new(Uuid::from_u128(1));
        let steps = list_lead_consent(&ops, first).await.expect("read").into_data();
        assert_eq!(steps.len(), 1);
        assert_eq!((steps[0].to_status, steps[0].reason.as_deref()), (ConsentStatus::Dnc, Some("because of the test")));
        assert_eq!(list_lead_consent(&ops, silent.id).await.expect("read").into_data().len(), 0);
        assert_eq!(get_lead(&ops, first).await.expect("read").into_data().row.consent_status, ConsentStatus::Dnc);
    }

    async fn a_lead_that_is_gone_or_cannot_be_read_refuses_alone(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        let leads = people(&store, 4).await;
        let ops = process(&store, &folder);
        let id = begun(&ops, &store, LeadChange::Owner { owner: Some("Olga".to_owned()) }, 4).await;
        db.corrupt("leads", "grade", leads[1].id.get(), "Z").await;
        let tx = store.begin_write().await.expect("a transaction");
        leads::remove(&tx, &leads[2..3]).await.expect("removed");
        let after = process(&store, &folder);
        let gone = jobs::get(&tx, id).await.expect("the job");
        tx.commit(entry(&olga(), AuditAction::LeadEdited, &gone, json!({}), NOON)).await.expect("committed");
        run(&after, &store, id).await;
        let done = job(&after, id).await;
        assert_eq!((done.state, done.changed, done.refused), (JobState::Completed, 2, 2));
        let items = list_job_items(&after, id, &JobItemQuery::default()).await.expect("read").into_data();
        let refusals: Vec<_> = items.iter().map(|item| item.refusal).collect();
        assert_eq!(
            refusals,
            [None, Some(RefusalReason::Unreadable), Some(RefusalReason::NotFound), None]
        );
        assert_eq!(items[2].name, None);
    }

    async fn a_status_is_given_back_only_to_a_lead_that_nobody_touched(db: TestDatabase) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = db.store();
        let leads = people(&store, 2).await;
        let ops = process(&store, &folder);
        let change = LeadChange::Status { to: LeadStatus::Enriched, reason_code: None };
        let id = begun(&ops, &store, change, 2).await;
        run(&ops, &store, id).await;
        let before = leads::record(&store.reader(), leads[0].id).await.expect("read");
        let after = LeadRecord { company: Some("Acme".to_owned()), ..before.clone() };
        let tx = store.begin_write().await.expect("a transaction");
        leads::replace(&tx, &before, &after).await.expect("written");
        let seen = jobs::get(&tx, id).await.expect("the job");
        tx.commit(entry(&olga(), AuditAction::LeadEdited, &seen, json!({}), NOON)).await.expect("committed");
        undo_job(&ops, &olga(), id).await.expect("begun");
        let undone = settled(&ops, id).await;
        assert_eq!((undone.taken_back, undone.kept), (1, 1));
        let status = async |lead: &LeadRecord| leads::record(&store.reader(), lead.id).await.expect("read").status;
        assert_eq!(status(&leads[0]).await, LeadStatus::Enriched);
        assert_eq!(status(&leads[1]).await, LeadStatus::New);
    }
}
