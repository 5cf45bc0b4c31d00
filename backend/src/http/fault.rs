//! Faults that a journey asks for, in E2E mode only: the routes do not exist elsewhere.
//!
//! A fault strikes at one endpoint, by its name in the table, until it is cleared. Everything around
//! it is the real thing: the same middleware, the same documents, the same headers.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use aicmo_shared::ErrorCode;
use aicmo_shared::api;
use aicmo_shared::fault::{FaultKind, FaultOrder};
use serde_json::Value;

use super::ApiError;
use super::extract::Body;
use super::front_door::Door;
use super::mount::answer_other_method;

/// How long an answer is held back; longer than any console waits.
const HOLD: Duration = Duration::from_mins(1);

/// The faults that are armed.
#[derive(Default)]
pub struct Faults(Mutex<BTreeMap<String, FaultKind>>);

impl Faults {
    /// The fault of this endpoint.
    pub fn armed(&self, endpoint: &str) -> Option<FaultKind> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(endpoint)
            .copied()
    }

    fn obey(&self, order: FaultOrder) {
        let mut armed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match order.kind {
            Some(kind) => armed.insert(order.endpoint, kind),
            None => armed.remove(&order.endpoint),
        };
    }

    fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// `POST /e2e/faults` arms, `DELETE /e2e/faults` clears all.
pub fn configure(app: &mut ServiceConfig) {
    app.service(
        web::resource("/e2e/faults")
            .route(web::post().to(arm))
            .route(web::delete().to(clear))
            .default_service(web::to(|request: HttpRequest| async move {
                answer_other_method(
                    &request,
                    &actix_web::http::header::HeaderValue::from_static("POST, DELETE, OPTIONS"),
                )
            })),
    );
}

async fn arm(door: web::Data<Door>, order: Body<FaultOrder>) -> Result<HttpResponse, ApiError> {
    let Body(order) = order;
    if !api::ALL.iter().any(|spec| spec.name == order.endpoint) {
        let names: Vec<&str> = api::ALL.iter().map(|spec| spec.name).collect();
        return Err(ApiError::new(
            ErrorCode::ValidationFailed,
            "There is no endpoint of that name in the endpoint table.",
        )
        .with_field(
            "/endpoint",
            "unknown_endpoint",
            "Use a name of the endpoint table.",
        )
        .with_extra("legal", names));
    }
    let faults = door
        .faults()
        .ok_or_else(|| ApiError::not_found("There is nothing at this address."))?;
    faults.obey(order.clone());
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(order))
}

async fn clear(door: web::Data<Door>) -> HttpResponse {
    if let Some(faults) = door.faults() {
        faults.clear();
    }
    HttpResponse::NoContent().finish()
}

/// Answers as `fault` says.
pub async fn strike(fault: FaultKind) -> Result<HttpResponse, ApiError> {
    match fault {
        FaultKind::Error500 => Err(ApiError::internal("a fault was asked for")),
        FaultKind::Error503 => Err(database_down()),
        FaultKind::Timeout => {
            // A client that gives up drops this future; the limit is for one that never does.
            let _ = tokio::time::timeout(HOLD, pending::<()>()).await;
            Err(database_down())
        }
        FaultKind::MalformedJson => Ok(HttpResponse::Ok()
            .content_type("application/json")
            .insert_header((CACHE_CONTROL, "no-store"))
            .body(r#"{"data": {"leads": 12, "#)),
        // The one panic on purpose: it proves that the front door holds.
        FaultKind::Panic => panic!("a fault was asked for"),
        FaultKind::Empty => Err(ApiError::internal("an emptied answer needs the answer")),
    }
}

fn database_down() -> ApiError {
    ApiError::new(
        ErrorCode::DatabaseUnavailable,
        "The database does not answer. Nothing was changed.",
    )
}

/// The same answer with nothing in it: no rows, counts of zero, no figure.
pub fn emptied(body: &[u8]) -> serde_json::Result<Vec<u8>> {
    let mut answer: Value = serde_json::from_slice(body)?;
    if let Some(data) = answer.get_mut("data") {
        empty(data);
    }
    if let Some(page) = answer.get_mut("page").and_then(Value::as_object_mut) {
        page.insert("next_cursor".to_owned(), Value::Null);
        page.insert("total".to_owned(), Value::from(0));
    }
    serde_json::to_vec(&answer)
}

fn empty(value: &mut Value) {
    match value {
        Value::Array(rows) => rows.clear(),
        Value::Number(number) if number.is_f64() => *value = Value::Null,
        Value::Number(_) => *value = Value::from(0),
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                match name.as_str() {
                    "execution_no_data" => *field = Value::from("no_attempts"),
                    "execution_window_days" => {}
                    _ => empty(field),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aicmo_shared::metrics::Attention;
    use aicmo_shared::{PageInfo, Sourced, Timestamp};

    #[test]
    fn an_emptied_answer_is_still_an_answer_of_its_type() {
        let at = Timestamp::from_millis(0);
        let list = Sourced::live(vec![1, 2], at).with_page(PageInfo {
            next_cursor: Some("x".to_owned()),
            limit: 50,
            total: Some(2),
            total_is_exact: true,
        });
        let body = serde_json::to_vec(&list).expect("serialises");
        let read: Sourced<Vec<i32>> =
            serde_json::from_slice(&emptied(&body).expect("empties")).expect("a list");
        assert!(read.data().is_empty());
        assert_eq!(read.page().and_then(|page| page.total), Some(0));

        let figures = serde_json::json!({"data": {"leads": 12, "triage": 5, "high_intent": 3,
            "intent_detected": 4, "approvals_pending": 4,
            "approvals_by_subject": [], "execution_success": 98.0, "execution_no_data": null,
            "execution_window_days": 7, "execution_sent": 49, "execution_failed": 1,
            "execution_unconfirmed": 0, "dry_run": 6, "failed_last_24h": 2, "oldest_triage_at": null,
            "next_approval_deadline_at": null, "corrupt_rows": 0},
            "is_mock": false, "source": "live", "mock_reason": null, "generated_at": at.to_string()});
        let body = serde_json::to_vec(&figures).expect("serialises");
        let read: Sourced<Attention> =
            serde_json::from_slice(&emptied(&body).expect("empties")).expect("figures");
        assert_eq!(read.data().leads, 0);
        assert_eq!(read.data().execution_success, None);
        assert_eq!(read.data().execution_window_days, 7);
    }
}
