//! The measurements, each with its goal. Kinds of requests that are compared alternate within one
//! run, so that whatever else the machine does meets both.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aicmo_shared::ClosedEnum;
use aicmo_shared::lead::{ConsentStatus, GradeFilter, LeadSource, LeadStatus, LeadView};

use super::load::{self, Latencies};
use super::served::Served;
use super::wire::Connection;
use crate::cluster::Pause;
use crate::console;
use crate::failure::Failure;
use crate::narrator::Step;
use crate::places;

const ATTENTION: &str = "/api/v1/metrics/attention";
const HEALTH: &str = "/healthz";
pub const LEADS: &str = "/api/v1/leads";

/// What is measured on what.
pub struct Plan {
    pub binary: PathBuf,
    /// Data directories.
    pub big: PathBuf,
    pub small: PathBuf,
    pub leads: u64,
    pub small_leads: u64,
    pub quick: bool,
}

impl Plan {
    /// Fewer samples when the bench itself is under test.
    pub const fn samples(&self, full: usize) -> usize {
        if self.quick { full / 10 } else { full }
    }

    pub const fn span(&self) -> Duration {
        Duration::from_millis(if self.quick { 300 } else { 3_000 })
    }

    /// How deep "deep" is: half a million, or half of what is there.
    pub fn depth(&self) -> u64 {
        (self.leads / 2).min(500_000)
    }
}

/// A figure beside its goal.
pub struct Measurement {
    pub what: String,
    pub goal: String,
    pub found: String,
    pub met: bool,
    /// Lines for whoever wants to know more.
    pub details: Vec<String>,
}

impl Measurement {
    /// As the task prints it.
    pub fn line(&self) -> String {
        format!(
            "{}  {}: {} (goal: {})",
            self.verdict(),
            self.what,
            self.found,
            self.goal
        )
    }

    /// `pass` or `MISS`.
    pub const fn verdict(&self) -> &'static str {
        if self.met { "pass" } else { "MISS" }
    }
}

/// Everything, in the order of the report.
pub fn all(step: &mut Step, plan: &Plan) -> Result<Vec<Measurement>, Failure> {
    let mut found = Vec::new();
    step.say("start and memory");
    found.push(start(plan)?);
    let big = Served::start(&plan.binary, &plan.big)?;
    Pause::new().for_millis(2_000);
    found.push(memory(&big));
    step.say("attention under load");
    found.push(attention_against_health(plan, &big)?);
    step.say("attention at both sizes");
    found.extend(attention_at_both_sizes(plan, &big)?);
    step.say("pages under each filter");
    found.push(pages_under_filters(plan, &big)?);
    step.say("pages found by words and several conditions");
    found.extend(super::finding::measure(plan, &big)?);
    step.say("pages at depth");
    found.extend(pages_at_depth(plan, &big)?);
    step.say("listeners of the event stream");
    found.extend(super::streams::measure(&plan.binary, plan.quick)?);
    step.say("who asks");
    found.push(super::access::cost_of_looking_somebody_up(plan)?);
    step.say("writes mixed with reads");
    found.push(super::mixed::reads_beside_writes(step, plan)?);
    step.say("a bulk change");
    found.push(super::bulk::change_many(step, plan)?);
    step.say("moving to PostgreSQL");
    found.push(super::moving::move_to_postgres(step, plan)?);
    step.say("the console");
    found.push(console_size()?);
    found.push(repeat_visit(&big)?);
    Ok(found)
}

fn start(plan: &Plan) -> Result<Measurement, Failure> {
    let mut times = Vec::new();
    for _ in 0..=plan.samples(50).max(3) / 5 {
        times.push(Served::start(&plan.binary, &plan.big)?.start);
    }
    let times = Latencies::new(times.split_off(1));
    let middle = times.median();
    Ok(Measurement {
        what: format!("start to ready line with {} leads", plan.leads),
        goal: "at most 300 ms".to_owned(),
        found: millis(middle),
        met: middle <= Duration::from_millis(300),
        details: vec![format!(
            "slowest of the starts: {}",
            millis(times.percentile(100))
        )],
    })
}

