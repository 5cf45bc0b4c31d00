//! What it costs to find out who asks and what they may.

use std::time::Instant;

use serde_json::json;

use super::load::Latencies;
use super::measure::{Measurement, Plan, json as parsed, millis};
use super::served::{KEY, Served};
use super::wire::{Connection, bearer, text_at};
use crate::failure::Failure;

const LEADS: &str = "/api/v1/leads";

/// A lead by its id, asked for with a key that stands in the database, against the same with the
/// administrator's key of the settings, which is compared and never looked up. No read of a lead is
/// without any key, so this is as close as a request comes to being let in for nothing.
pub fn cost_of_looking_somebody_up(plan: &Plan) -> Result<Measurement, Failure> {
    let served = Served::start(&plan.binary, &plan.small)?;
    let mut connection = Connection::open(&served.host)?;
    let page = parsed(&connection.get(&format!("{LEADS}?limit=1"))?.body)?;
    let id = text_at(&page, "/data/0/id")?;
    let name = format!("bench {}", std::process::id());
    let account = json!({ "display_name": name, "role": "viewer" });
    let (_, account) = connection.create("/api/v1/users", &account)?;
    let owner = text_at(&account, "/id")?;
    let draft = json!({ "name": name, "scopes": ["read"], "owner": owner });
    let (_, made) = connection.create("/api/v1/api-keys", &draft)?;
    let key = text_at(&made, "/secret")?;

    let path = format!("{LEADS}/{id}");
    let requests = [KEY, key.as_str()].map(|key| connection.request_as(&bearer(key), &path, ""));
    let rounds = plan.samples(20_000);
    let mut samples = [Vec::with_capacity(rounds), Vec::with_capacity(rounds)];
    for round in 0..rounds + rounds / 10 {
        for (request, taken) in requests.iter().zip(&mut samples) {
            let started = Instant::now();
            let answer = connection.exchange(request)?;
            let took = started.elapsed();
            if answer.status != 200 {
                return Err(Failure::new(format!("GET {path} answered {}", answer.status)));
            }
            if round >= rounds / 10 {
                taken.push(took);
            }
        }
    }
    let [bare, looked_up] = samples.map(Latencies::new);
    let more = looked_up.median().as_secs_f64() / bare.median().as_secs_f64() - 1.0;
    Ok(Measurement {
        what: "a lead by id with a key of an account against the key of the settings, p50".to_owned(),
        goal: "at most 15 % more".to_owned(),
        found: format!("{:.1} % more", more * 100.0),
        met: more <= 0.15,
        details: vec![format!(
            "p50 {} against {}, p95 {} against {}",
            millis(looked_up.median()),
            millis(bare.median()),
            millis(looked_up.percentile(95)),
            millis(bare.percentile(95))
        )],
    })
}
