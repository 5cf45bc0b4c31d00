//! Slows down whoever guesses passwords, in a way that cannot be used to lock anybody out.
//!
//! Failures are counted per account and source address; from the sixth on each costs a wait that
//! doubles. A browser that has been let in before carries a mark and has a counter of its own, so a
//! stranger's failures never slow it. A flood on one account from many addresses slows unknown
//! sources of that account only; many accounts from one address slow that address. An attempt counts
//! as a failure when it begins, so that many at once gain nothing; success takes it back.
//! Counters live in this process and fade after an hour.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use super::device::DeviceId;

/// Failures that cost nothing: people mistype.
const FREE: u32 = 5;

/// Failures of one address over all accounts that cost nothing: offices share an address.
const FREE_PER_SOURCE: u32 = 50;

/// Failures of unknown sources on one account before all unknown sources are slowed.
const FLOOD: u32 = 50;

const LONGEST_WAIT_MS: u64 = 15 * 60 * 1000;
const LONGEST_FLOOD_WAIT_MS: u64 = 10 * 1000;
const FADES_MS: u64 = 60 * 60 * 1000;

/// More counters than this are thinned out.
const MOST: usize = 50_000;

/// The hash that stands for an account, known or not.
pub(super) type AccountHash = [u8; 32];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Counter {
    Pair(AccountHash, Source),
    Device(AccountHash, DeviceId),
    Account(AccountHash),
    Source(Source),
}

/// An address as it is counted: a /32 of IPv4, a /64 of IPv6, which is what one household has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Source(u128);

impl Source {
    fn of(address: Option<IpAddr>) -> Self {
        Self(match address.map(|address| address.to_canonical()) {
            None => 0,
            Some(IpAddr::V4(address)) => u128::from(address.to_bits()),
            Some(IpAddr::V6(address)) => address.to_bits() >> 64 << 64,
        })
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Failures {
    n: u32,
    last_ms: u64,
}

/// The counters of one process.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    counters: Mutex<HashMap<Counter, Failures>>,
}

/// An attempt under way. Dropped without a word it stays a failure.
#[derive(Debug)]
pub(super) struct Attempt {
    counters: Vec<Counter>,
}

/// Who tries, as far as counting goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trier {
    pub(super) account: AccountHash,
    pub(super) address: Option<IpAddr>,
    /// The mark of a browser that has been let in to this account before.
    pub(super) device: Option<DeviceId>,
}

impl Throttle {
    /// Lets an attempt begin, or says for how many seconds not.
    pub(super) fn begin(&self, trier: Trier, now_ms: u64) -> Result<Attempt, u64> {
        let source = Source::of(trier.address);
        let concerned = match trier.device {
            Some(device) => vec![Counter::Device(trier.account, device)],
            None => vec![
                Counter::Pair(trier.account, source),
                Counter::Account(trier.account),
                Counter::Source(source),
            ],
        };
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        if counters.len() >= MOST {
            thin_out(&mut counters, now_ms);
        }
        let wait = concerned
            .iter()
            .filter_map(|counter| Some((counter, counters.get(counter)?)))
            .filter(|(_, failures)| !failures.has_faded(now_ms))
            .map(|(counter, failures)| {
                (failures.last_ms + wait_after(*counter, failures.n)).saturating_sub(now_ms)
            })
            .max()
            .unwrap_or_default();
        if wait > 0 {
            return Err(wait.div_ceil(1000));
        }
        for counter in &concerned {
            let failures = counters.entry(*counter).or_default();
            if failures.has_faded(now_ms) {
                failures.n = 0;
            }
            failures.n = failures.n.saturating_add(1);
            failures.last_ms = now_ms;
        }
        Ok(Attempt { counters: concerned })
    }

    /// The attempt was right: what was counted against this person is forgotten.
    pub(super) fn succeeded(&self, attempt: Attempt) {
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        for counter in attempt.counters {
            match counter {
                Counter::Pair(..) | Counter::Device(..) => {
                    counters.remove(&counter);
                }
                Counter::Account(_) | Counter::Source(_) => take_back(&mut counters, &counter),
            }
        }
    }

