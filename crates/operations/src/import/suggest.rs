//! Guesses from a header what each column becomes.
//!
//! Owns the words that CRMs and lead tools put above their columns. A guess is only a suggestion that
//! the operator sees before anything happens; an unknown column is left out, never guessed from its
//! values. The same table decides whether a record is a header at all.

use aicmo_shared::import::ImportColumn;
use unicode_normalization::UnicodeNormalization;

/// A longer cell is no header.
const MAX_HEADER: usize = 80;

/// What each header becomes. A column that may occur once goes to the header that says it best, the
/// first of equals; the others are left out.
pub fn suggest_mapping(headers: &[String]) -> Vec<ImportColumn> {
    let mut mapping: Vec<ImportColumn> = headers.iter().map(|header| column_for(header)).collect();
    for column in ImportColumn::ALL.iter().filter(|column| !column.repeatable()) {
        let claims = headers
            .iter()
            .enumerate()
            .filter(|(index, _)| mapping.get(*index) == Some(column));
        // `min_by_key` keeps the first of equals.
        let Some((best, _)) = claims.min_by_key(|(_, header)| rank(header, *column)) else {
            continue;
        };
        for (index, chosen) in mapping.iter_mut().enumerate() {
            if *chosen == *column && index != best {
                *chosen = ImportColumn::Ignore;
            }
        }
    }
    mapping
}

/// What a single header names; `Ignore` when it names nothing we keep.
pub fn column_for(header: &str) -> ImportColumn {
    if header.len() > MAX_HEADER || header.contains('@') {
        return ImportColumn::Ignore;
    }
    let words = words(header);
    let key = words.concat();
    if key.is_empty() {
        return ImportColumn::Ignore;
    }
    for (column, names) in NAMES {
        if names.contains(&key.as_str()) {
            return *column;
        }
    }
    by_words(&words, &key)
}

/// Lower is better: the place in the column's list of names.
fn rank(header: &str, column: ImportColumn) -> usize {
    let key = words(header).concat();
    NAMES
        .iter()
        .filter(|(named, _)| *named == column)
        .find_map(|(_, names)| names.iter().position(|name| *name == key))
        .unwrap_or(usize::MAX)
}

