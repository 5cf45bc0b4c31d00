//! Where an answer came from: live, mock for a reason, or an error. Never a mixture.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aicmo_operations::{
    Mode, OperationError, Operations, OperationsSettings, campaigns, leads, metrics, status, tasks,
};
use aicmo_shared::api::{ALL, CampaignQuery, Kind, LeadQuery};
use aicmo_shared::campaign::{CampaignDraft, CampaignObjective};
use aicmo_shared::metrics::NoData;
use aicmo_shared::status::{ServiceHealth, ServiceName, ServiceState};
use aicmo_shared::{CampaignId, ErrorCode, ImportId, JobId, MockReason, WebhookId};
use aicmo_store::Store;
use aicmo_test_support::on_both_databases;
use uuid::Uuid;

use crate::reads::{self, Known};
use crate::support::{
    FrozenClock, MINUTE, NOON, a_draft, an_operator, assert_no_driver_words, audit_rows, live, live_without,
    mock, settings,
};

/// A lead and a campaign that exist; imports and webhooks are the business of their own tests.
async fn known(ops: &Operations) -> Known {
    let lead = leads::create_lead(ops, &an_operator(), a_draft("ada@x.example"))
        .await
        .expect("created");
    let draft = CampaignDraft {
        name: "Spring".to_owned(),
        client: None,
        objective: CampaignObjective::Sales,
        description: None,
        time_zone: None,
        start_on: None,
        end_on: None,
    };
    let campaign = campaigns::create_campaign(ops, &an_operator(), draft)
        .await
        .expect("created");
    Known {
        lead: lead.lead.row.id,
        campaign: campaign.id,
        import: ImportId::new(Uuid::from_u128(77)),
        webhook: WebhookId::new(Uuid::from_u128(78)),
        job: JobId::new(Uuid::from_u128(79)),
    }
}

/// Rows of the mock set.
async fn known_mock(ops: &Operations) -> Known {
    let leads = leads::list_leads(ops, &LeadQuery::default())
        .await
        .expect("mock data do not fail");
    let campaigns = campaigns::list_campaigns(ops, &CampaignQuery::default())
        .await
        .expect("mock data do not fail");
    let imports = aicmo_operations::import::list_imports(ops, &aicmo_shared::api::ImportQuery::default())
        .await
        .expect("mock data do not fail");
    let jobs = aicmo_operations::bulk::list_jobs(ops, &aicmo_shared::api::PageQuery::default())
        .await
        .expect("mock data do not fail");
    let webhooks = aicmo_operations::webhooks::list_webhooks(ops)
        .await
        .expect("mock data do not fail");
    Known {
        lead: leads.data()[0].id,
        campaign: campaigns.data()[0].id,
        import: imports.data()[0].id,
        webhook: webhooks.data()[0].id,
        job: jobs.data()[0].id,
    }
}

fn service(services: &[ServiceHealth], name: ServiceName) -> &ServiceHealth {
    services
        .iter()
        .find(|service| service.name == name)
        .expect("every service is listed")
}

