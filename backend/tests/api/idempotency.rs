//! `Idempotency-Key` over HTTP: the same answer, byte for byte, and one change. That it holds for every
//! command is walked in `audit_trail`.

use std::collections::BTreeSet;

use aicmo_client::reqwest::RequestBuilder;
use aicmo_client::reqwest::multipart::{Form, Part};
use aicmo_shared::ErrorCode;
use aicmo_test_support::on_both_databases;
use serde_json::json;

use super::harness::{Got, TestServer, send};
use super::samples::{self, CSV};

/// The same answer as `first`, said to be given before.
#[track_caller]
pub fn replays(first: &Got, again: &Got) {
    assert_eq!(again.status, first.status, "{}", again.text());
    assert_eq!(again.text(), first.text());
    for name in ["etag", "content-type", "cache-control"] {
        assert_eq!(again.header(name), first.header(name), "{name}");
    }
    assert_eq!(first.header("idempotency-replayed"), "");
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
}

fn lead(server: &TestServer, key: &str, name: &str) -> RequestBuilder {
    server
        .request("POST", "/api/v1/leads")
        .header("Idempotency-Key", key)
        .json(&json!({ "name": name, "email": "ada@engine.example" }))
}

on_both_databases! {
    async fn another_request_under_the_key_is_422(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let first = send(lead(&server, "k1", "Ada")).await;
        assert_eq!(first.status.as_u16(), 201);
        send(lead(&server, "k1", "Grace")).await.refused(ErrorCode::IdempotencyKeyReused);
        let elsewhere = server
            .request("POST", "/api/v1/campaigns")
            .header("Idempotency-Key", "k1")
            .json(&samples::body("CreateCampaign"));
        send(elsewhere).await.refused(ErrorCode::IdempotencyKeyReused);
        assert_eq!(db.count("campaigns").await, 0);
        replays(&first, &send(lead(&server, "\"k1\"", "Ada")).await);
        let other_key = send(lead(&server, "k2", "Ada")).await;
        assert_eq!(other_key.json()["outcome"], "unchanged", "another key is another request");
    }

    async fn a_refusal_of_the_operation_is_replayed_and_one_of_the_door_is_not(db: TestDatabase) {
        let server = TestServer::live(db.store());
        send(server.request("POST", "/api/v1/campaigns").json(&samples::body("CreateCampaign"))).await;
        let again = || {
            server
                .request("POST", "/api/v1/campaigns")
                .header("Idempotency-Key", "taken")
                .json(&samples::body("CreateCampaign"))
        };
        let first = send(again()).await;
        first.refused(ErrorCode::DuplicateName);
        replays(&first, &send(again()).await);

        let broken = || server.request("POST", "/api/v1/leads").header("Idempotency-Key", "k1").json(&json!({ "nam": 1 }));
        send(broken()).await.refused(ErrorCode::ValidationFailed);
        assert_eq!(send(lead(&server, "k1", "Ada")).await.status.as_u16(), 201, "the key is still free");
        for refused in ["", "two words", "\"\"", &"k".repeat(256)] {
            send(lead(&server, refused, "Ada")).await.refused(ErrorCode::MalformedRequest);
        }
        let two = lead(&server, "k3", "Ada").header("Idempotency-Key", "k4");
        send(two).await.refused(ErrorCode::MalformedRequest);
    }

    async fn of_many_at_once_one_changes_data(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let requests: Vec<_> = (0..12)
            .map(|_| tokio::spawn(send(lead(&server, "at-once", "Ada"))))
            .collect();
        let mut bodies = BTreeSet::new();
        for request in requests {
            let got = request.await.expect("it ends");
            if got.status.as_u16() == 201 {
                bodies.insert(got.text());
            } else {
                got.refused(ErrorCode::IdempotencyInProgress);
                assert_eq!(got.header("retry-after"), "1");
            }
        }
        assert_eq!(bodies.len(), 1, "one answer: {bodies:?}");
        assert_eq!((db.count("leads").await, db.count("lead_touches").await), (1, 1));
        assert!(bodies.contains(&send(lead(&server, "at-once", "Ada")).await.text()));
    }

    async fn a_file_is_the_same_by_its_bytes(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let upload = |text: &str, name: &str| {
            let part = Part::text(text.to_owned()).file_name(name.to_owned());
            server
                .request("POST", "/api/v1/imports")
                .header("Idempotency-Key", "file")
                .multipart(Form::new().part("file", part))
        };
        let first = send(upload(CSV, "leads.csv")).await;
        assert_eq!(first.status.as_u16(), 201, "{}", first.text());
        replays(&first, &send(upload(CSV, "leads.csv")).await);
        send(upload(CSV, "other.csv")).await.refused(ErrorCode::IdempotencyKeyReused);
        send(upload("Name,Email\nX,x@many.example\n", "leads.csv")).await.refused(ErrorCode::IdempotencyKeyReused);
        assert_eq!(db.count("import_batches").await, 1);
        let folder = server.data_dir().join("uploads");
        assert_eq!(std::fs::read_dir(folder).expect("the folder").count(), 0, "no temporary file is left");
    }

    async fn an_answer_that_died_with_its_process_is_told_and_not_made_again(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let first = send(lead(&server, "lost", "Ada")).await;
        let id = first.json()["lead"]["id"].clone();
        // What a process leaves behind that is killed between the commit and its answer.
        db.execute(
            "UPDATE idempotency_keys SET state = 'committed', answer = NULL, status = NULL, lease_until = 0",
            vec![],
        )
        .await;
        let problem = send(lead(&server, "lost", "Ada")).await.refused(ErrorCode::AnswerNotKept);
        assert_eq!(problem.extras["subject_type"], "lead");
        assert_eq!(problem.extras["subject_id"], id);
        assert_eq!(problem.extras["changed_by"], first.header("x-request-id"));
        // And one that is killed before the commit.
        db.execute("UPDATE idempotency_keys SET state = 'running', lease_until = 0", vec![]).await;
        let again = send(lead(&server, "lost", "Ada")).await;
        assert_eq!(again.json()["outcome"], "unchanged", "it ran: {}", again.text());
        assert_eq!(db.count("leads").await, 1);
    }

    async fn a_key_counts_on_every_replica(db: TestDatabase) {
        let first_server = TestServer::live(db.store());
        let second_server = TestServer::live(db.reopened().await);
        let first = send(lead(&first_server, "shared", "Ada")).await;
        assert_eq!(first.status.as_u16(), 201);
        replays(&first, &send(lead(&second_server, "shared", "Ada")).await);
        send(lead(&second_server, "shared", "Grace")).await.refused(ErrorCode::IdempotencyKeyReused);
        let requests: Vec<_> = (0..10)
            .map(|n| {
                let server = if n % 2 == 0 { &first_server } else { &second_server };
                tokio::spawn(send(server.request("POST", "/api/v1/campaigns").header("Idempotency-Key", "both").json(&samples::body("CreateCampaign"))))
            })
            .collect();
        let mut created = BTreeSet::new();
        for request in requests {
            let got = request.await.expect("it ends");
            if got.status.as_u16() == 201 {
                created.insert(got.text());
            } else {
                got.refused(ErrorCode::IdempotencyInProgress);
            }
        }
        assert_eq!((created.len(), db.count("campaigns").await), (1, 1));
    }

    async fn a_failure_of_ours_leaves_the_key_free(db: TestDatabase) {
        let server = TestServer::live(db.store());
        db.execute("ALTER TABLE lead_touches RENAME TO lead_touches_away", vec![]).await;
        let failed = send(lead(&server, "k", "Ada")).await;
        assert_eq!(failed.status.as_u16(), 500, "{}", failed.text());
        db.execute("ALTER TABLE lead_touches_away RENAME TO lead_touches", vec![]).await;
        let again = send(lead(&server, "k", "Ada")).await;
        assert_eq!(again.status.as_u16(), 201, "{}", again.text());
        assert_eq!(again.header("idempotency-replayed"), "");
    }
}

#[tokio::test]
async fn a_key_harms_no_request_that_takes_none() {
    let server = TestServer::mock();
    for (method, path) in [("GET", "/api/v1/leads"), ("POST", "/api/v1/diagnostics/run")] {
        let got = send(server.request(method, path).header("Idempotency-Key", "k")).await;
        assert_eq!(got.status.as_u16(), 200, "{method} {path}: {}", got.text());
        assert_eq!(got.header("idempotency-replayed"), "");
    }
}
