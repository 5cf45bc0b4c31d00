//! ETag, If-Match and If-None-Match: nobody overwrites what they did not see.

use aicmo_shared::ErrorCode;
use aicmo_test_support::on_both_databases;
use serde_json::json;

use super::harness::{TestServer, send};
use super::samples::Populated;

on_both_databases! {
    async fn a_change_needs_the_version_that_was_seen(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let ids = Populated::through(&server).await;
        let path = format!("/api/v1/leads/{}", ids.id_of("leads"));
        let patch = |etag: Option<&str>| {
            let request = server.request("PATCH", &path).json(&json!({ "title": "Analyst" }));
            match etag {
                Some(etag) => request.header("If-Match", etag),
                None => request,
            }
        };
        send(patch(None)).await.refused(ErrorCode::PreconditionRequired);
        send(patch(Some("*"))).await.refused(ErrorCode::PreconditionRequired);
        for unreadable in ["3", "W/\"v1\"", "\"v1\", \"v2\"", "\"version\""] {
            send(patch(Some(unreadable))).await.refused(ErrorCode::MalformedRequest);
        }
        let seen = send(server.get(&path)).await;
        let etag = seen.header("etag").to_owned();
        assert_eq!(etag, format!("\"v{}\"", seen.json()["data"]["version"]));
        let stale = send(patch(Some("\"v999\""))).await.refused(ErrorCode::VersionConflict);
        assert_eq!(stale.extras["current"], seen.json()["data"]["version"]);

        let patched = send(patch(Some(&etag))).await;
        assert_eq!(patched.status.as_u16(), 200, "{}", patched.text());
        assert_ne!(patched.header("etag"), etag);
        send(patch(Some(&etag))).await.refused(ErrorCode::VersionConflict);
    }
}

on_both_databases! {
    async fn a_known_representation_is_304_until_it_changes(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let ids = Populated::through(&server).await;
        for path in [
            format!("/api/v1/leads/{}", ids.id_of("leads")),
            format!("/api/v1/campaigns/{}", ids.id_of("campaigns")),
            format!("/api/v1/imports/{}", ids.id_of("imports")),
        ] {
            let first = send(server.get(&path)).await;
            let etag = first.header("etag").to_owned();
            assert!(etag.starts_with("\"v"), "{path}: {etag}");
            for sent in [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}"), "*".to_owned()] {
                let again = send(server.get(&path).header("If-None-Match", sent)).await;
                assert_eq!(again.status.as_u16(), 304, "{path}");
                assert_eq!(again.header("etag"), etag);
                assert!(again.bytes.is_empty());
            }
            let other = send(server.get(&path).header("If-None-Match", "\"v999\"")).await;
            assert_eq!(other.status.as_u16(), 200, "{path}");
        }
    }
}

on_both_databases! {
    async fn counts_that_move_without_the_version_change_the_etag(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let ids = Populated::through(&server).await;
        let path = format!("/api/v1/campaigns/{}", ids.id_of("campaigns"));
        let before = send(server.get(&path)).await.header("etag").to_owned();
        let body = json!({ "name": "Grace", "email": "grace@navy.example", "campaign": ids.id_of("campaigns") });
        assert_eq!(send(server.request("POST", "/api/v1/leads").json(&body)).await.status.as_u16(), 201);
        let after = send(server.get(&path).header("If-None-Match", before)).await;
        assert_eq!(after.status.as_u16(), 200, "a campaign with one more lead is not the same");
    }
}
