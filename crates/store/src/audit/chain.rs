//! What the hash of a row covers, and the walk that finds the first row that does not fit.
//!
//! The hash is SHA-256 of the hash before it and the canonical JSON of the row: every stored column
//! but the two hashes, names sorted, no spaces; what was changed goes in as the stored text, so that
//! no byte of it can move unseen. Rows of the first release were hashed by an earlier rule, which
//! read that text as JSON and left `activity_kind` out. It is still understood, but only in front of
//! the first row of the rule of today, and what it does not cover is compared with what it must be.

use aicmo_shared::ClosedEnum;
use aicmo_shared::activity::ActivityKind;
use aicmo_shared::audit::{ActorType, AuditAction, AuditBreak, AuditFault};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::entity::audit_log;

/// The hash of a row under the rule of today.
pub(super) fn hash_of(row: &audit_log::Model) -> String {
    let mut content = Object::new();
    content.text("action", Some(&row.action));
    content.text("activity_kind", row.activity_kind.as_deref());
    content.text("actor_id", Some(&row.actor_id));
    content.text("actor_type", Some(&row.actor_type));
    content.text("after", row.after.as_deref());
    content.number("at", row.at);
    content.text("before", row.before.as_deref());
    content.text("campaign_id", row.campaign_id.map(|id| id.to_string()).as_deref());
    content.text("id", Some(&row.id.to_string()));
    content.text("reason", row.reason.as_deref());
    content.text("request_id", Some(&row.request_id));
    content.number("seq", row.seq);
    content.text("subject_id", row.subject_id.as_deref());
    content.text("subject_type", Some(&row.subject_type));
    digest(&row.prev_hash, &content.end())
}

/// The hash of a row under the rule of the first release.
fn earlier_hash_of(row: &audit_log::Model) -> String {
    let stored = |text: &Option<String>| text.as_ref().map(|text| serde_json::from_str::<Value>(text).ok());
    let content = json!({
        "seq": row.seq,
        "id": row.id.to_string(),
        "at": row.at,
        "actor_type": row.actor_type,
        "actor_id": row.actor_id,
        "action": row.action,
        "subject_type": row.subject_type,
        "subject_id": row.subject_id,
        "campaign_id": row.campaign_id.map(|id| id.to_string()),
        "before": stored(&row.before),
        "after": stored(&row.after),
        "reason": row.reason,
        "request_id": row.request_id,
    });
    digest(&row.prev_hash, &canonical(&content))
}

/// Whether a row fits the rule of the first release, and what that rule does not cover is as the
/// first release wrote it.
fn fits_earlier_rule(row: &audit_log::Model) -> bool {
    let is_canonical = |text: &Option<String>| {
        text.as_ref().is_none_or(|text| {
            serde_json::from_str::<Value>(text)
                .is_ok_and(|value| !value.is_null() && canonical(&value) == *text)
        })
    };
    row.hash == earlier_hash_of(row)
        && is_canonical(&row.before)
        && is_canonical(&row.after)
        && row.activity_kind.as_deref() == earlier_kind(row).map(ActivityKind::as_str)
}

/// Under which kind the first release showed a row. Never changes again.
fn earlier_kind(row: &audit_log::Model) -> Option<ActivityKind> {
    let by_person = matches!(
        ActorType::parse(&row.actor_type),
        Ok(ActorType::User | ActorType::ApiKey)
    );
    match AuditAction::parse(&row.action).ok()? {
        AuditAction::CampaignCreated | AuditAction::CampaignStatusChanged => Some(ActivityKind::Campaign),
        AuditAction::ImportCommitted | AuditAction::ImportCancelled | AuditAction::ImportFailed => {
            Some(ActivityKind::Import)
        }
        AuditAction::LeadStatusChanged if by_person => Some(ActivityKind::Lead),
        AuditAction::WentLive => Some(ActivityKind::System),
        _ => None,
    }
}

fn digest(prev_hash: &str, content: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(prev_hash.as_bytes());
    digest.update(content.as_bytes());
    hex(&digest.finalize())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Writes a JSON object field by field, in the order of the calls.
pub(super) struct Object {
    text: String,
}

impl Object {
    pub(super) fn new() -> Self {
        Self {
            text: String::with_capacity(768),
        }
    }

    pub(super) fn text(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.raw(name, &Value::from(value).to_string()),
            None => self.raw(name, "null"),
        }
    }

    pub(super) fn number(&mut self, name: &str, value: i64) {
        self.raw(name, &value.to_string());
    }

    /// A value that is JSON already.
    pub(super) fn raw(&mut self, name: &str, value: &str) {
        self.text.push(if self.text.is_empty() { '{' } else { ',' });
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
        self.text.push_str(value);
    }

    pub(super) fn end(mut self) -> String {
        self.text.push('}');
        self.text
    }
}

/// JSON without spaces and with the names of every object sorted, whatever order the map keeps.
pub(super) fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let sorted: std::collections::BTreeMap<&String, &Value> = fields.iter().collect();
            let fields: Vec<String> = sorted
                .into_iter()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), canonical(value)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        plain => plain.to_string(),
    }
}

/// Walks rows in the order in which they stand, and keeps the first thing that does not fit.
#[derive(Debug, Default)]
pub(super) struct Walk {
    rows: u64,
    seq: u64,
    hash: String,
    by_todays_rule: bool,
    broken: Option<AuditBreak>,
}

