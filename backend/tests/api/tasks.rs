//! My work over HTTP.

use aicmo_shared::ErrorCode;
use aicmo_shared::api::{GetMyWork, NoQuery};
use aicmo_test_support::on_both_databases;

use super::harness::{Start, TestServer, send};

on_both_databases! {
    async fn without_tasks_nothing_is_due(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let work = server.client.read::<GetMyWork>(&[], &NoQuery {}).await.expect("my work").into_data();
        assert_eq!((work.due, work.overdue, work.first.len()), (0, 0, 0));
    }
}

on_both_databases! {
    async fn a_feature_that_is_off_is_404_and_names_its_setting(db: TestDatabase) {
        let server = Start { campaign_ops_enabled: false, ..Start::live(db.store()) }.serve();
        let problem = send(server.get("/api/v1/my-work")).await.refused(ErrorCode::FeatureDisabled);
        assert_eq!(problem.extras["setting"], "AICMO_CAMPAIGN_OPS_ENABLED");
    }
}
