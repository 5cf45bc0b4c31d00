//! What requests and answers look like. The file beside this one is written by a test from what a
//! running server takes and answers, with ids and instants made steady; another run compares.

use std::sync::LazyLock;

use serde_json::Value;

static EXAMPLES: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("examples.json")).unwrap_or_default());

/// The body of a request to an endpoint.
pub fn request(endpoint: &str) -> Option<&'static Value> {
    EXAMPLES.get("requests")?.get(endpoint)
}

/// What an endpoint answers in the form `media`.
pub fn answer(endpoint: &str, media: &str) -> Option<&'static Value> {
    let answer = EXAMPLES.get("answers")?.get(endpoint)?;
    match media {
        "application/json" => Some(answer),
        _ => answer.get(media),
    }
}

/// A problem of a code.
pub fn problem(code: &str) -> Option<&'static Value> {
    EXAMPLES.get("problems")?.get(code)
}
