//! The attention figures, computed at most twice a second per process.
//!
//! A computed value is served again only while this process knows of no newer commit and it is
//! younger than half a second: many consoles poll it, and the age is visible in `generated_at`.
//! Only one computation runs at a time, and those who waited for one that found the database silent
//! share its failure instead of asking one after the other. A failed computation empties the cache
//! and is the answer: an old value never stands in for it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use aicmo_shared::metrics::Attention;
use aicmo_shared::{Sourced, Timestamp};
use aicmo_store::Store;

use crate::context::{Mode, Operations};
use crate::error::{Dependency, OperationError};
use crate::provider::{LiveData, MockData, ReadPort};

/// The greatest age of a value that is served again.
pub const MAX_AGE_MS: u64 = 500;

/// The last computed value.
#[derive(Debug, Default)]
pub struct AttentionCache {
    last: RwLock<Option<Computed>>,
    computing: tokio::sync::Mutex<()>,
    /// Computations that found the database silent.
    silences: AtomicU64,
}

#[derive(Clone, Debug)]
struct Computed {
    figures: Attention,
    generated_at: Timestamp,
    /// The commits that the computation could see.
    seq: u64,
    begun_ms: u64,
}

impl AttentionCache {
    fn fresh(&self, store: &Store, monotonic_ms: u64) -> Option<Sourced<Attention>> {
        let last = self.last.read().unwrap_or_else(PoisonError::into_inner);
        let computed = last.as_ref()?;
        let age_ms = monotonic_ms.saturating_sub(computed.begun_ms);
        let is_fresh = computed.seq == store.change_seq() && age_ms < MAX_AGE_MS;
        is_fresh.then(|| Sourced::live(computed.figures.clone(), computed.generated_at))
    }

    fn keep(&self, computed: Option<Computed>) {
        *self.last.write().unwrap_or_else(PoisonError::into_inner) = computed;
    }
}

/// What needs the operator now. Definitions stand at the fields of `Attention`.
///
/// # Errors
/// `Unavailable` when the database does not answer; never an old value, never zeros.
pub async fn get_attention(ops: &Operations) -> Result<Sourced<Attention>, OperationError> {
    let store = match ops.mode() {
        Mode::Mock(reason) => return MockData::new(reason, ops.cursors()).attention().await,
        Mode::Live(store) => store,
    };
    if let Some(figures) = ops.attention.fresh(&store, ops.clock.monotonic_ms()) {
        return Ok(figures);
    }
    let silences = ops.attention.silences.load(Ordering::Acquire);
    let _computing = ops.attention.computing.lock().await;
    if ops.attention.silences.load(Ordering::Acquire) != silences {
        let cause = "the computation that this request waited for found no database";
        return Err(OperationError::Unavailable(Dependency::Database, cause.into()));
    }
    if let Some(figures) = ops.attention.fresh(&store, ops.clock.monotonic_ms()) {
        return Ok(figures);
    }
    // Read before the figures: a commit that falls in between makes the value stale, not wrong.
    let seq = store.change_seq();
    let begun_ms = ops.clock.monotonic_ms();
    let outcome = LiveData::new(ops, store).attention().await;
    if matches!(outcome, Err(OperationError::Unavailable(..))) {
        ops.attention.silences.fetch_add(1, Ordering::Release);
    }
    ops.attention.keep(outcome.as_ref().ok().map(|figures| Computed {
        figures: figures.data().clone(),
        generated_at: figures.generated_at(),
        seq,
        begun_ms,
    }));
    outcome
}