impl Walk {
    /// The place and the hash of the row seen last.
    pub(super) fn last(&self) -> (u64, &str) {
        (self.seq, &self.hash)
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn broken(&self) -> Option<&AuditBreak> {
        self.broken.as_ref()
    }

    /// The place that comes next.
    pub(super) fn next_seq(&self) -> u64 {
        self.seq.saturating_add(1)
    }

    /// Takes the next row.
    pub(super) fn step(&mut self, row: &audit_log::Model) {
        self.rows += 1;
        let seq = u64::try_from(row.seq).unwrap_or_default();
        let expected = self.next_seq();
        let fits_today = row.hash == hash_of(row);
        self.by_todays_rule |= fits_today;
        if !fits_today && (self.by_todays_rule || !fits_earlier_rule(row)) {
            // Even its number cannot be trusted, but the place at which it stands can.
            self.found(expected, AuditFault::Changed);
        } else if seq > expected {
            self.found(expected, AuditFault::Missing);
        } else if seq < expected {
            self.displaced(seq);
        } else if row.prev_hash != self.hash {
            self.found(seq, AuditFault::Unlinked);
        }
        self.seq = self.seq.max(seq);
        self.hash.clone_from(&row.hash);
    }

    /// A row, or what should be one, that cannot be read.
    pub(super) fn unreadable(&mut self, seq: u64) {
        self.rows += 1;
        self.found(seq, AuditFault::Unreadable);
        self.seq = self.seq.max(seq);
    }

    /// A row in another spelling than ours: somebody touched it.
    pub(super) fn respelled(&mut self, row: &audit_log::Model) {
        self.rows += 1;
        self.found(self.next_seq(), AuditFault::Changed);
        self.seq = self.seq.max(u64::try_from(row.seq).unwrap_or_default());
        self.hash.clone_from(&row.hash);
    }

    /// Compares with where the chain must end.
    pub(super) fn end(&mut self, head_seq: u64, head_hash: &str) {
        if self.seq < head_seq {
            self.found(self.next_seq(), AuditFault::CutOff);
        } else if self.seq > head_seq {
            self.found(head_seq.saturating_add(1), AuditFault::Unlinked);
        } else if self.hash != head_hash {
            self.found(head_seq, AuditFault::Changed);
        }
    }

    /// Keeps what was found first.
    pub(super) fn found(&mut self, seq: u64, fault: AuditFault) {
        self.broken.get_or_insert(AuditBreak { seq, fault });
    }

    /// A row stands behind a later one. When it was taken for missing, now it is found.
    fn displaced(&mut self, seq: u64) {
        match &mut self.broken {
            Some(broken) if broken.seq == seq && broken.fault == AuditFault::Missing => {
                broken.fault = AuditFault::OutOfOrder;
            }
            Some(_) => {}
            None => self.found(seq, AuditFault::OutOfOrder),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn canonical_json_has_one_spelling() {
        let check = |text: &str, expected: &str| {
            let value: Value = serde_json::from_str(text).expect("JSON");
            assert_eq!(canonical(&value), expected);
        };
        check(
            r#"{"b": 1, "a": [ {"d": null, "c": 0.5} ]}"#,
            r#"{"a":[{"c":0.5,"d":null}],"b":1}"#,
        );
        check(r#""a \" b""#, r#""a \" b""#);
    }

    /// A row as the first release wrote it.
    fn earlier_row() -> audit_log::Model {
        audit_log::Model {
            seq: 1,
            id: Uuid::from_u128(7),
            at: 1_768_469_700_000,
            actor_type: "user".to_owned(),
            actor_id: "operator".to_owned(),
            action: "campaign.created".to_owned(),
            subject_type: "campaign".to_owned(),
            subject_id: Some("c".to_owned()),
            campaign_id: None,
            before: None,
            after: Some(r#"{"status":"PLANNED"}"#.to_owned()),
            reason: None,
            request_id: "r".to_owned(),
            prev_hash: String::new(),
            hash: "b1647a80922e089ad28d5b696ef0acc77474be2f5336b3bb24a0485cc12510e9".to_owned(),
            activity_kind: Some("campaign".to_owned()),
        }
    }

    fn walk(rows: &[audit_log::Model]) -> Option<AuditBreak> {
        let mut walk = Walk::default();
        for row in rows {
            walk.step(row);
        }
        walk.broken().cloned()
    }

    #[test]
    fn a_row_of_the_first_release_is_understood_in_every_column() {
        assert_eq!(walk(&[earlier_row()]), None);
        let changed = Some(AuditBreak {
            seq: 1,
            fault: AuditFault::Changed,
        });
        let edits: [fn(&mut audit_log::Model); 6] = [
            |row| row.after = Some(r#"{"status": "PLANNED"}"#.to_owned()),
            |row| row.before = Some("null".to_owned()),
            |row| row.before = Some("no json".to_owned()),
            |row| row.activity_kind = None,
            |row| row.activity_kind = Some("lead".to_owned()),
            |row| row.actor_id = "Operator".to_owned(),
        ];
        for edit in edits {
            let mut row = earlier_row();
            edit(&mut row);
            assert_eq!(walk(std::slice::from_ref(&row)), changed, "{row:?}");
        }
    }

    #[test]
    fn the_earlier_rule_ends_where_todays_begins() {
        let first = earlier_row();
        let mut second = audit_log::Model {
            seq: 2,
            prev_hash: first.hash.clone(),
            ..earlier_row()
        };
        second.hash = hash_of(&second);
        let mut third = audit_log::Model {
            seq: 3,
            prev_hash: second.hash.clone(),
            ..earlier_row()
        };
        third.hash = earlier_hash_of(&third);
        assert_eq!(walk(&[first.clone(), second.clone()]), None);
        let refused = walk(&[first, second, third]).expect("an earlier rule behind a later one");
        assert_eq!((refused.seq, refused.fault), (3, AuditFault::Changed));
    }
}
