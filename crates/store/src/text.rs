//! Search texts: what two spellings of the same name or address have in common.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Compatibility-composed, lower case, trimmed; both databases compare the result byte by byte.
pub(crate) fn norm(text: &str) -> String {
    text.trim().nfkc().collect::<String>().to_lowercase()
}

/// Letters of a word that a search looks at: PostgreSQL indexes no word of more than two kilobytes.
const WORD: usize = 64;

/// The words of a text as a search compares them: lower case, without accents, letters and digits
/// only, the first `WORD` of them. A script that puts no spaces between words gives a word per run of
/// letters.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> {
    let plain: String = text.nfkd().filter(|letter| !is_combining_mark(*letter)).collect();
    let words: Vec<String> = plain
        .to_lowercase()
        // Lower case may bring marks of its own, as the dotted I does.
        .split(|letter: char| !letter.is_alphanumeric() && !is_combining_mark(letter))
        .map(|word| {
            word.chars()
                .filter(|letter| !is_combining_mark(*letter))
                .take(WORD)
                .collect()
        })
        .filter(|word: &String| !word.is_empty())
        .collect();
    words.into_iter()
}

#[cfg(test)]
mod tests {
    use super::{norm, words};

    #[test]
    fn spellings_of_one_name_meet() {
        assert_eq!(norm("  ＡＣＭＥ GmbH "), "acme gmbh");
        assert_eq!(norm("Zoe\u{308}"), norm("ZOË"));
    }

    #[test]
    fn words_are_plain_and_hold_nothing_that_a_search_could_take_for_more() {
        let of = |text: &str| words(text).collect::<Vec<_>>().join("|");
        assert_eq!(of("Zoë O'Neil-Müller"), "zoe|o|neil|muller");
        assert_eq!(of("ada+list@Mail.Example.ORG"), "ada|list|mail|example|org");
        assert_eq!(of("İstanbul ＡＣＭＥ ½"), "istanbul|acme|1|2");
        assert_eq!(of("王芳 \"x\" * AND -y \u{202e}z"), "王芳|x|and|y|z");
        assert_eq!(of(" \t\u{301} "), "");
        assert_eq!(of(&"x".repeat(3_000)), "x".repeat(64));
    }
}
