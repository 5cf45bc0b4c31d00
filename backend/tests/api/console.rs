//! The embedded console: pages, files, caching. Works with and without a built console.

use aicmo_backend::http::console;
use aicmo_shared::ErrorCode;

use super::harness::{TestServer, send};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[tokio::test]
async fn every_navigation_gets_the_page() {
    let server = TestServer::mock();
    let root = send(server.get("/").header("Accept", BROWSER)).await;
    assert_eq!(root.status.as_u16(), 200);
    assert_eq!(root.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(root.header("cache-control"), "no-cache");
    for path in [
        "/command",
        "/leads",
        "/leads/0197c1f0-0000-7000-8000-000000000001",
        "/diagnostics",
        "/nonsense/deep",
    ] {
        let got = send(server.get(path).header("Accept", BROWSER)).await;
        assert_eq!(got.status.as_u16(), 200, "{path}");
        assert_eq!(got.bytes, root.bytes, "{path}");
    }
    let index = send(server.get("/index.html")).await;
    assert_eq!(index.bytes, root.bytes);
}

#[tokio::test]
async fn a_file_that_is_missing_is_a_problem_and_not_the_page() {
    let server = TestServer::mock();
    for path in [
        "/aicmo-frontend-0000.js",
        "/styles/missing.css",
        "/favicon.missing",
        "/leads/x.map",
    ] {
        send(server.get(path).header("Accept", BROWSER))
            .await
            .refused(ErrorCode::NotFound);
    }
    send(server.get("/leads").header("Accept", "application/json"))
        .await
        .refused(ErrorCode::NotFound);
    send(server.get("/../Cargo.toml"))
        .await
        .refused(ErrorCode::NotFound);
}

#[tokio::test]
async fn a_page_that_is_known_is_304() {
    let server = TestServer::mock();
    let page = send(server.get("/")).await;
    let etag = page.header("etag").to_owned();
    assert!(etag.len() > 30, "{etag}");
    let again = send(server.get("/leads").header("If-None-Match", etag.clone())).await;
    assert_eq!(again.status.as_u16(), 304);
    assert_eq!(again.header("etag"), etag);
    assert!(again.bytes.is_empty());
}

#[tokio::test]
async fn every_embedded_file_is_served_as_the_build_wrote_it() {
    let server = TestServer::mock();
    let report = console::report();
    if !report.embedded {
        assert!(console::verify().is_err());
        assert!(
            send(server.get("/"))
                .await
                .text()
                .contains("not part of this binary")
        );
        return;
    }
    console::verify().expect("hashes agree");
    let manifest = send(server.get("/console.json")).await.json();
    let files = manifest["files"].as_object().expect("files");
    for name in files
        .keys()
        .filter(|name| !name.to_ascii_lowercase().ends_with(".br"))
    {
        let plain = send(server.get(&format!("/{name}"))).await;
        assert_eq!(plain.status.as_u16(), 200, "{name}");
        assert_eq!(plain.header("content-encoding"), "", "{name}");
        let packed = send(
            server
                .get(&format!("/{name}"))
                .header("Accept-Encoding", "gzip, br"),
        )
        .await;
        if packed.header("content-encoding") == "br" {
            assert_eq!(packed.header("vary"), "accept-encoding", "{name}");
            assert_ne!(packed.header("etag"), plain.header("etag"), "{name}");
            assert!(packed.bytes.len() < plain.bytes.len(), "{name}");
        }
        let lasting = plain.header("cache-control").contains("immutable");
        assert!(
            !(lasting && matches!(name.as_str(), "index.html" | "boot.js" | "console.json")),
            "{name}"
        );
    }
    let wasm = files
        .keys()
        .find(|name| name.to_ascii_lowercase().ends_with(".wasm"))
        .expect("a module");
    let got = send(server.get(&format!("/{wasm}")).header("Accept-Encoding", "br")).await;
    assert_eq!(got.header("content-type"), "application/wasm");
    assert_eq!(got.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(got.header("content-encoding"), "br");
}
