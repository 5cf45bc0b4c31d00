//! What a change changed, field by field. Pure.

use serde_json::Value;

/// A field with what it was and what it is; `None` where it was not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The field.
    pub field: String,
    /// What it was.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
}

impl Line {
    /// Whether both sides say the same: context, not change.
    pub fn is_same(&self) -> bool {
        self.before == self.after
    }
}

/// The fields of either side, in the order in which they come.
pub fn lines(before: Option<&Value>, after: Option<&Value>) -> Vec<Line> {
    let mut names: Vec<&str> = Vec::new();
    for side in [before, after].into_iter().flatten() {
        match side {
            Value::Object(fields) => names.extend(fields.keys().map(String::as_str)),
            _ => names.push(""),
        }
    }
    let mut seen: Vec<&str> = Vec::new();
    names.retain(|name| {
        let is_first = !seen.contains(name);
        seen.push(name);
        is_first
    });
    names
        .into_iter()
        .map(|name| Line {
            field: name.to_owned(),
            before: field(before, name),
            after: field(after, name),
        })
        .collect()
}

fn field(side: Option<&Value>, name: &str) -> Option<String> {
    match side? {
        Value::Object(fields) => fields.get(name).map(text),
        other => name.is_empty().then(|| text(other)),
    }
}

/// A value as a person reads it; nothing and an empty text are told apart.
fn text(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) if text.is_empty() => "empty".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(field: &str, before: Option<&str>, after: Option<&str>) -> Line {
        Line {
            field: field.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        }
    }

    #[test]
    fn every_field_of_either_side_is_a_line() {
        let (before, after) = (
            json!({"status": "NEW", "note": null}),
            json!({"status": "LOST", "tags": ["a"]}),
        );
        assert_eq!(
            lines(Some(&before), Some(&after)),
            [
                line("note", Some("none"), None),
                line("status", Some("NEW"), Some("LOST")),
                line("tags", None, Some("[\"a\"]")),
            ]
        );
    }

    #[test]
    fn one_side_may_be_absent_or_no_object() {
        assert_eq!(
            lines(None, Some(&json!({"name": ""}))),
            [line("name", None, Some("empty"))]
        );
        assert_eq!(lines(Some(&json!(3)), None), [line("", Some("3"), None)]);
        assert!(lines(None, None).is_empty());
        assert!(line("a", Some("1"), Some("1")).is_same());
    }
}
