//! The event stream: what moved, told to everybody who listens.
//!
//! One task per process follows the outbox of events, whichever replica wrote them, renders each
//! once and hands it to all listeners through a ring of bounded length; a listener costs a place in
//! that ring and nothing per event. Who is too slow for the ring, or was away for too long, is told
//! to fetch everything again. Does not own: the outbox, which the store writes with every commit;
//! nor HTTP: a subscription answers bytes as the stream sends them.

mod batch;
mod hub;
mod seats;
mod subscription;

pub use batch::Topics;
pub use hub::Hub;
pub use seats::SEATS;
pub use subscription::{Guard, Subscription};

use std::sync::Arc;

use aicmo_shared::event::{HEARTBEAT_SECONDS, ResyncReason, StreamHello};
use aicmo_store::{Store, events};

use crate::context::Operations;
use crate::error::{Dependency, OperationError};
use subscription::Start;

#[cfg(test)]
mod tests;

/// What a listener asks for.
pub struct StreamRequest {
    /// The events it hears.
    pub topics: Topics,
    /// The last event that it saw.
    pub after: Option<u64>,
    /// Who it is, for the number of streams that one may have.
    pub listener: String,
    /// Asked again and again while the stream is open.
    pub guard: Arc<dyn Guard>,
}

/// Begins to listen.
///
/// # Errors
/// `TooManyStreams` when the listener has enough of them; `Unavailable` when all seats are taken, the
/// process is ending, or the database does not answer.
pub async fn open_stream(ops: &Operations, request: StreamRequest) -> Result<Subscription, OperationError> {
    let seat = ops.hub.seats().take(&request.listener)?;
    let mode = ops.mode();
    let store = mode.store();
    if let Some(store) = store {
        let followed = follow(ops, store).await;
        ops.health.learn(&followed, ops.now());
        followed?;
    }
    let (receiver, position) = ops
        .hub
        .listen()
        .ok_or_else(|| OperationError::Unavailable(Dependency::Streams, "the hub is closed".into()))?;
    let start = match (request.after, store) {
        (Some(after), Some(store)) => place(store, after, position).await?,
        _ => Start::at(position),
    };
    let hello = StreamHello {
        build: ops.facts.build.clone(),
        mock_reason: mode.mock_reason(),
        seq: start.from,
        heartbeat_seconds: HEARTBEAT_SECONDS,
    };
    Ok(Subscription::new(
        request,
        Arc::clone(&ops.hub),
        seat,
        receiver,
        start,
        &hello,
    ))
}

/// Lets the hub follow the outbox of this process's database, if it does not yet.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub async fn follow(ops: &Operations, store: &Store) -> Result<(), OperationError> {
    Ok(ops.hub.follow(store, &ops.clock).await?)
}

/// Where a listener that saw `after` goes on, while the hub has told everything up to `position`.
async fn place(store: &Store, after: u64, position: u64) -> Result<Start, OperationError> {
    let reader = store.reader();
    let is_behind = after < position;
    if is_behind {
        let oldest = events::oldest(&reader).await?;
        let replay = Some((store.clone(), position));
        return Ok(match oldest.and_then(|oldest| u64::try_from(oldest).ok()) {
            Some(oldest) if oldest <= after + 1 => Start {
                from: after,
                replay,
                resync: None,
            },
            // 0 asks for all that is kept; it is also the place of who listened to an empty database.
            Some(oldest) if after == 0 => Start {
                from: oldest - 1,
                replay,
                resync: Some(ResyncReason::TooOld),
            },
            _ => Start::resync(position, ResyncReason::TooOld),
        });
    }
    // Another replica may have told more than this one has heard of by now.
    let head = u64::try_from(events::head(&reader).await?).unwrap_or_default();
    Ok(if after > head.max(position) {
        Start::resync(position, ResyncReason::Unknown)
    } else {
        Start::at(after)
    })
}
