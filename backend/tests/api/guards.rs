//! Other sites: neither a rebound name nor a foreign page gets anything.

use aicmo_shared::{ErrorCode, MockReason};

use super::harness::{Start, TestServer, send};

#[tokio::test]
async fn a_host_name_that_is_not_ours_is_421() {
    let server = Start {
        public_hosts: vec!["console.example".to_owned()],
        ..Start::mock(MockReason::ForcedBySetting)
    }
    .serve();
    for path in ["/api/v1/leads", "/", "/healthz"] {
        for foreign in [
            "evil.example",
            "evil.example:8000",
            "localhost.evil.example",
            "127.0.0.1.nip.example",
        ] {
            let got = send(server.get(path).header("Host", foreign)).await;
            let problem = got.refused(ErrorCode::HostNotAllowed);
            assert!(!problem.detail.contains("evil"), "{}", problem.detail);
        }
        for ours in [
            "localhost:8000",
            "127.0.0.1",
            "[::1]:8000",
            "console.example",
            "CONSOLE.example:443",
        ] {
            let got = send(server.get(path).header("Host", ours)).await;
            assert_eq!(got.status.as_u16(), 200, "{path} as {ours}: {}", got.text());
        }
    }
}

#[tokio::test]
async fn a_write_from_another_site_is_403_and_a_tool_passes() {
    let server = TestServer::mock();
    let post = || {
        server
            .request("POST", "/api/v1/client-errors")
            .json(&serde_json::json!({ "tab": "leads", "message": "m",
            "location": null, "build": "dev", "recovered": true }))
    };
    let own = server.client.base_url().to_owned();
    for (name, value) in [
        ("Origin", "http://evil.example"),
        ("Origin", "null"),
        ("Origin", "http://127.0.0.1:1"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ] {
        send(post().header(name, value))
            .await
            .refused(ErrorCode::CsrfFailed);
    }
    for request in [
        post(),
        post().header("Origin", own.clone()),
        post()
            .header("Origin", own)
            .header("Sec-Fetch-Site", "same-origin"),
        post().header("Sec-Fetch-Site", "none"),
    ] {
        assert_eq!(send(request).await.status.as_u16(), 202);
    }
    let read = send(
        server
            .get("/api/v1/status")
            .header("Sec-Fetch-Site", "cross-site"),
    )
    .await;
    assert_eq!(
        read.status.as_u16(),
        200,
        "a link from elsewhere opens the console"
    );
}
