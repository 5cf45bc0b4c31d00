//! The probes. `/healthz` speaks of the process alone; `/readyz` of what it needs to do its work.

use std::time::{Duration, Instant};

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, guard};
use aicmo_operations::{Mode, Operations};
use aicmo_shared::diagnostics::{Check, CheckOutcome};
use aicmo_store::Store;
use serde_json::json;
use tokio::sync::Mutex;

use super::ApiError;
use super::front_door::Door;
use super::mount::answer_other_method;

/// How long what was found is good: probes are charged to nobody, and this is all they cost.
const GOOD: Duration = Duration::from_secs(1);

/// What the last look at the database found. Whoever asks while one is under way waits for it.
#[derive(Default)]
pub struct LastLook(Mutex<Option<(Instant, [Check; 2])>>);

impl LastLook {
    async fn at(&self, now: Instant, look: impl AsyncFnOnce() -> [Check; 2]) -> [Check; 2] {
        let mut last = self.0.lock().await;
        if let Some((when, found)) = last.as_ref()
            && now.saturating_duration_since(*when) < GOOD
        {
            return found.clone();
        }
        let found = look().await;
        *last = Some((now, found.clone()));
        found
    }
}

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
async fn readyz(
    request: HttpRequest,
    ops: web::Data<Operations>,
    door: web::Data<Door>,
) -> Result<HttpResponse, ApiError> {
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
        checks.extend(door.last_look().at(Instant::now(), || look_at(store)).await);
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

async fn look_at(store: &Store) -> [Check; 2] {
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
    [database, schema]
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn however_often_a_probe_comes_the_database_is_looked_at_once_a_second() {
        let looked = AtomicUsize::new(0);
        let look = async || {
            let number = looked.fetch_add(1, Ordering::Relaxed);
            [
                passed("database", number.to_string()),
                passed("schema", String::new()),
            ]
        };
        let (last, begun) = (LastLook::default(), Instant::now());
        for (millis, expected) in [
            (0, "0"),
            (1, "0"),
            (999, "0"),
            (1_000, "1"),
            (1_999, "1"),
            (2_000, "2"),
        ] {
            let [database, _] = last.at(begun + Duration::from_millis(millis), look).await;
            assert_eq!(database.finding, expected, "after {millis} ms");
        }
    }
}
