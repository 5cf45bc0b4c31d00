//! What was released stays: the document of this build may add to `docs/openapi.json`, and never takes
//! away from it or asks for more. `cargo xtask openapi --accept` moves it, which a release does.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::described::DOCUMENT;

/// Which way a value travels, which decides what breaks whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// From the caller: the server must go on taking it.
    In,
    /// To the caller: it must go on being what callers read.
    Out,
}

/// Two documents, and what the newer one breaks.
struct Comparison<'a> {
    old: &'a Value,
    new: &'a Value,
    breaks: Vec<String>,
    /// Components that are being compared, so that one that holds itself comes to an end.
    under_way: BTreeSet<String>,
}

/// Everything that a caller of `old` could stumble over in `new`.
fn breaks(old: &Value, new: &Value) -> Vec<String> {
    let mut comparison = Comparison {
        old,
        new,
        breaks: Vec::new(),
        under_way: BTreeSet::new(),
    };
    comparison.paths();
    comparison.breaks
}

impl Comparison<'_> {
    fn broken(&mut self, place: &str, what: &str) {
        self.breaks.push(format!("{place}: {what}"));
    }

    fn paths(&mut self) {
        let (old, new) = (self.old, self.new);
        for (path, item) in fields(&old["paths"]) {
            for (method, operation) in fields(item) {
                let place = format!("{} {path}", method.to_uppercase());
                let now = &new["paths"][path][method];
                if now.is_null() {
                    self.broken(&place, "is gone");
                } else {
                    self.operation(&place, operation, now);
                }
            }
        }
    }

    fn operation(&mut self, place: &str, old: &Value, new: &Value) {
        let parameters = |document: &Value, operation: &Value| -> Vec<Value> {
            items(&operation["parameters"])
                .map(|given| resolved(document, given).clone())
                .collect()
        };
        let (before, now) = (parameters(self.old, old), parameters(self.new, new));
        let same = |a: &Value, b: &Value| a["name"] == b["name"] && a["in"] == b["in"];
        for old in &before {
            let place = format!("{place} {}", old["name"]);
            match now.iter().find(|new| same(old, new)) {
                None => self.broken(&place, "is not taken any more"),
                Some(new) => {
                    if old["required"] != json!(true) && new["required"] == json!(true) {
                        self.broken(&place, "is needed now");
                    }
                    self.schema(&place, Way::In, &old["schema"], &new["schema"]);
                }
            }
        }
        for new in now.iter().filter(|new| new["required"] == json!(true)) {
            if !before.iter().any(|old| same(old, new)) {
                self.broken(&format!("{place} {}", new["name"]), "is needed now");
            }
        }
        if new["requestBody"]["required"] == json!(true) && old["requestBody"]["required"] != json!(true) {
            self.broken(place, "needs a body now");
        }
        self.content(
            &format!("{place} body"),
            Way::In,
            &old["requestBody"],
            &new["requestBody"],
        );
        for (status, response) in fields(&old["responses"]) {
            let place = format!("{place} {status}");
            let now = &new["responses"][status];
            if now.is_null() {
                self.broken(&place, "is not answered any more");
                continue;
            }
            for (name, _) in fields(&response["headers"]) {
                if now["headers"][name].is_null() {
                    self.broken(&place, &format!("the header {name} is gone"));
                }
            }
            self.content(&place, Way::Out, response, now);
        }
    }

    fn content(&mut self, place: &str, way: Way, old: &Value, new: &Value) {
        for (media, content) in fields(&old["content"]) {
            let now = &new["content"][media];
            if now.is_null() {
                self.broken(place, &format!("{media} is gone"));
            } else {
                self.schema(place, way, &content["schema"], &now["schema"]);
            }
        }
    }

    fn schema(&mut self, place: &str, way: Way, old: &Value, new: &Value) {
        let names = (old["$ref"].as_str(), new["$ref"].as_str());
        if let (Some(before), Some(now)) = names
            && !self.under_way.insert(format!("{way:?} {before} {now} {place}"))
        {
            return;
        }
        if place.matches('/').count() > 24 {
            return;
        }
        let (old, new) = (merged(self.old, old), merged(self.new, new));
        self.types(place, way, &old, &new);
        self.words(place, way, &old, &new);
        self.bounds(place, way, &old, &new);
        let required = |schema: &Value| -> BTreeSet<String> {
            items(&schema["required"])
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect()
        };
        let (needed, needed_now) = (required(&old), required(&new));
        let lost = match way {
            Way::In => needed_now.difference(&needed),
            Way::Out => needed.difference(&needed_now),
        };
        for name in lost {
            self.broken(
                &format!("{place}/{name}"),
                if way == Way::In {
                    "is needed now"
                } else {
                    "may be missing now"
                },
            );
        }
        for (name, field) in fields(&old["properties"]) {
            let place = format!("{place}/{name}");
            match new["properties"].get(name) {
                Some(now) => self.schema(&place, way, field, now),
                None => self.broken(&place, "is gone"),
            }
        }
        if way == Way::In
            && old["additionalProperties"] != json!(false)
            && new["additionalProperties"] == json!(false)
            && old["type"] == json!("object")
        {
            self.broken(place, "does not take other fields any more");
        }
        if !old["items"].is_null() {
            self.schema(&format!("{place}/*"), way, &old["items"], &new["items"]);
        }
        for kind in ["oneOf", "anyOf"] {
            for (index, part) in items(&old[kind]).enumerate() {
                let goes_on = items(&new[kind]).any(|now| {
                    let mut trial = Comparison {
                        old: self.old,
                        new: self.new,
                        breaks: Vec::new(),
                        under_way: self.under_way.clone(),
                    };
                    trial.schema(&format!("{place}/{index}"), way, part, now);
                    trial.breaks.is_empty()
                });
                if !goes_on {
                    self.broken(place, &format!("one of its forms is gone: {part}"));
                }
            }
        }
    }

    fn types(&mut self, place: &str, way: Way, old: &Value, new: &Value) {
        let types = |schema: &Value| -> BTreeSet<String> {
            match &schema["type"] {
                Value::String(one) => BTreeSet::from([one.clone()]),
                Value::Array(many) => many.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                _ => BTreeSet::new(),
            }
        };
        let (before, now) = (types(old), types(new));
        let holds = match way {
            Way::In => now.is_empty() || (!before.is_empty() && before.is_subset(&now)),
            Way::Out => before.is_empty() || (!now.is_empty() && now.is_subset(&before)),
        };
        if !holds {
            self.broken(place, &format!("was {before:?} and is {now:?}"));
        }
    }

    fn words(&mut self, place: &str, way: Way, old: &Value, new: &Value) {
        match (old["enum"].as_array(), new["enum"].as_array()) {
            (Some(before), Some(now)) => {
                for word in before.iter().filter(|word| !now.contains(word)) {
                    self.broken(place, &format!("{word} is gone"));
                }
            }
            (None, Some(_)) if way == Way::In => self.broken(place, "takes only some values now"),
            (Some(_), None) if way == Way::Out => self.broken(place, "may be any value now"),
            _ => {}
        }
    }

    fn bounds(&mut self, place: &str, way: Way, old: &Value, new: &Value) {
        if way == Way::Out {
            return;
        }
        for (keyword, tighter_is_more) in [
            ("minimum", true),
            ("minLength", true),
            ("minItems", true),
            ("maximum", false),
            ("maxLength", false),
            ("maxItems", false),
        ] {
            let (before, now) = (old[keyword].as_f64(), new[keyword].as_f64());
            let tighter = match (before, now) {
                (None, Some(_)) => true,
                (Some(before), Some(now)) if tighter_is_more => now > before,
                (Some(before), Some(now)) => now < before,
                _ => false,
            };
            if tighter {
                self.broken(place, &format!("{keyword} is tighter now"));
            }
        }
    }
}

