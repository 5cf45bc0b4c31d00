//! HEAD follows GET, OPTIONS lists, and every other method is 405 with the same list.

use std::collections::{BTreeMap, BTreeSet};

use aicmo_shared::ErrorCode;
use aicmo_shared::api;

use super::harness::{TestServer, send};
use super::samples::{self, Populated};

fn methods_by_path() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut paths: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for spec in api::ALL {
        let methods = paths.entry(spec.path).or_default();
        methods.insert(spec.method.as_str());
        methods.insert("OPTIONS");
        if spec.method == api::Method::Get {
            methods.insert("HEAD");
        }
    }
    paths
}

fn listed(allow: &str) -> BTreeSet<&str> {
    allow.split(", ").collect()
}

#[tokio::test]
async fn another_method_is_405_and_names_the_right_ones() {
    let server = TestServer::mock();
    for (path, methods) in methods_by_path() {
        let path = path.replace("{id}", samples::NOBODY);
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"] {
            if methods.contains(method) {
                continue;
            }
            let got = send(server.request(method, &path)).await;
            let problem = got.refused(ErrorCode::MethodNotAllowed);
            assert_eq!(listed(got.header("allow")), methods, "{method} {path}");
            assert!(problem.extras["allow"].is_array(), "{method} {path}");
        }
        let options = send(server.request("OPTIONS", &path)).await;
        assert_eq!(options.status.as_u16(), 204, "{path}");
        assert_eq!(listed(options.header("allow")), methods, "{path}");
    }
    for path in ["/healthz", "/readyz", "/api/v1/openapi.json", "/leads", "/"] {
        let got = send(server.request("POST", path)).await;
        got.refused(ErrorCode::MethodNotAllowed);
        assert!(got.header("allow").contains("GET"), "{path}");
    }
}

#[tokio::test]
async fn head_answers_as_get_does_without_the_body() {
    let server = TestServer::mock();
    let ids = Populated::found_in(&server).await;
    let reads = api::ALL
        .iter()
        .filter(|spec| samples::is_read(spec))
        .map(|spec| spec.path_with(&[ids.id_for(spec)]))
        .chain(["/healthz", "/readyz", "/api/v1/openapi.json", "/", "/leads"].map(str::to_owned));
    for path in reads {
        let get = send(server.get(&path)).await;
        let head = send(server.request("HEAD", &path)).await;
        assert_eq!(head.status, get.status, "{path}");
        assert!(head.bytes.is_empty(), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        // A weak one is made from what is said, and some figures move from one request to the next.
        if !get.header("etag").starts_with("W/") {
            assert_eq!(head.header("etag"), get.header("etag"), "{path}");
            if !get.header("content-length").is_empty() {
                assert_eq!(
                    head.header("content-length"),
                    get.header("content-length"),
                    "{path}"
                );
            }
        }
        assert_eq!(
            head.header("etag").is_empty(),
            get.header("etag").is_empty(),
            "{path}"
        );
    }
}
