//! `Idempotency-Key`: a command that is sent again under its key runs once and is answered alike.
//!
//! Owns: reading the header, what counts as the same request, and keeping the answer that left. Does
//! not own: the rule, which is an operation. Kept are successes and the refusals that the operation
//! decided; a request that could not be read, and a failure of ours, run again.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_MATCH};
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use aicmo_operations::idempotency::{self, Begun, KeptAnswer, KeyedRequest, Run};
use aicmo_operations::{Operations, Operator};
use aicmo_shared::ErrorCode;
use aicmo_shared::api::{AnswerKind, Endpoint};
use aicmo_shared::idempotency::KEY_MAX;
use futures_util::FutureExt;
use sha2::{Digest, Sha256};

use super::ApiError;
use super::answer::Answer;

/// The request header as header names are kept.
pub const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The header of an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The SHA-256 of what travelled in the body of this request; whoever reads the body leaves it here.
#[derive(Clone, Copy, Debug)]
pub struct BodyDigest(pub [u8; 32]);

/// Whether somebody will ask for the digest of the body.
pub fn wants_digest(request: &HttpRequest) -> bool {
    request.headers().contains_key(KEY)
}

/// What the request asks for under its key; `None` when it carries no key, or none counts here.
///
/// # Errors
/// `MalformedRequest` when the header is no key.
pub fn keyed<E: Endpoint>(
    request: &HttpRequest,
    operator: &Operator,
) -> Result<Option<KeyedRequest>, ApiError> {
    if !E::SPEC.takes_key() {
        return Ok(None);
    }
    let mut sent = request.headers().get_all(KEY);
    let Some(value) = sent.next() else {
        return Ok(None);
    };
    let key = value
        .to_str()
        .ok()
        .filter(|_| sent.next().is_none())
        .and_then(read)
        .ok_or_else(|| {
            ApiError::new(
                ErrorCode::MalformedRequest,
                format!("Idempotency-Key takes one word of 1 to {KEY_MAX} visible ASCII characters."),
            )
        })?;
    Ok(Some(KeyedRequest {
        operator: operator.clone(),
        key: key.to_owned(),
        endpoint: E::SPEC.name,
        sha256: fingerprint(request),
    }))
}

/// The word itself; the draft standard writes it in quotation marks, most clients do not.
fn read(text: &str) -> Option<&str> {
    let text = text.trim();
    let word = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(text);
    let is_word = (1..=KEY_MAX).contains(&word.len())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
    is_word.then_some(word)
}

/// What makes two requests the same: method, address, the version they expect, and the body.
fn fingerprint(request: &HttpRequest) -> String {
    let mut digest = Sha256::new();
    let target = request
        .uri()
        .path_and_query()
        .map_or_else(|| request.path(), actix_web::http::uri::PathAndQuery::as_str);
    let expected = request
        .headers()
        .get(IF_MATCH)
        .map_or(&b""[..], HeaderValue::as_bytes);
    for part in [request.method().as_str().as_bytes(), target.as_bytes(), expected] {
        digest.update(part);
        digest.update([0]);
    }
    if let Some(body) = request.extensions().get::<BodyDigest>() {
        digest.update(body.0);
    }
    digest
        .finalize()
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
            }
            text
        })
}

/// Runs `work` once for this key, or answers what an earlier run was answered. Once begun it goes on
/// to its end and keeps its answer, whether or not the caller is still there.
///
/// # Errors
/// What the operation decided, and what `idempotency::begin` refuses.
pub async fn once<E, T>(
    ops: Data<Operations>,
    keyed: KeyedRequest,
    path: String,
    work: impl Future<Output = Result<T, ApiError>> + 'static,
) -> Result<HttpResponse, ApiError>
where
    E: Endpoint + 'static,
    T: Answer<E> + 'static,
{
    let run = match idempotency::begin(&ops, &keyed).await? {
        Begun::Replay(kept) => return Ok(response(&kept, true)),
        Begun::Run(run) => run,
    };
    match AssertUnwindSafe(run.hold(&ops, work)).catch_unwind().await {
        Ok(Ok(answer)) => {
            let answer = KeptAnswer {
                status: E::SPEC.success,
                etag: answer
                    .etag()
                    .and_then(|etag| etag.to_str().ok())
                    .map(str::to_owned),
                body: String::from_utf8(answer.render().map_err(ApiError::internal)?)
                    .map_err(ApiError::internal)?,
            };
            if E::SPEC.answer == AnswerKind::Secret {
                end(&run, &ops).await;
            } else {
                keep(&run, &answer).await;
            }
            Ok(response(&answer, false))
        }
        Ok(Err(refused)) if refused.is_decision() => {
            let refused = refused.at(&keyed.operator.request_id, &path);
            let answer = KeptAnswer {
                status: refused.code().status(),
                etag: None,
                body: refused.document().map_err(ApiError::internal)?,
            };
            keep(&run, &answer).await;
            Err(refused)
        }
        Ok(Err(failed)) => {
            give_back(&run, &ops).await;
            Err(failed)
        }
        Err(panic) => {
            give_back(&run, &ops).await;
            std::panic::resume_unwind(panic)
        }
    }
}

/// The change is made whether or not its answer can be kept: then a later request is told so.
async fn keep(run: &Run, answer: &KeptAnswer) {
    if let Err(error) = run.keep(answer).await {
        tracing::warn!(%error, "the answer to an idempotency key was not kept");
    }
}

/// A secret is shown once, to whoever asked first; it is nowhere to be read a second time.
async fn end(run: &Run, ops: &Operations) {
    if let Err(error) = run.end(ops).await {
        tracing::debug!(%error, "an idempotency key was left to its deadline");
    }
}

async fn give_back(run: &Run, ops: &Operations) {
    if let Err(error) = run.release(ops).await {
        tracing::debug!(%error, "an idempotency key was left to its deadline");
    }
}

fn response(kept: &KeptAnswer, replayed: bool) -> HttpResponse {
    let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
    let content_type = if status.is_success() {
        "application/json"
    } else {
        "application/problem+json"
    };
    let mut response = HttpResponse::build(status);
    response.insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")));
    response.insert_header((CONTENT_TYPE, HeaderValue::from_static(content_type)));
    if let Some(etag) = kept
        .etag
        .as_deref()
        .and_then(|etag| HeaderValue::from_str(etag).ok())
    {
        response.insert_header((ETAG, etag));
    }
    if replayed {
        response.insert_header((REPLAYED, HeaderValue::from_static("true")));
    }
    response.body(kept.body.clone())
}

impl ApiError {
    /// Whether an operation decided it, so that asking again would be answered alike.
    fn is_decision(&self) -> bool {
        self.code().status() < 500
            && !matches!(
                self.code(),
                ErrorCode::IdempotencyInProgress | ErrorCode::RateLimited
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_word_with_or_without_quotation_marks() {
        assert_eq!(read("0197c1f0-0000"), Some("0197c1f0-0000"));
        assert_eq!(read(" \"0197:c1f0\" "), Some("0197:c1f0"));
        let long = "k".repeat(KEY_MAX + 1);
        for refused in ["", "\"\"", "two words", "ünïcode", "a\"b", "\"open", &long] {
            assert_eq!(read(refused), None, "{refused}");
        }
    }
}