on_both_databases! {
    async fn without_attempts_there_is_no_success_rate_and_a_counted_zero(db: TestDatabase) {
        let figures = metrics::get_attention(&live(&db.store())).await.expect("figures");
        assert!(!figures.is_mock());
        let figures = figures.into_data();
        assert_eq!(figures.execution_success, None);
        assert_eq!(figures.execution_no_data, Some(NoData::NoAttempts));
        assert_eq!((figures.failed_last_24h, figures.leads, figures.corrupt_rows), (0, 0, 0));
    }

    async fn every_live_read_is_labelled_live(db: TestDatabase) {
        let ops = live(&db.store());
        let known = known(&ops).await;
        let mut answers = reads::of_data(&ops, known).await;
        answers.extend(reads::of_process(&ops).await);
        for (name, answer) in answers {
            match answer {
                Ok(label) => {
                    assert!(!label.is_mock && label.reason.is_none(), "{name}");
                    assert_eq!(label.generated_at, NOON, "{name}");
                }
                Err(error) => {
                    let absent = ["Import", "Webhook", "Job"];
                    assert!(absent.iter().any(|noun| name.contains(noun)), "{name}: {error}");
                    assert_eq!(error.code(), ErrorCode::NotFound, "{name}");
                }
            }
        }
    }

    async fn a_broken_database_is_an_error_for_every_read_and_never_mock(db: TestDatabase) {
        let store = db.store();
        let ops = live(&store);
        let known = known(&ops).await;
        store.close().await;
        let broken = reads::of_data(&ops, known).await;
        for (name, answer) in broken {
            let error = answer.expect_err(name);
            assert!(matches!(error, OperationError::Unavailable(..)), "{name}: {error:?}");
            let problem = error.to_problem();
            assert_eq!(problem.code, ErrorCode::DatabaseUnavailable, "{name}");
            assert_no_driver_words(&serde_json::to_string(&problem).expect("serialises"));
            assert!(std::error::Error::source(&error).is_some(), "{name}: the log needs the cause");
        }
        for (name, answer) in reads::of_process(&ops).await {
            let label = answer.unwrap_or_else(|error| panic!("{name} never fails: {error}"));
            assert!(!label.is_mock, "{name}: a live process never turns mock");
        }
    }

    async fn a_database_that_is_down_is_a_service_that_is_down_with_why_and_since(db: TestDatabase) {
        let clock = FrozenClock::at(NOON);
        let store = db.store();
        let ops = Operations::new(settings(clock.clone()), Mode::Live(store.clone()));
        let up = status::get_status(&ops).await.expect("status").into_data();
        assert_eq!(service(&up.services, ServiceName::Database).state, ServiceState::Up);
        assert!(up.control.is_some());
        store.close().await;
        clock.advance(MINUTE);
        for _ in 0..2 {
            let down = status::get_status(&ops).await.expect("status").into_data();
            let database = service(&down.services, ServiceName::Database);
            assert_eq!(database.state, ServiceState::Down);
            assert_eq!(database.since, NOON.plus_millis(MINUTE), "since moves once");
            assert_no_driver_words(database.why.as_deref().expect("a reason"));
            assert_eq!(service(&down.services, ServiceName::Leads).state, ServiceState::Down);
            assert!(down.control.is_none(), "unknown flags are not shown as off");
            clock.advance(MINUTE);
        }
    }

    async fn only_the_disabled_service_serves_mock(db: TestDatabase) {
        let ops = live_without(&db.store(), &[ServiceName::Activity]);
        let known = known(&ops).await;
        for (name, answer) in reads::of_data(&ops, known).await {
            let Ok(label) = answer else { continue };
            let spec = ALL.iter().find(|spec| spec.name == name).expect("it is in the table");
            let is_disabled = spec.service == Some(ServiceName::Activity);
            assert_eq!(label.is_mock, is_disabled, "{name}");
            assert_eq!(label.reason, is_disabled.then_some(MockReason::ServiceDisabled), "{name}");
        }
        let status = status::get_status(&ops).await.expect("status").into_data();
        assert_eq!(status.mock_reason, None);
        let activity = service(&status.services, ServiceName::Activity);
        assert_eq!((activity.state, activity.is_mock), (ServiceState::Off, true));
        assert!(activity.why.as_deref().is_some_and(|why| why.contains("AICMO_SERVICES_DISABLED")));
        assert!(!service(&status.services, ServiceName::Leads).is_mock);
    }

    async fn campaign_ops_switched_off_is_off_and_neither_broken_nor_empty(db: TestDatabase) {
        let off = OperationsSettings { campaign_ops_enabled: false, ..settings(FrozenClock::at(NOON)) };
        let ops = Operations::new(off, Mode::Live(db.store()));
        let refused = tasks::get_my_work(&ops).await.expect_err("it is off");
        let problem = refused.to_problem();
        assert_eq!(problem.code, ErrorCode::FeatureDisabled);
        assert_eq!(problem.extras["setting"], "AICMO_CAMPAIGN_OPS_ENABLED");
        let status = status::get_status(&ops).await.expect("status").into_data();
        assert_eq!(service(&status.services, ServiceName::CampaignOps).state, ServiceState::Off);
        assert!(metrics::get_attention(&ops).await.is_ok(), "the others work");
    }

    async fn a_process_without_database_turns_live_once_and_at_one_instant(db: TestDatabase) {
        let store = db.store();
        let ops = mock(MockReason::DatabaseUnavailableAtStart);
        let before = status::get_status(&ops).await.expect("status").into_data();
        assert_eq!(before.mock_reason, Some(MockReason::DatabaseUnavailableAtStart));
        let figures = metrics::get_attention(&ops).await.expect("mock figures").into_data();
        assert_eq!(
            (figures.leads, figures.high_intent, figures.intent_detected, figures.failed_last_24h),
            (12, 3, 4, 2)
        );
        assert_eq!(figures.execution_success, Some(98.0));

        let rows = audit_rows(&store).await;
        assert!(ops.go_live(store.clone()).await.expect("the database is there"));
        assert!(!ops.go_live(store.clone()).await.expect("it is live already"), "it turns once");
        assert_eq!(audit_rows(&store).await, rows + 1, "one turn, one row");

        let after = status::get_status(&ops).await.expect("status");
        assert!(!after.is_mock());
        assert!(after.data().change_seq > before.change_seq, "the console must refetch");
        assert_eq!(service(&after.data().services, ServiceName::Database).state, ServiceState::Up);
        let figures = metrics::get_attention(&ops).await.expect("live figures");
        assert!(!figures.is_mock());
        assert_eq!(figures.data().leads, 0);
    }

    async fn mock_by_setting_or_e2e_never_turns_live(db: TestDatabase) {
        let store = db.store();
        let rows = audit_rows(&store).await;
        for reason in [MockReason::ForcedBySetting, MockReason::E2eMode] {
            let ops = mock(reason);
            assert!(!ops.go_live(store.clone()).await.expect("no failure"), "{reason}");
            assert_eq!(ops.mock_reason(), Some(reason));
        }
        assert_eq!(audit_rows(&store).await, rows);
    }

    async fn no_answer_mixes_mock_and_live_while_the_process_turns(db: TestDatabase) {
        let ops = mock(MockReason::DatabaseUnavailableAtStart);
        let turned = Arc::new(AtomicBool::new(false));
        let readers: Vec<_> = (0..4)
            .map(|_| tokio::spawn(read_until_live(ops.clone(), turned.clone())))
            .collect();
        assert!(ops.go_live(db.store()).await.expect("the database is there"));
        turned.store(true, Ordering::SeqCst);
        for reader in readers {
            reader.await.expect("no answer mixed the two");
        }
    }

    async fn a_database_that_fails_while_turning_leaves_the_process_mock(db: TestDatabase) {
        let store: Store = db.store();
        store.close().await;
        let ops = mock(MockReason::DatabaseUnavailableAtStart);
        let failed = ops.go_live(store).await;
        assert!(matches!(failed, Err(OperationError::Unavailable(..))), "{failed:?}");
        assert_eq!(ops.mock_reason(), Some(MockReason::DatabaseUnavailableAtStart));
    }
}

