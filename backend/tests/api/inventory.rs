//! The inventory of entry points over HTTP.

use aicmo_shared::api::{ListEntryPoints, NoQuery};

use super::harness::TestServer;

#[tokio::test]
async fn exactly_one_entry_point_starts_the_console() {
    let server = TestServer::mock();
    let doors = server
        .client
        .read::<ListEntryPoints>(&[], &NoQuery {})
        .await
        .expect("the inventory")
        .into_data();
    assert_eq!(doors.iter().filter(|door| door.starts_console).count(), 1);
}