    /// The attempt was neither right nor wrong.
    pub(super) fn undecided(&self, attempt: Attempt) {
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        for counter in attempt.counters {
            take_back(&mut counters, &counter);
        }
    }
}

impl Failures {
    const fn has_faded(self, now_ms: u64) -> bool {
        now_ms.saturating_sub(self.last_ms) > FADES_MS
    }
}

fn take_back(counters: &mut HashMap<Counter, Failures>, counter: &Counter) {
    if let Some(failures) = counters.get_mut(counter) {
        failures.n = failures.n.saturating_sub(1);
        if failures.n == 0 {
            counters.remove(counter);
        }
    }
}

/// How long to wait after the `n`th failure.
fn wait_after(counter: Counter, n: u32) -> u64 {
    let doubling = |free: u32, longest: u64| {
        n.checked_sub(free).map_or(0, |over| {
            1_000_u64
                .saturating_mul(1_u64.checked_shl(over).unwrap_or(u64::MAX))
                .min(longest)
        })
    };
    match counter {
        Counter::Pair(..) | Counter::Device(..) => doubling(FREE, LONGEST_WAIT_MS),
        Counter::Source(_) => doubling(FREE_PER_SOURCE, LONGEST_WAIT_MS),
        Counter::Account(_) => doubling(FLOOD, LONGEST_FLOOD_WAIT_MS),
    }
}

