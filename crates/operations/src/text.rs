//! Checks the texts that people send: length, emptiness, control characters; collects every fault.
//!
//! A text is trimmed before it is measured. An empty one counts as absent. What a field means is
//! decided by its operation.

use aicmo_shared::FieldProblem;
use aicmo_shared::patch::Patch;

use crate::error::OperationError;

/// The longest name of a person, in characters.
pub const NAME: usize = 200;
/// The longest one-line text: company, title, owner, location and their like.
pub const LINE: usize = 200;
/// The longest address of a page.
pub const URL: usize = 500;
/// The longest note.
pub const NOTES: usize = 10_000;
/// The longest tag.
pub const TAG: usize = 60;
/// A reason is a sentence.
pub const REASON: std::ops::RangeInclusive<usize> = 3..=500;

/// The faults found so far, by JSON pointer.
#[derive(Debug, Default)]
pub struct Faults {
    found: Vec<FieldProblem>,
}

impl Faults {
    /// Notes a fault.
    pub fn add(&mut self, pointer: &str, code: &str, message: impl Into<String>) {
        self.found.push(FieldProblem {
            pointer: pointer.to_owned(),
            code: code.to_owned(),
            message: message.into(),
        });
    }

    /// Ends the checking.
    ///
    /// # Errors
    /// `Validation` with every fault when there is one.
    pub fn finish(self) -> Result<(), OperationError> {
        if self.found.is_empty() {
            Ok(())
        } else {
            Err(OperationError::Validation(self.found))
        }
    }

    /// A one-line text, trimmed; `None` when absent, empty or at fault.
    pub fn line(&mut self, pointer: &str, text: Option<String>, longest: usize) -> Option<String> {
        self.checked(pointer, text?, longest, false)
    }

    /// A text that may have several lines.
    pub fn lines(&mut self, pointer: &str, text: Option<String>, longest: usize) -> Option<String> {
        self.checked(pointer, text?, longest, true)
    }

    /// A text that must be there.
    pub fn required_line(&mut self, pointer: &str, text: String, longest: usize) -> String {
        if text.trim().is_empty() {
            self.add(pointer, "required", "This must not be empty.");
            return String::new();
        }
        self.checked(pointer, text, longest, false).unwrap_or_default()
    }

    /// A patched one-line text: an empty text clears the field, as null does.
    pub fn patched_line(&mut self, pointer: &str, patch: Patch<String>, longest: usize) -> Patch<String> {
        self.patched(pointer, patch, longest, false)
    }

    /// A patched text that may have several lines.
    pub fn patched_lines(&mut self, pointer: &str, patch: Patch<String>, longest: usize) -> Patch<String> {
        self.patched(pointer, patch, longest, true)
    }

    /// Tags: trimmed, not empty, each once without regard to case, at most `most`.
    pub fn tags(&mut self, pointer: &str, tags: Vec<String>, most: usize) -> Vec<String> {
        let mut kept: Vec<String> = Vec::with_capacity(tags.len().min(most));
        for (index, tag) in tags.into_iter().enumerate() {
            let Some(tag) = self.checked(&format!("{pointer}/{index}"), tag, TAG, false) else {
                continue;
            };
            if !kept
                .iter()
                .any(|known| known.to_lowercase() == tag.to_lowercase())
            {
                kept.push(tag);
            }
        }
        if kept.len() > most {
            self.add(pointer, "too_many", format!("At most {most} tags are kept."));
        }
        kept
    }

    fn patched(&mut self, pointer: &str, patch: Patch<String>, longest: usize, lines: bool) -> Patch<String> {
        match patch {
            Patch::Set(text) if text.trim().is_empty() => Patch::Clear,
            Patch::Set(text) => {
                // At fault means that nothing is applied, so what stands here does not matter.
                self.checked(pointer, text, longest, lines)
                    .map_or(Patch::Absent, Patch::Set)
            }
            other => other,
        }
    }

    fn checked(&mut self, pointer: &str, text: String, longest: usize, lines: bool) -> Option<String> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return None;
        }
        let length = trimmed.chars().count();
        if length > longest {
            self.add(
                pointer,
                "too_long",
                format!("This has {length} characters; at most {longest} are kept."),
            );
            return None;
        }
        if trimmed.chars().any(|letter| is_forbidden(letter, lines)) {
            self.add(
                pointer,
                "control_character",
                if lines {
                    "This holds a control character; only line breaks and tabs are allowed."
                } else {
                    "This holds a line break or another control character."
                },
            );
            return None;
        }
        if trimmed.len() == text.len() {
            Some(text)
        } else {
            Some(trimmed.to_owned())
        }
    }
}

