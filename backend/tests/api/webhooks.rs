//! Webhooks over HTTP, to a real receiver on this machine.

use std::sync::{Arc, Mutex};

use aicmo_operations::webhooks::Courier;
use aicmo_shared::api::{
    CreateLead, CreateWebhook, DeleteWebhook, DeliveryQuery, GetWebhook, ListWebhookDeliveries, ListWebhooks,
    NoQuery, PatchWebhook, ReplayWebhook, RotateWebhookSecret, TestWebhook,
};
use aicmo_shared::event::EventKind;
use aicmo_shared::webhook::{
    DeliveryState, EventFilter, WebhookDraft, WebhookMessage, WebhookPatch, WebhookReplay, WebhookState,
    WebhookWithSecret,
};
use aicmo_shared::{ErrorCode, WebhookId};
use aicmo_test_support::on_both_databases;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::harness::{TestServer, send};

/// Answers 204 and keeps what it was sent.
struct Receiver {
    url: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut bytes = vec![0; 16_384];
                let read = stream.read(&mut bytes).await.expect("a request");
                let text = String::from_utf8_lossy(&bytes[..read]).into_owned();
                kept.lock().expect("no panic").push(text);
                let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await;
            }
        });
        Self { url, heard }
    }

    fn bodies(&self) -> Vec<WebhookMessage> {
        let heard = self.heard.lock().expect("no panic");
        heard
            .iter()
            .map(|request| {
                let body = request.split_once("\r\n\r\n").map_or("", |(_, body)| body);
                serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {request}"))
            })
            .collect()
    }
}

fn draft(url: &str, kinds: &[EventKind]) -> WebhookDraft {
    WebhookDraft {
        url: url.to_owned(),
        description: Some("Warehouse".to_owned()),
        filter: EventFilter {
            topics: Vec::new(),
            kinds: kinds.to_vec(),
        },
    }
}

async fn create(server: &TestServer, draft: &WebhookDraft) -> WebhookWithSecret {
    server
        .client
        .command::<CreateWebhook>(&[], draft, None)
        .await
        .expect("created")
}

async fn create_lead(server: &TestServer, email: &str) {
    let lead = serde_json::from_value(json!({ "name": "Ada Lovelace", "email": email })).expect("a draft");
    server
        .client
        .command::<CreateLead>(&[], &lead, None)
        .await
        .expect("created");
}

async fn carry(server: &TestServer) -> usize {
    let store = server.ops.mode().store().cloned().expect("live");
    let mut courier = Courier::new(Arc::clone(&server.ops), store);
    courier.step().await.expect("carried")
}

on_both_databases! {
    async fn an_event_reaches_a_receiver_and_the_log_tells_of_it(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let receiver = Receiver::open().await;
        let made = create(&server, &draft(&receiver.url, &[EventKind::LeadCreated])).await;
        assert!(made.secret.expose().starts_with("whsec_"));
        let id = made.webhook.id.to_string();
        create_lead(&server, "ada@engine.example").await;
        assert_eq!(carry(&server).await, 1);
        let bodies = receiver.bodies();
        assert_eq!((bodies.len(), bodies[0].kind), (1, EventKind::LeadCreated));
        let request = receiver.heard.lock().expect("no panic")[0].clone();
        assert!(!request.contains("Ada") && !request.contains("engine.example"), "{request}");

        let log = server
            .client
            .read::<ListWebhookDeliveries>(&[&id], &DeliveryQuery::default())
            .await
            .expect("a log")
            .into_data();
        assert_eq!((log.len(), log[0].state, log[0].last_status), (1, DeliveryState::Delivered, Some(204)));
        assert!(request.contains(&format!("webhook-id: {}", log[0].id)), "{request}");
        let failed = DeliveryQuery { state: Some(DeliveryState::Failed), ..DeliveryQuery::default() };
        let none = server.client.read::<ListWebhookDeliveries>(&[&id], &failed).await.expect("a log");
        assert!(none.data().is_empty());

        let replay = WebhookReplay { delivery: Some(log[0].id), failed_since: None };
        let replayed = server.client.command::<ReplayWebhook>(&[&id], &replay, None).await.expect("replayed");
        assert_eq!(replayed.n_deliveries, 1);
        assert_eq!(carry(&server).await, 1);
        let heard = receiver.bodies();
        assert_eq!(heard[1], heard[0], "the same again");
    }
}