/// Forgets what has faded; under a flood of new counters a quarter of them, those with the fewest
/// failures and of these the oldest. So a flood pushes itself out and not what it should hide.
fn thin_out(counters: &mut HashMap<Counter, Failures>, now_ms: u64) {
    counters.retain(|_, failures| !failures.has_faded(now_ms));
    if counters.len() < MOST {
        return;
    }
    let mut mildest: Vec<(u32, u64, Counter)> = counters
        .iter()
        .map(|(counter, failures)| (failures.n, failures.last_ms, *counter))
        .collect();
    mildest.sort_unstable_by_key(|(n, last_ms, _)| (*n, *last_ms));
    for (_, _, counter) in mildest.iter().take(MOST / 4) {
        counters.remove(counter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trier(account: u8, address: &str) -> Trier {
        Trier {
            account: [account; 32],
            address: address.parse().ok(),
            device: None,
        }
    }

    fn fail(throttle: &Throttle, trier: Trier, times: u32, now: u64) {
        for _ in 0..times {
            throttle.begin(trier, now).expect("let in");
        }
    }

    #[test]
    fn from_the_sixth_failure_on_each_costs_twice_as_long() {
        let throttle = Throttle::default();
        let stranger = trier(1, "10.0.0.1");
        fail(&throttle, stranger, FREE, 0);
        assert_eq!(throttle.begin(stranger, 0).expect_err("waits"), 1);
        assert!(throttle.begin(stranger, 1_000).is_ok());
        assert_eq!(throttle.begin(stranger, 1_000).expect_err("waits"), 2);
        let mut now = 1_000;
        for _ in 0..30 {
            let wait = throttle.begin(stranger, now).expect_err("waits");
            assert!(wait <= 15 * 60);
            now += wait * 1000;
            throttle.begin(stranger, now).expect("waited");
        }
        assert_eq!(throttle.begin(stranger, now).expect_err("waits"), 15 * 60);
        assert!(
            throttle.begin(stranger, now + FADES_MS + 1).is_ok(),
            "an hour later"
        );
    }

    #[test]
    fn a_strangers_failures_slow_nobody_else() {
        let throttle = Throttle::default();
        fail(&throttle, trier(1, "10.0.0.1"), FREE, 0);
        assert!(throttle.begin(trier(1, "10.0.0.1"), 0).is_err());
        assert!(throttle.begin(trier(1, "10.0.0.2"), 0).is_ok(), "another address");
        assert!(throttle.begin(trier(2, "10.0.0.1"), 0).is_ok(), "another account");
        let own = Trier {
            device: Some([9; 16]),
            ..trier(1, "10.0.0.1")
        };
        assert!(
            throttle.begin(own, 0).is_ok(),
            "a browser that is known, even there"
        );
    }

    #[test]
    fn a_flood_from_many_addresses_slows_unknown_sources_and_not_a_known_browser() {
        let throttle = Throttle::default();
        for n in 0..FLOOD {
            fail(
                &throttle,
                trier(1, &format!("10.0.{}.{}", n / 250, n % 250)),
                1,
                0,
            );
        }
        let wait = throttle.begin(trier(1, "10.9.9.9"), 0).expect_err("waits");
        assert!(wait <= 10, "slowed and not locked out: {wait}");
        let own = Trier {
            device: Some([9; 16]),
            ..trier(1, "10.9.9.9")
        };
        assert!(throttle.begin(own, 0).is_ok());
        assert!(throttle.begin(trier(2, "10.9.9.9"), 0).is_ok(), "another account");
    }

    #[test]
    fn an_address_that_tries_many_accounts_is_slowed() {
        let throttle = Throttle::default();
        for account in 0..50 {
            fail(&throttle, trier(account, "10.0.0.1"), 1, 0);
        }
        assert!(throttle.begin(trier(99, "10.0.0.1"), 0).is_err());
        assert!(throttle.begin(trier(99, "10.0.0.2"), 0).is_ok());
    }

    #[test]
    fn success_forgets_and_an_attempt_without_verdict_counts_for_nothing() {
        let throttle = Throttle::default();
        let person = trier(1, "10.0.0.1");
        fail(&throttle, person, FREE - 1, 0);
        throttle.succeeded(throttle.begin(person, 0).expect("let in"));
        fail(&throttle, person, FREE - 1, 0);
        for _ in 0..10 {
            throttle.undecided(throttle.begin(person, 0).expect("let in"));
        }
        fail(&throttle, person, 1, 0);
        assert!(throttle.begin(person, 0).is_err());
    }

    #[test]
    fn a_household_of_ipv6_is_one_source_and_a_mapped_address_is_what_it_maps() {
        assert_eq!(
            Source::of("2001:db8::1".parse().ok()),
            Source::of("2001:db8::ffff:2".parse().ok())
        );
        assert_ne!(
            Source::of("2001:db8::1".parse().ok()),
            Source::of("2001:db8:0:1::1".parse().ok())
        );
        assert_eq!(
            Source::of("::ffff:10.0.0.1".parse().ok()),
            Source::of("10.0.0.1".parse().ok())
        );
    }

    /// One failure of each of so many, from as many addresses.
    fn flood(throttle: &Throttle, n: u32) {
        for n in 0..n {
            let mut who = trier(1, "10.0.0.1");
            who.account[..4].copy_from_slice(&n.to_be_bytes());
            who.address = Some(IpAddr::V4(n.into()));
            let _ = throttle.begin(who, u64::from(n));
        }
    }

    #[test]
    fn the_memory_of_failures_is_bounded() {
        let throttle = Throttle::default();
        flood(&throttle, 60_000);
        assert!(throttle.counters.lock().expect("the counters").len() <= MOST + 3);
    }

    #[test]
    fn a_flood_forgets_no_failures_of_whoever_has_more() {
        let throttle = Throttle::default();
        let guesser = trier(9, "192.0.2.1");
        fail(&throttle, guesser, FREE - 1, 0);
        flood(&throttle, 60_000);
        fail(&throttle, guesser, 1, 60_000);
        assert!(throttle.begin(guesser, 60_000).is_err());
    }

    #[test]
    fn whoever_gets_in_leaves_nothing_behind() {
        let throttle = Throttle::default();
        throttle.succeeded(throttle.begin(trier(1, "10.0.0.1"), 0).expect("let in"));
        throttle.undecided(throttle.begin(trier(2, "10.0.0.1"), 0).expect("let in"));
        assert_eq!(throttle.counters.lock().expect("the counters").len(), 0);
    }
}
