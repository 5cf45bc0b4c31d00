//! The OpenAPI 3.1 document, derived from the endpoint table and the wire types.
//!
//! Nothing is described by hand but the probes: paths, parameters, bodies, answers and problem codes
//! come from where the server itself takes them, so the document cannot fall behind. `operation` says
//! what one endpoint takes and answers, `common` what all of them share, and `examples` what it looks
//! like; a test sends each example to a running server.

mod common;
mod examples;
mod operation;
pub mod page;
mod security;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use aicmo_shared::api::{self, BodyKind};
use aicmo_shared::{ErrorCode, MockReason, PageInfo, Problem, Source, Timestamp};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use super::mount::is_known;

/// Where the document is.
pub const PATH: &str = "/api/v1/openapi.json";

/// What its address takes.
pub const ALLOW: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

struct Written {
    bytes: Bytes,
    etag: HeaderValue,
}

static WRITTEN: LazyLock<Written> = LazyLock::new(|| {
    let bytes = serde_json::to_vec(&document()).unwrap_or_default();
    let hash: u64 = Sha256::digest(&bytes)
        .iter()
        .take(8)
        .fold(0, |hash, byte| (hash << 8) | u64::from(*byte));
    Written {
        etag: HeaderValue::from_str(&format!("\"{hash:016x}\"")).unwrap_or(HeaderValue::from_static("\"0\"")),
        bytes: bytes.into(),
    }
});

/// `GET /api/v1/openapi.json`
pub async fn serve(request: HttpRequest) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.insert_header((ETAG, WRITTEN.etag.clone()));
    response.insert_header((CACHE_CONTROL, HeaderValue::from_static("no-cache")));
    if is_known(&request, &WRITTEN.etag) {
        return response
            .status(actix_web::http::StatusCode::NOT_MODIFIED)
            .finish();
    }
    response.insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json")));
    response.body(WRITTEN.bytes.clone())
}

/// The document.
pub fn document() -> Value {
    let mut writer = Writer::default();
    writer.component::<Problem>();
    writer.component::<PageInfo>();
    writer.component::<Source>();
    writer.component::<MockReason>();
    writer.component::<Timestamp>();
    writer.component::<ErrorCode>();
    api::visit_all(&mut writer);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "AICMO Operator",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Every answer that carries data says where it came from. Failures are problem \
                documents (RFC 9457) with a closed code. An answer may gain a field at any time; what is \
                described here is never taken away within this version.",
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "paths": writer.paths_with_probes(),
        "components": {
            "schemas": writer.components,
            "parameters": common::parameters(),
            "headers": common::headers(),
            "securitySchemes": security::schemes(),
        },
    })
}

#[derive(Default)]
struct Writer {
    paths: BTreeMap<String, Map<String, Value>>,
    components: BTreeMap<String, Value>,
}

impl api::Visitor for Writer {
    fn visit<T: api::DescribedEndpoint>(&mut self) {
        let mut named = Vec::new();
        T::schemas(&mut named);
        for (name, schema) in named {
            self.keep(name, &schema);
        }
        let answer = self.reference::<T::Answer>();
        let body = (T::SPEC.body == BodyKind::Json).then(|| self.reference::<T::Body>());
        let operation = operation::describe(&T::SPEC, body, answer);
        self.paths
            .entry(T::SPEC.path.to_owned())
            .or_default()
            .insert(T::SPEC.method.as_str().to_ascii_lowercase(), operation);
    }
}

impl Writer {
    fn keep(&mut self, name: String, schema: &RefOr<Schema>) {
        self.components.entry(name).or_insert_with(|| json!(schema));
    }

    fn component<T: ToSchema>(&mut self) {
        let mut named = Vec::new();
        T::schemas(&mut named);
        named.push((T::name().into_owned(), T::schema()));
        for (name, schema) in named {
            self.keep(name, &schema);
        }
    }

    /// A reference to the schema of `T`, which becomes a component under its own name; a list becomes
    /// an array of such references.
    fn reference<T: PartialSchema>(&mut self) -> Value {
        let full = std::any::type_name::<T>();
        let (element, is_list) = match full
            .strip_prefix("alloc::vec::Vec<")
            .and_then(|rest| rest.strip_suffix('>'))
        {
            Some(element) => (element, true),
            None => (full, false),
        };
        let name = element.rsplit("::").next().unwrap_or(element).to_owned();
        let mut schema = json!(T::schema());
        if is_list {
            schema = schema.get("items").cloned().unwrap_or(Value::Bool(true));
        }
        if schema.get("$ref").is_none() {
            self.components.entry(name.clone()).or_insert(schema);
        }
        let reference = json!({ "$ref": format!("#/components/schemas/{name}") });
        if is_list {
            json!({ "type": "array", "items": reference })
        } else {
            reference
        }
    }

    fn paths_with_probes(&self) -> Value {
        let mut paths = json!(self.paths);
        if let Some(paths) = paths.as_object_mut() {
            paths.insert(
                "/healthz".to_owned(),
                probe("healthz", "The process lives; nothing else is looked at.", &[]),
            );
            paths.insert(
                "/readyz".to_owned(),
                probe(
                    "readyz",
                    "The process can do its work: database, schema, mode. 503 when it cannot.",
                    &[
                        json!({ "name": "verbose", "in": "query", "description": "List every check.",
                        "schema": { "type": "string", "enum": ["", "1", "true"] } }),
                    ],
                ),
            );
        }
        paths
    }
}

fn probe(name: &str, summary: &str, parameters: &[Value]) -> Value {
    let said = json!({ "description": summary, "headers": common::on_every_answer(),
        "content": { "application/json": { "schema": {
            "type": "object", "required": ["status"], "properties": { "status": { "type": "string" } } } } } });
    let refused = json!({ "description": "The request was not understood, or not for this server.",
        "headers": common::on_every_answer(),
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } });
    json!({ "get": {
        "operationId": name, "summary": summary, "tags": ["health"], "parameters": parameters,
        "responses": { "200": said, "503": said, "400": refused, "405": refused, "421": refused },
    } })
}

#[cfg(test)]
mod tests {
    use aicmo_shared::api::Kind;

    use super::*;

    /// Every `$ref` in `value`.
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    match (name.as_str(), field) {
                        ("$ref", Value::String(target)) => found.push(target),
                        _ => references(field, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 50, "{}", found.len());
        for target in found {
            let pointer = target.trim_start_matches('#');
            assert!(document.pointer(pointer).is_some(), "{target} leads nowhere");
        }
    }

    #[test]
    fn every_endpoint_is_described_with_its_envelope() {
        let document = document();
        for spec in api::ALL {
            let operation = &document["paths"][spec.path][spec.method.as_str().to_ascii_lowercase()];
            assert_eq!(operation["operationId"], spec.name);
            if !spec.answers_json() {
                continue;
            }
            let schema =
                &operation["responses"][spec.success.to_string()]["content"]["application/json"]["schema"];
            if spec.kind == Kind::Read {
                for field in ["data", "is_mock", "source", "mock_reason", "generated_at"] {
                    let required = schema["required"].as_array().expect("a list of required fields");
                    assert!(required.contains(&json!(field)), "{}: {field}", spec.name);
                }
            } else {
                assert!(schema["$ref"].is_string(), "{}: {schema}", spec.name);
            }
        }
    }
}
