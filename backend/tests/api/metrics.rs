//! The attention figures over HTTP.

use aicmo_shared::api::{GetAttention, NoQuery};
use aicmo_shared::metrics::NoData;
use aicmo_test_support::on_both_databases;

use super::harness::TestServer;
use super::samples::Populated;

on_both_databases! {
    async fn an_empty_database_has_counted_zeros_and_no_invented_rate(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let figures =
            server.client.read::<GetAttention>(&[], &NoQuery {}).await.expect("the figures").into_data();
        assert_eq!((figures.leads, figures.triage, figures.failed_last_24h), (0, 0, 0));
        assert_eq!(figures.execution_success, None);
        assert_eq!(figures.execution_no_data, Some(NoData::NoAttempts));
    }
}

on_both_databases! {
    async fn a_new_lead_is_in_the_very_next_answer(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let before = server.client.read::<GetAttention>(&[], &NoQuery {}).await.expect("the figures");
        assert_eq!(before.data().leads, 0);
        Populated::through(&server).await;
        let after = server.client.read::<GetAttention>(&[], &NoQuery {}).await.expect("the figures");
        assert_eq!((after.data().leads, after.data().triage), (1, 1));
        assert!(after.generated_at() >= before.generated_at());
    }
}
