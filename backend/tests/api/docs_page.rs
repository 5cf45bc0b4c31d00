//! The page of the API: everything that is in the document, without a script and without the outside.

use std::collections::BTreeSet;

use aicmo_shared::ErrorCode;
use aicmo_shared::api;

use super::harness::{TestServer, send};

/// The values of an attribute, in order.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    page.split(start.as_str())
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[tokio::test]
async fn the_page_shows_every_operation_and_leads_nowhere_else() {
    let server = TestServer::mock();
    let got = send(server.get("/api/docs")).await;
    assert_eq!(got.status.as_u16(), 200);
    assert_eq!(got.header("content-type"), "text/html; charset=utf-8");
    let page = got.text();
    let ids = values(&page, "id");
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(unique.len(), ids.len(), "every id is there once");
    for spec in api::ALL {
        assert!(unique.contains(spec.name), "{} is not shown", spec.name);
        assert!(
            page.contains(&format!("<code>{}</code>", spec.path)),
            "{}",
            spec.path
        );
    }
    for target in values(&page, "href") {
        match target.strip_prefix('#') {
            Some(id) => assert!(unique.contains(id), "#{id} leads nowhere"),
            None => assert!(target.starts_with('/'), "{target} leads out of the house"),
        }
    }
    for forbidden in ["<script", "<style", " style=", " onclick", " src=", "<img"] {
        assert!(!page.contains(forbidden), "{forbidden} is in the page");
    }
    let policy = got.header("content-security-policy");
    assert!(
        policy.contains("default-src 'self'") && !policy.contains("unsafe-inline"),
        "{policy}"
    );
}

#[tokio::test]
async fn the_page_and_what_belongs_to_it_are_fetched_once() {
    let server = TestServer::mock();
    for (path, content_type) in [
        ("/api/docs", "text/html; charset=utf-8"),
        ("/api/docs/style.css", "text/css; charset=utf-8"),
        ("/api/docs/icon.svg", "image/svg+xml"),
    ] {
        let first = send(server.get(path)).await;
        assert_eq!(
            (first.status.as_u16(), first.header("content-type")),
            (200, content_type)
        );
        let again = send(server.get(path).header("If-None-Match", first.header("etag"))).await;
        assert_eq!(again.status.as_u16(), 304, "{path}");
        let packed = send(server.get(path).header("Accept-Encoding", "br")).await;
        assert_eq!(packed.header("content-encoding"), "br", "{path}");
        send(server.request("POST", path))
            .await
            .refused(ErrorCode::MethodNotAllowed);
    }
    let nowhere = send(server.get("/api/docs/other.css")).await;
    nowhere.refused(ErrorCode::NotFound);
}

#[tokio::test]
async fn an_answer_that_no_coding_fits_is_a_406_problem() {
    let server = TestServer::mock();
    let got = send(
        server
            .get("/api/v1/leads")
            .header("Accept-Encoding", "identity;q=0, zstd"),
    )
    .await;
    let problem = got.refused(ErrorCode::NotAcceptable);
    assert_eq!(problem.extras["accepted"][0], "br");
    for accepted in ["gzip", "br;q=0.1, gzip;q=1", "identity;q=0, br", "*"] {
        let got = send(server.get("/api/v1/leads").header("Accept-Encoding", accepted)).await;
        assert_eq!(got.status.as_u16(), 200, "{accepted}");
        if accepted.contains("gzip") {
            assert_eq!(got.header("content-encoding"), "gzip", "{accepted}");
        }
    }
    for accept in [
        "text/html",
        "application/xml",
        "image/png;q=1",
        "application/json",
    ] {
        let got = send(server.get("/api/v1/leads").header("Accept", accept)).await;
        assert_eq!(got.header("content-type"), "application/json", "{accept}");
    }
}
