//! Search texts: what two spellings of the same name or address have in common.

use unicode_normalization::UnicodeNormalization;

/// Compatibility-composed, lower case, trimmed; both databases compare the result byte by byte.
pub(crate) fn norm(text: &str) -> String {
    text.trim().nfkc().collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::norm;

    #[test]
    fn spellings_of_one_name_meet() {
        assert_eq!(norm("  ＡＣＭＥ GmbH "), "acme gmbh");
        assert_eq!(norm("Zoe\u{308}"), norm("ZOË"));
    }
}
