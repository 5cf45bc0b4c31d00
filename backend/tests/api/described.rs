//! What the OpenAPI document says against what the server does: every answer in every test of this
//! crate is held against the document, so it cannot promise what is not so.
//!
//! Owns the part of JSON Schema that the document uses. A keyword that it does not know fails, because
//! an unchecked promise is none.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::harness::Got;

/// The document of this build. Writing it unoptimised takes longer than most tests, each of which is a
/// process of its own: the first one keeps it for the others.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi-document.json");
    let build = this_build();
    let kept = fs::read(&place)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<(String, Value)>(&bytes).ok())
        .filter(|(of, _)| *of == build);
    if let Some((_, document)) = kept {
        return document;
    }
    let document = aicmo_backend::http::openapi::document();
    let draft = place.with_extension(std::process::id().to_string());
    let text = serde_json::to_string(&(&build, &document)).expect("JSON");
    fs::write(&draft, text).expect("a place for temporary files");
    fs::rename(&draft, &place).expect("a place for temporary files");
    document
});

/// What tells this test binary from one that was built at another time or from other sources.
fn this_build() -> String {
    let place = std::env::current_exe().expect("a test has a binary");
    let file = fs::metadata(&place).expect("a test has a binary");
    format!("{} {} {:?}", place.display(), file.len(), file.modified())
}

/// Says nothing about which values are legal.
const NOTES: &[&str] = &[
    "description",
    "title",
    "example",
    "examples",
    "default",
    "contentMediaType",
    "deprecated",
    "$comment",
];

/// The description of the operation behind a method and a path, and the path as the document spells it.
pub fn operation(method: &str, path: &str) -> Option<(&'static str, &'static Value)> {
    let document: &'static Value = &DOCUMENT;
    let method = if method == "HEAD" {
        "get".to_owned()
    } else {
        method.to_ascii_lowercase()
    };
    let asked: Vec<&str> = path.split('/').collect();
    document["paths"]
        .as_object()?
        .iter()
        .find_map(|(template, item)| {
            let pieces: Vec<&str> = template.split('/').collect();
            let fits = pieces.len() == asked.len()
                && pieces
                    .iter()
                    .zip(&asked)
                    .all(|(piece, asked)| piece.starts_with('{') || piece == asked);
            fits.then(|| item.get(&method))
                .flatten()
                .map(|operation| (template.as_str(), operation))
        })
}

/// Holds an answer against the document; addresses that it does not describe are not its business.
#[track_caller]
pub fn hold(method: &str, path: &str, got: &Got) {
    let Some((template, operation)) = operation(method, path) else {
        return;
    };
    // Faults that are asked for are not promised, and a route that is not mounted is found elsewhere.
    let bodiless = method == "HEAD" && got.status.as_u16() == 404;
    if bodiless
        || got.header("x-aicmo-mock") == "e2e_mode"
        || got.text().contains("There is nothing at this address.")
    {
        return;
    }
    let status = got.status.as_u16();
    let place = format!("{method} {template} answered {status}");
    let response = &operation["responses"][status.to_string()];
    assert!(
        response.is_object(),
        "{place}, which is not described: {}",
        got.text()
    );
    let described = response["headers"].as_object().cloned().unwrap_or_default();
    for name in [
        "etag",
        "retry-after",
        "allow",
        "idempotency-replayed",
        "ratelimit",
        "x-request-id",
        "x-aicmo-build",
    ] {
        if got.headers.contains_key(name) {
            assert!(
                described.keys().any(|known| known.eq_ignore_ascii_case(name)),
                "{place} with {name}, which is not described"
            );
        }
    }
    if method == "HEAD" || status == 304 {
        assert!(got.bytes.is_empty(), "{place} with a body");
        return;
    }
    let media = got
        .header("content-type")
        .split(';')
        .next()
        .unwrap_or_default()
        .to_owned();
    let content = response["content"].get(&media);
    let Some(content) = content else {
        panic!("{place} as {media:?}, which is not described: {}", got.text());
    };
    if media.ends_with("json") && media != "application/x-ndjson" && got.header("content-encoding").is_empty()
    {
        let faults = faults(&content["schema"], &got.json());
        assert!(
            faults.is_empty(),
            "{place} otherwise than described: {faults:#?} in {}",
            got.text()
        );
    }
}

/// Everything about `value` that `schema` does not allow, each with its place.
pub fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(schema, value, "", &mut found);
    found
}

