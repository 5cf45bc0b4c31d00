//! Keys through SIGKILL: whatever was under way, each request changes data once.

use aicmo_client::Client;
use aicmo_client::reqwest::StatusCode;
use aicmo_shared::api::{GetAttention, NoQuery};
use aicmo_shared::{ErrorCode, Problem};
use aicmo_test_support::wait_until;
use serde_json::json;

use crate::support::{Room, client, signal};

/// Requests per round, all at once.
const AT_ONCE: usize = 24;
const ROUNDS: usize = 3;

/// How one request ended, as far as its caller knows.
#[derive(Debug, PartialEq, Eq)]
enum Ended {
    /// With the answer to a lead that was created.
    Created(String),
    /// The change was made by a process that died before its answer was kept.
    Lost,
    /// Not: try again.
    Again(String),
}

async fn create(client: &Client, key: &str) -> Ended {
    let request = client
        .request("POST".parse().expect("a method"), "/api/v1/leads")
        .header("Idempotency-Key", key)
        .json(&json!({ "name": key, "email": format!("{key}@many.example") }));
    let response = match request.send().await {
        Ok(response) => response,
        Err(cause) => return Ended::Again(cause.to_string()),
    };
    let status = response.status();
    let Ok(text) = response.text().await else {
        return Ended::Again("the answer broke off".to_owned());
    };
    if status == StatusCode::CREATED {
        return Ended::Created(text);
    }
    let problem: Problem = serde_json::from_str(&text).expect("a problem");
    match problem.code {
        ErrorCode::AnswerNotKept => Ended::Lost,
        ErrorCode::IdempotencyInProgress => Ended::Again(text),
        _ => panic!("{text}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_changes_data_once_however_often_the_server_is_killed() {
    let room = Room::new();
    let mut keys: Vec<String> = Vec::new();
    for round in 0..ROUNDS {
        let server = room.serve(&[]);
        let client = client(&server);
        let new: Vec<String> = (0..AT_ONCE).map(|n| format!("key-{round}-{n}")).collect();
        let under_way: Vec<_> = new
            .iter()
            .cloned()
            .map(|key| {
                let client = client.clone();
                tokio::spawn(async move { create(&client, &key).await })
            })
            .collect();
        // Killed as soon as some are answered, which is while the others are under way.
        wait_until("some are answered", async || {
            let answered = under_way.iter().filter(|task| task.is_finished()).count();
            (answered > round * 4).then_some(()).ok_or(answered)
        })
        .await;
        signal("KILL", &server);
        for task in under_way {
            let _unknown = task.await.expect("it ends");
        }
        keys.extend(new);
    }
    let server = room.serve(&[]);
    let client = client(&server);
    for key in &keys {
        let ended = wait_until("the key is settled", async || match create(&client, key).await {
            Ended::Again(why) => Err(why),
            ended => Ok(ended),
        })
        .await;
        assert_eq!(
            create(&client, key).await,
            ended,
            "{key} is answered alike for ever"
        );
    }
    let figures = client
        .read::<GetAttention>(&[], &NoQuery {})
        .await
        .expect("figures");
    assert_eq!(figures.data().leads, keys.len() as u64);
    let listed = client
        .get("/api/v1/leads?limit=200")
        .send()
        .await
        .expect("an answer")
        .json::<serde_json::Value>()
        .await
        .expect("JSON");
    assert_eq!(listed["page"]["total"], keys.len());
    for lead in listed["data"].as_array().expect("leads") {
        let id = lead["id"].as_str().expect("an id");
        let told: serde_json::Value = client
            .get(&format!("/api/v1/leads/{id}/timeline"))
            .send()
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON");
        let touched = told["data"]
            .as_array()
            .expect("events")
            .iter()
            .filter(|event| event["kind"] == "touch")
            .count();
        assert_eq!(touched, 1, "{id} was touched more than once: {told}");
    }
}
