//! What answers where no route does: the retired entry points, the console, or a problem.

use actix_web::http::Method;
use actix_web::http::header::{ACCEPT, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use aicmo_shared::ErrorCode;

use super::mount::answer_other_method;
use super::{ApiError, console};

/// First segments that never lead to the console.
const NOT_PAGES: &[&str] = &["api", "e2e", "healthz", "metrics", "readyz"];

/// The default service.
pub async fn answer(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let path = request.path();
    let mut segments = path.trim_start_matches('/').split('/');
    let first = segments.next().unwrap_or_default();
    if let Some(retired) = aicmo_legacy_guard::find(first) {
        return Err(ApiError::new(
            ErrorCode::EntryPointRetired,
            format!("{} is retired: use {}.", retired.name, retired.replacement),
        )
        .with_extra("replacement", retired.replacement));
    }
    if NOT_PAGES.contains(&first) {
        return Err(nothing_here());
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return answer_other_method(&request, &HeaderValue::from_static("GET, HEAD, OPTIONS"));
    }
    if let Some(response) = console::file(&request, path.trim_start_matches('/')) {
        return Ok(response);
    }
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    if is_file || !wants_a_page(&request) {
        return Err(nothing_here());
    }
    console::page(&request).ok_or_else(nothing_here)
}

fn nothing_here() -> ApiError {
    ApiError::not_found("There is nothing at this address.")
}

/// Whether the caller would take a page, as every navigation does.
fn wants_a_page(request: &HttpRequest) -> bool {
    request
        .headers()
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_none_or(|accept| accept.contains("text/html") || accept.contains("*/*"))
}
