//! What a single cell says, once it is cleaned.
//!
//! Owns the removal of characters that nobody meant, the limits of a field, and what counts as a
//! "yes" in an opt-out column. Pure.

use aicmo_shared::DateText;

/// A cell's text, and whether something was removed from it that may have had a meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleaned {
    pub text: String,
    pub n_removed: usize,
}

/// Trims; removes control characters and the marks that reverse the direction of text; makes one
/// line of several unless `keeps_lines`.
pub fn clean(cell: &str, keeps_lines: bool) -> Cleaned {
    let mut text = String::with_capacity(cell.len());
    let mut n_removed = 0;
    let mut pending_space = false;
    for c in cell.chars() {
        if c.is_whitespace() && !(keeps_lines && matches!(c, '\n' | '\t')) {
            // A carriage return before a line feed says nothing of its own.
            pending_space = !(keeps_lines && c == '\r');
        } else if c == '\u{feff}' || c == '\u{200b}' {
            // Invisible, and left behind by half of all exports.
        } else if is_hostile(c) {
            n_removed += 1;
        } else {
            if pending_space && !text.is_empty() {
                text.push(' ');
            }
            pending_space = false;
            text.push(c);
        }
    }
    let end = text.trim_end().len();
    text.truncate(end);
    Cleaned { text, n_removed }
}

/// Control characters, and direction overrides, isolates and embeddings: both make one text look
/// like another.
fn is_hostile(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// What an opt-out cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptOut {
    No,
    Yes,
    /// Neither a clear yes nor a clear no; it is taken as a yes, because a wrong no cannot be undone.
    Unclear,
}

/// Reads a cell of an opt-out column. A date is the day on which somebody opted out.
pub fn opt_out(cell: &str) -> OptOut {
    let text = cell.trim().to_lowercase();
    if text.is_empty()
        || matches!(
            text.as_str(),
            "false"
                | "no"
                | "n"
                | "0"
                | "f"
                | "off"
                | "nein"
                | "non"
                | "-"
                | "null"
                | "none"
                | "n/a"
                | "never"
                | "subscribed"
                | "active"
                | "opted in"
                | "opted-in"
                | "opt in"
                | "opt-in"
                | "optin"
                | "not opted out"
                | "allowed"
        )
    {
        return OptOut::No;
    }
    let is_yes = matches!(
        text.as_str(),
        "true" | "yes" | "y" | "1" | "t" | "x" | "on" | "ja" | "oui" | "si" | "sí" | "✓" | "✔"
    );
    if is_yes || says_opted_out(&text) || is_date(&text) {
        OptOut::Yes
    } else {
        OptOut::Unclear
    }
}

/// Whether a status or tag, in whatever column, says that its person must not be contacted.
pub fn says_opted_out(text: &str) -> bool {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    matches!(
        words.join(" ").as_str(),
        "unsubscribed"
            | "unsubscribe"
            | "opted out"
            | "opt out"
            | "optout"
            | "optedout"
            | "do not contact"
            | "dnc"
            | "do not email"
            | "do not mail"
            | "donotcontact"
            | "blacklisted"
            | "blocklisted"
            | "suppressed"
            | "dont contact"
            | "don t contact"
    )
}

/// A calendar date in any of the usual orders, with or without a time behind it.
fn is_date(text: &str) -> bool {
    let day = text.split([' ', 't']).next().unwrap_or(text);
    if DateText::parse(day).is_some() {
        return true;
    }
    let parts: Vec<&str> = day
        .split(['/', '.', '-'])
        .filter(|part| !part.is_empty())
        .collect();
    let numbers: Option<Vec<u32>> = parts.iter().map(|part| part.parse().ok()).collect();
    let Some([first, second, third]) = numbers.as_deref() else {
        return false;
    };
    let is_year = |n: u32| (1900..2200).contains(&n);
    let is_day_and_month = |a: u32, b: u32| (1..=31).contains(&a) && (1..=31).contains(&b) && a.min(b) <= 12;
    (is_year(*first) && is_day_and_month(*second, *third))
        || ((is_year(*third) || *third < 100) && is_day_and_month(*first, *second))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cell_is_trimmed_and_freed_of_what_nobody_meant() {
        let check = |cell: &str, keeps_lines: bool, text: &str, n_removed: usize| {
            let expected = Cleaned {
                text: text.to_owned(),
                n_removed,
            };
            assert_eq!(clean(cell, keeps_lines), expected, "{cell:?}");
        };
        check("  Ana \u{a0} Lima ", false, "Ana Lima", 0);
        check("Ana\r\nLima", false, "Ana Lima", 0);
        check("Ana\r\nLima\r\n", true, "Ana\nLima", 0);
        check("evil\u{202E}gpj.exe", false, "evilgpj.exe", 1);
        check("A\u{0}\u{7}na", false, "Ana", 2);
        check("\u{feff}Ana\u{200b}", false, "Ana", 0);
        check("\u{1b}[31mAna", false, "[31mAna", 1);
    }

    #[test]
    fn any_true_value_opts_out_and_a_date_is_one() {
        for (cell, expected) in [
            ("", OptOut::No),
            ("No", OptOut::No),
            ("0", OptOut::No),
            ("subscribed", OptOut::No),
            ("TRUE", OptOut::Yes),
            ("x", OptOut::Yes),
            ("2025-03-04", OptOut::Yes),
            ("2025-03-04T10:00:00Z", OptOut::Yes),
            ("4/3/2025", OptOut::Yes),
            ("03.04.25 11:00", OptOut::Yes),
            ("Unsubscribed", OptOut::Yes),
            ("Do-Not-Contact", OptOut::Yes),
            ("perhaps", OptOut::Unclear),
            ("40/50/60", OptOut::Unclear),
        ] {
            assert_eq!(opt_out(cell), expected, "{cell:?}");
        }
    }

    #[test]
    fn a_status_that_says_so_is_understood_in_any_column() {
        assert!(says_opted_out("DO NOT CONTACT"));
        assert!(says_opted_out("unsubscribed"));
        assert!(!says_opted_out("Closed Won"));
        assert!(!says_opted_out(""));
    }

    proptest! {
        #[test]
        fn no_cell_panics_and_cleaning_is_stable(cell in ".{0,60}") {
            for keeps_lines in [false, true] {
                let once = clean(&cell, keeps_lines);
                let twice = clean(&once.text, keeps_lines);
                prop_assert_eq!(&twice.text, &once.text);
                prop_assert_eq!(twice.n_removed, 0);
            }
            let _ = (opt_out(&cell), says_opted_out(&cell));
        }
    }
}
