//! What bad input gets: the right status, a code, and a pointer to the place.

use aicmo_shared::ErrorCode;
use aicmo_shared::api;
use aicmo_test_support::on_both_databases;
use serde_json::json;

use super::harness::{TestServer, send};
use super::samples;

on_both_databases! {
    async fn a_body_that_is_no_good_is_refused_with_its_place(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let post = |body: &str| {
            server
                .request("POST", "/api/v1/leads")
                .header("content-type", "application/json")
                .body(body.to_owned())
        };
        for (body, code, pointer) in [
            ("", ErrorCode::MalformedRequest, ""),
            ("{", ErrorCode::MalformedRequest, ""),
            ("{\"name\": \"Ada\",}", ErrorCode::MalformedRequest, ""),
            ("\u{0}", ErrorCode::MalformedRequest, ""),
            ("{\"nam\": \"Ada\"}", ErrorCode::ValidationFailed, "/nam"),
            ("{\"name\": 5}", ErrorCode::ValidationFailed, "/name"),
            ("{\"tags\": [\"a\", {}]}", ErrorCode::ValidationFailed, "/tags/1"),
            ("[1]", ErrorCode::ValidationFailed, ""),
            ("{\"email\": \"a@b.example\", \"utm\": [\"x\"]}", ErrorCode::ValidationFailed, "/utm"),
            ("{\"email\": \"a@b.example\", \"utm\": [null, null]}", ErrorCode::ValidationFailed, "/utm"),
            ("{\"name\": 1e400}", ErrorCode::MalformedRequest, ""),
            ("{\"name\": 123456789012345678901234567890}", ErrorCode::ValidationFailed, "/name"),
            ("{\"name\": \"a\", \"name\": \"b\"}", ErrorCode::ValidationFailed, "/name"),
            ("\"Ada\"", ErrorCode::ValidationFailed, ""),
            ("null", ErrorCode::ValidationFailed, ""),
        ] {
            let problem = send(post(body)).await.refused(code);
            assert_eq!(problem.errors[0].pointer, pointer, "{body}");
        }
        let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
        send(post(&format!("{{\"utm\": {deep}}}"))).await.problem();
    }
}

on_both_databases! {
    async fn the_character_zero_is_refused_wherever_a_text_may_stand(db: TestDatabase) {
        let server = TestServer::live(db.store());
        for (path, body, pointer) in [
            ("/api/v1/leads", json!({ "name": "A\u{0}da", "email": "ada@engine.example" }), "/name"),
            ("/api/v1/leads", json!({ "email": "ada@engine.example", "tags": ["a", "\u{0}"] }), "/tags/1"),
            ("/api/v1/campaigns", json!({ "name": "Spring\u{0}", "objective": "sales" }), "/name"),
            ("/api/v1/session", json!({ "email": "a\u{0}@engine.example", "password": "long enough, surely" }), "/email"),
        ] {
            let problem = send(server.request("POST", path).json(&body)).await.refused(ErrorCode::ValidationFailed);
            assert_eq!(problem.errors[0].pointer, pointer, "{path}");
        }
        for query in ["filter[email]=%00", "cursor=a%00b"] {
            send(server.get(&format!("/api/v1/leads?{query}"))).await.refused(ErrorCode::InvalidFilter);
        }
        // Spelled out it is six plain characters, which any text may hold.
        let plain = json!({ "name": "\\u0000", "email": "zero@engine.example" });
        assert_eq!(send(server.request("POST", "/api/v1/leads").json(&plain)).await.status.as_u16(), 201);
    }
}

on_both_databases! {
    async fn an_unknown_value_lists_the_legal_ones_in_bodies_and_queries(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let body = json!({ "name": "Spring", "objective": "world_domination" });
        let problem =
            send(server.request("POST", "/api/v1/campaigns").json(&body)).await.refused(ErrorCode::InvalidEnumValue);
        assert_eq!(problem.errors[0].pointer, "/objective");
        assert_eq!(problem.extras["legal"][0], "lead_generation");

        let problem =
            send(server.get("/api/v1/leads?filter[status]=ENGAGED")).await.refused(ErrorCode::InvalidEnumValue);
        assert_eq!(problem.errors[0].pointer, "filter[status]");
        assert_eq!(problem.extras["legal"].as_array().map(Vec::len), Some(8));
        assert!(problem.detail.contains("MANUAL_REVIEW"), "{}", problem.detail);
    }
}

