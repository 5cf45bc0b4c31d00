//! Any byte of any column, any row taken away, doubled or moved: the walk finds it and names it.

use aicmo_shared::Timestamp;
use aicmo_shared::audit::AuditFault;
use proptest::option;
use proptest::prelude::*;
use uuid::Uuid;

use super::chain::{Walk, hash_of};
use super::file::{AuditFileWriter, AuditLine, verify_audit_file};
use crate::entity::audit_log::Model;

/// A chain of rows with arbitrary contents. What was changed is JSON, as every writer stores it.
fn chains() -> impl Strategy<Value = Vec<Model>> {
    let json =
        || option::of("[a-z\"\\\\äß]{0,6}".prop_map(|text| serde_json::json!({ "field": text }).to_string()));
    let text = || "[ -~äß\n\t\"\\\\]{0,8}";
    let row = (
        (any::<u128>(), any::<i64>(), text(), text(), text()),
        (
            text(),
            option::of(text()),
            option::of(any::<u128>()),
            json(),
            json(),
        ),
        (option::of(text()), text(), option::of(text())),
    )
        .prop_map(
            |(
                (id, at, actor_type, actor_id, action),
                (subject_type, subject_id, campaign, before, after),
                rest,
            )| {
                let (reason, request_id, activity_kind) = rest;
                Model {
                    seq: 0,
                    id: Uuid::from_u128(id),
                    at,
                    actor_type,
                    actor_id,
                    action,
                    subject_type,
                    subject_id,
                    campaign_id: campaign.map(Uuid::from_u128),
                    before,
                    after,
                    reason,
                    request_id,
                    prev_hash: String::new(),
                    hash: String::new(),
                    activity_kind,
                }
            },
        );
    prop::collection::vec(row, 2..7).prop_map(|mut rows| {
        let mut seq = 0;
        let mut hash = String::new();
        for row in &mut rows {
            seq += 1;
            row.seq = seq;
            row.prev_hash.clone_from(&hash);
            row.hash = hash_of(row);
            hash.clone_from(&row.hash);
        }
        rows
    })
}

/// The first place that does not fit.
fn broken(rows: &[Model], head: &Model) -> Option<(u64, AuditFault)> {
    let mut walk = Walk::default();
    for row in rows {
        walk.step(row);
    }
    walk.end(u64::try_from(head.seq).expect("a place"), &head.hash);
    walk.broken().map(|broken| (broken.seq, broken.fault))
}

fn seq_of(row: &Model) -> u64 {
    u64::try_from(row.seq).expect("a place")
}

/// Flips the lowest bit of a byte; of ASCII this makes ASCII.
fn flip(text: &mut String, at: usize) {
    let mut bytes = std::mem::take(text).into_bytes();
    if bytes.is_empty() {
        bytes.push(b'x');
    } else {
        let at = at % bytes.len();
        bytes[at] ^= 1;
    }
    *text = String::from_utf8_lossy(&bytes).into_owned();
}

fn flip_option(text: &mut Option<String>, at: usize) {
    match text {
        Some(text) => flip(text, at),
        None => *text = Some(String::new()),
    }
}

const COLUMNS: usize = 16;

/// Changes the `column`th column.
fn change(row: &mut Model, column: usize, at: usize) {
    match column {
        0 => row.seq ^= 1 << (at % 62),
        1 => row.id = Uuid::from_u128(row.id.as_u128() ^ (1 << (at % 128))),
        2 => row.at ^= 1 << (at % 63),
        3 => flip(&mut row.actor_type, at),
        4 => flip(&mut row.actor_id, at),
        5 => flip(&mut row.action, at),
        6 => flip(&mut row.subject_type, at),
        7 => flip_option(&mut row.subject_id, at),
        8 => {
            row.campaign_id = match row.campaign_id {
                Some(id) => Some(Uuid::from_u128(id.as_u128() ^ (1 << (at % 128)))),
                None => Some(Uuid::nil()),
            }
        }
        9 => flip_option(&mut row.before, at),
        10 => flip_option(&mut row.after, at),
        11 => flip_option(&mut row.reason, at),
        12 => flip(&mut row.request_id, at),
        13 => flip(&mut row.prev_hash, at),
        14 => flip(&mut row.hash, at),
        _ => flip_option(&mut row.activity_kind, at),
    }
}

fn file_of(rows: &[Model]) -> Vec<String> {
    let mut writer = AuditFileWriter::default();
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let line = AuditLine::of(row);
            writer.follow(&line);
            line.text
        })
        .collect();
    lines.push(writer.end(Timestamp::from_millis(1_768_469_700_000), "a build"));
    lines
}

