//! Throughput and latency: bounded, on loopback, from threads of this process.

use std::thread;
use std::time::{Duration, Instant};

use crate::bench::wire::Connection;
use crate::failure::Failure;

/// Latencies of one kind of request, sorted.
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// Sorts the samples.
    pub fn new(mut samples: Vec<Duration>) -> Self {
        samples.sort_unstable();
        Self(samples)
    }

    /// The sample below which `percent` of all lie.
    pub fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.0.len() * percent).div_ceil(100).max(1) - 1;
        self.0.get(rank).copied().unwrap_or_default()
    }

    /// The middle one.
    pub fn median(&self) -> Duration {
        self.percentile(50)
    }
}

/// Requests per second on `connections` keep-alive connections for `span`.
pub fn throughput(host: &str, path: &str, connections: usize, span: Duration) -> Result<f64, Failure> {
    let workers: Vec<_> = (0..connections)
        .map(|_| {
            let (host, path) = (host.to_owned(), path.to_owned());
            thread::spawn(move || -> Result<(u64, Duration), Failure> {
                let mut connection = Connection::open(&host)?;
                connection.get(&path)?;
                let request = connection.request(&path, "");
                let started = Instant::now();
                let mut answered = 0;
                while started.elapsed() < span {
                    let answer = connection.exchange(&request)?;
                    if answer.status != 200 {
                        return Err(Failure::new(format!(
                            "GET {path} answered {} under load",
                            answer.status
                        )));
                    }
                    answered += 1;
                }
                Ok((answered, started.elapsed()))
            })
        })
        .collect();
    let mut rate = 0.0;
    for worker in workers {
        let (answered, took) = worker
            .join()
            .map_err(|_| Failure::new("a load thread panicked"))??;
        rate += count(answered) / took.as_secs_f64();
    }
    Ok(rate)
}

/// Latencies of the requests that `paths` gives in turn, one after the other on one connection each,
/// so that what disturbs one kind disturbs the others too.
pub fn alternate(
    hosts: &[&str],
    rounds: usize,
    path: impl Fn(usize, usize) -> String,
) -> Result<Vec<Latencies>, Failure> {
    let mut connections = hosts
        .iter()
        .map(|host| Connection::open(host))
        .collect::<Result<Vec<_>, _>>()?;
    let mut samples = vec![Vec::with_capacity(rounds); hosts.len()];
    let warm_up = rounds / 10;
    for round in 0..rounds + warm_up {
        for (kind, connection) in connections.iter_mut().enumerate() {
            let path = path(kind, round);
            let request = connection.request(&path, "");
            let started = Instant::now();
            let answer = connection.exchange(&request)?;
            let took = started.elapsed();
            if answer.status != 200 {
                return Err(Failure::new(format!("GET {path} answered {}", answer.status)));
            }
            if round >= warm_up {
                samples[kind].push(took);
            }
        }
    }
    Ok(samples.into_iter().map(Latencies::new).collect())
}

/// A count as a factor.
#[expect(clippy::cast_precision_loss, reason = "counts of a bench stay far below 2^52")]
pub const fn count(number: u64) -> f64 {
    number as f64
}

/// The middle of some rates.
pub fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_unstable_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_samples() {
        let of = |percent| {
            Latencies::new((1..=100).rev().map(Duration::from_millis).collect()).percentile(percent)
        };
        assert_eq!(of(50), Duration::from_millis(50));
        assert_eq!(of(95), Duration::from_millis(95));
        assert_eq!(of(100), Duration::from_millis(100));
        assert_eq!(Latencies::new(Vec::new()).median(), Duration::ZERO);
    }
}
