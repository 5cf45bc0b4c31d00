//! The life of a campaign: creation, every action in every status, and what stopping needs.

use std::sync::Arc;

use aicmo_operations::campaigns::{
    activate_campaign, complete_campaign, create_campaign, get_campaign, list_campaigns, pause_campaign,
    resume_campaign, stop_campaign,
};
use aicmo_operations::leads::create_lead;
use aicmo_operations::{OperationError, Operations};
use aicmo_shared::api::CampaignQuery;
use aicmo_shared::campaign::{
    Campaign, CampaignDraft, CampaignMode, CampaignObjective, CampaignStatus, CampaignStep,
};
use aicmo_shared::closed_enum::Lifecycle as _;
use aicmo_shared::lead::{LeadDraft, LeadStatus};
use aicmo_shared::{CampaignId, DateText, ErrorCode};
use aicmo_test_support::on_both_databases;

use crate::support::{a_draft, an_operator, audit_rows, live};

fn draft(name: &str) -> CampaignDraft {
    CampaignDraft {
        name: name.to_owned(),
        client: None,
        objective: CampaignObjective::LeadGeneration,
        description: None,
        time_zone: None,
        start_on: None,
        end_on: None,
    }
}

fn reason() -> CampaignStep {
    CampaignStep {
        reason: Some("Asked for by the client.".to_owned()),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Activate,
    Pause,
    Resume,
    Complete,
    Stop,
}

const ACTIONS: [Action; 5] = [
    Action::Activate,
    Action::Pause,
    Action::Resume,
    Action::Complete,
    Action::Stop,
];

async fn act(
    ops: &Arc<Operations>,
    id: CampaignId,
    action: Action,
    step: CampaignStep,
) -> Result<Campaign, OperationError> {
    let operator = an_operator();
    match action {
        Action::Activate => activate_campaign(ops, &operator, id, step).await,
        Action::Pause => pause_campaign(ops, &operator, id, step).await,
        Action::Resume => resume_campaign(ops, &operator, id, step).await,
        Action::Complete => complete_campaign(ops, &operator, id, step).await,
        Action::Stop => stop_campaign(ops, &operator, id, step).await,
    }
}

/// What an action leads to from a status; `None` when it is refused.
fn expected(from: CampaignStatus, action: Action) -> Option<CampaignStatus> {
    use CampaignStatus::{Active, Completed, Paused, Planned, Stopped};
    match (from, action) {
        (Planned, Action::Activate) | (Paused, Action::Resume) => Some(Active),
        (Active, Action::Pause) => Some(Paused),
        (Active | Paused, Action::Complete) => Some(Completed),
        (Planned | Active | Paused, Action::Stop) => Some(Stopped),
        _ => None,
    }
}

/// A campaign that was led to `status` by legal actions.
async fn a_campaign_in(ops: &Arc<Operations>, name: &str, status: CampaignStatus) -> Campaign {
    let path: &[Action] = match status {
        CampaignStatus::Planned => &[],
        CampaignStatus::Active => &[Action::Activate],
        CampaignStatus::Paused => &[Action::Activate, Action::Pause],
        CampaignStatus::Completed => &[Action::Activate, Action::Complete],
        CampaignStatus::Stopped => &[Action::Stop],
    };
    let mut campaign = create_campaign(ops, &an_operator(), draft(name))
        .await
        .expect("created");
    for action in path {
        campaign = act(ops, campaign.id, *action, reason())
            .await
            .expect("a legal path");
    }
    assert_eq!(campaign.status, status);
    campaign
}

on_both_databases! {
    async fn a_new_campaign_is_planned_and_in_simulation(db: TestDatabase) {
        let store = db.store();
        let ops = live(&store);
        let created = create_campaign(&ops, &an_operator(), draft("  Spring Launch ")).await.expect("created");
        assert_eq!(created.name, "Spring Launch");
        assert_eq!((created.status, created.mode), (CampaignStatus::Planned, CampaignMode::Simulation));
        assert_eq!((created.version, created.time_zone.as_str()), (1, "UTC"));
        assert_eq!(created.leads_by_status.len(), LeadStatus::ALL.len());
        assert_eq!(created.legal_targets, CampaignStatus::Planned.successors());
        assert_eq!(get_campaign(&ops, created.id).await.expect("there").into_data(), created);
        assert_eq!(audit_rows(&store).await, 1);
    }

    async fn a_name_is_taken_whatever_its_case(db: TestDatabase) {
        let store = db.store();
        let ops = live(&store);
        create_campaign(&ops, &an_operator(), draft("Spring Launch")).await.expect("created");
        let taken = create_campaign(&ops, &an_operator(), draft("SPRING LAUNCH")).await;
        let problem = taken.expect_err("taken").to_problem();
        assert_eq!(problem.code, ErrorCode::DuplicateName);
        assert_eq!(problem.errors[0].pointer, "/name");
        assert!(problem.detail.contains("SPRING LAUNCH"), "{}", problem.detail);
        assert_eq!(audit_rows(&store).await, 1);
    }

    async fn every_field_of_a_draft_is_checked(db: TestDatabase) {
        let ops = live(&db.store());
        let wrong = CampaignDraft {
            client: Some("a\u{7}b".to_owned()),
            time_zone: Some("Vienna time".to_owned()),
            start_on: DateText::parse("2026-02-01"),
            end_on: DateText::parse("2026-01-31"),
            ..draft(&"x".repeat(121))
        };
        let problem = create_campaign(&ops, &an_operator(), wrong).await.expect_err("four faults").to_problem();
        let pointers: Vec<_> = problem.errors.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, ["/name", "/client", "/time_zone", "/end_on"]);
        let blank = create_campaign(&ops, &an_operator(), draft("  ")).await.expect_err("blank").to_problem();
        assert_eq!(blank.errors[0].pointer, "/name");
    }

    async fn every_action_works_exactly_where_it_should(db: TestDatabase) {
        let store = db.store();
        let ops = live(&store);
        for from in CampaignStatus::ALL {
            for action in ACTIONS {
                let before = a_campaign_in(&ops, &format!("{from} {action:?}"), *from).await;
                let rows = audit_rows(&store).await;
                let outcome = act(&ops, before.id, action, reason()).await;
                let after = get_campaign(&ops, before.id).await.expect("there").into_data();
                if let Some(to) = expected(*from, action) {
                    let changed = outcome.unwrap_or_else(|error| panic!("{from} {action:?}: {error}"));
                    assert_eq!(changed, after, "{from} {action:?}");
                    assert_eq!((after.status, after.version), (to, before.version + 1), "{from} {action:?}");
                    assert_eq!(after.status_reason.as_deref(), Some("Asked for by the client."));
                    assert_eq!(audit_rows(&store).await, rows + 1, "{from} {action:?}");
                } else {
                    let problem = outcome.expect_err("refused").to_problem();
                    assert_eq!(problem.code, ErrorCode::IllegalTransition, "{from} {action:?}");
                    assert_eq!(problem.extras["current"], from.as_str());
                    let legal: Vec<_> = from.successors().iter().map(|status| status.as_str()).collect();
                    assert_eq!(problem.extras["legal"], serde_json::json!(legal));
                    assert_eq!(after, before, "{from} {action:?}: nothing changed");
                    assert_eq!(audit_rows(&store).await, rows, "{from} {action:?}");
                }
            }
        }
    }

    async fn pausing_and_stopping_need_a_reason(db: TestDatabase) {
        let ops = live(&db.store());
        let campaign = a_campaign_in(&ops, "Spring", CampaignStatus::Active).await;
        for action in [Action::Pause, Action::Stop] {
            for text in [None, Some(String::new()), Some(" ab ".to_owned())] {
                let problem = act(&ops, campaign.id, action, CampaignStep { reason: text })
                    .await
                    .expect_err("no reason")
                    .to_problem();
                assert_eq!(problem.code, ErrorCode::ReasonRequired, "{action:?}");
                assert_eq!(problem.errors[0].pointer, "/reason");
            }
        }
        act(&ops, campaign.id, Action::Complete, CampaignStep::default()).await.expect("needs none");
    }

    async fn a_campaign_counts_its_leads_by_status(db: TestDatabase) {
        let ops = live(&db.store());
        let campaign = a_campaign_in(&ops, "Spring", CampaignStatus::Planned).await;
        for email in ["a@x.example", "b@x.example"] {
            let lead = LeadDraft { campaign: Some(campaign.id), ..a_draft(email) };
            create_lead(&ops, &an_operator(), lead).await.expect("created");
        }
        let counted = get_campaign(&ops, campaign.id).await.expect("there").into_data();
        assert_eq!(counted.leads, 2);
        let new = counted.leads_by_status.iter().find(|entry| entry.status == LeadStatus::New);
        assert_eq!(new.map(|entry| entry.count), Some(2));
    }

    async fn pages_of_campaigns_are_newest_first_and_bound_to_their_filter(db: TestDatabase) {
        let ops = live(&db.store());
        for number in 0..5 {
            create_campaign(&ops, &an_operator(), draft(&format!("Campaign {number}"))).await.expect("created");
        }
        let mut query = CampaignQuery { limit: Some(2), ..CampaignQuery::default() };
        let mut names = Vec::new();
        loop {
            let page = list_campaigns(&ops, &query).await.expect("a page");
            assert_eq!(page.page().and_then(|info| info.total), Some(5));
            query.cursor = page.page().and_then(|info| info.next_cursor.clone());
            names.extend(page.into_data().into_iter().map(|campaign| campaign.name));
            let Some(cursor) = query.cursor.clone() else { break };
            let other = CampaignQuery { status: Some(CampaignStatus::Active), cursor: Some(cursor), limit: None };
            let refused = list_campaigns(&ops, &other).await;
            assert!(matches!(refused, Err(OperationError::InvalidCursor)), "{refused:?}");
        }
        assert_eq!(names, ["Campaign 4", "Campaign 3", "Campaign 2", "Campaign 1", "Campaign 0"]);
    }
}
