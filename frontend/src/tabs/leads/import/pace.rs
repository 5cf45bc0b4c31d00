//! How fast a commit goes and how long it still takes, from what was seen of it. Pure.
//!
//! The estimate looks only at the last seconds, so a slow start does not haunt the rest.

use std::collections::VecDeque;

/// How far back the pace looks, in milliseconds.
const WINDOW_MS: f64 = 12_000.0;

/// What was seen of a commit: when, and how many rows were settled then.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pace {
    seen: VecDeque<(f64, u64)>,
}

/// Where a commit stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// `None` until two sightings lie apart in time and rows.
    pub rows_per_second: Option<f64>,
    /// `None` without a rate.
    pub seconds_left: Option<f64>,
    /// 0 to 100; 100 only when every row is settled.
    pub percent: f64,
}

impl Pace {
    /// Notes that `settled` rows were settled at `at_ms`.
    pub fn see(&mut self, at_ms: f64, settled: u64) {
        if self.seen.back().is_some_and(|(_, before)| settled < *before) {
            self.seen.clear();
        }
        self.seen.push_back((at_ms, settled));
        while self.seen.len() > 2 && self.seen.front().is_some_and(|(at, _)| at_ms - at > WINDOW_MS) {
            self.seen.pop_front();
        }
    }

    /// Where a commit of `total` rows stands.
    pub fn estimate(&self, total: u64) -> Estimate {
        let settled = self.seen.back().map_or(0, |(_, settled)| *settled);
        let rate = self.rate();
        Estimate {
            rows_per_second: rate,
            seconds_left: rate.map(|rate| as_float(total.saturating_sub(settled)) / rate),
            percent: percent_settled(settled, total),
        }
    }

    fn rate(&self) -> Option<f64> {
        let (from_ms, from) = self.seen.front()?;
        let (to_ms, to) = self.seen.back()?;
        let seconds = (to_ms - from_ms) / 1000.0;
        (seconds > 0.0 && to > from).then(|| as_float(to - from) / seconds)
    }
}

/// `settled` of `total` in percent, never 100 before the end.
pub fn percent_settled(settled: u64, total: u64) -> f64 {
    if total == 0 {
        return 0.0;
    }
    let exact = 100.0 * as_float(settled.min(total)) / as_float(total);
    if settled < total { exact.min(99.9) } else { 100.0 }
}

#[expect(clippy::cast_precision_loss, reason = "row counts stay far below 2^52")]
fn as_float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sighting_gives_a_share_but_no_pace() {
        let mut pace = Pace::default();
        pace.see(0.0, 500);
        let estimate = pace.estimate(1000);
        assert_eq!(estimate.rows_per_second, None);
        assert_eq!(estimate.seconds_left, None);
        assert!((estimate.percent - 50.0).abs() < f64::EPSILON);
    }

    #[test]
    fn the_pace_comes_from_the_last_seconds_only() {
        let mut pace = Pace::default();
        pace.see(0.0, 0);
        pace.see(10_000.0, 10);
        pace.see(20_000.0, 1010);
        pace.see(21_000.0, 2010);
        let estimate = pace.estimate(4010);
        let rate = estimate.rows_per_second.unwrap_or_default();
        assert!((rate - 2000.0 / 11.0).abs() < 0.01, "{rate}");
        assert!(
            estimate
                .seconds_left
                .is_some_and(|left| (left - 11.0).abs() < 0.01)
        );
    }

    #[test]
    fn a_commit_that_stands_still_promises_nothing() {
        let mut pace = Pace::default();
        pace.see(0.0, 500);
        pace.see(3000.0, 500);
        assert_eq!(pace.estimate(1000).seconds_left, None);
    }

    #[test]
    fn all_but_one_row_is_not_a_hundred_percent() {
        assert!(percent_settled(999_999, 1_000_000) < 100.0);
        assert!((percent_settled(3, 3) - 100.0).abs() < f64::EPSILON);
        assert!(percent_settled(0, 0).abs() < f64::EPSILON);
    }
}
