//! The attention figures against what they are defined to be.

use aicmo_shared::approval::{ApprovalState, ApprovalSubject};
use aicmo_shared::lead::{LeadGrade, LeadStatus};
use aicmo_shared::metrics::{NoData, SubjectCount};
use aicmo_shared::outreach::AttemptStatus;
use aicmo_store::metrics;
use aicmo_test_support::{NOON, a_campaign, a_lead, an_approval, an_attempt, on_both_databases};

use crate::support::{DAY, HOUR};

on_both_databases! {
    async fn an_empty_workspace_has_no_data_and_says_so(db: TestDatabase) {
        let figures = metrics::attention(&db.store().reader(), NOON).await.expect("the figures");
        assert_eq!((figures.leads, figures.triage, figures.approvals_pending), (0, 0, 0));
        assert_eq!(figures.execution_success, None);
        assert_eq!(figures.execution_no_data, Some(NoData::NoAttempts));
        assert_eq!(figures.oldest_triage_at, None);
        assert_eq!(figures.next_approval_deadline_at, None);
        assert_eq!(figures.execution_window_days, 7);
        assert_eq!(figures.corrupt_rows, 0);
    }

    async fn lead_figures_follow_their_definitions(db: TestDatabase) {
        a_lead().created_at(NOON.plus_millis(-HOUR)).insert(&db).await;
        a_lead().with_status(LeadStatus::ManualReview).created_at(NOON.plus_millis(-DAY)).insert(&db).await;
        a_lead().with_status(LeadStatus::ManualReview).flagged().insert(&db).await;
        a_lead().with_status(LeadStatus::Contacted).flagged().insert(&db).await;
        a_lead().with_status(LeadStatus::Contacted).with_grade(LeadGrade::A).created_at(NOON.plus_millis(-9 * DAY)).insert(&db).await;
        a_lead().with_status(LeadStatus::Qualified).with(|lead| lead.intent_score = Some(0.5)).insert(&db).await;
        a_lead().with_status(LeadStatus::Lost).with_grade(LeadGrade::A).insert(&db).await;
        let figures = metrics::attention(&db.store().reader(), NOON).await.expect("the figures");
        assert_eq!(figures.leads, 7);
        assert_eq!(figures.triage, 4, "each lead once");
        assert_eq!(figures.high_intent, 2, "status CONTACTED");
        assert_eq!(figures.intent_detected, 2);
        assert_eq!(figures.oldest_triage_at, Some(NOON.plus_millis(-DAY)));
    }

    async fn execution_counts_live_outcomes_in_the_window_with_both_ends(db: TestDatabase) {
        let lead = a_lead().insert(&db).await.id;
        let campaign = a_campaign().insert(&db).await.id;
        let live = || an_attempt().to(lead).in_campaign(campaign);
        let ago = |millis: i64| NOON.plus_millis(-millis);
        for at in [ago(0), ago(DAY), ago(7 * DAY)] {
            live().finished(AttemptStatus::Sent, at).insert(&db).await;
        }
        live().finished(AttemptStatus::Sent, ago(7 * DAY + 1)).insert(&db).await;
        live().finished(AttemptStatus::Sent, ago(-1)).insert(&db).await;
        live().finished(AttemptStatus::Failed, ago(DAY)).insert(&db).await;
        live().finished(AttemptStatus::Failed, ago(DAY + 1)).insert(&db).await;
        live().finished(AttemptStatus::Unconfirmed, ago(90 * DAY)).insert(&db).await;
        live().finished(AttemptStatus::Skipped, ago(HOUR)).insert(&db).await;
        live().insert(&db).await;
        live().rehearsed().finished(AttemptStatus::ProofSent, ago(HOUR)).insert(&db).await;
        live().rehearsed().finished(AttemptStatus::Failed, ago(HOUR)).insert(&db).await;
        let figures = metrics::attention(&db.store().reader(), NOON).await.expect("the figures");
        assert_eq!((figures.execution_sent, figures.execution_failed), (3, 2));
        assert_eq!(figures.execution_success, Some(60.0));
        assert_eq!(figures.execution_no_data, None);
        assert_eq!(figures.execution_unconfirmed, 1);
        assert_eq!(figures.dry_run, 1);
        assert_eq!(figures.failed_last_24h, 1);
    }

    async fn approvals_are_counted_by_subject_with_the_next_deadline(db: TestDatabase) {
        an_approval().insert(&db).await;
        an_approval().decide_by(NOON.plus_millis(HOUR)).insert(&db).await;
        an_approval().of(ApprovalSubject::Strategy).insert(&db).await;
        an_approval().decide_by(NOON).closed(ApprovalState::Approved, NOON).insert(&db).await;
        let figures = metrics::attention(&db.store().reader(), NOON).await.expect("the figures");
        assert_eq!(figures.approvals_pending, 3);
        let by = |subject, count| SubjectCount { subject, count };
        assert_eq!(figures.approvals_by_subject, [by(ApprovalSubject::Strategy, 1), by(ApprovalSubject::Message, 2)]);
        assert_eq!(figures.next_approval_deadline_at, Some(NOON.plus_millis(HOUR)));
    }
}
