//! A clock that moves only when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aicmo_shared::Timestamp;

/// A clock that moves only when it is told to; clones are the same clock.
#[derive(Clone, Debug)]
pub struct FrozenClock {
    millis: Arc<AtomicI64>,
}

impl FrozenClock {
    /// A clock that stands at `at`.
    pub fn at(at: Timestamp) -> Self {
        Self {
            millis: Arc::new(AtomicI64::new(at.as_millis())),
        }
    }

    /// What it shows.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis.load(Ordering::SeqCst))
    }

    /// Moves it on, or back.
    pub fn advance(&self, millis: i64) {
        self.millis.fetch_add(millis, Ordering::SeqCst);
    }

    /// Puts it somewhere else.
    pub fn set(&self, at: Timestamp) {
        self.millis.store(at.as_millis(), Ordering::SeqCst);
    }
}
