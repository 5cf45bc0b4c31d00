//! Headers as tools export them, and that none of them panics.

use proptest::prelude::*;

use super::ImportColumn as C;
use super::*;

fn check(headers: &[&str], expected: &[C]) {
    let owned: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
    assert_eq!(suggest_mapping(&owned), expected, "{headers:?}");
}

#[test]
fn numbered_columns_of_a_public_sample_are_known() {
    check(
        &[
            "Index",
            "Account Id",
            "Lead Owner",
            "First Name",
            "Last Name",
            "Company",
            "Phone 1",
            "Phone 2",
            "Email 1",
            "Email 2",
            "Website",
            "Source",
            "Deal Stage",
            "Notes",
        ],
        &[
            C::Ignore,
            C::Ignore,
            C::Owner,
            C::FirstName,
            C::LastName,
            C::Company,
            C::Phone,
            C::Phone,
            C::Email,
            C::Email,
            C::Website,
            C::SourceChannel,
            C::Tag,
            C::Notes,
        ],
    );
}

#[test]
fn exports_of_common_tools_are_known() {
    check(
        &[
            "First Name",
            "Last Name",
            "Title",
            "Company",
            "Company Name for Emails",
            "Email",
            "Email Status",
            "Work Direct Phone",
            "Corporate Phone",
            "# Employees",
            "Industry",
            "Person Linkedin Url",
            "Company Linkedin Url",
            "Website",
            "City",
            "Country",
        ],
        &[
            C::FirstName,
            C::LastName,
            C::Title,
            C::Company,
            C::Ignore,
            C::Email,
            C::Ignore,
            C::Phone,
            C::Ignore,
            C::Ignore,
            C::Industry,
            C::LinkedinUrl,
            C::Ignore,
            C::Website,
            C::Location,
            C::Ignore,
        ],
    );
}

#[test]
fn exports_of_crms_and_address_books_are_known() {
    check(
        &[
            "Record ID",
            "firstName",
            "LASTNAME",
            "e-mail_address",
            "Mobile Phone Number",
            "Job Title",
            "Lead Source",
            "Lifecycle Stage",
            "Unsubscribed from all email",
            "Contact owner",
        ],
        &[
            C::Ignore,
            C::FirstName,
            C::LastName,
            C::Email,
            C::Phone,
            C::Title,
            C::SourceChannel,
            C::Tag,
            C::OptOut,
            C::Owner,
        ],
    );
    check(
        &[
            "Name",
            "Given Name",
            "E-mail 1 - Type",
            "E-mail 1 - Value",
            "Phone 1 - Type",
            "Phone 1 - Value",
            "Organization 1 - Name",
            "Organization 1 - Title",
            "Group Membership",
        ],
        &[
            C::Name,
            C::FirstName,
            C::Ignore,
            C::Email,
            C::Ignore,
            C::Phone,
            C::Company,
            C::Title,
            C::Tag,
        ],
    );
    check(
        &[
            "utm_source",
            "UTM Medium",
            "utm-campaign",
            "utm_content",
            "utm_term",
        ],
        &[
            C::UtmSource,
            C::UtmMedium,
            C::UtmCampaign,
            C::UtmContent,
            C::Ignore,
        ],
    );
    check(
        &["Vorname", "Nachname", "E-Mail-Adresse", "Telefon", "Firma"],
        &[C::FirstName, C::LastName, C::Email, C::Phone, C::Company],
    );
}

#[test]
fn a_column_that_may_occur_once_goes_to_the_header_that_says_it_best() {
    check(
        &["Country", "City", "Location"],
        &[C::Ignore, C::Ignore, C::Location],
    );
    check(&["Do Not Call", "Email Opt Out"], &[C::Ignore, C::OptOut]);
    check(&["Website", "Website"], &[C::Website, C::Ignore]);
}

#[test]
fn a_value_is_not_taken_for_a_header() {
    for cell in [
        "ana@example.org",
        "",
        "  ",
        "+49 30 123",
        "Acme GmbH",
        "Ana Lima",
        "https://example.org",
    ] {
        assert_eq!(column_for(cell), C::Ignore, "{cell:?}");
    }
}

proptest! {
    #[test]
    fn no_header_panics_and_single_columns_stay_single(headers in prop::collection::vec(".{0,20}", 0..20)) {
        let mapping = suggest_mapping(&headers);
        prop_assert_eq!(mapping.len(), headers.len());
        for column in C::ALL.iter().filter(|column| !column.repeatable()) {
            prop_assert!(mapping.iter().filter(|chosen| *chosen == column).count() <= 1);
        }
    }
}
