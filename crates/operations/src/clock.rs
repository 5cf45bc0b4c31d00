//! Time: the one place that reads a clock.
//!
//! Rules take `now` from the `Clock` they are given, so a test can stand at either edge of a window.
//! `monotonic_ms` never goes backwards and measures ages; it is no time of day.

use std::sync::OnceLock;
use std::time::Instant;

use aicmo_shared::Timestamp;

/// Tells the time to every operation.
pub trait Clock: Send + Sync {
    /// The time of day, in UTC.
    fn now(&self) -> Timestamp;

    /// Milliseconds since an arbitrary instant of this process; never goes backwards.
    fn monotonic_ms(&self) -> u64 {
        static START: OnceLock<Instant> = OnceLock::new();
        let elapsed = START.get_or_init(Instant::now).elapsed();
        u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
    }
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everything else is told to use"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(chrono::Utc::now().timestamp_millis())
    }
}

/// A clock that stands still; E2E mode uses it at the mock instant.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(Timestamp);

impl FixedClock {
    /// The instant to which the fixed mock set is anchored: 2026-01-15T09:55:00Z.
    pub const MOCK_INSTANT: Timestamp = Timestamp::from_millis(1_768_470_900_000);

    /// Stands at `at`.
    pub const fn at(at: Timestamp) -> Self {
        Self(at)
    }

    /// Stands at the mock instant.
    pub const fn at_mock_instant() -> Self {
        Self(Self::MOCK_INSTANT)
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mock_instant_is_the_one_that_is_documented() {
        assert_eq!(
            FixedClock::at_mock_instant().now().to_string(),
            "2026-01-15T09:55:00.000Z"
        );
    }

    #[test]
    fn the_monotonic_clock_never_goes_backwards() {
        let first = SystemClock.monotonic_ms();
        assert!(SystemClock.monotonic_ms() >= first);
    }
}