/// Lower-case words without punctuation and numbers; `firstName` is two.
fn words(header: &str) -> Vec<String> {
    let header: String = header.nfkc().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    let mut after_lower = false;
    for c in header.chars() {
        let is_border = !c.is_alphabetic() || (c.is_uppercase() && after_lower);
        if is_border && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphabetic() {
            word.extend(c.to_lowercase());
        }
        after_lower = c.is_lowercase();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// For headers that no list foresees, such as "Work e-mail (checked)".
fn by_words(words: &[String], key: &str) -> ImportColumn {
    const ABOUT_SOMETHING_ELSE: [&str; 34] = [
        "bounce",
        "bounced",
        "city",
        "clicked",
        "code",
        "company",
        "confidence",
        "corporate",
        "count",
        "country",
        "date",
        "domain",
        "employer",
        "ext",
        "extension",
        "fax",
        "id",
        "label",
        "opened",
        "organization",
        "phrase",
        "provider",
        "score",
        "sent",
        "source",
        "status",
        "subject",
        "template",
        "time",
        "type",
        "valid",
        "validation",
        "verification",
        "verified",
    ];
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    if has(&["unsubscribed", "unsubscribe", "optout", "dnc"])
        || key.contains("optout")
        || key.contains("optedout")
    {
        return ImportColumn::OptOut;
    }
    if has(&ABOUT_SOMETHING_ELSE) {
        return ImportColumn::Ignore;
    }
    if has(&["email", "mail"]) {
        ImportColumn::Email
    } else if has(&["linkedin"]) {
        ImportColumn::LinkedinUrl
    } else if has(&[
        "phone",
        "telephone",
        "mobile",
        "cell",
        "cellphone",
        "telefon",
        "whatsapp",
    ]) {
        ImportColumn::Phone
    } else if has(&["notes", "note", "comments", "comment", "remarks"]) {
        ImportColumn::Notes
    } else {
        ImportColumn::Ignore
    }
}

/// Headers without case, spaces, punctuation and numbers; the most telling first.
const NAMES: &[(ImportColumn, &[&str])] = &[
    (
        ImportColumn::Ignore,
        &[
            "index",
            "id",
            "accountid",
            "recordid",
            "leadid",
            "contactid",
            "customerid",
            "userid",
            "no",
            "nr",
            "row",
            "number",
            "fax",
            "faxnumber",
            "companyphone",
            "corporatephone",
            "companyphonenumber",
            "companylinkedin",
            "companylinkedinurl",
            "linkedincompanyurl",
            "linkedincompany",
            "companyemail",
            "employees",
            "numberofemployees",
            "salutation",
            "prefix",
            "suffix",
            "namesuffix",
            "nameprefix",
            "middlename",
            "additionalname",
            "nickname",
            "maidenname",
            "username",
            "utmterm",
            "companynameforemails",
            "emailstatus",
            "emailsource",
            "emailconfidence",
            "emailsent",
            "emailopen",
            "emailbounced",
            "mailingcity",
            "mailingcountry",
            "mailingstate",
            "mailingstreet",
            "mailingzip",
            "mailingaddress",
            "mailingpostalcode",
        ],
    ),
    (
        ImportColumn::Email,
        &[
            "email",
            "emailaddress",
            "workemail",
            "businessemail",
            "primaryemail",
            "mail",
            "mailaddress",
            "emailid",
            "emails",
            "emailvalue",
            "contactemail",
            "leademail",
            "personalemail",
            "secondaryemail",
            "otheremail",
            "alternateemail",
            "additionalemail",
            "useremail",
            "emailaddresses",
            "correo",
            "correoelectronico",
            "correoelectrónico",
            "courriel",
            "adresseemail",
            "epost",
            "emailadresse",
            "mailadresse",
            "epostadresse",
        ],
    ),
    (
        ImportColumn::Phone,
        &[
            "phone",
            "phonenumber",
            "telephone",
            "telephonenumber",
            "tel",
            "mobile",
            "mobilephone",
            "mobilenumber",
            "cell",
            "cellphone",
            "workphone",
            "workdirectphone",
            "directphone",
            "directdial",
            "businessphone",
            "primaryphone",
            "homephone",
            "otherphone",
            "phones",
            "phonevalue",
            "contactnumber",
            "contactphone",
            "whatsapp",
            "whatsappnumber",
            "telefon",
            "telefonnummer",
            "mobil",
            "handy",
            "telefono",
            "teléfono",
            "téléphone",
            "movil",
            "móvil",
            "celular",
        ],
    ),
    (
        ImportColumn::LinkedinUrl,
        &[
            "linkedin",
            "linkedinurl",
            "linkedinprofile",
            "linkedinprofileurl",
            "personlinkedinurl",
            "personlinkedin",
            "linkedinlink",
            "linkedincontactprofileurl",
            "publicprofileurl",
            "profileurl",
            "liprofileurl",
            "liurl",
            "contactlinkedinurl",
            "contactliprofileurl",
        ],
    ),
    (
        ImportColumn::Name,
        &[
            "name",
            "fullname",
            "contactname",
            "leadname",
            "personname",
            "displayname",
            "contact",
            "customername",
            "clientname",
            "prospectname",
            "prospect",
            "lead",
            "contactfullname",
            "nombrecompleto",
            "nomcomplet",
        ],
    ),
    (
        ImportColumn::FirstName,
        &[
            "firstname",
            "givenname",
            "forename",
            "first",
            "fname",
            "contactfirstname",
            "vorname",
            "prénom",
            "prenom",
            "nombre",
            "fornavn",
            "förnamn",
        ],
    ),
    (
        ImportColumn::LastName,
        &[
            "lastname",
            "surname",
            "familyname",
            "last",
            "lname",
            "contactlastname",
            "nachname",
            "familienname",
            "nom",
            "nomdefamille",
            "apellido",
            "apellidos",
            "etternavn",
            "efternamn",
        ],
    ),
    (
        ImportColumn::Company,
        &[
            "company",
            "companyname",
            "organization",
            "organisation",
            "organizationname",
            "organisationname",
            "account",
            "accountname",
            "currentcompany",
            "employer",
            "business",
            "businessname",
            "associatedcompany",
            "firma",
            "unternehmen",
            "firm",
            "empresa",
            "société",
            "societe",
            "entreprise",
        ],
    ),
    (
        ImportColumn::Title,
        &[
            "jobtitle",
            "title",
            "position",
            "role",
            "jobrole",
            "jobposition",
            "designation",
            "occupation",
            "currenttitle",
            "organizationtitle",
            "contactjobtitle",
            "headline",
            "cargo",
            "poste",
            "funktion",
        ],
    ),
    (
        ImportColumn::Website,
        &[
            "website",
            "websiteurl",
            "companywebsite",
            "companyurl",
            "web",
            "homepage",
            "webpage",
            "url",
            "site",
            "domain",
            "companydomain",
            "companydomainname",
            "websitevalue",
            "webseite",
            "sitioweb",
            "siteweb",
        ],
    ),
    (
        ImportColumn::Industry,
        &[
            "industry",
            "companyindustry",
            "sector",
            "vertical",
            "branche",
            "industria",
            "sektor",
        ],
    ),
    (
        ImportColumn::Location,
        &[
            "location",
            "contactlocation",
            "personlocation",
            "city",
            "town",
            "companylocation",
            "region",
            "country",
            "stadt",
            "ort",
            "ciudad",
            "ville",
            "land",
            "pays",
            "país",
        ],
    ),
    (
        ImportColumn::Owner,
        &[
            "owner",
            "leadowner",
            "contactowner",
            "accountowner",
            "recordowner",
            "dealowner",
            "assignedto",
            "assignee",
            "salesrep",
            "accountmanager",
            "ownername",
        ],
    ),
    (
        ImportColumn::Notes,
        &[
            "notes",
            "note",
            "comments",
            "comment",
            "remarks",
            "remark",
            "description",
            "memo",
            "sourcenotes",
            "summary",
            "message",
            "bemerkung",
            "bemerkungen",
            "notizen",
            "notas",
            "remarques",
        ],
    ),
    (
        ImportColumn::Tag,
        &[
            "tag",
            "tags",
            "dealstage",
            "stage",
            "leadstage",
            "lifecyclestage",
            "pipelinestage",
            "salesstage",
            "leadstatus",
            "status",
            "contactstatus",
            "label",
            "labels",
            "segment",
            "segments",
            "list",
            "lists",
            "category",
            "categories",
            "groups",
            "group",
            "groupmembership",
            "rating",
            "leadrating",
        ],
    ),
    (
        ImportColumn::SourceChannel,
        &[
            "sourcechannel",
            "source",
            "leadsource",
            "originalsource",
            "contactsource",
            "channel",
            "acquisitionchannel",
            "acquisitionsource",
            "marketingsource",
            "howdidyouhearaboutus",
            "quelle",
        ],
    ),
    (
        ImportColumn::OptOut,
        &[
            "optout",
            "emailoptout",
            "hasoptedoutofemail",
            "optedout",
            "unsubscribed",
            "unsubscribe",
            "unsubscribedfromallemail",
            "unsubscribedat",
            "donotcontact",
            "donotemail",
            "donotmail",
            "dnc",
            "contactunsubscribed",
            "emailsubscriptionstatus",
            "subscriptionstatus",
            "emailmarketingstatus",
            "suppressed",
            "blacklisted",
            "blocklisted",
            "donotcall",
        ],
    ),
    (ImportColumn::UtmSource, &["utmsource"]),
    (ImportColumn::UtmMedium, &["utmmedium"]),
    (ImportColumn::UtmCampaign, &["utmcampaign"]),
    (ImportColumn::UtmContent, &["utmcontent"]),
];

#[cfg(test)]
mod tests {
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
}
