//! Nothing in the endpoint table is left out: mounted, documented, tested, with provenance.

use aicmo_shared::api::{self, AnswerKind, Kind};
use serde_json::json;

use super::harness::{TestServer, send};
use super::samples;

#[tokio::test]
async fn every_endpoint_of_the_table_is_mounted() {
    let server = TestServer::mock();
    for spec in api::ALL {
        let got = send(samples::request(&server, spec, samples::NOBODY)).await;
        assert_ne!(got.status.as_u16(), 405, "{} is not mounted", spec.name);
        if got.status.as_u16() == 404 {
            let problem = got.problem();
            assert_ne!(
                problem.detail, "There is nothing at this address.",
                "{} is not mounted",
                spec.name
            );
        }
    }
}

#[tokio::test]
async fn every_endpoint_is_in_the_served_document_with_its_provenance() {
    let server = TestServer::mock();
    let got = send(server.get("/api/v1/openapi.json")).await;
    assert_eq!(got.status.as_u16(), 200);
    let document = got.json();
    assert_eq!(document["openapi"], "3.1.0");
    let mut described = 0;
    for spec in api::ALL {
        let operation = &document["paths"][spec.path][spec.method.as_str().to_ascii_lowercase()];
        assert_eq!(
            operation["operationId"], spec.name,
            "{} is not described",
            spec.name
        );
        described += 1;
        let content = &operation["responses"][spec.success.to_string()]["content"];
        if spec.answer == AnswerKind::Rows {
            assert!(content["application/x-ndjson"].is_object() && content["text/csv"].is_object());
        }
        let success = &content["application/json"]["schema"];
        if spec.kind == Kind::Read {
            for field in ["data", "is_mock", "source", "mock_reason", "generated_at"] {
                assert!(
                    success["required"]
                        .as_array()
                        .is_some_and(|required| required.contains(&json!(field))),
                    "{} does not require {field}",
                    spec.name
                );
            }
        }
        for code in spec.problems {
            let described = &operation["responses"][code.status().to_string()]["description"];
            assert!(
                described
                    .as_str()
                    .is_some_and(|codes| codes.split(", ").any(|known| known == code.as_str())),
                "{} does not describe {code}",
                spec.name
            );
        }
    }
    let routes: usize = document["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .filter(|(path, _)| path.starts_with(api::BASE))
        .map(|(_, item)| item.as_object().map_or(0, serde_json::Map::len))
        .sum();
    assert_eq!(
        routes, described,
        "the document describes a route outside the table"
    );
}

#[test]
fn every_endpoint_has_a_test_of_its_own() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api");
    let nouns = [
        "activity.rs",
        "api_keys.rs",
        "audit.rs",
        "backups.rs",
        "campaigns.rs",
        "client_errors.rs",
        "diagnostics.rs",
        "imports.rs",
        "inventory.rs",
        "jobs.rs",
        "leads.rs",
        "metrics.rs",
        "passkeys.rs",
        "session.rs",
        "status.rs",
        "stream.rs",
        "tasks.rs",
        "users.rs",
        "webhooks.rs",
    ];
    let source: String = nouns
        .iter()
        .map(|name| std::fs::read_to_string(folder.join(name)).expect("a test module of a noun"))
        .collect();
    let missing: Vec<&str> = api::ALL
        .iter()
        .map(|spec| spec.name)
        .filter(|name| !source.contains(&format!("::<{name}>")))
        .collect();
    assert!(missing.is_empty(), "no test calls {missing:?} by its type");
}
