//! The one task that follows the outbox, and the ring through which all listeners hear of it.
//!
//! What is told first is told at once; after that there is at most one telling per tenth of a
//! second, so that a thousand commits a second cost every listener ten writes and not a thousand.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use aicmo_shared::event::HEARTBEAT_SECONDS;
use aicmo_store::{Store, StoreError, events};
use tokio::sync::broadcast::{Receiver, Sender};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::batch::Batch;
use super::seats::Seats;
use crate::accounts::Cache;
use crate::clock::Clock;

/// How many tellings a listener may be behind; at their greatest pace that is a quarter of a minute.
const RING: usize = 128;

/// The pause between two tellings.
const PACE: Duration = Duration::from_millis(100);

/// How long a database that does not answer is left alone.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often old events are removed.
const SWEEP: Duration = Duration::from_mins(5);

/// Events of one telling, and old ones removed by one statement.
const PAGE: u64 = 1_000;

/// Tells every listener what moved.
#[derive(Debug)]
pub struct Hub {
    state: Mutex<State>,
    /// Held while the hub begins to follow an outbox, so that it follows one.
    following: tokio::sync::Mutex<bool>,
    seats: Arc<Seats>,
    /// What is remembered of who may come in.
    remembered: Arc<Cache>,
}

#[derive(Debug)]
struct State {
    /// None once the hub is closed.
    sender: Option<Sender<Arc<Batch>>>,
    /// The last event that was told.
    position: u64,
    tasks: Vec<JoinHandle<()>>,
    beats: bool,
}

impl Hub {
    /// A hub that follows nothing yet, with so many seats for each listener. It lets `remembered` go
    /// when it hears that somebody's access was changed, by whichever process.
    pub(crate) fn new(seats_each: usize, remembered: Arc<Cache>) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                sender: Some(Sender::new(RING)),
                position: 0,
                tasks: Vec::new(),
                beats: false,
            }),
            following: tokio::sync::Mutex::new(false),
            seats: Arc::new(Seats::new(seats_each)),
            remembered,
        })
    }

    /// The seats of this process.
    pub fn seats(&self) -> &Arc<Seats> {
        &self.seats
    }

    /// How many listeners there are.
    pub fn listeners(&self) -> usize {
        self.seats.taken()
    }

    /// The last event that was told.
    pub fn position(&self) -> u64 {
        self.state().position
    }

    /// Follows the outbox of `store` from its head on, and does so once.
    ///
    /// # Errors
    /// When the database does not answer; then it can be asked again.
    pub async fn follow(self: &Arc<Self>, store: &Store, clock: &Arc<dyn Clock>) -> Result<(), StoreError> {
        let mut following = self.following.lock().await;
        if *following {
            return Ok(());
        }
        let head = events::head(&store.reader()).await?;
        self.follow_from(store, clock, head);
        *following = true;
        Ok(())
    }

    /// Follows the outbox of `store` behind `from`, unless it follows one already.
    pub async fn follow_behind(self: &Arc<Self>, store: &Store, clock: &Arc<dyn Clock>, from: i64) {
        let mut following = self.following.lock().await;
        if !*following {
            self.follow_from(store, clock, from);
            *following = true;
        }
    }

    fn follow_from(self: &Arc<Self>, store: &Store, clock: &Arc<dyn Clock>, from: i64) {
        let mut state = self.state();
        state.position = u64::try_from(from).unwrap_or_default();
        if state.sender.is_some() {
            let tail = Tail {
                hub: Arc::downgrade(self),
                store: store.clone(),
                clock: Arc::clone(clock),
                position: from,
            };
            state.tasks.push(tokio::spawn(tail.run()));
        }
    }

    /// Everything that is told from now on, and the last event that was told before; `None` once the
    /// hub is closed.
    pub(super) fn listen(self: &Arc<Self>) -> Option<(Receiver<Arc<Batch>>, u64)> {
        let mut state = self.state();
        let receiver = state.sender.as_ref()?.subscribe();
        if !state.beats {
            state.beats = true;
            state.tasks.push(tokio::spawn(beat(Arc::downgrade(self))));
        }
        Some((receiver, state.position))
    }

    /// Ends every stream, and lets nobody listen any more.
    pub fn close(&self) {
        let mut state = self.state();
        state.sender = None;
        for task in state.tasks.drain(..) {
            task.abort();
        }
    }

    /// Whether it is closed, which it is once the process ends.
    pub fn is_closed(&self) -> bool {
        self.state().sender.is_none()
    }

    /// Tells a batch after which everything up to `position` has been told. Whoever begins to listen
    /// meanwhile does so before or after, never in between.
    pub(super) fn tell(&self, batch: Batch, position: u64) {
        if batch.access_changed {
            // Once for all listeners, and before any of them asks again whether it may listen.
            self.remembered.forget();
        }
        let mut state = self.state();
        state.position = position.max(state.position);
        state.send(batch);
    }

    /// Shows that the streams live. The place is read and told at once, so none is told that is older
    /// than what was told before it.
    pub(super) fn beat(&self) {
        let state = self.state();
        state.send(Batch::beat(state.position));
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn send(&self, batch: Batch) {
        if let Some(sender) = &self.sender {
            // Nobody listens: nobody missed it.
            let _ = sender.send(Arc::new(batch));
        }
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.close();
    }
}