#[tokio::test]
async fn a_parameter_that_no_one_knows_is_named_on_every_read() {
    let server = TestServer::mock();
    // What needs live data is refused before anything of the request is looked at.
    let reads = api::ALL
        .iter()
        .filter(|spec| samples::is_read(spec) && !spec.kind.needs_live_data());
    for spec in reads {
        let path = format!("{}?colour=blue", spec.path_with(&[samples::NOBODY]));
        let problem = send(server.ask(&server.sender(spec), "GET", &path))
            .await
            .refused(ErrorCode::InvalidFilter);
        assert!(
            problem.detail.contains("colour"),
            "{}: {}",
            spec.name,
            problem.detail
        );
        let legal: Vec<&str> = spec.params.iter().map(|param| param.name).collect();
        assert_eq!(problem.extras["legal"], json!(legal), "{}", spec.name);
    }
}

#[tokio::test]
async fn a_repeated_or_unreadable_parameter_is_400() {
    let server = TestServer::mock();
    for query in [
        "limit=1&limit=2",
        "limit=0",
        "limit=201",
        "limit=ten",
        "filter[review]=perhaps",
        "filter[campaign]=x",
    ] {
        send(server.get(&format!("/api/v1/leads?{query}")))
            .await
            .refused(ErrorCode::InvalidFilter);
    }
    let long = format!("/api/v1/leads?filter[email]={}", "a".repeat(9_000));
    let problem = send(server.get(&long)).await.refused(ErrorCode::PayloadTooLarge);
    assert_eq!(problem.extras["limit_bytes"], 8_192);
}

on_both_databases! {
    async fn a_cursor_that_is_tampered_with_or_of_another_list_is_400(db: TestDatabase) {
        let server = TestServer::live(db.store());
        for n in 0..3 {
            let body = json!({ "name": format!("Lead {n}"), "email": format!("lead{n}@many.example") });
            send(server.request("POST", "/api/v1/leads").json(&body)).await;
        }
        let page = send(server.get("/api/v1/leads?limit=1&sort=newest")).await.json();
        let cursor = page["page"]["next_cursor"].as_str().expect("there is more").to_owned();
        let with = |query: &str| server.get(&format!("/api/v1/leads?limit=1&{query}"));
        assert_eq!(send(with(&format!("sort=newest&cursor={cursor}"))).await.status.as_u16(), 200);
        let mut tampered = cursor.clone();
        let last = if tampered.pop() == Some('A') { 'B' } else { 'A' };
        tampered.push(last);
        for query in [
            format!("sort=oldest&cursor={cursor}"),
            format!("sort=newest&filter[status]=NEW&cursor={cursor}"),
            format!("sort=newest&cursor={tampered}"),
            "sort=newest&cursor=nonsense".to_owned(),
        ] {
            send(with(&query)).await.refused(ErrorCode::InvalidCursor);
        }
    }
}

#[tokio::test]
async fn a_path_that_names_nothing_is_a_404_problem() {
    let server = TestServer::mock();
    for path in [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v2/leads",
        "/api/v1/nonsense",
        "/api/v1/leads/",
        "/api/v1/leads/not-an-id",
        "/api/v1/leads/0197c1f0000070008000000000000001",
        "/api/v1/leads/%00",
        "/api/v1/campaigns/..%2f..%2fetc",
        "/healthz/more",
        "/metrics/more",
        "/e2e/faults",
    ] {
        send(server.get(path)).await.refused(ErrorCode::NotFound);
    }
    send(server.request("POST", "/api/v1/nonsense").body("x"))
        .await
        .refused(ErrorCode::NotFound);
}

on_both_databases! {
    async fn a_body_of_the_wrong_kind_or_size_is_refused(db: TestDatabase) {
        let server = TestServer::live(db.store());
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/xml"] {
            let request = server
                .request("POST", "/api/v1/leads")
                .header("content-type", content_type)
                .body("{\"name\":\"Ada\"}");
            send(request).await.refused(ErrorCode::UnsupportedMediaType);
        }
        send(server.request("POST", "/api/v1/leads").body("{}")).await.refused(ErrorCode::UnsupportedMediaType);

        let body = json!({ "name": "Ada", "notes": "x".repeat(300 * 1024) });
        let problem =
            send(server.request("POST", "/api/v1/leads").json(&body)).await.refused(ErrorCode::PayloadTooLarge);
        assert_eq!(problem.extras["limit_bytes"], 256 * 1024);
        assert!(problem.detail.contains("256 KB"), "{}", problem.detail);
        let alive = send(server.get("/api/v1/leads")).await;
        assert_eq!(alive.status.as_u16(), 200, "the next request is unharmed");
    }
}
