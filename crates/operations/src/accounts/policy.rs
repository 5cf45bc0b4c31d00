//! Which passwords are taken: 12 to 128 characters, not the person's own data, not a common one.
//!
//! No rule about kinds of characters: they make passwords weaker and people cross. A password is
//! compared in its compatibility-composed form, so that two keyboards can type the same one.

use aicmo_shared::session::{PASSWORD_MAX, PASSWORD_MIN, SecretText};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::text::Faults;

/// The fewest different characters.
const DIFFERENT: usize = 5;

/// The commonest passwords of at least twelve characters, and what they are made of.
const COMMON: &[&str] = &[
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123456789123",
    "0123456789012",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "1qaz2wsx3edc4rfv",
    "abcdefghijkl",
    "administrator",
    "administrator1",
    "aicmo operator",
    "aicmooperator",
    "changeme1234",
    "changemechangeme",
    "correct horse battery staple",
    "correcthorsebatterystaple",
    "iloveyou1234",
    "letmein12345",
    "letmeinletmein",
    "lovelovelove",
    "passw0rd1234",
    "password1234",
    "password12345",
    "password123456",
    "passwordpassword",
    "qazwsxedcrfv",
    "qwerty123456",
    "qwertyqwerty",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiopasdfghjkl",
    "q1w2e3r4t5y6",
    "secretsecret",
    "summer2025summer",
    "testtesttest",
    "unbelievable",
    "welcome12345",
    "welcomewelcome",
    "zaq12wsxcde3",
];

/// A password as it is hashed.
pub(super) fn normal(password: &SecretText) -> Zeroizing<String> {
    Zeroizing::new(password.expose().nfkc().collect())
}

/// Notes what is wrong with a new password of a person with this address and name.
pub(super) fn check(faults: &mut Faults, pointer: &str, password: &SecretText, email: &str, name: &str) {
    let normal = normal(password);
    let length = normal.chars().count();
    if length < PASSWORD_MIN {
        return faults.add(
            pointer,
            "password_too_short",
            format!("Use at least {PASSWORD_MIN} characters; a few words are good."),
        );
    }
    if length > PASSWORD_MAX {
        return faults.add(
            pointer,
            "password_too_long",
            format!("Use at most {PASSWORD_MAX} characters."),
        );
    }
    let plain = Zeroizing::new(normal.to_lowercase());
    let local = email.split('@').next().unwrap_or_default();
    let own = [email, local, name]
        .into_iter()
        .any(|own| !own.is_empty() && *plain == own.nfkc().collect::<String>().to_lowercase());
    if own {
        return faults.add(
            pointer,
            "password_is_personal",
            "Use something else than your own name or address.",
        );
    }
    let different = plain.chars().collect::<std::collections::BTreeSet<_>>().len();
    if different < DIFFERENT || COMMON.contains(&plain.as_str()) {
        faults.add(
            pointer,
            "password_too_common",
            "This password is among the first that are tried; use another.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(password: &str) -> Vec<String> {
        let mut faults = Faults::default();
        check(
            &mut faults,
            "/password",
            &SecretText::new(password),
            "ada.lovelace.of.engines@example.org",
            "Ada Lovelace King",
        );
        match faults.finish() {
            Err(crate::OperationError::Validation(found)) => {
                found.into_iter().map(|fault| fault.code).collect()
            }
            _ => Vec::new(),
        }
    }

    #[test]
    fn length_own_data_and_common_words_decide() {
        for (password, fault) in [
            ("short", "password_too_short"),
            ("elevenchars", "password_too_short"),
            ("Ada.Lovelace.of.Engines", "password_is_personal"),
            ("ada lovelace king", "password_is_personal"),
            ("ADA.LOVELACE.OF.ENGINES@EXAMPLE.ORG", "password_is_personal"),
            ("PassWord1234", "password_too_common"),
            ("aaaaaaaaaaaaaaaa", "password_too_common"),
            ("abababababab", "password_too_common"),
        ] {
            assert_eq!(faults(password), [fault], "{password}");
        }
        assert_eq!(faults(&"xyzzyplugh ".repeat(12)), ["password_too_long"]);
        for good in [
            "seven turtles walk home",
            "Übergrößenträger!",
            "九つの桃と三つの梨を食べた人たち",
        ] {
            assert!(faults(good).is_empty(), "{good}");
        }
    }

    #[test]
    fn two_spellings_of_one_password_are_one() {
        let composed = SecretText::new("gr\u{fc}ne \u{c4}pfel");
        let decomposed = SecretText::new("gru\u{308}ne A\u{308}pfel");
        assert_eq!(*normal(&composed), *normal(&decomposed));
    }
}
