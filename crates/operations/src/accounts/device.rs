//! What a browser calls itself, in a few words; and the mark of a browser that has been let in.
//!
//! The mark lets the lockout tell a person's own browser from a stranger's. It opens nothing.

use aicmo_shared::session::SecretText;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac as _;

use super::secret;
use crate::error::OperationError;
use crate::secrets::keyed;

const NONCE_BYTES: usize = 16;

/// What tells one marked browser from another.
pub(super) type DeviceId = [u8; NONCE_BYTES];

/// A new mark for a browser from which `account` signed in.
pub(super) fn mark(key: &[u8; 32], account: &[u8; 32]) -> Result<SecretText, OperationError> {
    let nonce = *secret::random::<NONCE_BYTES>()?;
    let signature = sign(key, account, &nonce).finalize().into_bytes();
    let whole = [nonce.as_slice(), &signature].concat();
    Ok(SecretText::new(URL_SAFE_NO_PAD.encode(whole)))
}

/// Which browser the mark is of, if it was made for `account`.
pub(super) fn read(key: &[u8; 32], account: &[u8; 32], mark: &SecretText) -> Option<DeviceId> {
    let text = Some(mark.expose()).filter(|text| text.len() <= secret::LONGEST)?;
    let whole = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (nonce, signature) = whole.split_at_checked(NONCE_BYTES)?;
    let nonce: DeviceId = nonce.try_into().ok()?;
    sign(key, account, &nonce).verify_slice(signature).ok()?;
    Some(nonce)
}

fn sign(key: &[u8; 32], account: &[u8; 32], nonce: &DeviceId) -> hmac::Hmac<sha2::Sha256> {
    let mut mac = keyed(key);
    mac.update(account);
    mac.update(nonce);
    mac
}

/// Browser and system in a few words: "Firefox on Linux".
pub(super) fn describe(user_agent: &str) -> String {
    let has = |word: &str| user_agent.contains(word);
    // In this order: most browsers also name those that they descend from.
    let browser = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]
    .into_iter()
    .find(|(word, _)| has(word))
    .map_or("A browser", |(_, name)| name);
    let system = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]
    .into_iter()
    .find(|(word, _)| has(word))
    .map(|(_, name)| name);
    match system {
        Some(system) => format!("{browser} on {system}"),
        None => browser.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_good_for_its_account_alone() {
        let made = mark(&[1; 32], &[2; 32]).expect("a mark");
        assert!(read(&[1; 32], &[2; 32], &made).is_some());
        assert!(read(&[1; 32], &[3; 32], &made).is_none(), "another account");
        assert!(read(&[4; 32], &[2; 32], &made).is_none(), "another installation");
        for damaged in ["", "AAAA", "%%%", &"A".repeat(5_000)] {
            assert!(read(&[1; 32], &[2; 32], &SecretText::new(damaged)).is_none());
        }
    }

    #[test]
    fn a_browser_is_named_by_what_it_is() {
        for (agent, words) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
                "Chrome on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
                "Safari on iPhone",
            ),
            ("", "A browser"),
        ] {
            assert_eq!(describe(agent), words);
        }
    }
}
