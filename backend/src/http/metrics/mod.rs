//! `GET /metrics`: what a monitor reads, in the text form of Prometheus.
//!
//! Open to whoever asks from this machine without a proxy in between, and to everybody who may read:
//! figures about the business are nobody else's. Where the public address is https a proxy is always
//! in between, and not every one says so: then nobody is let in for being on this machine. The renderer is our own: a dozen lines, where the
//! usual crates bring a registry, a recorder and locks on the path of every request.

mod requests;

pub use requests::Requests;

use std::fmt::Write as _;

use actix_web::http::header::{CACHE_CONTROL, FORWARDED, HeaderName, HeaderValue};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, guard};
use aicmo_operations::Operations;
use aicmo_operations::gauges::{self, Gauge};

use super::front_door::Door;
use super::mount::answer_other_method;
use super::{ApiError, auth};

/// Where it is.
pub const PATH: &str = "/metrics";

/// Names the client that a proxy speaks for.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Mounts it.
pub fn configure(app: &mut ServiceConfig) {
    app.service(
        web::resource(PATH)
            .route(
                web::route()
                    .guard(guard::Any(guard::Get()).or(guard::Head()))
                    .to(serve),
            )
            .default_service(web::to(|request: HttpRequest| async move {
                answer_other_method(&request, &HeaderValue::from_static("GET, HEAD, OPTIONS"))
            })),
    );
}

async fn serve(
    request: HttpRequest,
    ops: web::Data<Operations>,
    door: web::Data<Door>,
) -> Result<HttpResponse, ApiError> {
    if door.is_secure() || !is_from_here(&request) {
        auth::admit_reader(&request, &ops).await?;
    }
    let mut text = String::with_capacity(16 * 1024);
    door.requests().render(&mut text);
    for gauge in about_memory().iter().chain(&gauges::collect(&ops).await) {
        push(&mut text, gauge);
    }
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(text))
}

/// A proxy on this machine asks on behalf of somebody else.
fn is_from_here(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let is_forwarded = headers.contains_key(FORWARDED) || headers.contains_key(FORWARDED_FOR);
    !is_forwarded && request.peer_addr().is_some_and(|peer| peer.ip().is_loopback())
}

/// Gauges of one name stand together, so the help is written when the name changes.
fn push(into: &mut String, gauge: &Gauge) {
    let head = format!("# HELP aicmo_{} {}\n", gauge.name, gauge.help);
    if !into.contains(&head) {
        let kind = if gauge.name.ends_with("_total") {
            "counter"
        } else {
            "gauge"
        };
        let _ = writeln!(into, "{head}# TYPE aicmo_{} {kind}", gauge.name);
    }
    let _ = write!(into, "aicmo_{}", gauge.name);
    if !gauge.labels.is_empty() {
        let labels: Vec<String> = gauge
            .labels
            .iter()
            .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
            .collect();
        let _ = write!(into, "{{{}}}", labels.join(","));
    }
    let _ = writeln!(into, " {}", gauge.value);
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

/// What the operating system says of this process; nothing where it says nothing.
fn about_memory() -> Vec<Gauge> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse::<u32>().ok());
    let files = std::fs::read_dir("/proc/self/fd")
        .ok()
        .and_then(|files| u32::try_from(files.count()).ok());
    [
        (
            "process_resident_bytes",
            "Memory that the process holds.",
            kilobytes.map(|kilobytes| f64::from(kilobytes) * 1024.0),
        ),
        (
            "process_open_files",
            "Files and connections that are open.",
            files.map(f64::from),
        ),
    ]
    .into_iter()
    .filter_map(|(name, help, value)| {
        value.map(|value| Gauge {
            name,
            help,
            labels: Vec::new(),
            value,
        })
    })
    .collect()
}
