//! Buckets by payer: governor's arithmetic over a store of ours that cannot grow without end.
//!
//! A flood from many addresses must not become memory. Each shard holds a fixed number of buckets;
//! payers beyond it share one, which is full for nobody who was here before. Accounts and addresses
//! have shards of their own: whoever is signed in shares nothing with a flood of strangers.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;
use governor::{Quota, RateLimiter};

use super::Payer;

const SHARDS: usize = 16;

/// Buckets per shard; with all shards full they take a few megabytes.
const SHARD_MAX: usize = 4_096;

/// One bucket after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// Whether the request was still in it.
    pub allowed: bool,
    /// How many more are in it.
    pub remaining: u32,
    /// Seconds until the next one is, or until it is full when there are some.
    pub wait_seconds: u64,
}

/// Buckets of one size.
#[derive(Debug)]
pub struct Buckets<C: Clock = MonotonicClock> {
    size: u32,
    limiter: RateLimiter<Payer, Store, C, StateInformationMiddleware>,
}

impl Buckets {
    /// Buckets that hold `size` requests and refill within a minute; `None` when that is none.
    pub fn per_minute(size: u32) -> Option<Self> {
        Self::with_clock(size, MonotonicClock)
    }
}

impl<C: Clock> Buckets<C> {
    fn with_clock(size: u32, clock: C) -> Option<Self> {
        let quota = Quota::per_minute(NonZeroU32::new(size)?);
        Some(Self {
            size,
            limiter: RateLimiter::new(quota, Store::default(), clock),
        })
    }

    /// How many requests a bucket holds.
    pub const fn size(&self) -> u32 {
        self.size
    }

    /// Takes one request out of the bucket of `payer`.
    pub fn take(&self, payer: &Payer) -> Level {
        match self.limiter.check_key(payer) {
            Ok(after) => {
                let remaining = after.remaining_burst_capacity();
                let missing = u64::from(self.size.saturating_sub(remaining));
                Level {
                    allowed: true,
                    remaining,
                    wait_seconds: (missing * 60).div_ceil(u64::from(self.size)),
                }
            }
            Err(empty) => {
                let wait = empty.wait_time_from(self.limiter.clock().now());
                Level {
                    allowed: false,
                    remaining: 0,
                    wait_seconds: wait.as_secs() + 1,
                }
            }
        }
    }

    /// Forgets the buckets that are full again.
    pub fn forget_idle(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

#[derive(Debug, Default)]
struct Shard {
    buckets: HashMap<Payer, Nanos>,
    shared: Option<Nanos>,
}

#[derive(Debug, Default)]
struct Store {
    hasher: RandomState,
    accounts: [Mutex<Shard>; SHARDS],
    addresses: [Mutex<Shard>; SHARDS],
}

impl Store {
    fn each(&self, mut visit: impl FnMut(&mut Shard)) {
        for shard in self.accounts.iter().chain(&self.addresses) {
            visit(&mut shard.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

impl StateStore for Store {
    type Key = Payer;

    fn measure_and_replace<T, F, E>(&self, payer: &Payer, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let hash = self.hasher.hash_one(payer);
        let index = usize::try_from(hash % SHARDS as u64).unwrap_or_default();
        let shards = match payer {
            Payer::Account(_) => &self.accounts,
            Payer::Address(_) => &self.addresses,
        };
        let Some(shard) = shards.get(index) else {
            return measure(None).map(|(outcome, _)| outcome);
        };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(state) = shard.buckets.get_mut(payer) {
            let (outcome, next) = measure(Some(*state))?;
            *state = next;
            return Ok(outcome);
        }
        if shard.buckets.len() < SHARD_MAX {
            let (outcome, next) = measure(None)?;
            shard.buckets.insert(*payer, next);
            return Ok(outcome);
        }
        let (outcome, next) = measure(shard.shared)?;
        shard.shared = Some(next);
        Ok(outcome)
    }
}

impl ShrinkableKeyedStateStore<Payer> for Store {
    fn retain_recent(&self, drop_below: Nanos) {
        self.each(|shard| {
            shard.buckets.retain(|_, state| *state > drop_below);
            shard.shared = shard.shared.filter(|state| *state > drop_below);
        });
    }

    fn shrink_to_fit(&self) {
        self.each(|shard| shard.buckets.shrink_to_fit());
    }

    fn len(&self) -> usize {
        let mut len = 0;
        self.each(|shard| len += shard.buckets.len());
        len
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;

    fn payer(number: u32) -> Payer {
        Payer::Address(IpAddr::V4(Ipv4Addr::from_bits(number)))
    }

    #[test]
    fn a_bucket_empties_refills_evenly_and_says_how_far_it_is() {
        let clock = FakeRelativeClock::default();
        let buckets = Buckets::with_clock(60, clock.clone()).expect("a size");
        for left in (0..60).rev() {
            let level = buckets.take(&payer(1));
            assert!(level.allowed);
            assert_eq!(level.remaining, left);
            assert_eq!(level.wait_seconds, u64::from(60 - left));
        }
        let empty = buckets.take(&payer(1));
        assert_eq!(
            (empty.allowed, empty.remaining, empty.wait_seconds),
            (false, 0, 2)
        );
        assert!(
            buckets.take(&payer(2)).allowed,
            "another payer has a bucket of its own"
        );
        clock.advance(Duration::from_secs(1));
        assert!(buckets.take(&payer(1)).allowed);
        assert!(!buckets.take(&payer(1)).allowed);
        clock.advance(Duration::from_mins(2));
        assert_eq!(
            buckets.take(&payer(1)).remaining,
            59,
            "it never holds more than its size"
        );
    }

    #[test]
    fn full_buckets_are_forgotten_and_others_kept() {
        let clock = FakeRelativeClock::default();
        let buckets = Buckets::with_clock(60, clock.clone()).expect("a size");
        buckets.take(&payer(1));
        clock.advance(Duration::from_secs(30));
        for _ in 0..40 {
            buckets.take(&payer(2));
        }
        clock.advance(Duration::from_secs(2));
        buckets.forget_idle();
        assert_eq!(buckets.limiter.len(), 1);
        assert_eq!(buckets.take(&payer(2)).remaining, 21);
    }

    #[test]
    fn a_flood_of_addresses_shares_what_is_left_and_harms_nobody_who_was_here() {
        let buckets = Buckets::with_clock(10, FakeRelativeClock::default()).expect("a size");
        assert_eq!(buckets.take(&payer(0)).remaining, 9);
        for number in 1..200_000 {
            buckets.take(&payer(number));
        }
        assert!(buckets.limiter.len() <= SHARDS * SHARD_MAX);
        assert_eq!(buckets.take(&payer(0)).remaining, 8);
        let refused = (200_000..200_100)
            .filter(|number| !buckets.take(&payer(*number)).allowed)
            .count();
        assert_eq!(refused, 100, "they share buckets that are empty");
    }

    #[test]
    fn a_flood_of_addresses_concerns_no_account_not_even_one_that_comes_later() {
        let buckets = Buckets::with_clock(10, FakeRelativeClock::default()).expect("a size");
        for number in 0..200_000 {
            buckets.take(&payer(number));
        }
        for account in 0..1_000 {
            assert_eq!(buckets.take(&Payer::Account(account)).remaining, 9, "{account}");
        }
    }

    #[test]
    fn no_limit_is_no_bucket() {
        assert!(Buckets::per_minute(0).is_none());
    }
}
