//! What one connection may cost: how many there are, how long a client may be silent, how much of an
//! answer it may leave unread.
//!
//! Owns: the stream under the protocol, the crowd of all streams of a worker, and the listening
//! itself. Does not own: what a request is; the framework reads those, and the front door says when
//! one begins and ends. When the house is full the longest idle client makes room, so that a probe
//! or a person still gets in during a flood.

mod bare;
mod body;
mod crowd;
mod stream;

use std::net::TcpListener;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_http::{Extensions, HttpService, Protocol, Request};
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Server, ServiceResponse};
use actix_web::rt::net::TcpStream;
use crowd::Crowd;
use stream::Stream;

pub use bare::Bare;
pub use body::paced;
pub use crowd::{Guest, Visit};

use super::{DRAIN_SECONDS, HEAD_TIMEOUT, KEEP_ALIVE};

/// How long a client that was told to go may keep its connection.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Connections that may be on their way to a worker which is full, so that the worker decides who
/// stays and the listener never stops listening.
const ON_THE_WAY: usize = 256;

/// What is said to a client whose request never came to the application: whole HTTP messages, after
/// each of which the connection ends.
pub trait Refusals: Send + Sync {
    /// Instead of what the framework would say.
    fn instead_of(&self, bare: Bare) -> Vec<u8>;

    /// There is no room, and nobody can be asked to leave.
    fn full(&self) -> Vec<u8>;
}

/// Serves the application that `make` makes, once per worker, on `listener`.
///
/// # Errors
/// When the listener cannot be taken over.
pub fn listen<F, I, S, B>(
    listener: TcpListener,
    workers: usize,
    max_connections: usize,
    refusals: &Arc<dyn Refusals>,
    make: F,
) -> std::io::Result<Server>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<B>, Error = actix_web::Error>
        + 'static,
    S::InitError: std::fmt::Debug,
    S::Service: 'static,
    B: MessageBody + 'static,
{
    let workers = workers.max(1);
    let room = max_connections.div_ceil(workers);
    let builder = Server::build()
        .workers(workers)
        .max_concurrent_connections(room + ON_THE_WAY)
        .shutdown_timeout(DRAIN_SECONDS)
        .disable_signals();
    let ending = builder.graceful_shutdown_signal();
    let refusals = Arc::clone(refusals);
    let server = builder.listen("aicmo", listener, move || {
        let ending = ending.clone();
        let crowd = Rc::new(Crowd::new(room));
        let refusals = Arc::clone(&refusals);
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let ending = ending.clone();
                async move { ending.notified().await }
            })
            .client_request_timeout(HEAD_TIMEOUT)
            .client_disconnect_timeout(DISCONNECT_TIMEOUT)
            .keep_alive(KEEP_ALIVE)
            // A client that has gone is noticed while its answer is still being made.
            .h1_allow_half_closed(false)
            .on_connect_ext(|stream: &Stream, data: &mut Extensions| {
                data.insert(stream.guest());
            })
            // The address in this configuration serves links that the server would make to itself;
            // it makes none.
            .finish(map_config(make(), |()| AppConfig::default()));
        fn_service(move |io: TcpStream| {
            let admitted = admit(io, &crowd, &refusals);
            async move { admitted.map_err(actix_http::error::DispatchError::Io) }
        })
        .and_then(http)
    })?;
    Ok(server.run())
}

/// A new client is let in, or told at once that there is no room.
fn admit(
    io: TcpStream,
    crowd: &Rc<Crowd>,
    refusals: &Arc<dyn Refusals>,
) -> std::io::Result<(Stream, Protocol, Option<std::net::SocketAddr>)> {
    let peer = io.peer_addr().ok();
    // Without it small answers wait for the client's acknowledgement of the one before.
    io.set_nodelay(true)?;
    let Some(place) = Crowd::enter(crowd) else {
        // Whoever floods the server is not waited for.
        let _ = io.try_write(&refusals.full());
        return Err(std::io::ErrorKind::ConnectionRefused.into());
    };
    Ok((
        Stream::new(io, place, Arc::clone(refusals)),
        Protocol::Http1,
        peer,
    ))
}