fn memory(big: &Served) -> Measurement {
    let resident = big.resident();
    Measurement {
        what: "resident memory, idle, two seconds after the start".to_owned(),
        goal: "at most 60 MB".to_owned(),
        found: resident.map_or_else(|| "not known on this system".to_owned(), megabytes),
        met: resident.is_some_and(|bytes| bytes <= 60 * 1_000_000),
        details: Vec::new(),
    }
}

fn attention_against_health(plan: &Plan, big: &Served) -> Result<Measurement, Failure> {
    let (mut attention, mut health) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        health.push(load::throughput(&big.host, HEALTH, 4, plan.span())?);
        attention.push(load::throughput(&big.host, ATTENTION, 4, plan.span())?);
    }
    let (attention, health) = (load::median(attention), load::median(health));
    let share = attention / health;
    Ok(Measurement {
        what: format!(
            "attention against /healthz, requests per second on 4 keep-alive connections, {} leads",
            plan.leads
        ),
        goal: "at least 50 %".to_owned(),
        found: format!("{:.0} %", share * 100.0),
        met: share >= 0.5,
        details: vec![
            format!(
                "attention {attention:.0}/s, /healthz {health:.0}/s; the load generator shares the cores"
            ),
            format!(
                "resident memory after this load: {}",
                big.resident().map_or_else(|| "not known".to_owned(), megabytes)
            ),
        ],
    })
}

/// Once as an operator meets it, and once computed afresh: the figures may be half a second old.
fn attention_at_both_sizes(plan: &Plan, big: &Served) -> Result<Vec<Measurement>, Failure> {
    let small = Served::start(&plan.binary, &plan.small)?;
    let hosts = [big.host.as_str(), small.host.as_str()];
    let served = load::alternate(&hosts, plan.samples(5_000), |_, _| ATTENTION.to_owned())?;
    let fresh = computed_afresh(&hosts, plan.samples(40).max(5))?;
    let what = |how: &str| {
        format!(
            "attention {how}: {} leads against {}",
            plan.leads, plan.small_leads
        )
    };
    Ok(vec![
        compared(
            what("as served"),
            "at most 1.2 times",
            &served[0],
            &served[1],
            1.2,
            50,
        ),
        compared(
            what("computed afresh"),
            "at most 1.2 times",
            &fresh[0],
            &fresh[1],
            1.2,
            50,
        ),
    ])
}

/// Latencies with a pause before each, long enough for the last answer to be too old to be reused.
fn computed_afresh(hosts: &[&str], rounds: usize) -> Result<Vec<Latencies>, Failure> {
    let mut connections = hosts
        .iter()
        .map(|host| Connection::open(host))
        .collect::<Result<Vec<_>, _>>()?;
    let mut samples = vec![Vec::new(); hosts.len()];
    let pause = Pause::new();
    for _ in 0..rounds {
        pause.for_millis(600);
        for (connection, taken) in connections.iter_mut().zip(&mut samples) {
            let started = Instant::now();
            connection.get(ATTENTION)?;
            taken.push(started.elapsed());
        }
    }
    Ok(samples.into_iter().map(Latencies::new).collect())
}

/// The `percent` percentile of one against the other.
fn compared(
    what: String,
    goal: &str,
    one: &Latencies,
    other: &Latencies,
    at_most: f64,
    percent: usize,
) -> Measurement {
    let ratio = one.percentile(percent).as_secs_f64() / other.percentile(percent).as_secs_f64();
    Measurement {
        what,
        goal: goal.to_owned(),
        found: format!("{ratio:.2} times"),
        met: ratio <= at_most,
        details: vec![format!(
            "p50 {} against {}, p95 {} against {}",
            millis(one.median()),
            millis(other.median()),
            millis(one.percentile(95)),
            millis(other.percentile(95))
        )],
    }
}

