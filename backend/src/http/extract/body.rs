//! A JSON body, bounded in size and time.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::BytesMut;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use aicmo_shared::ErrorCode;
use futures_util::StreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::body_error;
use crate::http::idempotency::{BodyDigest, wants_digest};
use crate::http::{ApiError, BODY_TIMEOUT, JSON_LIMIT};

/// The JSON body of this request.
#[derive(Clone, Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + Serialize + 'static> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let is_json = header(CONTENT_TYPE).is_some_and(is_json);
        let declared = header(CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
        let payload = payload.take();
        let keyed = wants_digest(request).then(|| request.clone());
        Box::pin(async move {
            if !is_json {
                return Err(ApiError::new(
                    ErrorCode::UnsupportedMediaType,
                    "The body must be JSON: send Content-Type: application/json.",
                )
                .with_extra("accepted", vec!["application/json"]));
            }
            if declared.is_some_and(|length| length > JSON_LIMIT) {
                return Err(too_large());
            }
            let bytes = tokio::time::timeout(BODY_TIMEOUT, read(payload))
                .await
                .map_err(|_| malformed("The body did not arrive in time."))??;
            if let Some(request) = keyed {
                let digest = BodyDigest(Sha256::digest(&bytes).into());
                request.extensions_mut().insert(digest);
            }
            decode(&bytes).map(Self)
        })
    }
}

/// Reads a document, or says which place of it is at fault.
pub fn decode<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, ApiError> {
    // serde would fill the fields of an object from an array, in order.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(body_error::not_an_object());
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| body_error::explain(&error))?;
    reader.end().map_err(|error| body_error::syntax(&error))?;
    if bytes.windows(NUL.len()).any(|window| window == NUL) {
        let sent = serde_json::from_slice(bytes).map_err(ApiError::internal)?;
        if let Some(place) = nul_in(&sent) {
            return Err(body_error::nul_at(&place));
        }
    }
    if bytes.contains(&b'[') {
        let sent = serde_json::from_slice(bytes).map_err(ApiError::internal)?;
        let read = serde_json::to_value(&value).map_err(ApiError::internal)?;
        if let Some(place) = array_for_an_object(&sent, &read) {
            return Err(body_error::not_an_object_at(&place));
        }
    }
    Ok(value)
}

/// The character zero as JSON spells it; no database of ours keeps it in a text.
const NUL: &[u8] = b"\\u0000";

/// Where a text holds the character zero.
fn nul_in(sent: &Value) -> Option<String> {
    match sent {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(at, item)| nul_in(item).map(|place| format!("/{at}{place}"))),
        Value::Object(fields) => fields
            .iter()
            .find_map(|(name, field)| nul_in(field).map(|place| format!("/{name}{place}"))),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// Where an array was sent and an object was read from it.
fn array_for_an_object(sent: &Value, read: &Value) -> Option<String> {
    match (sent, read) {
        (Value::Array(_), Value::Object(_)) => Some(String::new()),
        (Value::Array(sent), Value::Array(read)) => {
            sent.iter().zip(read).enumerate().find_map(|(at, (sent, read))| {
                array_for_an_object(sent, read).map(|place| format!("/{at}{place}"))
            })
        }
        (Value::Object(sent), Value::Object(read)) => sent.iter().find_map(|(name, sent)| {
            let place = match (sent, read.get(name)) {
                (_, Some(read)) => array_for_an_object(sent, read),
                // What is left out when it is empty was not empty when it was sent.
                (Value::Array(items), None) if !items.is_empty() => Some(String::new()),
                _ => None,
            };
            place.map(|place| format!("/{name}{place}"))
        }),
        _ => None,
    }
}

async fn read(mut payload: Payload) -> Result<BytesMut, ApiError> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| malformed("The body broke off."))?;
        if bytes.len() + chunk.len() > JSON_LIMIT {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// `application/json`, and its relatives such as the merge patch.
fn is_json(content_type: &str) -> bool {
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn too_large() -> ApiError {
    ApiError::new(
        ErrorCode::PayloadTooLarge,
        format!(
            "The body is larger than {} KB, which is the most a JSON body may be.",
            JSON_LIMIT / 1024
        ),
    )
    .with_extra("limit_bytes", JSON_LIMIT)
}

fn malformed(detail: &str) -> ApiError {
    ApiError::new(ErrorCode::MalformedRequest, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_known_by_its_content_type() {
        for json in [
            "application/json",
            "application/JSON; charset=utf-8",
            "application/merge-patch+json",
        ] {
            assert!(is_json(json), "{json}");
        }
        for other in [
            "",
            "text/plain",
            "application/x-www-form-urlencoded",
            "text/json+json",
            "application/jsonp",
        ] {
            assert!(!is_json(other), "{other}");
        }
    }
}
