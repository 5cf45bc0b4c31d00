//! What every answer carries, whatever it is.

use aicmo_shared::{ErrorCode, MockReason};

use super::harness::{BUILD, Got, Start, TestServer, send};

/// One of each kind: data, probe, document, page, refusal of every sort.
const ANSWERS: &[(&str, &str)] = &[
    ("GET", "/api/v1/status"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/"),
    ("GET", "/leads"),
    ("GET", "/api/v1/nonsense"),
    ("GET", "/missing.js"),
    ("GET", "/app"),
    ("DELETE", "/api/v1/leads"),
    ("OPTIONS", "/api/v1/leads"),
    ("POST", "/api/v1/leads"),
    ("GET", "/api/v1/leads?colour=blue"),
];

/// What every answer says to a browser.
const SECURITY: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    ),
];

fn assert_dressed(what: &str, got: &Got) {
    assert!(
        got.header("x-request-id").len() >= 32,
        "{what}: {:?}",
        got.headers
    );
    assert_eq!(got.header("x-aicmo-build"), BUILD, "{what}");
    assert_eq!(got.header("x-aicmo-mock"), "forced_by_setting", "{what}");
    for (name, value) in SECURITY {
        assert_eq!(got.header(name), *value, "{what}: {name}");
    }
    let policy = got.header("content-security-policy");
    for rule in [
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "connect-src 'self'",
    ] {
        assert!(policy.contains(rule), "{what}: {policy}");
    }
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'") && !policy.contains("http"),
        "{policy}"
    );
    assert_eq!(got.header("access-control-allow-origin"), "", "{what}");
    assert!(
        !got.header("cache-control").is_empty(),
        "{what} may be kept by anybody"
    );
    assert_eq!(got.header("server"), "", "{what} tells what it runs on");
    assert_eq!(got.header("x-powered-by"), "", "{what} tells what it runs on");
}

#[tokio::test]
async fn every_answer_carries_id_build_mode_and_security_headers() {
    let server = TestServer::mock();
    for (method, path) in ANSWERS {
        let got = send(server.request(method, path)).await;
        assert_dressed(&format!("{method} {path}"), &got);
        assert_eq!(
            got.header("strict-transport-security"),
            "",
            "{path} is not behind TLS"
        );
    }
}

#[tokio::test]
async fn every_endpoint_is_dressed_and_kept_by_nobody() {
    let server = TestServer::mock();
    for spec in aicmo_shared::api::ALL {
        let path = spec.path_with(&["0197c1f0-0000-7000-8000-000000000001", "none"]);
        for method in [spec.method.as_str(), "OPTIONS", "TRACE"] {
            let got = send(server.request(method, &path)).await;
            assert_dressed(&format!("{method} {path}"), &got);
            assert_eq!(got.header("cache-control"), "no-store", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn behind_tls_a_browser_is_told_to_stay_there() {
    let mut start = Start::mock(MockReason::ForcedBySetting);
    start.over_tls = true;
    let server = start.serve();
    for (method, path) in ANSWERS {
        let got = send(server.request(method, path)).await;
        assert_eq!(
            got.header("strict-transport-security"),
            "max-age=31536000; includeSubDomains",
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn request_ids_are_unique_and_a_sane_one_is_taken_over() {
    let server = TestServer::mock();
    let first = send(server.get("/healthz"))
        .await
        .header("x-request-id")
        .to_owned();
    let second = send(server.get("/healthz"))
        .await
        .header("x-request-id")
        .to_owned();
    assert_ne!(first, second);
    let ours = send(
        server
            .get("/api/v1/nonsense")
            .header("X-Request-Id", "trace-0001"),
    )
    .await;
    assert_eq!(ours.header("x-request-id"), "trace-0001");
    assert_eq!(ours.refused(ErrorCode::NotFound).request_id, "trace-0001");
    let insane = send(server.get("/healthz").header("X-Request-Id", "a b<script>")).await;
    assert!(!insane.header("x-request-id").contains("script"));
}

#[tokio::test]
async fn a_problem_names_the_path_without_its_query() {
    let server = TestServer::mock();
    let got = send(server.get("/api/v1/leads?filter[email]=ada@engine.example&colour=blue")).await;
    let problem = got.refused(ErrorCode::InvalidFilter);
    assert_eq!(problem.instance.as_deref(), Some("/api/v1/leads"));
    assert!(!got.text().contains("engine.example"), "{}", got.text());
}

#[tokio::test]
async fn large_answers_are_packed_for_who_takes_it() {
    let server = TestServer::mock();
    for (path, packed) in [
        ("/api/v1/openapi.json", true),
        ("/api/v1/leads", true),
        ("/api/v1/metrics/attention", false),
    ] {
        let got = send(server.get(path).header("Accept-Encoding", "br")).await;
        assert_eq!(got.status.as_u16(), 200);
        assert_eq!(
            got.header("content-encoding"),
            if packed { "br" } else { "" },
            "{path}"
        );
        if packed {
            assert!(
                got.header("vary").to_lowercase().contains("accept-encoding"),
                "{path}: {:?}",
                got.headers
            );
        }
        let plain = send(server.get(path)).await;
        assert_eq!(plain.header("content-encoding"), "", "{path}");
        plain.json();
    }
}
