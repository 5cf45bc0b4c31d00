//! Pages that are found by words and by several conditions at once, at the start and in the depth.

use std::time::Duration;

use super::load::{self, Latencies};
use super::measure::{LEADS, Measurement, Plan, millis, walk};
use super::served::Served;
use crate::failure::Failure;

/// What is asked, each several hundred times: how it is called, and how a query spells it. The words
/// are those of the seeded leads: one person, one company's people, one in ten, everybody.
const WORDS: &[(&str, &str)] = &[
    ("one lead's name", "filter%5Btext%5D=adler%20777777"),
    ("one company", "filter%5Btext%5D=company%20123456"),
    ("one in ten", "filter%5Btext%5D=ada"),
    ("everybody", "filter%5Btext%5D=c"),
    ("two words, by name", "filter%5Btext%5D=grace%20founder&sort=name"),
    (
        "one in ten, lost ones",
        "filter%5Btext%5D=ada&filter%5Bstatus%5D=LOST",
    ),
    (
        "a tag and a word",
        "filter%5Btag%5D=fair%202025&filter%5Btext%5D=cto",
    ),
    ("nobody", "filter%5Btext%5D=zzyzx"),
];

const FILTERS: &[(&str, &str)] = &[
    (
        "status and consent",
        "filter%5Bstatus%5D=LOST&filter%5Bconsent%5D=DNC",
    ),
    ("a high score", "filter%5Bscore_from%5D=0.95"),
    (
        "score, grade and review",
        "filter%5Bscore_from%5D=0.5&filter%5Bgrade%5D=A&filter%5Breview%5D=true",
    ),
    (
        "a month of contacts",
        "filter%5Btouched_from%5D=2025-06-01T00:00:00Z&filter%5Btouched_to%5D=2025-07-01T00:00:00Z&sort=last_touch",
    ),
    ("an owner", "filter%5Bowner%5D=Grace%20Hopper"),
    ("a tag, newest first", "filter%5Btag%5D=fair%202025&sort=newest"),
    (
        "source and view",
        "filter%5Bsource%5D=apollo&filter%5Bview%5D=triage",
    ),
];

/// The slowest of each kind against its goal, and a search in the depth.
pub fn measure(plan: &Plan, big: &Served) -> Result<Vec<Measurement>, Failure> {
    let mut found = vec![
        slowest(plan, big, "leads found by words", WORDS, 80)?,
        slowest(plan, big, "leads under several conditions", FILTERS, 50)?,
    ];
    let query = "&filter%5Btext%5D=c";
    let (cursor, depth) = walk(&big.host, query, plan.depth())?;
    let host = big.host.as_str();
    let both = load::alternate(&[host, host], plan.samples(300), |kind, _| {
        if kind == 0 {
            format!("{LEADS}?limit=50{query}&cursor={cursor}")
        } else {
            format!("{LEADS}?limit=50{query}")
        }
    })?;
    let ratio = both[0].percentile(95).as_secs_f64() / both[1].percentile(95).as_secs_f64();
    found.push(Measurement {
        what: format!("a page of a search at depth {depth} against the start, p95"),
        goal: "at most 1.2 times".to_owned(),
        found: format!("{ratio:.2} times"),
        met: ratio <= 1.2,
        details: vec![format!(
            "p95 {} against {}",
            millis(both[0].percentile(95)),
            millis(both[1].percentile(95))
        )],
    });
    Ok(found)
}

fn slowest(
    plan: &Plan,
    big: &Served,
    what: &str,
    queries: &[(&str, &str)],
    at_most_ms: u64,
) -> Result<Measurement, Failure> {
    let host = big.host.as_str();
    let mut worst = (Duration::ZERO, "");
    let mut details = Vec::new();
    for (name, query) in queries {
        let taken = load::alternate(&[host], plan.samples(200), |_, _| {
            format!("{LEADS}?limit=50&{query}")
        })?;
        let Some(taken): Option<&Latencies> = taken.first() else {
            continue;
        };
        let p95 = taken.percentile(95);
        details.push(format!(
            "{name}: p50 {}, p95 {}",
            millis(taken.median()),
            millis(p95)
        ));
        if p95 > worst.0 {
            worst = (p95, name);
        }
    }
    Ok(Measurement {
        what: format!(
            "a page of 50 {what}, p95 of the slowest question, {} leads",
            plan.leads
        ),
        goal: format!("at most {at_most_ms} ms"),
        found: format!("{}, {}", millis(worst.0), worst.1),
        met: worst.0 <= Duration::from_millis(at_most_ms),
        details,
    })
}
