//! Campaigns over HTTP.

use aicmo_shared::ErrorCode;
use aicmo_shared::api::{
    ActivateCampaign, CampaignQuery, CompleteCampaign, CreateCampaign, GetCampaign, ListCampaigns, NoQuery,
    PauseCampaign, ResumeCampaign, StopCampaign,
};
use aicmo_shared::campaign::{CampaignDraft, CampaignObjective, CampaignStatus, CampaignStep};
use aicmo_test_support::on_both_databases;
use serde_json::json;

use super::harness::{Start, TestServer, send};

fn draft(name: &str) -> CampaignDraft {
    CampaignDraft {
        name: name.to_owned(),
        client: None,
        objective: CampaignObjective::Sales,
        description: None,
        time_zone: None,
        start_on: None,
        end_on: None,
    }
}

fn because() -> CampaignStep {
    CampaignStep {
        reason: Some("asked by the client".to_owned()),
    }
}

on_both_databases! {
    async fn a_campaign_goes_through_its_life(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let client = &server.client;
        let made = client.command::<CreateCampaign>(&[], &draft("Spring"), None).await.expect("created");
        assert_eq!(made.status, CampaignStatus::Planned);
        let id = made.id.to_string();
        let path = [id.as_str()];
        let step = client.command::<ActivateCampaign>(&path, &CampaignStep::default(), None).await.expect("active");
        assert_eq!(step.status, CampaignStatus::Active);
        let step = client.command::<PauseCampaign>(&path, &because(), None).await.expect("paused");
        assert_eq!(step.status, CampaignStatus::Paused);
        assert_eq!(step.status_reason, because().reason);
        let step = client.command::<ResumeCampaign>(&path, &CampaignStep::default(), None).await.expect("resumed");
        assert_eq!(step.status, CampaignStatus::Active);
        let step = client.command::<CompleteCampaign>(&path, &CampaignStep::default(), None).await.expect("done");
        assert_eq!(step.status, CampaignStatus::Completed);
        let read = client.read::<GetCampaign>(&path, &NoQuery {}).await.expect("read").into_data();
        assert_eq!(read, step);
        let list = client.read::<ListCampaigns>(&[], &CampaignQuery::default()).await.expect("listed");
        assert_eq!(list.data().len(), 1);
    }
}

on_both_databases! {
    async fn stopping_needs_a_reason_and_no_switch(db: TestDatabase) {
        let server = Start { campaign_ops_enabled: false, ..Start::live(db.store()) }.serve();
        let made = server.client.command::<CreateCampaign>(&[], &draft("Spring"), None).await.expect("created");
        let path = format!("/api/v1/campaigns/{}/stop", made.id);
        let got = send(server.request("POST", &path).json(&json!({}))).await;
        got.refused(ErrorCode::ReasonRequired);
        let id = made.id.to_string();
        let stopped = server.client.command::<StopCampaign>(&[&id], &because(), None).await.expect("stopped");
        assert_eq!(stopped.status, CampaignStatus::Stopped);
    }
}

on_both_databases! {
    async fn a_taken_name_and_an_illegal_step_are_409(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let made = server.client.command::<CreateCampaign>(&[], &draft("Spring"), None).await.expect("created");
        let again = send(server.request("POST", "/api/v1/campaigns").json(&draft("SPRING"))).await;
        let problem = again.refused(ErrorCode::DuplicateName);
        assert_eq!(problem.errors[0].pointer, "/name");
        let path = format!("/api/v1/campaigns/{}/resume", made.id);
        let problem = send(server.request("POST", &path).json(&json!({}))).await.refused(ErrorCode::IllegalTransition);
        assert_eq!(problem.extras["current"], "PLANNED");
        assert!(problem.extras["legal"].is_array(), "{problem:?}");
    }
}
