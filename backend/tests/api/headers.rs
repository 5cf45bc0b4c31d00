//! What every answer carries, whatever it is.

use aicmo_shared::ErrorCode;

use super::harness::{BUILD, TestServer, send};

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

#[tokio::test]
async fn every_answer_carries_id_build_mode_and_security_headers() {
    let server = TestServer::mock();
    for (method, path) in ANSWERS {
        let got = send(server.request(method, path)).await;
        assert!(
            got.header("x-request-id").len() >= 32,
            "{method} {path}: {:?}",
            got.headers
        );
        assert_eq!(got.header("x-aicmo-build"), BUILD, "{method} {path}");
        assert_eq!(got.header("x-aicmo-mock"), "forced_by_setting", "{method} {path}");
        assert_eq!(got.header("x-content-type-options"), "nosniff", "{method} {path}");
        assert_eq!(got.header("referrer-policy"), "same-origin", "{method} {path}");
        assert_eq!(
            got.header("cross-origin-opener-policy"),
            "same-origin",
            "{method} {path}"
        );
        assert!(
            got.header("permissions-policy").contains("camera=()"),
            "{method} {path}"
        );
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
            assert!(policy.contains(rule), "{method} {path}: {policy}");
        }
        assert!(!policy.contains("unsafe-inline"), "{policy}");
        assert_eq!(got.header("access-control-allow-origin"), "", "{method} {path}");
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