fn check(schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let rules = match schema {
        Value::Bool(true) => return,
        Value::Object(rules) => rules,
        other => return found.push(format!("{place}: {other} is no schema")),
    };
    for (keyword, rule) in rules {
        match keyword.as_str() {
            "$ref" => {
                let target = rule.as_str().unwrap_or_default().trim_start_matches('#');
                match DOCUMENT.pointer(target) {
                    Some(target) => check(target, value, place, found),
                    None => found.push(format!("{place}: {target} leads nowhere")),
                }
            }
            "allOf" => {
                for part in rule.as_array().into_iter().flatten() {
                    check(part, value, place, found);
                }
            }
            "oneOf" | "anyOf" => {
                let fitting = rule
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter(|part| faults(part, value).is_empty())
                    .count();
                if fitting == 0 || (keyword == "oneOf" && fitting > 1) {
                    found.push(format!("{place}: {value} fits {fitting} of {rule}"));
                }
            }
            "type" => {
                let legal = rule.as_array().cloned().unwrap_or_else(|| vec![rule.clone()]);
                if !legal
                    .iter()
                    .any(|kind| is_of(kind.as_str().unwrap_or_default(), value))
                {
                    found.push(format!("{place}: {value} is not of type {rule}"));
                }
            }
            "enum" => {
                if !rule.as_array().is_some_and(|legal| legal.contains(value)) {
                    found.push(format!("{place}: {value} is none of {rule}"));
                }
            }
            "const" if rule != value => found.push(format!("{place}: {value} is not {rule}")),
            "required" => {
                for name in rule.as_array().into_iter().flatten().filter_map(Value::as_str) {
                    if value.is_object() && value.get(name).is_none() {
                        found.push(format!("{place}/{name} is missing"));
                    }
                }
            }
            "properties" => {
                for (name, part) in rule.as_object().into_iter().flatten() {
                    if let Some(field) = value.get(name) {
                        check(part, field, &format!("{place}/{name}"), found);
                    }
                }
            }
            "additionalProperties" => others(rules, rule, value, place, found),
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(rule, item, &format!("{place}/{index}"), found);
                }
            }
            "minimum" if value.as_f64() < rule.as_f64() && value.is_number() => {
                found.push(format!("{place}: {value} is below {rule}"));
            }
            "maximum" if value.as_f64() > rule.as_f64() && value.is_number() => {
                found.push(format!("{place}: {value} is above {rule}"));
            }
            "format" => {
                let text = value.as_str().unwrap_or_default();
                let good = match rule.as_str().unwrap_or_default() {
                    _ if !value.is_string() => true,
                    "uuid" => text.parse::<aicmo_shared::LeadId>().is_ok(),
                    "date-time" => aicmo_shared::Timestamp::parse(text).is_some(),
                    _ => true,
                };
                if !good {
                    found.push(format!("{place}: {value} is no {rule}"));
                }
            }
            "const" | "minimum" | "maximum" => {}
            "minLength" | "maxLength" | "minItems" | "maxItems" | "pattern" | "propertyNames" => {}
            note if NOTES.contains(&note) => {}
            unknown => found.push(format!("{place}: {unknown} is a keyword that nobody checks")),
        }
    }
}

/// The fields that `properties` does not name.
fn others(rules: &Map<String, Value>, rule: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let named = rules.get("properties").and_then(Value::as_object);
    for (name, field) in value.as_object().into_iter().flatten() {
        if named.is_some_and(|named| named.contains_key(name)) {
            continue;
        }
        if *rule == Value::Bool(false) {
            found.push(format!("{place}/{name} is not described"));
        } else {
            check(rule, field, &format!("{place}/{name}"), found);
        }
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

#[test]
fn a_value_that_is_not_as_described_is_found_by_its_place() {
    use serde_json::json;
    let schema = json!({ "type": "object", "required": ["a"], "additionalProperties": false, "properties": {
        "a": { "type": ["string", "null"] },
        "b": { "type": "array", "items": { "type": "integer", "minimum": 1 } },
        "c": { "oneOf": [{ "type": "null" }, { "enum": ["x", "y"] }] },
    } });
    let places = |value: Value| -> Vec<String> {
        let mut places: Vec<String> = faults(&schema, &value)
            .iter()
            .map(|fault| fault.split([':', ' ']).next().unwrap_or_default().to_owned())
            .collect();
        places.sort();
        places
    };
    assert!(places(json!({ "a": null, "b": [1, 2], "c": "x" })).is_empty());
    assert_eq!(
        places(json!({ "b": [1, 0, "2"], "c": "z", "d": 1 })),
        ["/a", "/b/1", "/b/2", "/c", "/d"]
    );
    assert_eq!(
        faults(&json!({ "if": true }), &json!(1)).len(),
        1,
        "an unknown keyword is a fault"
    );
    assert_eq!(faults(&json!({ "$ref": "#/nowhere" }), &json!(1)).len(), 1);
    assert!(
        faults(
            &json!({ "$ref": "#/components/schemas/LeadStatus" }),
            &json!("NEW")
        )
        .is_empty()
    );
    assert_eq!(
        faults(
            &json!({ "$ref": "#/components/schemas/LeadStatus" }),
            &json!("ENGAGED")
        )
        .len(),
        1
    );
}
