//! Guesses from a header what each column becomes.
//!
//! Owns the words that CRMs and lead tools put above their columns. A guess is only a suggestion that
//! the operator sees before anything happens; an unknown column is left out, never guessed from its
//! values. The same table decides whether a record is a header at all.

mod names;

use aicmo_shared::import::ImportColumn;
use unicode_normalization::UnicodeNormalization;

use names::NAMES;

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
    NAMES
        .iter()
        .find(|(_, known)| names(known).any(|name| name == key))
        .map_or_else(|| by_words(&words, &key), |(column, _)| *column)
}

/// Lower is better: the place in the column's list of names.
fn rank(header: &str, column: ImportColumn) -> usize {
    let key = words(header).concat();
    NAMES
        .iter()
        .filter(|(named, _)| *named == column)
        .find_map(|(_, known)| names(known).position(|name| name == key))
        .unwrap_or(usize::MAX)
}

fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split_ascii_whitespace()
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
    const ABOUT_SOMETHING_ELSE: &str = "bounce bounced city clicked code company confidence corporate count country date domain \
        employer ext extension fax id label opened organization phrase provider score sent source \
        status subject template time type valid validation verification verified";
    let has = |wanted: &str| words.iter().any(|word| names(wanted).any(|name| name == word));
    if has("unsubscribed unsubscribe optout dnc") || key.contains("optout") || key.contains("optedout") {
        return ImportColumn::OptOut;
    }
    if has(ABOUT_SOMETHING_ELSE) {
        return ImportColumn::Ignore;
    }
    if has("email mail") {
        ImportColumn::Email
    } else if has("linkedin") {
        ImportColumn::LinkedinUrl
    } else if has("phone telephone mobile cell cellphone telefon whatsapp") {
        ImportColumn::Phone
    } else if has("notes note comments comment remarks") {
        ImportColumn::Notes
    } else {
        ImportColumn::Ignore
    }
}

#[cfg(test)]
mod tests;
