//! An exported trail: one canonical JSON object a line, and a last line that says where it ends.
//!
//! The file is checked by itself: the lines carry what the hashes cover, and the last one carries
//! count, head and the hash of every byte before it. A line is accepted only in the one spelling in
//! which we would write it, so a byte that changes no meaning is found too.

use std::io::{self, BufRead, Read as _};

use aicmo_shared::Timestamp;
use aicmo_shared::audit::AuditFault;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::chain::{Object, Walk, hex};
use super::verify::AuditChain;
use crate::entity::audit_log;

/// A longer line is none of ours; it bounds what a file of one endless line can cost.
const LINE_MAX: u64 = 64 * 1024 * 1024;

/// How the last line begins.
const END: &str = "{\"audit_trail_end\":";

/// A row as a line of an export, with its line end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLine {
    /// Its place.
    pub seq: u64,
    /// Its hash.
    pub hash: String,
    /// The line.
    pub text: String,
}

impl AuditLine {
    pub(super) fn of(row: &audit_log::Model) -> Self {
        Self {
            seq: u64::try_from(row.seq).unwrap_or_default(),
            hash: row.hash.clone(),
            text: line_of(row),
        }
    }
}

/// What the last line says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditFileEnd {
    /// The build that exported.
    pub build: String,
    pub exported_at: Timestamp,
    /// The hash of the newest row.
    pub head_hash: String,
    /// Its place.
    pub head_seq: u64,
    pub rows: u64,
}

/// Follows what is written, and makes the last line from it.
#[derive(Debug, Default)]
pub struct AuditFileWriter {
    digest: Sha256,
    rows: u64,
    head: (u64, String),
}

impl AuditFileWriter {
    /// The line is written next.
    pub fn follow(&mut self, line: &AuditLine) {
        self.digest.update(line.text.as_bytes());
        self.rows += 1;
        self.head = (line.seq, line.hash.clone());
    }

    /// The place of the row that was written last; zero before the first.
    pub fn last(&self) -> u64 {
        self.head.0
    }

    /// The last line.
    pub fn end(self, exported_at: Timestamp, build: &str) -> String {
        let Self {
            mut digest,
            rows,
            head: (head_seq, head_hash),
        } = self;
        let end = AuditFileEnd {
            build: build.to_owned(),
            exported_at,
            head_hash,
            head_seq,
            rows,
        };
        let text = end_of(&end);
        digest.update(text.as_bytes());
        format!("{text},\"sha256\":\"{}\"}}\n", hex(&digest.finalize()))
    }
}

/// The last line without its own hash.
fn end_of(end: &AuditFileEnd) -> String {
    let mut fields = Object::new();
    fields.text("build", Some(&end.build));
    fields.text("exported_at", Some(&end.exported_at.to_string()));
    fields.text("head_hash", Some(&end.head_hash));
    fields.raw("head_seq", &end.head_seq.to_string());
    fields.raw("rows", &end.rows.to_string());
    format!("{END}{}", fields.end())
}

/// What was changed stands in the line as JSON; what is no JSON in one line, as text.
fn line_of(row: &audit_log::Model) -> String {
    let mut line = Object::new();
    let changed = |line: &mut Object, name: &str, stored: Option<&str>| match stored {
        Some(text) if is_json_in_one_line(text) => line.raw(name, text),
        other => line.text(name, other),
    };
    line.text("action", Some(&row.action));
    line.text("activity_kind", row.activity_kind.as_deref());
    line.text("actor_id", Some(&row.actor_id));
    line.text("actor_type", Some(&row.actor_type));
    changed(&mut line, "after", row.after.as_deref());
    line.number("at", row.at);
    changed(&mut line, "before", row.before.as_deref());
    line.text("campaign_id", row.campaign_id.map(|id| id.to_string()).as_deref());
    line.text("hash", Some(&row.hash));
    line.text("id", Some(&row.id.to_string()));
    line.text("prev_hash", Some(&row.prev_hash));
    line.text("reason", row.reason.as_deref());
    line.text("request_id", Some(&row.request_id));
    line.number("seq", row.seq);
    line.text("subject_id", row.subject_id.as_deref());
    line.text("subject_type", Some(&row.subject_type));
    let mut text = line.end();
    text.push('\n');
    text
}

