//! Two mock imports with their rows: one committed, one waiting for its commit.

use aicmo_shared::ImportId;
use aicmo_shared::import::{
    Delimiter, FieldChange, FileReading, Import, ImportColumn, ImportRow, ImportState, RowNote, RowReason,
    RowVerdict, TextEncoding, VerdictCounts,
};

use super::{DAY, HOUR, ago, id, some};

const HEADERS: [&str; 3] = ["Name", "E-mail", "Company"];

struct File {
    name: &'static str,
    state: ImportState,
    hours_old: i64,
    rows: &'static [(&'static str, &'static str, RowVerdict)],
}

/// Newest first.
const FILES: [File; 2] = [
    File {
        name: "Mock trade fair.csv",
        state: ImportState::Previewed,
        hours_old: 5,
        rows: &[
            ("Mock Ada Hill", "ada.hill@fair.example", RowVerdict::New),
            ("Mock Bo Lang", "bo.lang@fair.example", RowVerdict::New),
            (
                "Mock Leo Brandt",
                "leo.brandt@travel.example",
                RowVerdict::Suppressed,
            ),
            ("Mock Cy Dunn", "cy.dunn at fair.example", RowVerdict::Invalid),
        ],
    },
    File {
        name: "Mock leads of January.csv",
        state: ImportState::Committed,
        hours_old: 31,
        rows: &[
            ("Mock Dana Ruiz", "dana.ruiz@freight.example", RowVerdict::New),
            ("Mock June Park", "june.park@clinic.example", RowVerdict::Merged),
            (
                "Mock Fay Okoro",
                "fay.okoro@studio.example",
                RowVerdict::Unchanged,
            ),
        ],
    },
];

fn id_of(index: usize) -> ImportId {
    let hours = FILES.get(index).map_or(0, |file| file.hours_old);
    ImportId::new(id(
        ago(hours * HOUR),
        u16::try_from(index).unwrap_or_default() + 1,
    ))
}

/// Both, newest first.
pub(super) fn all() -> Vec<Import> {
    FILES
        .iter()
        .enumerate()
        .map(|(index, file)| import(index, file))
        .collect()
}

fn import(index: usize, file: &File) -> Import {
    let counted = |verdict| file.rows.iter().filter(|row| row.2 == verdict).count() as u64;
    let total = file.rows.len() as u64;
    let sample = file
        .rows
        .iter()
        .take(3)
        .map(|(name, email, _)| cells(name, email))
        .collect();
    Import {
        id: id_of(index),
        version: 4,
        file_name: file.name.to_owned(),
        size_bytes: 60 * (total + 1),
        sha256: format!("{:064x}", index + 1),
        same_file_as: None,
        state: file.state,
        reading: Some(FileReading {
            encoding: TextEncoding::Utf8,
            delimiter: Delimiter::Comma,
            header_row: 1,
            headers: HEADERS.map(str::to_owned).to_vec(),
            sample,
        }),
        mapping: vec![ImportColumn::Name, ImportColumn::Email, ImportColumn::Company],
        campaign: None,
        accepts_without_identity: false,
        counts: VerdictCounts {
            total,
            new: counted(RowVerdict::New),
            merged: counted(RowVerdict::Merged),
            unchanged: counted(RowVerdict::Unchanged),
            suppressed: counted(RowVerdict::Suppressed),
            invalid: counted(RowVerdict::Invalid),
        },
        committed: if file.state == ImportState::Committed {
            total
        } else {
            0
        },
        error: None,
        undo: None,
        undo_until: None,
        uploaded_by: "Mock operator".to_owned(),
        created_at: ago(file.hours_old * HOUR),
        updated_at: ago(file.hours_old * HOUR).plus_millis(DAY / 100),
    }
}

fn cells(name: &str, email: &str) -> Vec<String> {
    vec![name.to_owned(), email.to_owned(), "Mock company".to_owned()]
}

/// The rows of a mock import, in file order.
pub(super) fn rows(import: ImportId) -> Option<Vec<ImportRow>> {
    let index = (0..FILES.len()).find(|index| id_of(*index) == import)?;
    let file = FILES.get(index)?;
    let rows = file
        .rows
        .iter()
        .zip(2..)
        .map(|((name, email, verdict), row_number)| ImportRow {
            row_number,
            verdict: *verdict,
            name: some(name),
            email: some(email),
            company: some("Mock company"),
            notes: notes(*verdict, email),
            fills: if *verdict == RowVerdict::Merged {
                vec!["company".to_owned()]
            } else {
                Vec::new()
            },
            changes: if *verdict == RowVerdict::Merged && file.state == ImportState::Committed {
                vec![FieldChange {
                    field: "company".to_owned(),
                    before: None,
                    after: some("Mock company"),
                }]
            } else {
                Vec::new()
            },
            lead: None,
            undo: None,
            kept: Vec::new(),
        });
    Some(rows.collect())
}

fn notes(verdict: RowVerdict, email: &str) -> Vec<RowNote> {
    if verdict != RowVerdict::Invalid {
        return Vec::new();
    }
    vec![RowNote {
        reason: RowReason::EmailInvalid,
        column: some("E-mail"),
        value: some(email),
        message: "This is not an e-mail address.".to_owned(),
        is_warning: false,
    }]
}
