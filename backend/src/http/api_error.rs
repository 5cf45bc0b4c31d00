//! The only way a failure leaves this server: a problem document with a private cause.
//!
//! `OperationError` has decided the code and the public words already; here they become status and
//! body. The cause stays in this type until `front_door` writes it to the log, once, with the
//! request id. Nothing copies it into the document.

use std::error::Error as StdError;
use std::fmt;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use aicmo_operations::OperationError;
use aicmo_shared::{ErrorCode, FieldProblem, Problem};

/// The content type of every failure.
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// A failure on its way out.
#[derive(Debug)]
pub struct ApiError {
    problem: Box<Problem>,
    allow: Option<HeaderValue>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

impl ApiError {
    /// A failure of `code`, with its sentence for a person.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self::of(Problem::new(code, detail))
    }

    /// A failure whose document is ready.
    pub fn of(problem: Problem) -> Self {
        Self {
            problem: Box::new(problem),
            allow: None,
            cause: None,
        }
    }

    /// A defect of ours. The public sentence is fixed; `cause` goes to the log.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let mut error = Self::new(
            ErrorCode::Internal,
            "The server made a mistake. The request id finds it in the log.",
        );
        error.cause = Some(cause.into());
        error
    }

    /// There is no such address, or no such thing behind it.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotFound, detail)
    }

    /// The address exists and does not take this method; `allow` lists those it takes.
    pub fn method_not_allowed(method: &str, allow: HeaderValue) -> Self {
        let legal: Vec<&str> = allow.to_str().unwrap_or_default().split(", ").collect();
        let problem = Problem::new(
            ErrorCode::MethodNotAllowed,
            format!("{method} is not taken here: use one of {}.", legal.join(", ")),
        )
        .with_extra("allow", legal);
        Self {
            problem: Box::new(problem),
            allow: Some(allow),
            cause: None,
        }
    }

    /// Adds a field at fault.
    #[must_use]
    pub fn with_field(mut self, pointer: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        self.problem.errors.push(FieldProblem {
            pointer: pointer.into(),
            code: code.to_owned(),
            message: message.into(),
        });
        self
    }

    /// Adds a named extra.
    #[must_use]
    pub fn with_extra(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.problem.extras.insert(name.to_owned(), value.into());
        self
    }

    /// The closed code.
    pub fn code(&self) -> ErrorCode {
        self.problem.code
    }

    /// Whether the log must hear of it.
    pub fn is_ours(&self) -> bool {
        self.problem.status >= 500
    }

    /// The whole cause chain in one line, for the log alone.
    pub fn chain(&self) -> String {
        let mut text = String::new();
        let mut next: Option<&dyn StdError> = match &self.cause {
            Some(cause) => Some(cause.as_ref()),
            None => return self.problem.detail.clone(),
        };
        while let Some(error) = next {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&error.to_string());
            next = error.source();
        }
        text
    }

    /// Writes into the document which request it answers.
    #[must_use]
    pub fn at(mut self, request_id: &str, instance: &str) -> Self {
        request_id.clone_into(&mut self.problem.request_id);
        self.problem.instance = Some(instance.to_owned());
        self
    }

    /// Writes into the document under which id the log knows it, where no request could be read.
    #[must_use]
    pub fn named(mut self, request_id: &str) -> Self {
        request_id.clone_into(&mut self.problem.request_id);
        self
    }

    /// The answer, with the request it answers written into it.
    pub fn respond(&self, request_id: &str, instance: &str) -> HttpResponse {
        let mut problem = self.problem.clone();
        request_id.clone_into(&mut problem.request_id);
        problem.instance = Some(instance.to_owned());
        self.render(&problem)
    }

    fn render(&self, problem: &Problem) -> HttpResponse {
        let status = self.status();
        let mut response = HttpResponse::build(status);
        response.insert_header((CONTENT_TYPE, PROBLEM_JSON));
        response.insert_header((CACHE_CONTROL, "no-store"));
        if let Some(allow) = &self.allow {
            response.insert_header((ALLOW, allow.clone()));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.insert_header((WWW_AUTHENTICATE, "Bearer realm=\"aicmo\""));
        }
        if let Some(seconds) = self.retry_after() {
            response.insert_header((RETRY_AFTER, seconds));
        }
        response.body(serde_json::to_vec(problem).unwrap_or_default())
    }

    /// The document as it leaves.
    pub fn document(&self) -> serde_json::Result<String> {
        serde_json::to_string(&self.problem)
    }

    /// When asking again makes sense, in seconds.
    fn retry_after(&self) -> Option<u64> {
        match self.problem.code {
            ErrorCode::IdempotencyInProgress => Some(1),
            ErrorCode::RateLimited => self.problem.extras.get("retry_after")?.as_u64(),
            ErrorCode::DatabaseUnavailable | ErrorCode::ServiceUnavailable => Some(2),
            _ => None,
        }
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem.detail)
    }
}

impl actix_web::ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        self.render(&self.problem)
    }
}

impl From<OperationError> for ApiError {
    fn from(error: OperationError) -> Self {
        Self {
            problem: Box::new(error.to_problem()),
            allow: None,
            cause: Some(Box::new(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the outer step failed")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn the_cause_reaches_the_log_and_never_the_document() {
        let error = ApiError::internal(Outer(std::io::Error::other("SQLSTATE 42P01 secret")));
        assert_eq!(error.chain(), "the outer step failed: SQLSTATE 42P01 secret");
        let wire = serde_json::to_string(&error.problem).expect("serialises");
        assert!(!wire.contains("SQLSTATE") && !wire.contains("outer"), "{wire}");
    }

    #[test]
    fn a_wrong_method_names_the_right_ones() {
        let error = ApiError::method_not_allowed("DELETE", HeaderValue::from_static("GET, HEAD"));
        assert_eq!(error.code(), ErrorCode::MethodNotAllowed);
        assert_eq!(error.problem.extras["allow"], serde_json::json!(["GET", "HEAD"]));
        let response = error.respond("r", "/x");
        assert_eq!(
            response.headers().get(ALLOW),
            Some(&HeaderValue::from_static("GET, HEAD"))
        );
    }
}
