//! How many requests each route had, how they ended and how long they took.
//!
//! A route is known by its pattern, never by the address that was asked for, so neither ids nor
//! anything else of a person gets into a label, and the number of series is bounded by the table.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use aicmo_shared::api;

use crate::http::BESIDE;

/// Upper ends of the classes of duration, in microseconds.
const CLASSES: [u64; 12] = [
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 10_000_000,
];

/// What everything else is called: the console's files, and addresses that do not exist.
const OTHER: &str = "other";

/// What was measured of one route and method.
#[derive(Debug, Default)]
struct Route {
    pattern: &'static str,
    method: &'static str,
    /// By the first digit of the status.
    by_status: [AtomicU64; 6],
    by_class: [AtomicU64; CLASSES.len()],
    micros: AtomicU64,
    count: AtomicU64,
}

/// What was measured since the process began.
#[derive(Debug)]
pub struct Requests {
    routes: Vec<Route>,
    places: HashMap<&'static str, Vec<usize>>,
}

impl Requests {
    /// Nothing measured yet.
    pub fn new() -> Self {
        let table = api::ALL.iter().map(|spec| (spec.path, spec.method.as_str()));
        let beside = BESIDE.iter().map(|(pattern, _)| (*pattern, "GET"));
        let routes: Vec<Route> = table
            .chain(beside)
            .chain([(OTHER, "any")])
            .map(|(pattern, method)| Route {
                pattern,
                method,
                ..Route::default()
            })
            .collect();
        let mut places: HashMap<&'static str, Vec<usize>> = HashMap::new();
        for (place, route) in routes.iter().enumerate() {
            places.entry(route.pattern).or_default().push(place);
        }
        Self { routes, places }
    }

    /// Notes an answer.
    pub fn note(&self, pattern: Option<&str>, method: &Method, status: StatusCode, took: Duration) {
        let asked = if *method == Method::HEAD {
            "GET"
        } else {
            method.as_str()
        };
        let known = pattern.and_then(|pattern| self.places.get(pattern));
        let place = known.and_then(|places| places.iter().find(|place| self.routes[**place].method == asked));
        let last = self.routes.len().saturating_sub(1);
        let Some(route) = self.routes.get(place.copied().unwrap_or(last)) else {
            return;
        };
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let hundreds = usize::from(status.as_u16() / 100).min(route.by_status.len() - 1);
        route.by_status[hundreds].fetch_add(1, Ordering::Relaxed);
        if let Some(class) = CLASSES.iter().position(|end| micros <= *end) {
            route.by_class[class].fetch_add(1, Ordering::Relaxed);
        }
        route.micros.fetch_add(micros, Ordering::Relaxed);
        route.count.fetch_add(1, Ordering::Relaxed);
    }

    /// What was measured, in the text form of Prometheus; routes that nobody asked for are left out.
    pub fn render(&self, into: &mut String) {
        into.push_str("# HELP aicmo_http_requests_total Answers by route, method and class of status.\n");
        into.push_str("# TYPE aicmo_http_requests_total counter\n");
        let asked: Vec<&Route> = self
            .routes
            .iter()
            .filter(|route| route.count.load(Ordering::Relaxed) > 0)
            .collect();
        for route in &asked {
            for (hundreds, count) in route.by_status.iter().enumerate() {
                let count = count.load(Ordering::Relaxed);
                if count > 0 {
                    let _ = writeln!(
                        into,
                        "aicmo_http_requests_total{{route=\"{}\",method=\"{}\",status=\"{hundreds}xx\"}} {count}",
                        route.pattern, route.method
                    );
                }
            }
        }
        into.push_str("# HELP aicmo_http_request_seconds How long answers took, until their body began.\n");
        into.push_str("# TYPE aicmo_http_request_seconds histogram\n");
        for route in asked {
            let labels = format!("route=\"{}\",method=\"{}\"", route.pattern, route.method);
            let name = "aicmo_http_request_seconds";
            // Read first: what is noted meanwhile may be in a class and not yet in the count.
            let count = route.count.load(Ordering::Relaxed);
            let mut so_far = 0;
            for (end, class) in CLASSES.iter().zip(&route.by_class) {
                so_far += class.load(Ordering::Relaxed);
                let _ = writeln!(
                    into,
                    "{name}_bucket{{{labels},le=\"{}\"}} {so_far}",
                    seconds(*end)
                );
            }
            let count = count.max(so_far);
            let _ = writeln!(into, "{name}_bucket{{{labels},le=\"+Inf\"}} {count}");
            let sum = seconds(route.micros.load(Ordering::Relaxed));
            let _ = writeln!(into, "{name}_sum{{{labels}}} {sum}");
            let _ = writeln!(into, "{name}_count{{{labels}}} {count}");
        }
    }
}

/// Microseconds as seconds, exactly.
fn seconds(micros: u64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_route_status_and_class() {
        let requests = Requests::new();
        let note = |pattern, status, micros| {
            requests.note(
                pattern,
                &Method::GET,
                StatusCode::from_u16(status).expect("a status"),
                Duration::from_micros(micros),
            );
        };
        note(Some("/api/v1/leads/{id}"), 200, 900);
        note(Some("/api/v1/leads/{id}"), 404, 30_000);
        note(Some("/api/v1/leads/{id}"), 503, 20_000_000);
        note(Some("/api/v1/leads/0197"), 404, 10);
        note(None, 200, 10);
        let mut text = String::new();
        requests.render(&mut text);
        for line in [
            r#"aicmo_http_requests_total{route="/api/v1/leads/{id}",method="GET",status="2xx"} 1"#,
            r#"aicmo_http_requests_total{route="/api/v1/leads/{id}",method="GET",status="5xx"} 1"#,
            r#"aicmo_http_request_seconds_bucket{route="/api/v1/leads/{id}",method="GET",le="0.001"} 1"#,
            r#"aicmo_http_request_seconds_bucket{route="/api/v1/leads/{id}",method="GET",le="10"} 2"#,
            r#"aicmo_http_request_seconds_bucket{route="/api/v1/leads/{id}",method="GET",le="+Inf"} 3"#,
            r#"aicmo_http_request_seconds_sum{route="/api/v1/leads/{id}",method="GET"} 20.0309"#,
            r#"aicmo_http_requests_total{route="other",method="any",status="4xx"} 1"#,
            r#"aicmo_http_requests_total{route="other",method="any",status="2xx"} 1"#,
        ] {
            assert!(
                text.lines().any(|written| written == line),
                "{line} is not in\n{text}"
            );
        }
        assert!(!text.contains("0197"), "an address got into a label");
        assert!(!text.contains("campaigns"), "nobody asked for them");
    }
}
