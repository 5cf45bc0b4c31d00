//! Matching within a file, and that both kinds of memory come to the same verdicts.

use aicmo_shared::ImportId;
use aicmo_shared::import::ImportColumn as C;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::identity::Identities;
use crate::import::row::RowReader;

const MAPPING: [C; 9] = [
    C::Name,
    C::Company,
    C::Title,
    C::Email,
    C::Email,
    C::Phone,
    C::LinkedinUrl,
    C::Tag,
    C::OptOut,
];

/// Name, company, title, e-mail, second e-mail, phone, LinkedIn, tags, opt-out.
type Cells<'a> = [&'a str; 9];

fn readings(rows: &[Cells<'_>]) -> Vec<RowReading> {
    let reader = RowReader::new(
        ImportId::new(Uuid::from_u128(1)),
        MAPPING.iter().map(|column| column.label().to_owned()).collect(),
        MAPPING.to_vec(),
        None,
        Identities::new(&[7; 32]),
        Timestamp::from_millis(0),
    );
    (2..)
        .zip(rows)
        .map(|(row, cells)| reader.read(row, &cells.map(str::to_owned), None))
        .collect()
}

fn judge<M: Memory>(rows: &[RowReading]) -> Vec<Judgement> {
    let mut book: Book<M> = Book::default();
    rows.iter()
        .map(|row| {
            let id = LeadId::new(Uuid::from_u128(u128::from(row.row_number)));
            book.judge(row, id, Timestamp::from_millis(0))
        })
        .collect()
}

/// What only a whole record can tell is left out.
fn without_values(mut judged: Vec<Judgement>) -> Vec<Judgement> {
    for judgement in &mut judged {
        judgement.changes.clear();
    }
    judged
}

fn verdicts(rows: &[Cells<'_>]) -> Vec<String> {
    judge::<Outline>(&readings(rows))
        .into_iter()
        .map(|judgement| {
            let fatal = judgement.notes.iter().filter(|note| !note.is_warning);
            let reasons: Vec<&str> = fatal.map(|note| note.reason.as_str()).collect();
            let details = [judgement.fills.join("+"), reasons.join("+")].concat();
            format!("{} {details}", judgement.verdict).trim().to_owned()
        })
        .collect()
}

#[test]
fn the_first_row_of_a_person_is_new_and_later_ones_fill_or_repeat() {
    assert_eq!(
        verdicts(&[
            ["Ana Lima", "", "", "ana@x.org", "", "", "", "", ""],
            ["Ana Lima", "Acme", "", "ANA@X.ORG", "", "", "", "hot", ""],
            ["Ana Lima", "Other", "", "ana@x.org", "", "", "", "HOT", ""],
            ["Ana Lima", "", "CEO", "ana@x.org", "ana@y.org", "", "", "", ""],
            ["Somebody", "", "", "ana@y.org", "", "", "", "", ""],
        ]),
        [
            "new",
            "merged company+tags",
            "unchanged",
            "merged title+notes+identities",
            "unchanged"
        ]
    );
}

#[test]
fn a_derived_name_gives_way_to_a_real_one() {
    assert_eq!(
        verdicts(&[
            ["", "Acme", "", "ana@x.org", "", "", "", "", ""],
            ["Ana Lima", "", "", "ana@x.org", "", "", "", "", ""],
            ["Ana Maria", "", "", "ana@x.org", "", "", "", "", ""],
        ]),
        ["new", "merged name", "unchanged"]
    );
}

#[test]
fn a_shared_telephone_identifies_nobody_of_another_name() {
    let phone = "+49 30 1234567";
    assert_eq!(
        verdicts(&[
            ["Ana Lima", "", "", "", "", phone, "", "", ""],
            ["ana  LIMA", "Acme", "", "", "", phone, "", "", ""],
            ["Bo Kim", "", "", "", "", phone, "", "", ""],
            ["Bo Kim", "", "", "bo@x.org", "", phone, "", "", ""],
        ]),
        ["new", "merged company", "invalid identity_shared", "new"]
    );
    let shared = judge::<Outline>(&readings(&[
        ["Ana Lima", "", "", "", "", phone, "", "", ""],
        ["Bo Kim", "", "", "bo@x.org", "", phone, "", "", ""],
    ]));
    let note = shared[1].notes.first().expect("the pair is named");
    assert!(note.is_warning && note.message.contains("row 2"), "{note:?}");
    assert_eq!(shared[1].added.len(), 1, "only the address is an identity");
}

#[test]
fn identities_of_two_people_are_a_conflict_that_names_both() {
    let judged = judge::<Outline>(&readings(&[
        ["Ana", "", "", "ana@x.org", "", "", "", "", ""],
        ["Bo", "", "", "bo@x.org", "", "", "linkedin.com/in/bo", "", ""],
        ["Ana", "", "", "ana@x.org", "", "", "linkedin.com/in/bo", "", ""],
    ]));
    let conflict = &judged[2];
    assert_eq!(conflict.verdict, RowVerdict::Invalid);
    let note = conflict.notes.last().expect("a reason");
    assert_eq!(note.reason, RowReason::IdentityConflict);
    assert!(
        note.message.contains("row 2") && note.message.contains("row 3"),
        "{}",
        note.message
    );
}

#[test]
fn an_opt_out_lasts_for_the_rest_of_the_file() {
    assert_eq!(
        verdicts(&[
            ["Ana", "", "", "ana@x.org", "", "", "", "", ""],
            ["Ana", "", "", "ana@x.org", "", "", "", "", "yes"],
            ["Ana", "Acme", "", "ana@x.org", "", "", "", "", "no"],
            ["Bo", "", "", "bo@x.org", "", "", "", "", "1"],
        ]),
        [
            "new",
            "suppressed consent_status",
            "suppressed company",
            "suppressed"
        ]
    );
}

/// Few values, so that rows meet.
fn cells() -> impl Strategy<Value = [String; 9]> {
    let text = |pattern: &str| proptest::string::string_regex(pattern).expect("a pattern");
    [
        text("|Ana|Bo|ana"),
        text("|Acme|Bolt"),
        text("|CEO"),
        text("|[a-d]@x\\.org|broken"),
        text("|[a-d]@x\\.org"),
        text("|\\+49 30 123456[0-3]|030 123456"),
        text("|linkedin\\.com/in/[a-c]"),
        text("|hot|cold|HOT;warm"),
        text("|no|yes"),
    ]
}

proptest! {
    #[test]
    fn an_outline_and_a_whole_come_to_the_same_verdicts(rows in prop::collection::vec(cells(), 0..40)) {
        let rows: Vec<Cells<'_>> = rows.iter().map(|row| row.each_ref().map(String::as_str)).collect();
        let readings = readings(&rows);
        prop_assert_eq!(judge::<Outline>(&readings), without_values(judge::<Whole>(&readings)));
    }

    #[test]
    fn no_identity_is_ever_given_to_two_people(rows in prop::collection::vec(cells(), 0..40)) {
        let rows: Vec<Cells<'_>> = rows.iter().map(|row| row.each_ref().map(String::as_str)).collect();
        let judged = judge::<Whole>(&readings(&rows));
        let mut given = std::collections::HashSet::new();
        for judgement in &judged {
            prop_assert_eq!(judgement.lead.is_none(), judgement.verdict == RowVerdict::Invalid);
            for identity in &judgement.added {
                prop_assert!(judgement.lead.is_none() || given.insert(identity.hash.clone()));
            }
        }
    }
}