/// Shows again and again that the streams live.
async fn beat(hub: Weak<Hub>) {
    let mut pause = slow(Duration::from_secs(u64::from(HEARTBEAT_SECONDS)));
    pause.tick().await;
    loop {
        pause.tick().await;
        let Some(hub) = hub.upgrade() else { return };
        hub.beat();
    }
}

fn slow(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// Why the tail wakes.
enum Wake {
    /// There are newer events.
    Grown,
    /// Old events are to be looked at.
    Sweep,
    /// The store is gone.
    Ended,
}

async fn wait(changes: &mut watch::Receiver<u64>, known: u64, sweep: &mut Interval) -> Wake {
    tokio::select! {
        grown = changes.wait_for(|seq| *seq > known) => if grown.is_ok() { Wake::Grown } else { Wake::Ended },
        _ = sweep.tick() => Wake::Sweep,
    }
}

/// Follows one outbox.
struct Tail {
    hub: Weak<Hub>,
    store: Store,
    clock: Arc<dyn Clock>,
    position: i64,
}

impl Tail {
    async fn run(mut self) {
        let _watcher = self.store.watch();
        let mut changes = self.store.changes();
        let (mut pace, mut patience, mut sweep) = (slow(PACE), slow(PATIENCE), slow(SWEEP));
        loop {
            let known = u64::try_from(self.position).unwrap_or_default();
            match wait(&mut changes, known, &mut sweep).await {
                Wake::Grown => {}
                Wake::Sweep => {
                    // One step a wake: what is told does not wait for all that is old.
                    if self.sweep().await >= PAGE {
                        sweep.reset_immediately();
                    }
                    continue;
                }
                Wake::Ended => return,
            }
            pace.tick().await;
            match self.tell().await {
                Ok(true) => {}
                Ok(false) => return,
                Err(cause) => {
                    tracing::debug!(error = %cause, "the outbox cannot be read; streams wait");
                    patience.tick().await;
                }
            }
        }
    }

    /// Tells what is new; false once nobody needs it any more.
    async fn tell(&mut self) -> Result<bool, StoreError> {
        let listed = events::list_after(&self.store.reader(), self.position, PAGE).await?;
        let Some(hub) = self.hub.upgrade() else {
            return Ok(false);
        };
        // A row that cannot be read is shown in Diagnostics; the stream goes past it.
        let unreadable = listed.corrupt.iter().filter_map(|row| row.id.parse().ok()).max();
        let last = listed.rows.last().and_then(|event| i64::try_from(event.seq).ok());
        let Some(position) = last.max(unreadable) else {
            return Ok(true);
        };
        self.position = position;
        hub.tell(
            Batch::of(&listed.rows),
            u64::try_from(position).unwrap_or_default(),
        );
        Ok(true)
    }

    /// Removes some of the events that need not be kept; answers how many.
    async fn sweep(&self) -> u64 {
        match self.store.prune_events(self.clock.now(), PAGE).await {
            Ok(removed) => removed,
            Err(cause) => {
                tracing::debug!(error = %cause, "old events could not be removed; they wait");
                0
            }
        }
    }
}
