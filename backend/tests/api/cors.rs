//! Pages of other origins: nothing unless a setting names them, and then exactly them.

use aicmo_backend::http::AllowedOrigins;
use aicmo_shared::{ErrorCode, MockReason};
use serde_json::json;

use super::harness::{Start, TestServer, send};

const TOOLS: &str = "https://tools.example";

fn open_to_tools() -> TestServer {
    Start {
        allowed_origins: AllowedOrigins::new([TOOLS, "http://localhost:3000"]),
        ..Start::mock(MockReason::ForcedBySetting)
    }
    .serve()
}

#[tokio::test]
async fn without_the_setting_no_origin_gets_a_header() {
    let server = TestServer::mock();
    for (method, origin) in [("GET", TOOLS), ("OPTIONS", TOOLS), ("GET", "null")] {
        let request = server
            .request(method, "/api/v1/leads")
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST");
        let got = send(request).await;
        assert!(got.status.is_success(), "{method}");
        let told: Vec<_> = got
            .headers
            .keys()
            .filter(|name| name.as_str().starts_with("access-control"))
            .collect();
        assert!(told.is_empty(), "{told:?}");
    }
}

#[tokio::test]
async fn a_named_origin_is_answered_exactly_and_any_other_is_not() {
    let server = open_to_tools();
    for path in ["/api/v1/leads", "/api/v1/nonsense", "/api/v1/openapi.json"] {
        let got = send(
            server
                .get(path)
                .header("Origin", TOOLS)
                .header("Sec-Fetch-Site", "cross-site"),
        )
        .await;
        assert_eq!(got.header("access-control-allow-origin"), TOOLS, "{path}");
        assert_eq!(got.header("access-control-allow-credentials"), "true", "{path}");
        for name in [
            "ETag",
            "RateLimit",
            "Retry-After",
            "X-Request-Id",
            "Idempotency-Replayed",
        ] {
            assert!(
                got.header("access-control-expose-headers").contains(name),
                "{path}: {name}"
            );
        }
        let vary: Vec<_> = got.headers.get_all("vary").iter().collect();
        assert!(vary.iter().any(|value| *value == "Origin"), "{path}: {vary:?}");
    }
    for origin in [
        "https://evil.example",
        "https://tools.example.evil.example",
        "http://tools.example",
        "https://tools.example:8443",
        "null",
        "*",
    ] {
        let got = send(server.get("/api/v1/leads").header("Origin", origin)).await;
        assert_eq!(got.status.as_u16(), 200, "its browser keeps the answer from it");
        assert_eq!(got.header("access-control-allow-origin"), "", "{origin}");
        assert_eq!(got.header("access-control-allow-credentials"), "", "{origin}");
        assert!(
            got.headers.get_all("vary").iter().any(|value| value == "Origin"),
            "{origin}"
        );
    }
    let page = send(server.get("/").header("Origin", TOOLS)).await;
    assert_eq!(
        page.header("access-control-allow-origin"),
        "",
        "the console is for our own origin"
    );
}

#[tokio::test]
async fn a_browser_that_asks_first_is_told_what_may_be_sent() {
    let server = open_to_tools();
    let ask = |origin: &str| {
        server
            .request("OPTIONS", "/api/v1/leads")
            .header("Origin", origin.to_owned())
            .header("Access-Control-Request-Method", "POST")
            .header(
                "Access-Control-Request-Headers",
                "authorization,content-type,idempotency-key",
            )
    };
    let told = send(ask(TOOLS)).await;
    assert_eq!(told.status.as_u16(), 204);
    assert_eq!(told.header("access-control-allow-origin"), TOOLS);
    assert_eq!(told.header("access-control-allow-credentials"), "true");
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        assert!(
            told.header("access-control-allow-methods").contains(method),
            "{method}"
        );
    }
    for name in [
        "authorization",
        "content-type",
        "idempotency-key",
        "if-match",
        "x-csrf-token",
    ] {
        assert!(
            told.header("access-control-allow-headers")
                .to_lowercase()
                .contains(name),
            "{name}"
        );
    }
    let stranger = send(ask("https://evil.example")).await;
    assert_eq!(stranger.header("access-control-allow-origin"), "");
    assert_eq!(stranger.header("access-control-allow-methods"), "");
}

#[tokio::test]
async fn a_write_of_a_named_origin_passes_the_guard_and_of_any_other_does_not() {
    let server = open_to_tools();
    let report = |origin: &str| {
        server
            .request("POST", "/api/v1/client-errors")
            .header("Origin", origin.to_owned())
            .header("Sec-Fetch-Site", "cross-site")
            .json(&json!({ "tab": "leads", "message": "m", "location": null, "build": "dev", "recovered": true }))
    };
    let got = send(report(TOOLS)).await;
    assert_eq!(got.status.as_u16(), 202, "{}", got.text());
    send(report("https://evil.example"))
        .await
        .refused(ErrorCode::CsrfFailed);
}
