//! What single records say, and that none of them panics.

use ImportColumn as C;
use aicmo_shared::lead::{ConsentOrigin, ConsentStatus};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn reader(mapping: &[ImportColumn]) -> RowReader {
    RowReader::new(
        ImportId::new(Uuid::from_u128(1)),
        mapping.iter().map(|column| column.label().to_owned()).collect(),
        mapping.to_vec(),
        None,
        Identities::new(&[7; 32]),
        Timestamp::from_millis(0),
    )
}

fn read(cells: &[(ImportColumn, &str)]) -> RowReading {
    let mapping: Vec<ImportColumn> = cells.iter().map(|(column, _)| *column).collect();
    let fields: Vec<String> = cells.iter().map(|(_, cell)| (*cell).to_owned()).collect();
    reader(&mapping).read(7, &fields, None)
}

/// The reasons, warnings marked with a question mark.
fn reasons(reading: &RowReading) -> Vec<String> {
    let text = |note: &RowNote| format!("{}{}", note.reason, if note.is_warning { "?" } else { "" });
    reading.notes.iter().map(text).collect()
}

#[test]
fn first_and_last_name_are_joined_and_the_key_comes_first() {
    let reading = read(&[
        (C::LinkedinUrl, "https://linkedin.com/in/ana"),
        (C::Phone, "+49 30 1234567"),
        (C::FirstName, " Ana "),
        (C::LastName, "Lima"),
        (C::Email, "Ana@Example.org"),
        (C::Email, "office@example.org"),
    ]);
    let person = reading.person.expect("usable");
    assert_eq!(person.name, "Ana Lima");
    assert!(!person.name_derived);
    let values: Vec<&str> = person
        .identities
        .iter()
        .map(|identity| identity.value.as_str())
        .collect();
    assert_eq!(
        values,
        [
            "ana@example.org",
            "office@example.org",
            "+49301234567",
            "linkedin.com/in/ana"
        ]
    );
    assert_eq!(person.incoming.email.as_deref(), Some("ana@example.org"));
    assert_eq!(
        person.incoming.notes.as_deref(),
        Some("E-mail: office@example.org")
    );
    assert_eq!(
        person.incoming.source_ref.as_deref(),
        Some("batch_00000000-0000-0000-0000-000000000001_row_7")
    );
    assert!(reading.notes.is_empty());
}

#[test]
fn a_missing_name_is_made_from_company_or_address_and_said_so() {
    let by_company = read(&[(C::Company, "Acme"), (C::Email, "info@acme.example")]);
    let person = by_company.person.expect("usable");
    assert_eq!((person.name.as_str(), person.name_derived), ("Acme", true));
    let by_address = read(&[(C::Name, ""), (C::Email, "Info@acme.example")]);
    let person = by_address.person.expect("usable");
    assert_eq!((person.name.as_str(), person.name_derived), ("info", true));
}

#[test]
fn a_record_that_names_nobody_is_invalid_with_every_reason() {
    let empty = read(&[(C::Name, " "), (C::Email, ""), (C::Title, "CEO")]);
    assert!(empty.person.is_none());
    assert_eq!(reasons(&empty), ["identity_missing", "name_missing"]);
    let nameless = read(&[(C::LinkedinUrl, "linkedin.com/in/ana")]);
    assert_eq!(reasons(&nameless), ["name_missing"]);
    let unreachable = read(&[(C::Name, "Ana")]);
    assert_eq!(reasons(&unreachable), ["identity_missing"]);
}

#[test]
fn an_unusable_address_is_a_warning_beside_a_usable_one_and_the_reason_alone() {
    let beside = read(&[
        (C::Name, "Ana"),
        (C::Email, "ana(at)example.org"),
        (C::Phone, "+49 30 1234567"),
        (C::LinkedinUrl, "linkedin.com/company/acme"),
    ]);
    assert!(beside.person.is_some());
    assert_eq!(reasons(&beside), ["email_invalid?", "linkedin_invalid?"]);
    let alone = read(&[(C::Name, "Ana"), (C::Email, "ana(at)example.org")]);
    assert!(alone.person.is_none());
    assert_eq!(reasons(&alone), ["email_invalid"]);
    assert_eq!(alone.notes[0].value.as_deref(), Some("ana(at)example.org"));
    assert_eq!(alone.notes[0].column.as_deref(), Some("E-mail"));
}

