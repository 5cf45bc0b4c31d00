//! Problems as a running server tells them, one of each code.

use aicmo_backend::http::Budgets;
use aicmo_shared::access::{Role, Scope};
use aicmo_shared::{ErrorCode, MockReason};
use serde_json::{Value, json};

use super::super::harness::{Start, TestServer, send};
use super::super::people::Who;
use super::super::samples;
use super::Collected;

/// What is refused about leads, campaigns and imports.
pub async fn of_leads(all: &mut Collected, server: &TestServer, id: &str, campaign: &str, import: &str) {
    let lead = format!("/api/v1/leads/{id}");
    let etag = send(server.get(&lead)).await.header("etag").to_owned();
    let patch = |etag: &str| {
        server
            .request("PATCH", &lead)
            .header("If-Match", etag.to_owned())
            .json(&json!({ "title": "Engineer" }))
    };
    let post = |path: &str, body: Value| server.request("POST", path).json(&body);
    let refusals = [
        (server.get("/api/v1/leads?colour=blue"), ErrorCode::InvalidFilter),
        (server.get("/api/v1/leads?cursor=mine"), ErrorCode::InvalidCursor),
        (
            server.get("/api/v1/leads?filter[status]=ENGAGED"),
            ErrorCode::InvalidEnumValue,
        ),
        (
            server.get(&format!("/api/v1/leads/{}", samples::NOBODY)),
            ErrorCode::NotFound,
        ),
        (server.request("PUT", &lead), ErrorCode::MethodNotAllowed),
        (
            server
                .request("PATCH", &lead)
                .json(&json!({ "title": "Engineer" })),
            ErrorCode::PreconditionRequired,
        ),
        (patch("\"v1\""), ErrorCode::VersionConflict),
        (
            server
                .request("PATCH", &lead)
                .header("If-Match", etag.clone())
                .json(&json!({ "titel": "Engineer" })),
            ErrorCode::ValidationFailed,
        ),
        (
            server
                .request("PATCH", &lead)
                .header("If-Match", etag.clone())
                .body("{}"),
            ErrorCode::UnsupportedMediaType,
        ),
        (
            post(&format!("{lead}/status"), json!({ "to": "ROUTED" })).header("If-Match", etag.clone()),
            ErrorCode::IllegalTransition,
        ),
        (
            post("/api/v1/campaigns", samples::body("CreateCampaign")),
            ErrorCode::DuplicateName,
        ),
        (
            post(&format!("/api/v1/campaigns/{campaign}/stop"), json!({})),
            ErrorCode::ReasonRequired,
        ),
        (
            server.request("POST", &format!("/api/v1/imports/{import}/commit")),
            ErrorCode::ImportState,
        ),
        (
            server
                .request("POST", "/api/v1/leads")
                .header("content-type", "application/json")
                .body("{"),
            ErrorCode::MalformedRequest,
        ),
    ];
    for (request, code) in refusals {
        let got = send(request).await;
        all.refused(&got, code);
    }
    let keyed = |name: &str| {
        post("/api/v1/campaigns", json!({ "name": name, "objective": "sales" }))
            .header("Idempotency-Key", "k")
    };
    send(keyed("Winter")).await;
    let reused = send(keyed("Summer")).await;
    all.refused(&reused, ErrorCode::IdempotencyKeyReused);
}