/// Every value of every closed filter, alone: how it is called, and how a query spells it.
fn single_filters(campaign: Option<String>, email: Option<String>) -> Vec<(String, String)> {
    fn texts<E: ClosedEnum>() -> Vec<String> {
        E::ALL.iter().map(|value| value.as_str().to_owned()).collect()
    }
    let filters = [
        ("status", texts::<LeadStatus>()),
        ("grade", texts::<GradeFilter>()),
        ("source", texts::<LeadSource>()),
        ("consent", texts::<ConsentStatus>()),
        ("view", texts::<LeadView>()),
        ("review", vec!["true".to_owned(), "false".to_owned()]),
        ("campaign", campaign.into_iter().collect()),
        ("email", email.into_iter().collect()),
    ];
    let spelled = |name: &str, value: String| {
        let query = format!("filter%5B{name}%5D={}", value.replace('@', "%40"));
        (format!("filter[{name}]={value}"), query)
    };
    filters
        .into_iter()
        .flat_map(|(name, values)| values.into_iter().map(move |value| spelled(name, value)))
        .collect()
}

fn pages_under_filters(plan: &Plan, big: &Served) -> Result<Measurement, Failure> {
    let mut connection = Connection::open(&big.host)?;
    let sample = json(&connection.get(&format!("{LEADS}?limit=200&sort=oldest"))?.body)?;
    let rows = sample["data"].as_array().cloned().unwrap_or_default();
    let ids: Vec<String> = rows
        .iter()
        .filter_map(|row| row["id"].as_str().map(str::to_owned))
        .collect();
    if ids.is_empty() {
        return Err(Failure::new(
            "the big database has no leads: remove target/bench and run this again",
        ));
    }
    let campaign = rows
        .iter()
        .find_map(|row| row["campaign"]["id"].as_str().map(str::to_owned));
    let email = rows
        .iter()
        .find_map(|row| row["email"].as_str().map(str::to_owned));
    let mut worst: Option<(f64, String)> = None;
    let mut details = Vec::new();
    let host = big.host.as_str();
    for (name, query) in single_filters(campaign, email) {
        let both = load::alternate(&[host, host], plan.samples(300), |kind, round| {
            if kind == 0 {
                format!("{LEADS}?limit=50&{query}")
            } else {
                format!("{LEADS}/{}", ids[round % ids.len()])
            }
        })?;
        let ratio = both[0].percentile(95).as_secs_f64() / both[1].percentile(95).as_secs_f64();
        details.push(format!(
            "`{name}`: p50 {}, p95 {}; one lead p95 {}; {ratio:.1} times",
            millis(both[0].median()),
            millis(both[0].percentile(95)),
            millis(both[1].percentile(95))
        ));
        if worst.as_ref().is_none_or(|(known, _)| ratio > *known) {
            worst = Some((ratio, name));
        }
    }
    let (ratio, name) = worst.unwrap_or_default();
    Ok(Measurement {
        what: format!(
            "a page of 50 under any single filter against one lead by id, p95, {} leads",
            plan.leads
        ),
        goal: "at most 10 times".to_owned(),
        found: format!("{ratio:.1} times, under `{name}`"),
        met: ratio <= 10.0,
        details,
    })
}

/// Without a filter, and under the one that most leads pass.
fn pages_at_depth(plan: &Plan, big: &Served) -> Result<Vec<Measurement>, Failure> {
    let mut found = Vec::new();
    for (name, query) in [
        ("no filter", ""),
        ("filter[consent]=UNKNOWN", "&filter%5Bconsent%5D=UNKNOWN"),
    ] {
        let (cursor, depth) = walk(&big.host, query, plan.depth())?;
        let host = big.host.as_str();
        let both = load::alternate(&[host, host], plan.samples(600), |kind, _| {
            if kind == 0 {
                format!("{LEADS}?limit=50{query}&cursor={cursor}")
            } else {
                format!("{LEADS}?limit=50{query}")
            }
        })?;
        found.push(compared(
            format!("a page of 50 at depth {depth} against the start, p95, {name}"),
            "at most 1.2 times",
            &both[0],
            &both[1],
            1.2,
            95,
        ));
    }
    Ok(found)
}

