//! The normal forms, row by row, and that hostile text never panics.

use proptest::prelude::*;

use super::*;

fn check<T: PartialEq + fmt::Debug>(normalise: fn(&str) -> Result<T, Unusable>, rows: &[(&str, Option<T>)]) {
    for (input, expected) in rows {
        let found = normalise(input).ok();
        assert_eq!(&found, expected, "{input:?}");
    }
}

#[test]
fn addresses_that_mean_the_same_mailbox_are_spelled_alike() {
    let mail = |text: &str| Some(text.to_owned());
    check(
        normalise_email,
        &[
            (" Ana.Lima@Example.ORG ", mail("ana.lima@example.org")),
            ("ana+x@example.org", mail("ana+x@example.org")),
            ("mailto:ana@example.org", mail("ana@example.org")),
            ("ana@BÜCHER.example", mail("ana@xn--bcher-kva.example")),
            ("ana＠example.org", mail("ana@example.org")),
            ("Ä@example.org", mail("ä@example.org")),
            ("ana@sub.example.co.uk", mail("ana@sub.example.co.uk")),
            ("", None),
            ("ana", None),
            ("ana@", None),
            ("@example.org", None),
            ("ana@@example.org", None),
            ("ana@b@example.org", None),
            ("ana@localhost", None),
            ("ana lima@example.org", None),
            ("\"ana lima\"@example.org", None),
            (".ana@example.org", None),
            ("a..b@example.org", None),
            ("ana@-x.example.org", None),
            ("ana@example..org", None),
            ("ana@10.0.0.1", None),
            ("ana@[10.0.0.1]", None),
            ("Ana <ana@example.org>", None),
            ("ana@example.org; bo@example.org", None),
        ],
    );
    let long_local = format!("{}@example.org", "a".repeat(65));
    assert!(normalise_email(&long_local).is_err());
    let longest_local = format!("{}@example.org", "a".repeat(64));
    assert_eq!(normalise_email(&longest_local), Ok(longest_local));
}

#[test]
fn a_number_identifies_only_with_its_country() {
    let e164 = |text: &str| Some(Phone::E164(text.to_owned()));
    check(
        normalise_phone,
        &[
            ("+1-307-937-7505", e164("+13079377505")),
            ("001-307-937-7505x54026", e164("+13079377505")),
            ("0049 30 1234567", e164("+49301234567")),
            ("+44 (0)20 7946 0000", e164("+442079460000")),
            ("tel:+49.30.1234567 ext. 12", e164("+49301234567")),
            ("+49 30 1234567 #12", e164("+49301234567")),
            ("+49 30 1234567 Extension 12", e164("+49301234567")),
            ("9802005297", Some(Phone::National)),
            ("(704)585-7792", Some(Phone::National)),
            ("369.329.6963x12", Some(Phone::National)),
            ("030 1234567", Some(Phone::National)),
            ("", None),
            ("1234", None),
            ("+0123456789", None),
            ("+12", None),
            ("+1234567890123456", None),
            ("call me", None),
            ("123456 or 654321", None),
            ("12a34567", None),
            ("123456x", None),
            ("0000000000", None),
        ],
    );
}

#[test]
fn only_a_profile_is_a_linkedin_identity() {
    let profile = |text: &str| Some(text.to_owned());
    check(
        normalise_linkedin,
        &[
            (
                "https://www.LinkedIn.com/in/Ana-Lima-1a2b/",
                profile("linkedin.com/in/ana-lima-1a2b"),
            ),
            ("linkedin.com/in/ana?trk=x#top", profile("linkedin.com/in/ana")),
            ("http://de.linkedin.com/in/ana/en", profile("linkedin.com/in/ana")),
            ("linkedin.com/in/J%C3%BCrgen", profile("linkedin.com/in/jürgen")),
            ("https://www.linkedin.com/company/acme", None),
            ("https://www.linkedin.com/school/acme", None),
            ("https://notlinkedin.com/in/ana", None),
            ("https://linkedin.com.evil.example/in/ana", None),
            ("https://linkedin.com/in/", None),
            ("linkedin.com/in/%zz", None),
            ("linkedin.com/in/%ff", None),
            ("ana", None),
        ],
    );
    let company = normalise_linkedin("linkedin.com/company/acme").expect_err("no person");
    assert!(company.to_string().contains("company"), "{company}");
}

#[test]
fn the_hash_is_keyed_and_tells_the_kinds_apart() {
    let identities = Identities::new(&[7; 32]);
    let email = identities.of(IdentityKind::Email, "x".to_owned());
    assert_eq!(email.hash.len(), 64);
    assert_eq!(email, identities.clone().of(IdentityKind::Email, "x".to_owned()));
    assert_ne!(
        email.hash,
        identities.of(IdentityKind::Phone, "x".to_owned()).hash
    );
    let other = Identities::new(&[8; 32]).of(IdentityKind::Email, "x".to_owned());
    assert_ne!(email.hash, other.hash);
    assert_eq!(format!("{identities:?}"), "Identities(***)");
}

#[test]
fn the_hash_is_plain_hmac_of_kind_and_value() {
    let mut plain = Hmac::<Sha256>::new_from_slice(&[7; 32]).expect("any length is a key");
    plain.update(b"email:ana@example.org");
    let expected: Vec<u8> = plain.finalize().into_bytes().to_vec();
    let found = Identities::new(&[7; 32])
        .of(IdentityKind::Email, "ana@example.org".to_owned())
        .hash;
    let hex = expected.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    assert_eq!(found, hex);
}

#[test]
fn names_are_compared_without_case_and_spacing() {
    assert_eq!(comparable_name("  Ana\u{a0}\tLIMA "), "ana lima");
    assert_eq!(comparable_name(""), "");
}

proptest! {
    #[test]
    fn no_text_panics_and_a_normal_form_is_stable(text in "\\PC{0,80}|.{0,80}") {
        if let Ok(normal) = normalise_email(&text) {
            prop_assert_eq!(normalise_email(&normal), Ok(normal.clone()));
            prop_assert_eq!(normal.matches('@').count(), 1);
        }
        if let Ok(Phone::E164(normal)) = normalise_phone(&text) {
            prop_assert_eq!(normalise_phone(&normal), Ok(Phone::E164(normal.clone())));
        }
        if let Ok(normal) = normalise_linkedin(&text) {
            prop_assert_eq!(normalise_linkedin(&normal), Ok(normal.clone()));
        }
        let name = comparable_name(&text);
        prop_assert_eq!(comparable_name(&name), name.clone());
    }

    #[test]
    fn what_looks_like_an_address_never_panics(
        local in "[a-zA-Z0-9.+_äß-]{0,70}", domain in "[a-zA-Z0-9.äß-]{0,40}", digits in "[+0-9x(). -]{0,30}",
        slug in "[a-zA-Z0-9%äß-]{0,20}",
    ) {
        if let Ok(normal) = normalise_email(&format!("{local}@{domain}")) {
            prop_assert_eq!(normalise_email(&normal), Ok(normal.clone()));
        }
        let _ = normalise_phone(&digits);
        if let Ok(normal) = normalise_linkedin(&format!("linkedin.com/in/{slug}")) {
            prop_assert_eq!(normalise_linkedin(&normal), Ok(normal.clone()));
        }
    }
}
