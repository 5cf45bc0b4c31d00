//! One endpoint: what it takes, every status it can answer, and the headers and codes that come with
//! each.

use std::collections::BTreeMap;

use aicmo_shared::ErrorCode;
use aicmo_shared::api::{self, AnswerKind, BodyKind, EndpointSpec, Kind, ParamKind, ParamSpec};
use serde_json::{Map, Value, json};

use super::{common, examples, security};

/// What any endpoint may answer, whatever it is.
const ANYWHERE: &[ErrorCode] = &[
    ErrorCode::MalformedRequest,
    ErrorCode::InvalidFilter,
    ErrorCode::HostNotAllowed,
    ErrorCode::MethodNotAllowed,
    ErrorCode::NotAcceptable,
    ErrorCode::RequestTimeout,
    ErrorCode::PayloadTooLarge,
    ErrorCode::RateLimited,
    ErrorCode::HeadTooLarge,
    ErrorCode::Internal,
    ErrorCode::Integrity,
    ErrorCode::DatabaseUnavailable,
    ErrorCode::ServiceUnavailable,
];

/// The description of an endpoint whose body and answer have these schemas.
pub fn describe(spec: &EndpointSpec, body: Option<Value>, answer: Value) -> Value {
    let mut operation = json!({
        "operationId": spec.name,
        "summary": spec.summary,
        "tags": [spec.path.trim_start_matches(api::BASE).split('/').nth(1).unwrap_or_default()],
        "parameters": parameters(spec),
        "security": security::of(spec.access),
        "responses": responses(spec, answer),
    });
    let request = match (spec.body, body) {
        (BodyKind::Json, Some(schema)) => {
            let mut content = json!({ "schema": schema });
            add_example(&mut content, examples::request(spec.name));
            Some(json!({ "required": true, "content": { "application/json": content } }))
        }
        (BodyKind::File, _) => Some(
            json!({ "required": true, "content": { "multipart/form-data": { "schema": {
            "type": "object",
            "required": ["file"],
            "additionalProperties": false,
            "properties": {
                "file": { "type": "string", "contentMediaType": "application/octet-stream" },
                "campaign": { "type": "string", "format": "uuid" },
            },
        } } } }),
        ),
        _ => None,
    };
    if let (Some(request), Some(fields)) = (request, operation.as_object_mut()) {
        fields.insert("requestBody".to_owned(), request);
    }
    operation
}

fn add_example(content: &mut Value, example: Option<&Value>) {
    if let (Some(example), Some(fields)) = (example, content.as_object_mut()) {
        fields.insert("example".to_owned(), example.clone());
    }
}

fn parameters(spec: &EndpointSpec) -> Vec<Value> {
    let in_path = spec
        .path
        .split('/')
        .filter_map(|piece| piece.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            json!({ "name": name, "in": "path", "required": true,
                "schema": { "type": "string", "format": "uuid" } })
        });
    let headers = [
        (spec.needs_version, "If-Match"),
        (may_be_known(spec), "If-None-Match"),
        (spec.takes_key(), "Idempotency-Key"),
    ];
    let headers = headers
        .into_iter()
        .filter(|(taken, _)| *taken)
        .map(|(_, name)| common::parameter(name));
    in_path
        .chain(headers)
        .chain(spec.params.iter().map(query_parameter))
        .collect()
}

/// Whether a conditional read can be answered with 304.
fn may_be_known(spec: &EndpointSpec) -> bool {
    spec.kind == Kind::Read && spec.answers_json()
}

