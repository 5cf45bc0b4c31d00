//! Who a record is about: normalised addresses and the keyed hashes that find a lead again.
//!
//! Owns the normal form of e-mail, telephone and LinkedIn profile, and HMAC-SHA-256 of `kind:value`
//! under the workspace's identity key. Does not own matching or merging: `merge` decides what a
//! known identity means. The same text must normalise alike wherever it comes in, so the form that
//! creates one lead and the import of a million both read addresses here and nowhere else.

use std::borrow::Cow;
use std::fmt;
use std::fmt::Write as _;

use aicmo_shared::lead::IdentityKind;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization;

/// Bytes of a local part, and of a whole address, by RFC 5321.
const MAX_LOCAL: usize = 64;
const MAX_EMAIL: usize = 254;
/// Digits of a telephone number: E.164 allows fifteen; fewer than five ring nobody.
const MAX_DIGITS: usize = 15;
const MIN_NATIONAL_DIGITS: usize = 5;
const MIN_INTERNATIONAL_DIGITS: usize = 8;
/// LinkedIn issues slugs of at most a hundred characters.
const MAX_SLUG: usize = 100;

/// Why a text cannot serve as an address; displays as the end of a sentence about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unusable(&'static str);

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Unusable {}

/// A telephone number as far as it could be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phone {
    /// With its country, as E.164: finds a lead again.
    E164(String),
    /// Without a country: somebody can dial it, but it identifies nobody.
    National,
}

/// A normalised address with the hash under which the workspace knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub kind: IdentityKind,
    /// The normal form.
    pub value: String,
    /// HMAC-SHA-256 of `kind:value`, as 64 hex digits.
    pub hash: String,
}

/// The identity key of the workspace, ready to hash.
#[derive(Clone)]
pub struct Identities {
    keyed: Hmac<Sha256>,
}

impl fmt::Debug for Identities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identities(***)")
    }
}

impl Identities {
    /// Hashes under `key`. Another key finds none of the leads that this one wrote.
    pub fn new(key: &[u8; 32]) -> Self {
        // HMAC pads a key to the block of its hash with zeros; doing so here needs no fallible call.
        let mut block = [0; 64];
        block[..32].copy_from_slice(key);
        Self {
            keyed: Hmac::new(&block.into()),
        }
    }

    /// The identity of a value that is already in its normal form.
    pub fn of(&self, kind: IdentityKind, value: String) -> Identity {
        let mut mac = self.keyed.clone();
        mac.update(kind.as_str().as_bytes());
        mac.update(b":");
        mac.update(value.as_bytes());
        let mut hash = String::with_capacity(64);
        for byte in mac.finalize().into_bytes() {
            // Writing to a String cannot fail.
            let _ = write!(hash, "{byte:02x}");
        }
        Identity { kind, value, hash }
    }
}

/// Trimmed, NFKC, one `@`, local part lower-cased, domain as lower-case ASCII (IDNA). Dots and plus
/// tags stay: two mailboxes must never become one person.
///
/// # Errors
/// `Unusable` says what is wrong; the text is the operator's to correct.
pub fn normalise_email(text: &str) -> Result<String, Unusable> {
    if text.len() > 4 * MAX_EMAIL {
        return Err(Unusable("is longer than 254 characters"));
    }
    let folded = folded(text);
    let address = folded.trim();
    let address = address.strip_prefix("mailto:").unwrap_or(address);
    let mut parts = address.split('@');
    let (Some(local), Some(domain), None) = (parts.next(), parts.next(), parts.next()) else {
        return Err(Unusable("must have exactly one @"));
    };
    if local.is_empty() {
        return Err(Unusable("has nothing before the @"));
    }
    if local.len() > MAX_LOCAL {
        return Err(Unusable("has more than 64 characters before the @"));
    }
    let is_dotted_badly = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    if is_dotted_badly || !local.chars().all(is_local_character) {
        return Err(Unusable("has a part before the @ that no mailbox can have"));
    }
    let domain = ascii_domain(domain)?;
    let normal = format!("{local}@{domain}");
    if normal.len() > MAX_EMAIL {
        return Err(Unusable("is longer than 254 characters"));
    }
    if !email_address::EmailAddress::is_valid(&normal) {
        return Err(Unusable("is not an e-mail address"));
    }
    Ok(normal)
}

/// RFC 5322 atoms, and letters of any script (RFC 6531). Quoted local parts are refused: nobody has
/// one, and they hide an `@` or a space.
fn is_local_character(c: char) -> bool {
    c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c) || (!c.is_ascii() && is_combining(c))
}

/// Marks that NFKC leaves after a letter.
fn is_combining(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

fn ascii_domain(domain: &str) -> Result<String, Unusable> {
    use idna::AsciiDenyList;
    use idna::uts46::{DnsLength, Hyphens, Uts46};

    let ascii = Uts46::new()
        .to_ascii(
            domain.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::Allow,
            DnsLength::Verify,
        )
        .map_err(|_| Unusable("has a domain that cannot exist"))?;
    let (rest, top) = ascii
        .rsplit_once('.')
        .ok_or(Unusable("has a domain without a dot"))?;
    let label_is_sound = |label: &str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
    if !rest.split('.').all(label_is_sound)
        || !label_is_sound(top)
        || top.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Err(Unusable("has a domain that cannot exist"));
    }
    Ok(ascii.into_owned())
}