fn is_json_in_one_line(text: &str) -> bool {
    !text.contains(['\n', '\r']) && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// A line as it is read back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadLine {
    action: String,
    activity_kind: Option<String>,
    actor_id: String,
    actor_type: String,
    after: Option<Box<RawValue>>,
    at: i64,
    before: Option<Box<RawValue>>,
    campaign_id: Option<Uuid>,
    hash: String,
    id: Uuid,
    prev_hash: String,
    reason: Option<String>,
    request_id: String,
    seq: i64,
    subject_id: Option<String>,
    subject_type: String,
}

impl From<ReadLine> for audit_log::Model {
    fn from(line: ReadLine) -> Self {
        let text = |value: Option<Box<RawValue>>| value.map(|value| value.get().to_owned());
        Self {
            seq: line.seq,
            id: line.id,
            at: line.at,
            actor_type: line.actor_type,
            actor_id: line.actor_id,
            action: line.action,
            subject_type: line.subject_type,
            subject_id: line.subject_id,
            campaign_id: line.campaign_id,
            before: text(line.before),
            after: text(line.after),
            reason: line.reason,
            request_id: line.request_id,
            prev_hash: line.prev_hash,
            hash: line.hash,
            activity_kind: line.activity_kind,
        }
    }
}

/// The last line as it is read back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadEnd {
    audit_trail_end: AuditFileEnd,
    sha256: String,
}

/// Computes the chain of an exported trail again, from the file alone and line by line.
///
/// # Errors
/// When the file cannot be read; a broken chain is an answer and no error.
pub fn verify_audit_file(mut file: impl BufRead) -> io::Result<(AuditChain, Option<AuditFileEnd>)> {
    let mut walk = Walk::default();
    let mut digest = Sha256::new();
    let mut end = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut file).take(LINE_MAX).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if end.is_some() {
            // Something stands behind the last line.
            walk.unreadable(walk.next_seq());
            break;
        }
        if line.starts_with(END.as_bytes()) {
            if let Some(read) = read_end(&line, &digest) {
                end = Some(read);
            } else {
                walk.unreadable(walk.next_seq());
                break;
            }
            continue;
        }
        digest.update(&line);
        take_line(&mut walk, &line);
    }
    match &end {
        Some(end) if walk.rows() == end.rows || walk.broken().is_some() => {
            walk.end(end.head_seq, &end.head_hash);
        }
        _ => walk.found(walk.next_seq(), AuditFault::CutOff),
    }
    Ok((AuditChain::of(&walk), end))
}

fn take_line(walk: &mut Walk, line: &[u8]) {
    let Ok(read) = serde_json::from_slice::<ReadLine>(line) else {
        return walk.unreadable(walk.next_seq());
    };
    let row = audit_log::Model::from(read);
    if line_of(&row).as_bytes() == line {
        walk.step(&row);
    } else {
        walk.respelled(&row);
    }
}

/// The last line, when every byte of the file so far and of itself is as it was written.
fn read_end(line: &[u8], so_far: &Sha256) -> Option<AuditFileEnd> {
    let read: ReadEnd = serde_json::from_slice(line).ok()?;
    let text = end_of(&read.audit_trail_end);
    if format!("{text},\"sha256\":\"{}\"}}\n", read.sha256).as_bytes() != line {
        return None;
    }
    let mut digest = so_far.clone();
    digest.update(text.as_bytes());
    // What is wrong with an earlier line is named by that line; this one must only be true of itself.
    (hex(&digest.finalize()) == read.sha256).then_some(read.audit_trail_end)
}