fn fields(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(target) => document
            .pointer(target.trim_start_matches('#'))
            .unwrap_or(&Value::Null),
        None => value,
    }
}

/// The schema behind a reference, with what its parts say written into one.
fn merged(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    let mut whole: Map<String, Value> = schema.as_object().cloned().unwrap_or_default();
    for part in items(&schema["allOf"]) {
        for (name, value) in fields(&merged(document, part)) {
            match (whole.get_mut(name), value) {
                (Some(Value::Object(known)), Value::Object(more)) => {
                    for (name, value) in more {
                        known.entry(name.clone()).or_insert_with(|| value.clone());
                    }
                }
                (Some(Value::Array(known)), Value::Array(more)) if name == "required" => {
                    known.extend(more.iter().cloned());
                }
                (None, value) => {
                    whole.insert(name.clone(), value.clone());
                }
                _ => {}
            }
        }
    }
    whole.remove("allOf");
    Value::Object(whole)
}

#[test]
fn nothing_that_was_released_is_gone_or_asks_for_more() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let released: Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("docs/openapi.json")).expect("JSON");
    let breaks = breaks(&released, &DOCUMENT);
    assert!(
        breaks.is_empty(),
        "callers of the released API would stumble over:\n{}",
        breaks.join("\n")
    );
}

/// The document of this build with one thing changed.
fn changed(pointer: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut document = DOCUMENT.clone();
    change(
        document
            .pointer_mut(pointer)
            .unwrap_or_else(|| panic!("{pointer} leads nowhere")),
    );
    document
}

const LEAD: &str = "/components/schemas/LeadRow";
const DRAFT: &str = "/components/schemas/CampaignDraft";
const LIST: &str = "/paths/~1api~1v1~1leads/get";

fn removed(value: &mut Value, name: &str) {
    value
        .as_object_mut()
        .expect("an object")
        .remove(name)
        .expect("it was there");
}

