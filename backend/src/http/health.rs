//! The probes. `/healthz` speaks of the process alone; `/readyz` of what it needs to do its work.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, guard};
use aicmo_operations::{Mode, Operations};
use aicmo_shared::diagnostics::{Check, CheckOutcome};
use aicmo_store::Store;
use serde_json::json;

use super::ApiError;
use super::mount::answer_other_method;

/// Mounts both probes.
pub fn configure(app: &mut ServiceConfig) {
    let reads = || web::route().guard(guard::Any(guard::Get()).or(guard::Head()));
    let others = |request: HttpRequest| async move {
        answer_other_method(&request, &HeaderValue::from_static("GET, HEAD, OPTIONS"))
    };
    app.service(
        web::resource("/healthz")
            .route(reads().to(healthz))
            .default_service(web::to(others)),
    );
    app.service(
        web::resource("/readyz")
            .route(reads().to(readyz))
            .default_service(web::to(others)),
    );
}

/// Answers while the process lives; touches nothing.
async fn healthz() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .content_type("application/json")
        .body(r#"{"status":"alive"}"#)
}

/// Ready: what is served is what was asked for. Mock mode is ready and says that it is mock.
async fn readyz(request: HttpRequest, ops: web::Data<Operations>) -> Result<HttpResponse, ApiError> {
    let verbose = match request.query_string() {
        "" => false,
        "verbose" | "verbose=1" | "verbose=true" => true,
        _ => {
            return Err(ApiError::new(
                aicmo_shared::ErrorCode::InvalidFilter,
                "This probe takes verbose=1 and nothing else.",
            )
            .with_extra("legal", vec!["verbose"]));
        }
    };
    let mode = ops.mode();
    let mut checks = vec![Check {
        name: "mode".to_owned(),
        outcome: CheckOutcome::Pass,
        finding: mode
            .mock_reason()
            .map_or("live", |reason| reason.sentence())
            .to_owned(),
        advice: None,
    }];
    if let Mode::Live(store) = &mode {
        let (database, schema) = look_at(store).await;
        checks.push(database);
        checks.push(schema);
    }
    let ready = checks.iter().all(|check| check.outcome == CheckOutcome::Pass);
    let mut body = json!({
        "status": if ready { "ready" } else { "not_ready" },
        "mode": if mode.mock_reason().is_some() { "mock" } else { "live" },
        "mock_reason": mode.mock_reason(),
    });
    if let Some(fields) = body.as_object_mut()
        && (verbose || !ready)
    {
        fields.insert("checks".to_owned(), json!(checks));
    }
    let mut response = if ready {
        HttpResponse::Ok()
    } else {
        HttpResponse::ServiceUnavailable()
    };
    Ok(response
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .json(body))
}

async fn look_at(store: &Store) -> (Check, Check) {
    let database = match store.ping().await {
        Ok(took) => passed("database", format!("answered in {} ms", took.as_millis())),
        Err(error) => failed(
            "database",
            error.to_string(),
            "Look at the database and at Diagnostics.",
        ),
    };
    let schema = match store.schema().await {
        Ok(state) if state.is_newer => failed(
            "schema",
            "the schema is newer than this binary".to_owned(),
            "Start the newer binary.",
        ),
        Ok(state) if state.pending > 0 => failed(
            "schema",
            format!("{} migrations are pending", state.pending),
            "Run aicmo migrate.",
        ),
        Ok(state) => passed("schema", state.expected),
        Err(error) => failed(
            "schema",
            error.to_string(),
            "Look at the database and at Diagnostics.",
        ),
    };
    (database, schema)
}

fn passed(name: &str, finding: String) -> Check {
    Check {
        name: name.to_owned(),
        outcome: CheckOutcome::Pass,
        finding,
        advice: None,
    }
}

fn failed(name: &str, finding: String, advice: &str) -> Check {
    Check {
        name: name.to_owned(),
        outcome: CheckOutcome::Fail,
        finding,
        advice: Some(advice.to_owned()),
    }
}
