//! The state of the process over HTTP.

use aicmo_shared::MockReason;
use aicmo_shared::api::{GetStatus, NoQuery};
use aicmo_shared::status::{ServiceName, ServiceState};
use aicmo_test_support::on_both_databases;

use super::harness::{BUILD, Start, TestServer};
use super::samples::Populated;

on_both_databases! {
    async fn a_change_moves_the_sequence_that_consoles_watch(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let before = server.client.read::<GetStatus>(&[], &NoQuery {}).await.expect("the status").into_data();
        assert_eq!(before.build.as_str(), BUILD);
        assert_eq!(before.mock_reason, None);
        assert!(before.control.is_some());
        Populated::through(&server).await;
        let after = server.client.read::<GetStatus>(&[], &NoQuery {}).await.expect("the status").into_data();
        assert!(after.change_seq > before.change_seq, "{} then {}", before.change_seq, after.change_seq);
    }
}

on_both_databases! {
    async fn a_service_that_is_switched_off_is_off_and_not_broken(db: TestDatabase) {
        let server = Start { campaign_ops_enabled: false, ..Start::live(db.store()) }.serve();
        let status = server.client.read::<GetStatus>(&[], &NoQuery {}).await.expect("the status").into_data();
        let service = status
            .services
            .iter()
            .find(|service| service.name == ServiceName::CampaignOps)
            .expect("campaign ops");
        assert_eq!(service.state, ServiceState::Off);
        assert!(service.why.as_deref().is_some_and(|why| why.contains("AICMO_CAMPAIGN_OPS_ENABLED")));
    }
}

#[tokio::test]
async fn a_mock_process_says_why() {
    let server = TestServer::e2e();
    let status = server
        .client
        .read::<GetStatus>(&[], &NoQuery {})
        .await
        .expect("the status")
        .into_data();
    assert_eq!(status.mock_reason, Some(MockReason::E2eMode));
    assert!(status.e2e);
}