fn push(value: &mut Value, item: Value) {
    value.as_array_mut().expect("a list").push(item);
}

#[test]
fn what_breaks_a_caller_is_found() {
    let mut cases: Vec<(&str, Value)> = vec![
        (
            "a path",
            changed("/paths", |paths| removed(paths, "/api/v1/leads")),
        ),
        (
            "a method",
            changed("/paths/~1api~1v1~1leads", |item| removed(item, "post")),
        ),
        (
            "a status",
            changed(&format!("{LIST}/responses"), |all| removed(all, "200")),
        ),
        (
            "a header",
            changed(&format!("{LIST}/responses/200/headers"), |all| {
                removed(all, "ETag");
            }),
        ),
        (
            "a media type",
            changed(&format!("{LIST}/responses/200/content"), |all| {
                removed(all, "application/json");
            }),
        ),
        (
            "a parameter",
            changed(&format!("{LIST}/parameters"), |all| {
                drop(all.as_array_mut().expect("a list").pop());
            }),
        ),
        (
            "a new needed parameter",
            changed(&format!("{LIST}/parameters"), |all| {
                push(
                    all,
                    json!({ "name": "tenant", "in": "query", "required": true, "schema": { "type": "string" } }),
                );
            }),
        ),
        (
            "a field of an answer",
            changed(&format!("{LEAD}/properties"), |all| removed(all, "email")),
        ),
        (
            "a field that may be missing",
            changed(LEAD, |lead| lead["required"] = json!(["id"])),
        ),
        (
            "another type",
            changed(&format!("{LEAD}/properties/name"), |name| {
                name["type"] = json!("integer");
            }),
        ),
        (
            "a null that was none",
            changed(&format!("{LEAD}/properties/name"), |name| {
                name["type"] = json!(["string", "null"]);
            }),
        ),
        (
            "a word of a closed list",
            changed("/components/schemas/LeadStatus/enum", |words| {
                drop(words.as_array_mut().expect("a list").pop());
            }),
        ),
        (
            "a field of a body",
            changed(&format!("{DRAFT}/properties"), |all| removed(all, "client")),
        ),
        (
            "a new needed field",
            changed(DRAFT, |draft| push(&mut draft["required"], json!("client"))),
        ),
        (
            "a tighter bound",
            changed("/paths", |paths| {
                let all = paths["/api/v1/leads"]["get"]["parameters"]
                    .as_array_mut()
                    .expect("a list");
                let limit = all.iter_mut().find(|one| one["name"] == "limit").expect("limit");
                limit["schema"]["maximum"] = json!(100);
            }),
        ),
    ];
    cases.push((
        "a header that is needed now",
        changed("/components/parameters/Idempotency-Key", |key| {
            key["required"] = json!(true);
        }),
    ));
    for (what, newer) in cases {
        let found = breaks(&DOCUMENT, &newer);
        assert!(!found.is_empty(), "{what} was not found");
    }
}

#[test]
fn what_only_adds_breaks_nobody() {
    let cases: Vec<(&str, Value)> = vec![
        ("nothing", DOCUMENT.clone()),
        (
            "a path",
            changed("/paths", |paths| {
                paths["/api/v1/new"] = json!({ "get": { "responses": {} } });
            }),
        ),
        (
            "a field of an answer",
            changed(&format!("{LEAD}/properties"), |all| {
                all["new"] = json!({ "type": "string" });
            }),
        ),
        (
            "a field that is always there now",
            changed(LEAD, |lead| {
                lead["properties"]["new"] = json!({ "type": "string" });
                push(&mut lead["required"], json!("new"));
            }),
        ),
        (
            "a word of a closed list",
            changed("/components/schemas/LeadStatus/enum", |words| {
                push(words, json!("NURTURED"));
            }),
        ),
        (
            "a field of a body",
            changed(&format!("{DRAFT}/properties"), |all| {
                all["new"] = json!({ "type": "string" });
            }),
        ),
        (
            "a parameter",
            changed(&format!("{LIST}/parameters"), |all| {
                push(
                    all,
                    json!({ "name": "new", "in": "query", "required": false, "schema": { "type": "string" } }),
                );
            }),
        ),
        (
            "a wider bound",
            changed("/paths", |paths| {
                let all = paths["/api/v1/leads"]["get"]["parameters"]
                    .as_array_mut()
                    .expect("a list");
                let limit = all.iter_mut().find(|one| one["name"] == "limit").expect("limit");
                limit["schema"]["maximum"] = json!(500);
            }),
        ),
        (
            "another sentence",
            changed(LIST, |list| list["summary"] = json!("Leads.")),
        ),
    ];
    for (what, newer) in cases {
        let found = breaks(&DOCUMENT, &newer);
        assert!(found.is_empty(), "{what}: {found:?}");
    }
}