on_both_databases! {
    async fn a_webhook_is_created_changed_rotated_tested_and_removed(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let receiver = Receiver::open().await;
        let made = create(&server, &draft(&receiver.url, &[])).await;
        let id = made.webhook.id.to_string();
        let listed = server.client.read::<ListWebhooks>(&[], &NoQuery {}).await.expect("a list");
        assert_eq!(listed.data(), std::slice::from_ref(&made.webhook));

        let path = format!("/api/v1/webhooks/{id}");
        send(server.request("PATCH", &path).json(&json!({ "active": false })))
            .await
            .refused(ErrorCode::PreconditionRequired);
        let pause = WebhookPatch { active: Some(false), ..WebhookPatch::default() };
        let paused = server.client.command::<PatchWebhook>(&[&id], &pause, Some(1)).await.expect("paused");
        assert_eq!((paused.state, paused.version), (WebhookState::Paused, 2));
        let stale = send(server.request("PATCH", &path).header("If-Match", "\"v1\"").json(&json!({ "active": true })))
            .await
            .refused(ErrorCode::VersionConflict);
        assert_eq!(stale.extras["current"], 2);

        let rotated =
            server.client.command::<RotateWebhookSecret>(&[&id], &(), None).await.expect("rotated");
        assert_ne!(rotated.secret, made.secret);
        assert!(rotated.webhook.old_secret_until.is_some());
        server.client.command::<TestWebhook>(&[&id], &(), None).await.expect("on its way");
        assert_eq!(carry(&server).await, 1, "a test is sent although it is paused");
        assert_eq!(receiver.bodies()[0].kind, EventKind::WebhookTested);
        let request = receiver.heard.lock().expect("no panic")[0].clone();
        let signatures = request
            .lines()
            .find_map(|line| line.strip_prefix("webhook-signature: "))
            .expect("signatures");
        assert_eq!(signatures.split(' ').count(), 2, "old and new secret sign");

        let shown = server.client.read::<GetWebhook>(&[&id], &NoQuery {}).await.expect("shown").into_data();
        let removed = server
            .client
            .command::<DeleteWebhook>(&[&id], &(), Some(shown.version))
            .await
            .expect("removed");
        assert_eq!(removed.id, made.webhook.id);
        send(server.get(&path)).await.refused(ErrorCode::NotFound);
    }
}

on_both_databases! {
    async fn an_address_that_may_not_be_called_is_refused_with_the_field(db: TestDatabase) {
        let server = TestServer::live(db.store());
        for url in ["", "example.org", "ftp://example.org/", "https://user:pass@example.org/"] {
            let body = json!({ "url": url });
            let problem = send(server.request("POST", "/api/v1/webhooks").json(&body))
                .await
                .refused(ErrorCode::ValidationFailed);
            assert_eq!(problem.errors[0].pointer, "/url", "{url}");
        }
        let body = json!({ "url": "https://example.org/", "filter": { "kinds": ["lead.engaged"] } });
        send(server.request("POST", "/api/v1/webhooks").json(&body)).await.refused(ErrorCode::InvalidEnumValue);
        let made = create(&server, &draft("https://example.org/", &[])).await;
        let path = format!("/api/v1/webhooks/{}/replay", made.webhook.id);
        send(server.request("POST", &path).json(&json!({}))).await.refused(ErrorCode::ValidationFailed);
        let nobody = WebhookId::new(made.webhook.id.get());
        let other = json!({ "delivery": nobody });
        send(server.request("POST", &path).json(&other)).await.refused(ErrorCode::NotFound);
    }
}
