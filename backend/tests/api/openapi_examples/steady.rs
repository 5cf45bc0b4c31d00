//! Makes what differs from run to run the same, so that an example changes only with what it shows.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

/// Made of nothing: what stands for a digest, a token, a key.
const DIGEST: &str = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";
const TOKEN: &str = "c3RhbmRzLWZvci0yNTYtcmFuZG9tLWJpdHMtb2YtYS10b2tlbg";

/// Ids become numbers by the order in which they come, instants one instant, secrets one of a kind.
#[derive(Default)]
pub struct Steady {
    ids: Vec<String>,
    /// What only this run knows, and what stands for it.
    pub words: Vec<(String, &'static str)>,
}

impl Steady {
    pub fn value(&mut self, value: &Value) -> Value {
        match value {
            Value::Object(fields) => {
                let steady: Map<String, Value> = fields
                    .iter()
                    .map(|(name, field)| (name.clone(), self.field(name, field)))
                    .collect();
                Value::Object(steady)
            }
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::String(text) => Value::String(self.text(text)),
            plain => plain.clone(),
        }
    }

    fn field(&mut self, name: &str, field: &Value) -> Value {
        match (name, field) {
            ("change_seq", Value::Number(_)) => json!(42),
            ("next_cursor", Value::String(_)) => json!("eyJuIjoxfQ.b3BhcXVl"),
            ("bytes", Value::Number(_)) => json!(524_288),
            ("took_ms" | "last_duration_ms" | "uptime_seconds" | "latency_ms", Value::Number(_)) => json!(3),
            ("pid", Value::Number(_)) => json!(4_242),
            ("csrf_token" | "token", Value::String(_)) => json!(TOKEN),
            ("challenge", Value::String(_)) => json!(TOKEN),
            ("credential", Value::Object(_)) => credential(field),
            // The id of an account in the bytes of a passkey.
            ("user", Value::Object(user)) if user.contains_key("displayName") => {
                let mut user = user.clone();
                user.insert("id".to_owned(), json!("AZfB8F6KcACAAAAAAAAAAQ"));
                Value::Object(user)
            }
            ("otpauth_uri", Value::String(_)) => {
                json!("otpauth://totp/AICMO:ada@people.example?secret=KRUGS4ZANFZSA3TPOQQGC43F&issuer=AICMO")
            }
            ("secret", Value::String(text)) if text.parse::<aicmo_shared::LeadId>().is_err() => {
                json!(secret(text))
            }
            ("prefix", Value::String(_)) => json!("aicmo_c3Rh"),
            ("code", Value::String(text)) if text.chars().all(|c| c.is_ascii_digit()) => json!("492039"),
            ("codes", Value::Array(items)) => items
                .iter()
                .map(|_| json!("C3RH-BMRZ-LWZV-CI0Y-KRUG-S4ZA"))
                .collect(),
            _ => self.value(field),
        }
    }

    fn text(&mut self, text: &str) -> String {
        if aicmo_shared::Timestamp::parse(text).is_some() {
            return "2026-01-15T09:30:00.000Z".to_owned();
        }
        if let Some((link, _)) = text.split_once("#token=") {
            return format!("{link}#token={TOKEN}");
        }
        if text.len() == DIGEST.len() && text.chars().all(|c| c.is_ascii_hexdigit()) {
            return DIGEST.to_owned();
        }
        let known = self
            .words
            .iter()
            .fold(text.to_owned(), |text, (word, stands)| text.replace(word, stands));
        self.ids_in(&known)
    }

    /// Text of several lines, in which instants and digests stand between other things.
    pub fn lines(&mut self, text: &str) -> String {
        let parts = text.split_inclusive([',', '"', '\n', ' ']);
        let steady: String = parts
            .map(|part| {
                let end = part.len() - part.chars().next_back().map_or(0, char::len_utf8);
                let (word, last) = match part.chars().next_back() {
                    Some(',' | '"' | '\n' | ' ') => part.split_at(end),
                    _ => (part, ""),
                };
                self.text(word) + last
            })
            .collect();
        steady
    }

    fn ids_in(&mut self, text: &str) -> String {
        let mut steady = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            if let Some(id) = rest
                .get(..36)
                .filter(|word| word.parse::<aicmo_shared::LeadId>().is_ok())
            {
                let known = self.ids.iter().position(|known| known == id).unwrap_or_else(|| {
                    self.ids.push(id.to_owned());
                    self.ids.len() - 1
                });
                let _ = write!(steady, "0197c1f0-5e8a-7000-8000-{:012x}", known + 1);
                rest = rest.get(36..).unwrap_or_default();
            } else {
                steady.push(letter);
                rest = rest.get(letter.len_utf8()..).unwrap_or_default();
            }
        }
        steady
    }
}

/// What a browser answers, of the same kind: another one in every run, by the key and by the challenge.
fn credential(made: &Value) -> Value {
    let response = made["response"].as_object().into_iter().flatten();
    let response: Map<String, Value> = response
        .map(|(name, field)| {
            let field = if field.is_string() {
                json!(TOKEN)
            } else {
                field.clone()
            };
            (name.clone(), field)
        })
        .collect();
    json!({ "id": TOKEN, "rawId": TOKEN, "type": "public-key", "response": response,
        "clientExtensionResults": {} })
}

/// A secret of the same kind.
fn secret(text: &str) -> String {
    let kind = ["aicmo_", "whsec_"]
        .into_iter()
        .find(|kind| text.starts_with(kind));
    kind.map_or_else(
        || "KRUGS4ZANFZSA3TPOQQGC43F".to_owned(),
        |kind| format!("{kind}{TOKEN}"),
    )
}

#[test]
fn an_example_is_made_steady_by_order_and_not_by_chance() {
    let id = "0197c1f0-aaaa-7bbb-8ccc-0123456789ab";
    let seen =
        json!({ "id": id, "path": format!("/leads/{id}/x"), "at": "2026-11-25T07:00:00.123Z", "n": 5 });
    assert_eq!(
        Steady::default().value(&seen),
        json!({ "id": "0197c1f0-5e8a-7000-8000-000000000001", "path": "/leads/0197c1f0-5e8a-7000-8000-000000000001/x",
            "at": "2026-01-15T09:30:00.000Z", "n": 5 })
    );
}