#[test]
fn a_number_without_country_is_contact_data_only() {
    let beside = read(&[(C::Name, "Ana"), (C::Email, "a@x.org"), (C::Phone, "030 1234567")]);
    let person = beside.person.as_ref().expect("usable");
    assert_eq!(person.identities.len(), 1);
    assert_eq!(person.incoming.phone.as_deref(), Some("030 1234567"));
    assert_eq!(person.incoming.phone_e164, None);
    assert!(beside.notes.is_empty());
    let alone = read(&[(C::Name, "Ana"), (C::Phone, "030 1234567")]);
    assert_eq!(reasons(&alone), ["phone_invalid"]);
}

#[test]
fn the_number_that_finds_a_person_is_the_one_to_show_and_no_number_is_lost() {
    let reading = read(&[
        (C::Name, "Ana"),
        (C::Phone, "030 1234567"),
        (C::Phone, "'+49 30 7654321 x12"),
        (C::Notes, "called twice"),
    ]);
    let incoming = reading.person.expect("usable").incoming;
    assert_eq!(incoming.phone.as_deref(), Some("+49 30 7654321 x12"));
    assert_eq!(incoming.phone_e164.as_deref(), Some("+49307654321"));
    assert_eq!(
        incoming.notes.as_deref(),
        Some("called twice\nPhone: 030 1234567")
    );
}

#[test]
fn any_true_opt_out_makes_the_person_do_not_contact() {
    for (column, cell) in [
        (C::OptOut, "TRUE"),
        (C::OptOut, "2025-03-04"),
        (C::OptOut, "perhaps"),
        (C::Tag, "Unsubscribed"),
    ] {
        let reading = read(&[(C::Email, "ana@example.org"), (column, cell)]);
        assert_eq!(reasons(&reading), ["do_not_contact?"], "{cell}");
        let consent = reading.person.expect("usable").incoming.consent;
        assert_eq!(
            consent,
            Some((ConsentStatus::Dnc, ConsentOrigin::Import)),
            "{cell}"
        );
    }
    let stays = read(&[
        (C::Email, "ana@example.org"),
        (C::OptOut, "no"),
        (C::Tag, "Closed Won"),
    ]);
    assert_eq!(stays.person.expect("usable").incoming.consent, None);
}

#[test]
fn damaged_records_are_invalid_with_numbers() {
    let fields: Vec<String> = vec!["Ana".to_owned(), "ana@example.org".to_owned(), "x".to_owned()];
    let ragged = reader(&[C::Name, C::Email]).read(3, &fields, None);
    assert!(ragged.person.is_none());
    assert_eq!(reasons(&ragged), ["column_count"]);
    assert!(
        ragged.notes[0].message.contains("3 columns") && ragged.notes[0].message.contains("has 2 columns"),
        "{}",
        ragged.notes[0].message
    );
}

#[test]
fn hostile_characters_are_removed_and_long_values_left_out_with_a_warning() {
    let reading = read(&[
        (C::Name, "A\u{202E}na\u{0}"),
        (C::Email, "ana@example.org"),
        (C::Title, &"x".repeat(201)),
        (C::Tag, "Hot; hot, Spain"),
    ]);
    assert_eq!(reasons(&reading), ["encoding_error?", "too_long?"]);
    let person = reading.person.expect("usable");
    assert_eq!(person.name, "Ana");
    assert_eq!(person.incoming.title, None);
    assert_eq!(person.incoming.tags, ["Hot", "Spain"]);
}

#[test]
fn several_addresses_in_one_cell_are_all_found() {
    let reading = read(&[(C::Name, "Ana"), (C::Email, "a@x.org; b@x.org ::: c@x.org")]);
    assert_eq!(reading.person.expect("usable").identities.len(), 3);
}

proptest! {
    #[test]
    fn no_record_panics_and_an_invalid_one_says_why(
        cells in prop::collection::vec((0..C::ALL.len(), ".{0,40}"), 0..12)
    ) {
        let mapping: Vec<C> = cells.iter().map(|(index, _)| C::ALL[*index]).collect();
        let fields: Vec<String> = cells.into_iter().map(|(_, cell)| cell).collect();
        let reading = reader(&mapping).read(2, &fields, None);
        prop_assert_eq!(reading.person.is_none(), reading.notes.iter().any(|note| !note.is_warning));
        if let Some(person) = reading.person {
            prop_assert!(!person.identities.is_empty());
            prop_assert!(person.identities.is_sorted_by_key(|identity| identity.kind));
        }
        for note in &reading.notes {
            prop_assert!(note.value.as_ref().is_none_or(|value| value.chars().count() <= 120));
        }
    }
}