/// Reads a number with or without country code: `+` or `00` in front means with one. Separators,
/// a bracketed trunk zero and an extension (`x12`, `ext. 12`, `#12`) are dropped.
///
/// # Errors
/// `Unusable` when it is no telephone number at all.
pub fn normalise_phone(text: &str) -> Result<Phone, Unusable> {
    if text.len() > 200 {
        return Err(Unusable("is too long for a telephone number"));
    }
    let folded = folded(text);
    let number = folded.trim();
    let number = number.strip_prefix("tel:").unwrap_or(number).trim();
    let number = without_extension(number)?;
    let number = number
        .strip_prefix('(')
        .filter(|rest| rest.starts_with('+'))
        .unwrap_or(number);
    let is_plus = number.starts_with('+');
    let rest = number.strip_prefix('+').unwrap_or(number);
    let rest: Cow<'_, str> = if is_plus || rest.starts_with("00") {
        // "+44 (0)20 ..." shows the zero that is dialled only inside the country.
        Cow::Owned(rest.replacen("(0)", "", 1))
    } else {
        Cow::Borrowed(rest)
    };
    let mut digits = String::with_capacity(16);
    for c in rest.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
        } else if !(c.is_whitespace() || "-.()/\u{2010}\u{2011}\u{2012}\u{2013}".contains(c)) {
            return Err(Unusable("has characters that no telephone number has"));
        }
    }
    let international = if is_plus {
        Some(digits.strip_prefix("00").unwrap_or(&digits))
    } else {
        digits.strip_prefix("00")
    };
    match international {
        Some(digits) if digits.starts_with('0') => Err(Unusable("has a country code that begins with 0")),
        Some(digits) if digits.len() > MAX_DIGITS => Err(Unusable("has more than 15 digits")),
        Some(digits) if digits.len() < MIN_INTERNATIONAL_DIGITS => {
            Err(Unusable("has too few digits for a number with country code"))
        }
        Some(digits) => Ok(Phone::E164(format!("+{digits}"))),
        None if digits.len() > MAX_DIGITS => Err(Unusable("has more than 15 digits")),
        None if digits.len() < MIN_NATIONAL_DIGITS => Err(Unusable("has too few digits")),
        None => Ok(Phone::National),
    }
}

/// Cuts `x123`, `ext. 123`, `extension 123` or `#123` from the end.
fn without_extension(number: &str) -> Result<&str, Unusable> {
    let Some(start) = number.find(|c: char| c.is_ascii_alphabetic() || c == '#' || c == ';' || c == ',')
    else {
        return Ok(number);
    };
    let (main, tail) = number.split_at(start);
    let mark_end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
    let (mark, extension) = tail.split_at(mark_end);
    let mark: String = mark
        .chars()
        .filter(|c| c.is_ascii_alphabetic() || *c == '#')
        .collect();
    let is_extension = matches!(mark.as_str(), "x" | "ext" | "extn" | "extension" | "#");
    if is_extension && !extension.is_empty() && extension.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(main.trim_end())
    } else {
        Err(Unusable("has characters that no telephone number has"))
    }
}

/// `linkedin.com/in/<slug>`: without scheme, country, query, fragment and case.
///
/// # Errors
/// `Unusable` for anything but a person's profile; a company page is no person.
pub fn normalise_linkedin(text: &str) -> Result<String, Unusable> {
    const NOT_A_PROFILE: Unusable = Unusable("is not a LinkedIn profile such as linkedin.com/in/name");

    if text.len() > 2_000 {
        return Err(NOT_A_PROFILE);
    }
    let whole = folded(text);
    let address = whole.trim();
    let address = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"))
        .unwrap_or(address);
    let address = address.split(['?', '#']).next().unwrap_or(address);
    let mut pieces = address.split('/').filter(|piece| !piece.is_empty());
    let host = pieces.next().unwrap_or_default();
    let is_linkedin = host == "linkedin.com"
        || host.strip_suffix(".linkedin.com").is_some_and(|sub| {
            sub == "www" || ((1..=3).contains(&sub.len()) && sub.bytes().all(|b| b.is_ascii_lowercase()))
        });
    if !is_linkedin {
        return Err(NOT_A_PROFILE);
    }
    match pieces.next() {
        Some("in") => {}
        Some("company" | "school" | "showcase") => {
            return Err(Unusable(
                "is a page of a company or school; only a profile (linkedin.com/in/name) identifies a person",
            ));
        }
        _ => return Err(NOT_A_PROFILE),
    }
    let slug = pieces.next().and_then(percent_decoded).ok_or(NOT_A_PROFILE)?;
    let slug = folded(&slug);
    let is_slug = !slug.is_empty()
        && slug.chars().count() <= MAX_SLUG
        && slug
            .chars()
            .all(|c| c.is_alphanumeric() || is_combining(c) || "-_.'~".contains(c));
    if is_slug {
        Ok(format!("linkedin.com/in/{slug}"))
    } else {
        Err(NOT_A_PROFILE)
    }
}

/// `None` when an escape is broken or the bytes are no UTF-8.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// NFKC, lower-cased; composed once more because lower-casing can take a letter apart.
fn folded(text: &str) -> String {
    text.nfkc().collect::<String>().to_lowercase().nfkc().collect()
}

/// A name as it is compared: NFKC, lower-cased, single spaces.
pub fn comparable_name(name: &str) -> String {
    let folded = folded(name);
    let mut words = folded.split_whitespace();
    let mut out = String::with_capacity(folded.len());
    if let Some(first) = words.next() {
        out.push_str(first);
    }
    for word in words {
        out.push(' ');
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests;
