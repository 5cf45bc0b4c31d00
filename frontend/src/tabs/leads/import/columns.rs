//! What is wrong with a mapping before the server is asked, and what a column holds. Pure.

use aicmo_shared::import::{FileReading, ImportColumn};

/// The columns by which a row finds its lead again.
const IDENTITIES: &[ImportColumn] = &[
    ImportColumn::Email,
    ImportColumn::Phone,
    ImportColumn::LinkedinUrl,
];

/// What keeps a mapping from being used, one sentence each; empty when it can be.
pub fn objections(
    columns: &[ImportColumn],
    headers: &[String],
    accepts_without_identity: bool,
) -> Vec<String> {
    let mut found = Vec::new();
    if columns.iter().all(|column| *column == ImportColumn::Ignore) {
        found.push("Every column is left out: choose at least one.".to_owned());
        return found;
    }
    if !accepts_without_identity && !columns.iter().any(|column| IDENTITIES.contains(column)) {
        found.push(
            "No column is an identity: every row would be invalid. Map one to E-mail, Phone or LinkedIn profile, \
             or accept rows without identity."
                .to_owned(),
        );
    }
    for target in ImportColumn::ALL {
        let taken: Vec<&str> = columns
            .iter()
            .zip(headers)
            .filter(|(column, _)| *column == target)
            .map(|(_, header)| header.as_str())
            .collect();
        if taken.len() > 1 && !target.repeatable() {
            found.push(format!(
                "{} can come from one column only, not from {}.",
                target.label(),
                taken.join(" and ")
            ));
        }
    }
    found
}

/// Up to three values of the column at `place`, in file order; blanks are left out.
pub fn sample_values(reading: &FileReading, place: usize) -> Vec<String> {
    reading
        .sample
        .iter()
        .filter_map(|record| record.get(place))
        .map(|value| value.trim())
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aicmo_shared::import::{Delimiter, TextEncoding};

    fn headers(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_mapping_without_identity_is_objected_to() {
        let found = objections(&[ImportColumn::Name], &headers(&["Name"]), false);
        assert!(found.iter().any(|text| text.contains("identity")), "{found:?}");
        assert!(objections(&[ImportColumn::Name], &headers(&["Name"]), true).is_empty());
    }

    #[test]
    fn two_columns_for_one_field_are_named_unless_it_may_repeat() {
        let columns = [ImportColumn::Email, ImportColumn::Company, ImportColumn::Company];
        let found = objections(&columns, &headers(&["Mail", "Firm", "Account"]), false);
        assert_eq!(
            found,
            ["Company can come from one column only, not from Firm and Account."]
        );
        let phones = [ImportColumn::Phone, ImportColumn::Phone];
        assert!(objections(&phones, &headers(&["Phone 1", "Phone 2"]), false).is_empty());
    }

    #[test]
    fn leaving_everything_out_is_one_objection() {
        assert_eq!(
            objections(&[ImportColumn::Ignore], &headers(&["A"]), false).len(),
            1
        );
    }

    #[test]
    fn samples_skip_blanks_and_ragged_records() {
        let reading = FileReading {
            encoding: TextEncoding::Utf8,
            delimiter: Delimiter::Comma,
            header_row: 1,
            headers: headers(&["a", "b"]),
            sample: vec![headers(&["1"]), headers(&["2", " "]), headers(&["3", " x "])],
        };
        assert_eq!(sample_values(&reading, 1), ["x"]);
    }
}
