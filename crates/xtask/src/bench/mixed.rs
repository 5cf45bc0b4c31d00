//! Reads while others write: two hundred of each per second on one SQLite file.
//!
//! Requests are sent at their time and not as fast as the server answers, so a slow answer is
//! measured and does not thin out the load. The database is a copy: what is written here does not
//! grow the one that the other figures are measured on.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::copy::with_a_copy;
use super::load::{Latencies, count};
use super::measure::{Measurement, Plan, millis};
use super::served::Served;
use super::wire::Connection;
use crate::cluster::Pause;
use crate::failure::Failure;
use crate::narrator::Step;

const LEADS: &str = "/api/v1/leads";

/// Of each kind, and how many requests per second one of them sends.
const CLIENTS: u64 = 4;
const EACH_PER_SECOND: u64 = 50;

/// The latency of reads beside writes, and whether any write met a lock.
pub fn reads_beside_writes(step: &mut Step, plan: &Plan) -> Result<Measurement, Failure> {
    step.note("copying the big database, which the writes may not change");
    with_a_copy(&plan.big, |copy| measure(plan, copy))
}

fn measure(plan: &Plan, data_dir: &Path) -> Result<Measurement, Failure> {
    let served = Served::start(&plan.binary, data_dir)?;
    let mut connection = Connection::open(&served.host)?;
    let page = super::measure::json(&connection.get(&format!("{LEADS}?limit=200&sort=oldest"))?.body)?;
    let ids: Vec<String> = page["data"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|row| row["id"].as_str().map(str::to_owned))
        .collect();
    let first = ids.first().cloned().unwrap_or_default();
    let span = plan.span() * 5;
    let refused = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let mut reading = Vec::new();
    let mut writing = Vec::new();
    for client in 0..CLIENTS {
        let (host, first) = (served.host.clone(), first.clone());
        reading.push(thread::spawn(move || {
            let mut connection = Connection::open(&host)?;
            at_their_times(began, span, |number| {
                let path = match number % 3 {
                    0 => format!("{LEADS}?limit=50"),
                    1 => "/api/v1/metrics/attention".to_owned(),
                    _ => format!("{LEADS}/{first}"),
                };
                connection.get(&path).map(drop)
            })
        }));
        let (host, refused) = (served.host.clone(), Arc::clone(&refused));
        writing.push(thread::spawn(move || {
            let mut connection = Connection::open(&host)?;
            at_their_times(began, span, |number| {
                let name = format!("bench {} {client} {number}", std::process::id());
                let email = format!("{}@bench.example", name.replace(' ', "-"));
                let answer = connection.post(LEADS, &json!({ "name": name, "email": email }))?;
                if answer.status != 201 {
                    refused.fetch_add(1, Ordering::SeqCst);
                }
                Ok(())
            })
        }));
    }
    let (reads, writes) = (joined(reading)?, joined(writing)?);
    let took = began.elapsed().as_secs_f64();
    let refused = refused.load(Ordering::SeqCst);
    let (n_reads, n_writes) = (reads.len() as u64, writes.len() as u64);
    let (reads, writes) = (Latencies::new(reads), Latencies::new(writes));
    let rate = count(n_writes - refused) / took;
    let p95 = reads.percentile(95);
    Ok(Measurement {
        what: format!(
            "reads beside 200 writes per second on SQLite, p95, {} leads",
            plan.leads
        ),
        goal: "at most 30 ms, and no write refused".to_owned(),
        found: format!(
            "{} at {rate:.0} writes per second, {refused} refused",
            millis(p95)
        ),
        met: p95 <= Duration::from_millis(30) && refused == 0 && rate >= 190.0,
        details: vec![
            format!(
                "{n_reads} reads: p50 {}, p95 {}, slowest {}",
                millis(reads.median()),
                millis(p95),
                millis(reads.percentile(100))
            ),
            format!(
                "{n_writes} writes: p50 {}, p95 {}, slowest {}",
                millis(writes.median()),
                millis(writes.percentile(95)),
                millis(writes.percentile(100))
            ),
            "a request is measured from the time at which it was due".to_owned(),
        ],
    })
}

/// Runs `send` at its times for `span`; the latency counts from when a request was due.
fn at_their_times(
    began: Instant,
    span: Duration,
    mut send: impl FnMut(u64) -> Result<(), Failure>,
) -> Result<Vec<Duration>, Failure> {
    let pause = Pause::new();
    let mut taken = Vec::new();
    for number in 0.. {
        let due = Duration::from_millis(number * 1_000 / EACH_PER_SECOND);
        if due >= span {
            break;
        }
        if let Some(early) = due.checked_sub(began.elapsed()) {
            pause.for_millis(u64::try_from(early.as_micros().div_ceil(1_000)).unwrap_or(0));
        }
        send(number)?;
        taken.push(began.elapsed().saturating_sub(due));
    }
    Ok(taken)
}

type Client = thread::JoinHandle<Result<Vec<Duration>, Failure>>;

fn joined(clients: Vec<Client>) -> Result<Vec<Duration>, Failure> {
    let mut all = Vec::new();
    for client in clients {
        all.extend(client.join().map_err(|_| Failure::new("a client panicked"))??);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_sent_at_their_times_and_slow_ones_count_as_slow() {
        let began = Instant::now();
        let mut sent = Vec::new();
        let taken = at_their_times(began, Duration::from_millis(100), |number| {
            sent.push(number);
            Ok(())
        })
        .expect("sent");
        assert_eq!(sent, [0, 1, 2, 3, 4]);
        assert_eq!(taken.len(), 5);
        assert!(began.elapsed() >= Duration::from_millis(80));
    }
}
