//! The HTTP skin: the JSON API, the probes and the console over one listener.
//!
//! Owns: how a request is taken apart, how an answer is wrapped, and what every answer carries
//! (request id, build, security headers, problem documents). Does not own: any decision about the
//! product, which is an operation; nor the listener and its signals, which belong to the process.
//! `connection` bounds what a client costs;
//! `front_door` is what every request passes; `routes` is the table of handlers; `mount` ties a
//! handler to its line of the endpoint table.

mod answer;
mod api_error;
mod auth;
mod connection;
mod cors;
mod event_stream;
mod extract;
mod fallback;
mod fault;
mod front_door;
mod handlers;
mod health;
mod host;
mod idempotency;
mod limits;
mod metrics;
mod mount;
mod refusals;
mod routes;
mod security_headers;
mod upload;

pub mod console;
pub mod openapi;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, web};
use aicmo_operations::Operations;
use aicmo_shared::build_marker::BuildMarker;

use crate::traces::Traces;

pub use api_error::ApiError;
pub use cors::AllowedOrigins;
pub use limits::{Budgets, Limits, Network, TrustedProxies};
pub use routes::BESIDE;

/// The largest JSON body, in bytes.
pub const JSON_LIMIT: usize = 256 * 1024;

/// The longest query of a URL, in bytes.
pub const QUERY_LIMIT: usize = 8 * 1024;

/// The largest head of a request, in kilobytes and in headers: the framework's own limits.
const HEAD_LIMIT_KB: usize = 128;
const HEADERS_LIMIT: usize = 96;

/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a client may take to send a JSON body, or let an upload stand still.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// How long an idle connection stays open; longer than a browser's or a balancer's own limit.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How long a stopping server waits for answers under way.
const DRAIN_SECONDS: u64 = 6;

/// What the skin needs from the process.
pub struct HttpState {
    /// The one context of all operations.
    pub ops: Arc<Operations>,
    /// Sent with every answer.
    pub build: BuildMarker,
    /// Opens the fault routes.
    pub e2e: bool,
    /// Host names, beside loopback names and addresses, under which this server may be reached.
    pub public_hosts: Vec<String>,
    /// Whether browsers reach this server over TLS, through whatever stands before it.
    pub over_tls: bool,
    /// The most connections at once.
    pub max_connections: usize,
    /// How many requests one caller may send.
    pub limits: Limits,
    /// Other origins whose pages may use the API.
    pub allowed_origins: AllowedOrigins,
    /// Hears of every request.
    pub traces: Traces,
}

/// Serves `state` on `listener` until the returned server is stopped. Signals are the caller's.
///
/// # Errors
/// When the listener cannot be taken over.
pub fn serve(listener: TcpListener, state: Arc<HttpState>, workers: usize) -> std::io::Result<Server> {
    let ops = web::Data::from(Arc::clone(&state.ops));
    let max_connections = state.max_connections;
    let door = web::Data::new(front_door::Door::new(state));
    let refusals: Arc<dyn connection::Refusals> = Arc::new(refusals::Unread::new(door.clone(), ops.clone()));
    connection::listen(listener, workers, max_connections, &refusals, move || {
        let doorkeeper = door.clone();
        App::new()
            .app_data(door.clone())
            .app_data(ops.clone())
            .configure(|app| routes::configure(app, doorkeeper.e2e()))
            .default_service(web::to(fallback::answer))
            .wrap(from_fn(move |request, next| {
                front_door::admit(doorkeeper.clone(), request, next)
            }))
    })
}