/// Who is not let in, and what a server refuses whoever asks.
pub async fn at_the_door(all: &mut Collected, server: &TestServer) {
    let viewer = server.as_role(Role::Viewer).await;
    let operator = server.as_role(Role::Operator).await;
    let reader = server.as_key(&[Scope::Read]).await;
    let nobody = Who::Nobody;
    let campaigns = "/api/v1/campaigns";
    let campaign = json!({ "name": "Harvest", "objective": "sales" });
    let Who::Session { token, .. } = &operator else {
        panic!("people have sessions");
    };
    let cookie = format!("aicmo_session={token}");
    let long = format!("/api/v1/leads?filter[email]={}", "a".repeat(9_000));
    let refusals = [
        (
            server.ask(&nobody, "GET", "/api/v1/leads"),
            ErrorCode::Unauthenticated,
        ),
        (
            server.ask(&viewer, "POST", campaigns).json(&campaign),
            ErrorCode::RoleRequired,
        ),
        (
            server.ask(&reader, "POST", campaigns).json(&campaign),
            ErrorCode::ScopeRequired,
        ),
        (
            server
                .ask(&nobody, "POST", campaigns)
                .header("Cookie", cookie)
                .json(&campaign),
            ErrorCode::CsrfFailed,
        ),
        (
            server.get("/api/v1/leads").header("Host", "elsewhere.example"),
            ErrorCode::HostNotAllowed,
        ),
        (
            server
                .get("/api/v1/leads")
                .header("Accept-Encoding", "identity;q=0, zstd"),
            ErrorCode::NotAcceptable,
        ),
        (server.get(&long), ErrorCode::PayloadTooLarge),
    ];
    for (request, code) in refusals {
        let got = send(request).await;
        all.refused(&got, code);
    }
    let ended = server.as_role(Role::Viewer).await;
    send(server.ask(&ended, "DELETE", "/api/v1/session")).await;
    let got = send(server.ask(&ended, "GET", "/api/v1/leads")).await;
    all.refused(&got, ErrorCode::SessionExpired);
    persons(all, server).await;
    other_servers(all, server).await;
}

/// What two leads, or one that may not be contacted, do not allow.
async fn persons(all: &mut Collected, server: &TestServer) {
    let create = async |body: Value| {
        let got = send(server.request("POST", "/api/v1/leads").json(&body)).await;
        assert_eq!(got.status.as_u16(), 201, "{}", got.text());
        got.json()["lead"].clone()
    };
    let bo = create(json!({ "name": "Bo", "email": "bo@lang.example" })).await;
    create(json!({ "name": "Cy", "linkedin_url": "linkedin.com/in/cy" })).await;
    let both = json!({ "email": "bo@lang.example", "linkedin_url": "linkedin.com/in/cy" });
    let got = send(server.request("POST", "/api/v1/leads").json(&both)).await;
    all.refused(&got, ErrorCode::IdentityConflict);

    let path = format!("/api/v1/leads/{}", bo["id"].as_str().expect("an id"));
    let consent_to = async |consent: &str| {
        let etag = send(server.get(&path)).await.header("etag").to_owned();
        let request = server.request("PATCH", &path).header("If-Match", etag);
        send(request.json(&json!({ "consent_status": consent }))).await
    };
    assert_eq!(consent_to("DNC").await.status.as_u16(), 200);
    let back = consent_to("CONSENTED").await;
    all.refused(&back, ErrorCode::ConsentMonotonic);
}

/// What depends on how a server was started, or on its database.
async fn other_servers(all: &mut Collected, server: &TestServer) {
    let mock = TestServer::mock();
    let campaign = json!({ "name": "Harvest", "objective": "sales" });
    let got = send(mock.request("POST", "/api/v1/campaigns").json(&campaign)).await;
    all.refused(&got, ErrorCode::MockModeReadOnly);
    mock.ops.hub().close();
    let got = send(mock.get("/api/v1/stream")).await;
    all.refused(&got, ErrorCode::ServiceUnavailable);

    let frugal = Start {
        campaign_ops_enabled: false,
        budgets: Budgets {
            reads: 1,
            ..Budgets::default()
        },
        ..Start::mock(MockReason::ForcedBySetting)
    };
    let frugal = frugal.serve();
    let got = send(frugal.get("/api/v1/my-work")).await;
    all.refused(&got, ErrorCode::FeatureDisabled);
    let anonymous = frugal.without_key();
    send(anonymous.get("/api/v1/status")).await;
    let got = send(anonymous.get("/api/v1/status")).await;
    all.refused(&got, ErrorCode::RateLimited);

    // Last, since nothing works afterwards.
    if let Some(store) = server.ops.mode().store() {
        store.close().await;
    }
    let got = send(server.get("/api/v1/leads")).await;
    all.refused(&got, ErrorCode::DatabaseUnavailable);
}