/// Follows the cursor to `depth` rows, or as far as there are rows.
pub fn walk(host: &str, query: &str, depth: u64) -> Result<(String, u64), Failure> {
    let mut connection = Connection::open(host)?;
    let mut seen = 0;
    let mut cursor = String::new();
    while seen < depth {
        let place = if cursor.is_empty() {
            String::new()
        } else {
            format!("&cursor={cursor}")
        };
        let page = json(&connection.get(&format!("{LEADS}?limit=200{query}{place}"))?.body)?;
        let rows = page["data"].as_array().map_or(0, Vec::len);
        seen += rows as u64;
        match page["page"]["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    if cursor.is_empty() {
        return Err(Failure::new(
            "the list of leads has one page only: seed more leads",
        ));
    }
    Ok((cursor, seen))
}

fn console_size() -> Result<Measurement, Failure> {
    let size = console::first_screen_size(&places::dist())?;
    let details = console::files_with_sizes(&places::dist())?
        .into_iter()
        .map(|(name, bytes)| format!("`{name}`: {bytes} bytes"))
        .collect();
    Ok(Measurement {
        what: "the console, brotli-compressed: all that the Command tab needs".to_owned(),
        goal: "at most 300 KB".to_owned(),
        found: kilobytes(size),
        met: size <= console::BUDGET_BYTES,
        details,
    })
}

/// What a browser with a warm cache transfers besides data: it asks again for what is not immutable.
fn repeat_visit(big: &Served) -> Result<Measurement, Failure> {
    let mut connection = Connection::open(&big.host)?;
    let (mut first, mut again) = (0, 0);
    let mut details = Vec::new();
    let list = json(&connection.get("/console.json")?.body)?;
    let names = list["files"]
        .as_object()
        .into_iter()
        .flat_map(|files| files.keys());
    for name in names.filter(|name| Path::new(name).extension().is_none_or(|end| end != "br")) {
        let path = if name == "index.html" {
            "/".to_owned()
        } else {
            format!("/{name}")
        };
        let ask = connection.request(&path, "Accept-Encoding: br\r\n");
        let answer = connection.exchange(&ask)?;
        first += answer.bytes;
        if answer
            .header("cache-control")
            .is_some_and(|value| value.contains("immutable"))
        {
            continue;
        }
        let known = answer.header("etag").unwrap_or_default().to_owned();
        let ask = connection.request(
            &path,
            &format!("Accept-Encoding: br\r\nIf-None-Match: {known}\r\n"),
        );
        let answer = connection.exchange(&ask)?;
        again += answer.bytes;
        details.push(format!(
            "`{path}` asked again: {}, {} bytes",
            answer.status, answer.bytes
        ));
    }
    details.push(format!("first visit: {}", kilobytes(first)));
    Ok(Measurement {
        what: "a repeat visit to the console, without data".to_owned(),
        goal: "at most 5 KB".to_owned(),
        found: format!("{again} bytes"),
        met: again <= 5 * 1024,
        details,
    })
}

pub fn json(body: &[u8]) -> Result<serde_json::Value, Failure> {
    serde_json::from_slice(body)
        .map_err(|cause| Failure::new(format!("the server answered no JSON: {cause}")))
}

pub fn millis(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1000.0)
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", load::count(bytes) / 1e6)
}

fn kilobytes(bytes: u64) -> String {
    format!("{:.0} KB", load::count(bytes) / 1024.0)
}
