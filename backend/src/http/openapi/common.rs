//! What every endpoint shares: headers that go in and out, each described once.

use serde_json::{Map, Value, json};

/// A reference to one of `headers()`.
fn header(name: &str) -> (String, Value) {
    (
        name.to_owned(),
        json!({ "$ref": format!("#/components/headers/{name}") }),
    )
}

/// References to headers of answers by name.
pub fn headers_named(names: &[&str]) -> Map<String, Value> {
    names.iter().map(|name| header(name)).collect()
}

/// On any answer, whatever it is.
pub fn on_every_answer() -> Map<String, Value> {
    headers_named(&["X-Request-Id", "X-Aicmo-Build", "X-Aicmo-Mock"])
}

/// On any answer of an endpoint.
pub fn on_every_api_answer() -> Map<String, Value> {
    let mut headers = on_every_answer();
    headers.extend(headers_named(&["RateLimit", "RateLimit-Policy"]));
    headers
}

/// A reference to one of `parameters()`.
pub fn parameter(name: &str) -> Value {
    json!({ "$ref": format!("#/components/parameters/{name}") })
}

/// The headers of requests.
pub fn parameters() -> Value {
    let taken = |name: &str, required: bool, description: &str, schema: Value| {
        json!({ "name": name, "in": "header", "required": required, "description": description,
            "schema": schema })
    };
    json!({
        "If-Match": taken(
            "If-Match", true,
            "The ETag of the version you saw, such as \"v3\"; 428 without, 412 when it is no longer so.",
            json!({ "type": "string", "pattern": "^\"v[0-9]{1,18}(-[0-9a-f]+)?\"$", "examples": ["\"v3\""] }),
        ),
        "If-None-Match": taken(
            "If-None-Match", false,
            "The ETag you have; 304 without a body while it is the same.",
            json!({ "type": "string", "examples": ["\"v3\""] }),
        ),
        "Idempotency-Key": taken(
            "Idempotency-Key", false,
            "A word of your own, new for every new request. Sent again with the same request within 24 hours it \
             changes nothing and gets the same answer, byte for byte.",
            json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!#-\\[\\]-~]+$",
                "examples": ["0197c1f0-5e8a-7a4b-9b0e-3a1d2c4f5e6a"] }),
        ),
    })
}

/// The headers of answers.
pub fn headers() -> Value {
    let text = |description: &str, example: &str| json!({ "description": description, "schema": { "type": "string", "examples": [example] } });
    json!({
        "X-Request-Id": text(
            "Finds the log lines and the audit row of this request; taken from the request when it is well formed.",
            "0197c1f0-5e8a-7a4b-9b0e-3a1d2c4f5e6a",
        ),
        "X-Aicmo-Build": text("The build of the server.", "AICMO_DASH_V3_2026_01_15_abcdef0"),
        "X-Aicmo-Mock": text("Why the answer is mock data; absent when it is live.", "forced_by_setting"),
        "ETag": text("The version of what was answered.", "\"v3\""),
        "RateLimit": text("What is left of the budget, and in how many seconds it is whole again.", "\"reads\";r=11999;t=1"),
        "RateLimit-Policy": text("The budget: requests per seconds.", "\"reads\";q=12000;w=60"),
        "Retry-After": {
            "description": "When asking again makes sense, in seconds.",
            "schema": { "type": "integer", "minimum": 0, "examples": [1] },
        },
        "WWW-Authenticate": text("How a tool says who it is.", "Bearer realm=\"aicmo\""),
        "Set-Cookie": text(
            "The session's cookie, and the mark of a browser that had none; no script can read either.",
            "aicmo_session=…; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200",
        ),
        "Allow": text("The methods that this address takes.", "GET, HEAD, OPTIONS"),
        "Idempotency-Replayed": {
            "description": "true when an earlier request with the same Idempotency-Key was given this answer.",
            "schema": { "type": "string", "const": "true" },
        },
    })
}
