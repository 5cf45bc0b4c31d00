//! What is wrong with a JSON body, as a problem that points at the place.
//!
//! serde carries only text across its error type, so this is the one place that reads it back. Text
//! that is not recognised still becomes a problem, with serde's own sentence.

use aicmo_shared::{ErrorCode, UnknownValue};
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use crate::http::ApiError;

/// The longest part of a message of serde that is passed on; it may quote the caller's text.
const LONGEST: usize = 300;

/// The problem behind a failed reading.
pub fn explain(error: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    let inner = error.inner();
    match inner.classify() {
        Category::Data => data(&pointer_of(error.path()), &message_of(inner)),
        Category::Io | Category::Syntax | Category::Eof => syntax(inner),
    }
}

/// The problem of text that is not JSON.
pub fn syntax(error: &serde_json::Error) -> ApiError {
    let detail = if error.is_eof() && error.line() <= 1 && error.column() == 0 {
        "The body is empty: send a JSON document.".to_owned()
    } else {
        format!(
            "The body is not JSON: {} in line {}, column {}.",
            message_of(error),
            error.line(),
            error.column()
        )
    };
    ApiError::new(ErrorCode::MalformedRequest, detail.clone()).with_field("", "not_json", detail)
}

/// The problem of an array where every body is an object.
pub fn not_an_object() -> ApiError {
    let sentence = "The body must be a JSON object.";
    ApiError::new(ErrorCode::ValidationFailed, sentence).with_field("", "wrong_type", sentence)
}

/// The problem of the character zero in a text.
pub fn nul_at(pointer: &str) -> ApiError {
    let sentence = "A text must not hold the character U+0000.";
    ApiError::new(
        ErrorCode::ValidationFailed,
        format!("The body could not be used: {sentence}"),
    )
    .with_field(pointer, "invalid", sentence)
}

/// The problem of an array where an object stands deeper down; serde fills one from the other.
pub fn not_an_object_at(pointer: &str) -> ApiError {
    let sentence = format!("{} must be a JSON object.", pointer.trim_start_matches('/'));
    ApiError::new(
        ErrorCode::ValidationFailed,
        format!("The body could not be used: {sentence}"),
    )
    .with_field(pointer, "wrong_type", sentence)
}

fn data(pointer: &str, message: &str) -> ApiError {
    if let Some(unknown) = UnknownValue::from_message(message) {
        return ApiError::new(ErrorCode::InvalidEnumValue, format!("{}.", unknown.sentence()))
            .with_field(pointer, "invalid_enum_value", format!("{}.", unknown.sentence()))
            .with_extra("legal", unknown.legal);
    }
    let (pointer, code, sentence) = if let Some(field) = quoted_after(message, "missing field ") {
        (below(pointer, field), "required", format!("{field} is missing."))
    } else if let Some(field) = quoted_after(message, "unknown field ") {
        let legal = message
            .split_once(", expected ")
            .map_or("none", |(_, legal)| legal)
            .replace('`', "");
        (
            below(pointer, field),
            "unknown_field",
            format!("There is no field {field}: expected {legal}."),
        )
    } else if let Some(field) = quoted_after(message, "duplicate field ") {
        (
            below(pointer, field),
            "repeated",
            format!("{field} is given more than once."),
        )
    } else if message.starts_with("invalid type") {
        (pointer.to_owned(), "wrong_type", sentence_of(message))
    } else {
        (pointer.to_owned(), "invalid", sentence_of(message))
    };
    ApiError::new(
        ErrorCode::ValidationFailed,
        format!("The body could not be used: {sentence}"),
    )
    .with_field(pointer, code, sentence)
}

/// serde's message without the place, which the document says by pointer or in its own words.
fn message_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

fn sentence_of(message: &str) -> String {
    let mut sentence: String = message.chars().take(LONGEST).collect();
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    sentence.push('.');
    sentence
}

/// The word in backticks behind `lead`.
fn quoted_after<'a>(message: &'a str, lead: &str) -> Option<&'a str> {
    message
        .strip_prefix(lead)?
        .strip_prefix('`')?
        .split_once('`')
        .map(|(word, _)| word)
}

