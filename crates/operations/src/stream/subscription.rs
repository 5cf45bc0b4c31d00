//! One listener: first `hello`, then what it missed, then what is told from now on.

use std::sync::Arc;

use aicmo_shared::event::{HELLO, RESYNC, RETRY_MS, ResyncReason, StreamHello, StreamResync, frame};
use aicmo_store::{Store, StoreError, events};
use async_trait::async_trait;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::StreamRequest;
use super::batch::{Batch, Topics};
use super::hub::Hub;
use super::seats::Seat;

/// Events of one look into the outbox.
const PAGE: u64 = 500;

/// Says whether whoever opened a stream may still listen.
#[async_trait]
pub trait Guard: Send + Sync {
    /// Asked at every beat, and whenever somebody's access was changed: by then nothing that was
    /// remembered counts.
    async fn may_listen(&self) -> bool;
}

/// Where a stream begins.
pub(super) struct Start {
    /// Everything up to here is behind the listener.
    pub from: u64,
    /// What it missed: the outbox, and up to which place.
    pub replay: Option<(Store, u64)>,
    pub resync: Option<ResyncReason>,
}

impl Start {
    pub fn at(from: u64) -> Self {
        Self {
            from,
            replay: None,
            resync: None,
        }
    }

    pub fn resync(from: u64, reason: ResyncReason) -> Self {
        Self {
            resync: Some(reason),
            ..Self::at(from)
        }
    }
}

/// One listener. It is pulled: what it has not asked for is not kept for it.
pub struct Subscription {
    topics: Topics,
    guard: Arc<dyn Guard>,
    hub: Arc<Hub>,
    receiver: Receiver<Arc<Batch>>,
    /// What goes out before anything else.
    opening: Option<Arc<[u8]>>,
    replay: Option<(Store, u64)>,
    seen: u64,
    ended: bool,
    _seat: Seat,
}

impl Subscription {
    pub(super) fn new(
        request: StreamRequest,
        hub: Arc<Hub>,
        seat: Seat,
        receiver: Receiver<Arc<Batch>>,
        start: Start,
        hello: &StreamHello,
    ) -> Self {
        let mut opening = format!("retry: {RETRY_MS}\n{}", frame(HELLO, start.from, hello));
        if let Some(reason) = start.resync {
            opening.push_str(&resync(reason, start.from));
        }
        Self {
            topics: request.topics,
            guard: request.guard,
            hub,
            receiver,
            opening: Some(opening.into_bytes().into()),
            replay: start.replay,
            seen: start.from,
            ended: false,
            _seat: seat,
        }
    }

    /// The next bytes of the stream; `None` at its end.
    pub async fn next(&mut self) -> Option<Arc<[u8]>> {
        if let Some(opening) = self.opening.take() {
            return Some(opening);
        }
        while let Some((store, until)) = self.replay.take() {
            match self.replay_page(&store, until).await {
                Ok(page) => {
                    if self.seen < until {
                        self.replay = Some((store, until));
                    }
                    if page.is_some() {
                        return page;
                    }
                }
                Err(cause) => {
                    // The listener connects again and goes on where it was.
                    tracing::debug!(error = %cause, "a stream ends: what it missed cannot be read");
                    self.ended = true;
                }
            }
        }
        while !self.ended {
            match self.receiver.recv().await {
                Ok(batch) => {
                    if batch.asks_again() && !self.guard.may_listen().await {
                        self.ended = true;
                    } else if let Some(bytes) = batch.render(self.topics, self.seen) {
                        return Some(bytes);
                    }
                }
                Err(RecvError::Lagged(_)) => {
                    self.ended = true;
                    let position = self.hub.position();
                    return Some(resync(ResyncReason::TooSlow, position).into_bytes().into());
                }
                Err(RecvError::Closed) => self.ended = true,
            }
        }
        None
    }

    /// A page of what was missed, up to `until`; `None` when nothing of it is for this listener.
    async fn replay_page(&mut self, store: &Store, until: u64) -> Result<Option<Arc<[u8]>>, StoreError> {
        let after = i64::try_from(self.seen).unwrap_or(i64::MAX);
        let mut listed = events::list_after(&store.reader(), after, PAGE).await?;
        let unreadable = listed.corrupt.iter().filter_map(|row| row.id.parse().ok()).max();
        let last = listed.rows.last().map(|event| event.seq).max(unreadable);
        listed.rows.retain(|event| event.seq <= until);
        self.seen = last.unwrap_or(until).min(until);
        Ok(Batch::of(&listed.rows).render(self.topics, 0))
    }
}

fn resync(reason: ResyncReason, seq: u64) -> String {
    frame(RESYNC, seq, &StreamResync { reason, seq })
}
