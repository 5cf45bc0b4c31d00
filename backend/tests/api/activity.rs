//! The feed over HTTP.

use aicmo_shared::ErrorCode;
use aicmo_shared::activity::ActivityKind;
use aicmo_shared::api::{ActivityQuery, ListActivity};
use aicmo_test_support::on_both_databases;
use serde_json::json;

use super::harness::{TestServer, send};
use super::samples::Populated;

on_both_databases! {
    async fn what_was_done_is_in_the_feed_and_its_pages_do_not_overlap(db: TestDatabase) {
        let server = TestServer::live(db.store());
        Populated::through(&server).await;
        let all = server
            .client
            .read::<ListActivity>(&[], &ActivityQuery::default())
            .await
            .expect("the feed")
            .into_data();
        assert!(!all.is_empty());
        assert!(all.is_sorted_by(|newer, older| newer.at >= older.at), "newest first");

        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let query = ActivityQuery { limit: Some(1), cursor: cursor.take(), ..ActivityQuery::default() };
            let page = server.client.read::<ListActivity>(&[], &query).await.expect("a page");
            let info = page.page().expect("a list has paging").clone();
            seen.extend(page.into_data().into_iter().map(|event| event.id));
            match info.next_cursor {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        let expected: Vec<String> = all.into_iter().map(|event| event.id).collect();
        assert_eq!(seen, expected);
    }
}

on_both_databases! {
    async fn a_cursor_of_another_kind_is_refused(db: TestDatabase) {
        let server = TestServer::live(db.store());
        Populated::through(&server).await;
        let other = json!({ "name": "Autumn", "objective": "sales" });
        send(server.request("POST", "/api/v1/campaigns").json(&other)).await;
        let query = ActivityQuery { limit: Some(1), ..ActivityQuery::default() };
        let page = server.client.read::<ListActivity>(&[], &query).await.expect("a page");
        let cursor = page.page().and_then(|page| page.next_cursor.clone()).expect("there is more");
        let path = format!("/api/v1/activity?kind={}&cursor={cursor}", ActivityKind::Import);
        send(server.get(&path)).await.refused(ErrorCode::InvalidCursor);
    }
}