fn query_parameter(param: &ParamSpec) -> Value {
    let schema = match param.kind {
        ParamKind::Text => json!({ "type": "string" }),
        ParamKind::Integer(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        ParamKind::Ratio => json!({ "type": "number", "minimum": 0, "maximum": 1 }),
        ParamKind::Boolean => json!({ "type": "boolean" }),
        ParamKind::Id => json!({ "type": "string", "format": "uuid" }),
        ParamKind::Time => json!({ "type": "string", "format": "date-time" }),
        ParamKind::OneOf(legal) => json!({ "type": "string", "enum": legal() }),
        ParamKind::SomeOf(legal) => {
            // As a form spells a list: one value, separated by commas.
            return json!({ "name": param.name, "in": "query", "required": false, "description": param.help,
                "allowEmptyValue": true, "style": "form", "explode": false,
                "schema": { "type": "array", "items": { "type": "string", "enum": legal() } } });
        }
    };
    // As a form sends a field that was left empty; it counts as absent.
    json!({ "name": param.name, "in": "query", "required": false, "description": param.help,
        "allowEmptyValue": true, "schema": schema })
}

fn responses(spec: &EndpointSpec, answer: Value) -> Value {
    let mut responses = Map::new();
    responses.insert(spec.success.to_string(), success(spec, answer));
    if may_be_known(spec) {
        let mut headers = common::on_every_api_answer();
        headers.extend(common::headers_named(&["ETag"]));
        responses.insert(
            "304".to_owned(),
            json!({ "description": "You have it already.", "headers": headers }),
        );
    }
    let mut by_status: BTreeMap<u16, Vec<ErrorCode>> = BTreeMap::new();
    for code in codes(spec) {
        let codes = by_status.entry(code.status()).or_default();
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    for (status, codes) in by_status {
        responses.insert(status.to_string(), problem(spec, status, &codes));
    }
    Value::Object(responses)
}

fn success(spec: &EndpointSpec, answer: Value) -> Value {
    let schema = match spec.kind {
        _ if matches!(spec.answer, AnswerKind::Rows | AnswerKind::Table) => json!({ "type": "string" }),
        Kind::Read => envelope(&answer, spec.params.iter().any(|param| param.name == "cursor")),
        Kind::Command | Kind::Process | Kind::Inquiry | Kind::Stream => answer,
    };
    let media: &[&str] = match spec.answer {
        AnswerKind::Json | AnswerKind::Secret => &["application/json"],
        AnswerKind::Rows => &["application/x-ndjson", "text/csv"],
        AnswerKind::Table => &["text/csv"],
        AnswerKind::Events => &["text/event-stream"],
    };
    let content: Map<String, Value> = media
        .iter()
        .map(|media| {
            let mut content = json!({ "schema": schema });
            add_example(&mut content, examples::answer(spec.name, media));
            ((*media).to_owned(), content)
        })
        .collect();
    let mut headers = common::on_every_api_answer();
    if may_be_known(spec) || spec.kind == Kind::Command {
        headers.extend(common::headers_named(&["ETag"]));
    }
    if spec.takes_key() {
        headers.extend(common::headers_named(&["Idempotency-Replayed"]));
    }
    if security::sets_cookie(spec) {
        headers.extend(common::headers_named(&["Set-Cookie"]));
    }
    let mut response = json!({ "description": spec.summary, "headers": headers, "content": content });
    let links = links(spec);
    if let Some(fields) = response.as_object_mut()
        && !links.is_empty()
    {
        fields.insert("links".to_owned(), Value::Object(links));
    }
    response
}

/// What can be asked about the thing that was just created.
fn links(spec: &EndpointSpec) -> Map<String, Value> {
    let Some(id) = id_of_the_new(spec) else {
        return Map::new();
    };
    let below = format!("{}/{{id}}", spec.path);
    api::ALL
        .iter()
        .filter(|other| other.path.starts_with(&below))
        .map(|other| {
            let link =
                json!({ "operationId": other.name, "parameters": { "id": format!("$response.body#{id}") } });
            (other.name.to_owned(), link)
        })
        .collect()
}

/// Where the answer of a creation has the new id.
fn id_of_the_new(spec: &EndpointSpec) -> Option<&'static str> {
    match spec.name {
        "CreateLead" => Some("/lead/id"),
        "CreateCampaign" | "UploadImport" | "CreateServiceAccount" => Some("/id"),
        "CreateInvitation" => Some("/invitation/id"),
        "CreateApiKey" => Some("/key/id"),
        "CreateWebhook" => Some("/webhook/id"),
        _ => None,
    }
}

fn problem(spec: &EndpointSpec, status: u16, codes: &[ErrorCode]) -> Value {
    let words: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    let mut headers = common::on_every_api_answer();
    match status {
        401 => headers.extend(common::headers_named(&["WWW-Authenticate"])),
        405 => headers.extend(common::headers_named(&["Allow"])),
        429 | 503 => headers.extend(common::headers_named(&["Retry-After"])),
        409 if spec.takes_key() => {
            headers.extend(common::headers_named(&["Retry-After", "Idempotency-Replayed"]));
        }
        404 | 412 | 422 if spec.takes_key() => {
            headers.extend(common::headers_named(&["Idempotency-Replayed"]));
        }
        _ => {}
    }
    let shown: Map<String, Value> = codes
        .iter()
        .filter_map(|code| {
            let example = examples::problem(code.as_str())?;
            Some((code.to_string(), json!({ "value": example })))
        })
        .collect();
    let mut content = json!({ "schema": {
        "allOf": [{ "$ref": "#/components/schemas/Problem" }],
        "properties": { "code": { "enum": words } },
    } });
    if let Some(fields) = content.as_object_mut()
        && !shown.is_empty()
    {
        fields.insert("examples".to_owned(), Value::Object(shown));
    }
    json!({
        "description": words.join(", "),
        "headers": headers,
        "content": { "application/problem+json": content },
    })
}

/// Every code that this endpoint can answer.
fn codes(spec: &EndpointSpec) -> Vec<ErrorCode> {
    let mut codes: Vec<ErrorCode> = spec.problems.iter().chain(ANYWHERE).copied().collect();
    codes.extend(security::codes(spec));
    if spec.path.contains('{') {
        codes.push(ErrorCode::NotFound);
    }
    if spec.kind.needs_live_data() {
        codes.push(ErrorCode::MockModeReadOnly);
    }
    if matches!(spec.kind, Kind::Command | Kind::Process | Kind::Inquiry) {
        codes.push(ErrorCode::CsrfFailed);
    }
    if spec.needs_version {
        codes.extend([ErrorCode::PreconditionRequired, ErrorCode::VersionConflict]);
    }
    if spec.takes_key() {
        codes.extend([
            ErrorCode::IdempotencyInProgress,
            ErrorCode::AnswerNotKept,
            ErrorCode::IdempotencyKeyReused,
        ]);
    }
    if spec.body != BodyKind::None {
        codes.extend([ErrorCode::UnsupportedMediaType, ErrorCode::ValidationFailed]);
    }
    if spec.body == BodyKind::Json
        || spec
            .params
            .iter()
            .any(|param| matches!(param.kind, ParamKind::OneOf(_) | ParamKind::SomeOf(_)))
    {
        codes.push(ErrorCode::InvalidEnumValue);
    }
    codes
}

/// The envelope of a read: a value with its provenance.
fn envelope(data: &Value, is_list: bool) -> Value {
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let mut required = vec!["data", "is_mock", "source", "mock_reason", "generated_at"];
    let mut properties = json!({
        "data": data,
        "is_mock": { "type": "boolean", "description": "True exactly when source is mock." },
        "source": reference("Source"),
        "mock_reason": { "oneOf": [{ "type": "null" }, reference("MockReason")] },
        "generated_at": reference("Timestamp"),
    });
    if let Some(fields) = properties.as_object_mut()
        && is_list
    {
        fields.insert("page".to_owned(), reference("PageInfo"));
        required.push("page");
    }
    json!({ "type": "object", "required": required, "properties": properties })
}