/// Control characters, and the marks that reverse the direction of text: both can make one text
/// look like another.
fn is_forbidden(letter: char, lines: bool) -> bool {
    let allowed = lines && matches!(letter, '\n' | '\r' | '\t');
    let reverses = matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    (letter.is_control() && !allowed) || reverses
}

/// A reason of 3 to 500 characters, trimmed; `None` when absent or blank.
///
/// # Errors
/// `Validation` at `/reason` when it is shorter, longer or holds control characters.
pub fn reason(text: Option<String>) -> Result<Option<String>, OperationError> {
    let mut faults = Faults::default();
    let reason = faults.lines("/reason", text, *REASON.end());
    if reason
        .as_ref()
        .is_some_and(|reason| reason.chars().count() < *REASON.start())
    {
        faults.add("/reason", "too_short", "A reason has 3 to 500 characters.");
    }
    faults.finish()?;
    Ok(reason)
}

/// A reason that must be there.
///
/// # Errors
/// `ReasonRequired`, with `sentence`, when it is absent or too short; `Validation` as `reason`.
pub fn required_reason(text: Option<String>, sentence: &str) -> Result<String, OperationError> {
    let length = text.as_deref().map_or(0, |text| text.trim().chars().count());
    if length < *REASON.start() {
        return Err(OperationError::ReasonRequired {
            sentence: sentence.to_owned(),
            pointer: "/reason",
            legal: Vec::new(),
        });
    }
    Ok(reason(text)?.unwrap_or_default())
}

/// The page size asked for.
///
/// # Errors
/// `Validation` at `limit` outside 1 to 200.
pub fn limit(asked: Option<u32>, default: u32) -> Result<u32, OperationError> {
    let limit = asked.unwrap_or(default);
    if (1..=aicmo_shared::api::MAX_LIMIT).contains(&limit) {
        Ok(limit)
    } else {
        Err(OperationError::field(
            "limit",
            "out_of_range",
            format!("A page has 1 to {} rows.", aicmo_shared::api::MAX_LIMIT),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, longest: usize) -> Result<Option<String>, String> {
        let mut faults = Faults::default();
        let kept = faults.line("/x", Some(text.to_owned()), longest);
        match faults.finish() {
            Ok(()) => Ok(kept),
            Err(OperationError::Validation(found)) => Err(found[0].code.clone()),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn texts_are_trimmed_bounded_and_free_of_control_characters() {
        assert_eq!(line("  Ada ", 5), Ok(Some("Ada".to_owned())));
        assert_eq!(line("   ", 5), Ok(None));
        assert_eq!(
            line("Zoë Ünal", 8),
            Ok(Some("Zoë Ünal".to_owned())),
            "characters, not bytes"
        );
        assert_eq!(line("abcdef", 5), Err("too_long".to_owned()));
        assert_eq!(line("a\0b", 5), Err("control_character".to_owned()));
        assert_eq!(line("a\nb", 5), Err("control_character".to_owned()));
        assert_eq!(line("a\u{202E}b", 5), Err("control_character".to_owned()));
    }

    #[test]
    fn every_fault_is_reported_with_its_pointer() {
        let mut faults = Faults::default();
        faults.required_line("/name", " ".to_owned(), NAME);
        faults.line("/company", Some("x".repeat(LINE + 1)), LINE);
        faults.tags("/tags", vec!["ok".to_owned(), "a\0".to_owned()], 5);
        let Err(OperationError::Validation(found)) = faults.finish() else {
            panic!("faults were found")
        };
        let pointers: Vec<_> = found.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, ["/name", "/company", "/tags/1"]);
    }

    #[test]
    fn a_reason_has_three_to_five_hundred_characters() {
        assert!(required_reason(Some(" ab ".to_owned()), "x").is_err());
        assert!(required_reason(None, "x").is_err());
        assert_eq!(
            required_reason(Some(" abc ".to_owned()), "x").expect("long enough"),
            "abc"
        );
        assert!(required_reason(Some("a".repeat(500)), "x").is_ok());
        assert!(required_reason(Some("a".repeat(501)), "x").is_err());
    }
}