/// Reads until the turn is over; rows and label of each answer must belong together.
async fn read_until_live(ops: Arc<Operations>, turned: Arc<AtomicBool>) {
    loop {
        let is_last = turned.load(Ordering::SeqCst);
        let leads = leads::list_leads(&ops, &LeadQuery::default())
            .await
            .expect("leads");
        let names: BTreeSet<_> = leads
            .data()
            .iter()
            .map(|row| row.name.starts_with("Mock "))
            .collect();
        if leads.is_mock() {
            assert_eq!(names, BTreeSet::from([true]));
            assert_eq!(leads.page().and_then(|page| page.total), Some(12));
        } else {
            assert!(names.is_empty(), "the database has no leads");
            assert_eq!(leads.page().and_then(|page| page.total), Some(0));
        }
        let figures = metrics::get_attention(&ops).await.expect("figures");
        assert_eq!(figures.data().leads, if figures.is_mock() { 12 } else { 0 });
        if is_last {
            assert!(!leads.is_mock(), "after the turn everything is live");
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// What is read as somebody who is signed in: the walk over the endpoint table that the tests of the
/// API make asks these.
const ASKED_OVER_HTTP: &[&str] = &[
    "GetSession",
    "ListSessions",
    "ListPasskeys",
    "ListUsers",
    "GetUser",
    "ListInvitations",
    "ListApiKeys",
    "ListAudit",
    "ListBackups",
];

#[tokio::test]
async fn every_read_in_mock_mode_says_that_it_is_mock_and_why() {
    for reason in [
        MockReason::ForcedBySetting,
        MockReason::E2eMode,
        MockReason::DatabaseUnavailableAtStart,
    ] {
        let ops = mock(reason);
        let known = known_mock(&ops).await;
        let mut answers = reads::of_data(&ops, known).await;
        answers.extend(reads::of_process(&ops).await);
        let asked: BTreeSet<_> = answers.iter().map(|(name, _)| *name).collect();
        let table: BTreeSet<_> = ALL
            .iter()
            .filter(|spec| spec.kind == Kind::Read)
            .map(|spec| spec.name)
            .collect();
        let elsewhere: BTreeSet<_> = ASKED_OVER_HTTP.iter().copied().collect();
        assert_eq!(
            &asked | &elsewhere,
            table,
            "every read of the endpoint table is asked"
        );
        assert!(asked.is_disjoint(&elsewhere));
        for (name, answer) in answers {
            let label = answer.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!((label.is_mock, label.reason), (true, Some(reason)), "{name}");
        }
    }
}

#[tokio::test]
async fn a_mock_row_that_does_not_exist_is_not_found() {
    let ops = mock(MockReason::E2eMode);
    let absent = campaigns::get_campaign(&ops, CampaignId::new(Uuid::from_u128(5))).await;
    assert!(matches!(absent, Err(OperationError::NotFound(_))), "{absent:?}");
}