/// A JSON pointer (RFC 6901) to the place that the path leads to; empty for the whole document.
fn pointer_of(path: &Path) -> String {
    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Seq { index } => format!("{pointer}/{index}"),
        Segment::Map { key } => below(&pointer, key),
        Segment::Enum { .. } | Segment::Unknown => pointer,
    })
}

/// `pointer` with `field` behind it, unless it leads there already.
fn below(pointer: &str, field: &str) -> String {
    let step = format!("/{}", field.replace('~', "~0").replace('/', "~1"));
    if pointer.ends_with(&step) {
        pointer.to_owned()
    } else {
        format!("{pointer}{step}")
    }
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;
    use actix_web::body::MessageBody;
    use aicmo_shared::Problem;
    use aicmo_shared::import::ImportMapping;
    use aicmo_shared::lead::{LeadDraft, LeadStatusChange};

    use super::super::body::decode;
    use super::*;

    fn problem<T: serde::de::DeserializeOwned + serde::Serialize>(body: &str) -> Problem {
        let Err(error) = decode::<T>(body.as_bytes()) else {
            panic!("{body} was taken");
        };
        let bytes = error
            .error_response()
            .into_body()
            .try_into_bytes()
            .expect("a small body");
        serde_json::from_slice(&bytes).expect("a problem document")
    }

    fn check<T: serde::de::DeserializeOwned + serde::Serialize>(
        body: &str,
        code: ErrorCode,
        pointer: &str,
        word: &str,
    ) {
        let problem = problem::<T>(body);
        assert_eq!(problem.code, code, "{body}: {problem:?}");
        assert_eq!(problem.errors[0].pointer, pointer, "{body}: {problem:?}");
        assert_eq!(problem.errors[0].code, word, "{body}: {problem:?}");
        assert!(!problem.detail.contains(" at line "), "{body}: {problem:?}");
    }

    #[test]
    fn every_kind_of_wrong_body_points_at_its_place() {
        let data = ErrorCode::ValidationFailed;
        check::<LeadStatusChange>(
            r#"{"to":"ENGAGED"}"#,
            ErrorCode::InvalidEnumValue,
            "/to",
            "invalid_enum_value",
        );
        check::<LeadStatusChange>("{}", data, "/to", "required");
        check::<LeadDraft>(r#"{"name":5}"#, data, "/name", "wrong_type");
        check::<LeadDraft>(r#"{"nam":"x"}"#, data, "/nam", "unknown_field");
        check::<LeadDraft>(r#"{"name":"x","name":"y"}"#, data, "/name", "repeated");
        check::<LeadDraft>(r#"{"utm":{"sourc":"x"}}"#, data, "/utm/sourc", "unknown_field");
        check::<LeadDraft>(r#"{"tags":["a",1]}"#, data, "/tags/1", "wrong_type");
        check::<LeadDraft>(r#"{"campaign":"spring"}"#, data, "/campaign", "invalid");
        check::<LeadDraft>("[]", data, "", "wrong_type");
        check::<ImportMapping>(
            r#"{"columns":["name","nonsense"]}"#,
            ErrorCode::InvalidEnumValue,
            "/columns/1",
            "invalid_enum_value",
        );
        for broken in ["", "{", "{\"name\":}", "{} {}", "\u{feff}{}", "name=x"] {
            check::<LeadDraft>(broken, ErrorCode::MalformedRequest, "", "not_json");
        }
    }

    #[test]
    fn an_unknown_value_comes_with_the_legal_ones() {
        let problem = problem::<LeadStatusChange>(r#"{"to":"ENGAGED"}"#);
        assert_eq!(problem.extras["legal"][0], "NEW");
        assert_eq!(problem.extras["legal"].as_array().map(Vec::len), Some(8));
        assert!(
            problem.detail.starts_with("ENGAGED is not a LeadStatus"),
            "{}",
            problem.detail
        );
    }
}