fn broken_in(file: &[u8]) -> Option<(u64, AuditFault)> {
    let (chain, _) = verify_audit_file(file).expect("memory can be read");
    chain.broken.map(|broken| (broken.seq, broken.fault))
}

proptest! {
    #[test]
    fn a_whole_chain_is_intact_as_rows_and_as_a_file(rows in chains()) {
        prop_assert_eq!(broken(&rows, rows.last().expect("rows")), None);
        prop_assert_eq!(broken_in(file_of(&rows).concat().as_bytes()), None);
    }

    #[test]
    fn any_changed_column_is_found_at_its_row(
        rows in chains(), at in any::<prop::sample::Index>(), bit in 0_usize..512
    ) {
        let head = rows.last().expect("rows").clone();
        let at = at.index(rows.len());
        for column in 0..COLUMNS {
            let mut rows = rows.clone();
            let seq = seq_of(&rows[at]);
            change(&mut rows[at], column, bit);
            let found = broken(&rows, &head).expect("a change is found");
            prop_assert_eq!(found, (seq, AuditFault::Changed), "column {}", column);
        }
    }

    #[test]
    fn any_removed_row_is_found(rows in chains(), at in any::<prop::sample::Index>()) {
        let head = rows.last().expect("rows").clone();
        let mut rows = rows;
        let removed = seq_of(&rows.remove(at.index(rows.len())));
        let fault = if removed == seq_of(&head) { AuditFault::CutOff } else { AuditFault::Missing };
        prop_assert_eq!(broken(&rows, &head), Some((removed, fault)));
    }

    #[test]
    fn any_two_rows_that_change_places_are_found(
        rows in chains(), one in any::<prop::sample::Index>(), other in any::<prop::sample::Index>()
    ) {
        let head = rows.last().expect("rows").clone();
        let (one, other) = (one.index(rows.len()), other.index(rows.len()));
        prop_assume!(one != other);
        let mut rows = rows;
        let first = seq_of(&rows[one.min(other)]);
        rows.swap(one, other);
        prop_assert_eq!(broken(&rows, &head), Some((first, AuditFault::OutOfOrder)));
        let mut lines = file_of(&rows);
        // The last line is made of the swapped rows, so nothing but the order is wrong.
        prop_assert_eq!(broken_in(lines.concat().as_bytes()), Some((first, AuditFault::OutOfOrder)));
        lines.pop();
        prop_assert!(broken_in(lines.concat().as_bytes()).is_some());
    }

    #[test]
    fn a_doubled_or_foreign_row_is_found(rows in chains(), at in any::<prop::sample::Index>()) {
        let head = rows.last().expect("rows").clone();
        let at = at.index(rows.len());
        let mut doubled = rows.clone();
        doubled.insert(at, rows[at].clone());
        prop_assert!(broken(&doubled, &head).is_some());
        // A row that was written anew with a hash that fits it: its follower, or the head, tells.
        let mut foreign = rows;
        foreign[at].actor_id.push('x');
        foreign[at].hash = hash_of(&foreign[at]);
        let found = broken(&foreign, &head).map(|(seq, _)| seq);
        let told_by = seq_of(foreign.get(at + 1).unwrap_or(&head));
        prop_assert_eq!(found, Some(told_by));
    }

    #[test]
    fn any_cut_of_the_tail_is_found(rows in chains(), keep in any::<prop::sample::Index>()) {
        let head = rows.last().expect("rows").clone();
        let keep = keep.index(rows.len());
        let cut = (keep as u64 + 1, AuditFault::CutOff);
        prop_assert_eq!(broken(&rows[..keep], &head), Some(cut));
        let lines = file_of(&rows);
        prop_assert_eq!(broken_in(lines[..keep].concat().as_bytes()), Some(cut));
    }

    #[test]
    fn any_flipped_bit_of_a_file_is_found_at_its_line(
        rows in chains(), at in any::<prop::sample::Index>(), bit in 0_u8..8
    ) {
        let lines = file_of(&rows);
        let mut file = lines.concat().into_bytes();
        let at = at.index(file.len());
        let line = file[..at].split(|byte| *byte == b'\n').count() - 1;
        file[at] ^= 1 << bit;
        let found = broken_in(&file).expect("a flipped bit is found");
        prop_assert_eq!(found.0, line as u64 + 1, "{:?}", found.1);
    }

    #[test]
    fn a_file_cut_at_any_byte_is_found(rows in chains(), at in any::<prop::sample::Index>()) {
        let file = file_of(&rows).concat().into_bytes();
        let at = at.index(file.len());
        let line = file[..at].split(|byte| *byte == b'\n').count() - 1;
        prop_assert_eq!(broken_in(&file[..at]).map(|found| found.0), Some(line as u64 + 1));
    }
}
