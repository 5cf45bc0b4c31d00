//! Codes of authenticator apps (RFC 6238): SHA-1, six digits, thirty seconds, one step of skew.

use aicmo_shared::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use subtle::ConstantTimeEq as _;

/// The length of a secret, in bytes.
pub(super) const SECRET_BYTES: usize = 20;

const STEP_MS: i64 = 30_000;
const DIGITS: usize = 6;
const MODULUS: u32 = 1_000_000;

/// The time step of which `code` is the code, if it is one of those around `now`.
pub(super) fn step_of(secret: &[u8], code: &str, now: Timestamp) -> Option<i64> {
    let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
    if code.len() != DIGITS || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let current = now.as_millis().div_euclid(STEP_MS);
    [current, current - 1, current + 1]
        .into_iter()
        .find(|step| bool::from(code_at(secret, *step).as_bytes().ct_eq(code.as_bytes())))
}

/// The code of a time step.
fn code_at(secret: &[u8], step: i64) -> String {
    let number = hotp(secret, u64::try_from(step).unwrap_or_default()) % MODULUS;
    format!("{number:06}")
}

/// The truncated hash of RFC 4226.
fn hotp(secret: &[u8], counter: u64) -> u32 {
    // HMAC pads a key to the block of its hash with zeros; done here, no fallible call is needed.
    let mut block = [0; 64];
    for (place, byte) in block.iter_mut().zip(secret) {
        *place = *byte;
    }
    let mut mac = Hmac::<Sha1>::new(&block.into());
    mac.update(&counter.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest.last().copied().unwrap_or_default() & 0x0f);
    digest
        .iter()
        .skip(offset)
        .take(4)
        .fold(0, |number: u32, byte| (number << 8) | u32::from(*byte))
        & 0x7fff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    /// The vectors of RFC 6238, appendix B, in their last six digits.
    #[test]
    fn the_vectors_of_the_standard_hold() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_at(SECRET, seconds / 30), code, "{seconds}");
        }
    }

    /// The vectors of RFC 4226, appendix D.
    #[test]
    fn the_counter_vectors_hold() {
        for (counter, number) in [
            (0, 1_284_755_224),
            (1, 1_094_287_082),
            (2, 137_359_152),
            (3, 1_726_969_429),
            (9, 645_520_489),
        ] {
            assert_eq!(hotp(SECRET, counter), number, "{counter}");
        }
    }

    #[test]
    fn one_step_of_skew_is_forgiven_and_no_more() {
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
        assert_eq!(step_of(SECRET, "287082", at(59)), Some(1));
        assert_eq!(step_of(SECRET, " 287 082 ", at(59)), Some(1));
        assert_eq!(step_of(SECRET, "287082", at(89)), Some(1), "a slow clock");
        assert_eq!(step_of(SECRET, "287082", at(29)), Some(1), "a fast clock");
        assert_eq!(step_of(SECRET, "287082", at(90)), None);
        for wrong in ["", "287083", "28708", "2870822", "abcdef", "２８７０８２"] {
            assert_eq!(step_of(SECRET, wrong, at(59)), None, "{wrong}");
        }
    }
}
