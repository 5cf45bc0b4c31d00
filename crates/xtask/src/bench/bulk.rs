//! A bulk change of a tenth of all leads through the API, with its audit rows, and its way back.
//!
//! The database is a copy: what is written here does not grow the one that the other figures are
//! measured on.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::copy::with_a_copy;
use super::load::count;
use super::measure::{Measurement, Plan, json as parsed};
use super::served::Served;
use super::wire::{Answer, Connection, text_at};
use crate::failure::Failure;
use crate::narrator::Step;

/// How often the job is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How long a tag for every lead of one first name takes, and to take it away again.
pub fn change_many(step: &mut Step, plan: &Plan) -> Result<Measurement, Failure> {
    step.note("a bulk change of a tenth of the leads, on a copy");
    with_a_copy(&plan.big, |copy| measure(plan, copy))
}

fn measure(plan: &Plan, data_dir: &Path) -> Result<Measurement, Failure> {
    let served = Served::start(&plan.binary, data_dir)?;
    let mut connection = Connection::open(&served.host)?;
    let mut question = json!({
        "selection": { "filter": { "text": "ada" } },
        "change": { "kind": "add_tags", "tags": ["bench"] },
    });
    let preview = answered(&connection.post("/api/v1/leads/bulk/preview", &question)?)?;
    let n = preview["count"].as_u64().unwrap_or_default();
    question["expected_count"] = json!(n);

    let began = Instant::now();
    let job = answered(&connection.post("/api/v1/leads/bulk", &question)?)?;
    let answer = began.elapsed();
    let path = format!("/api/v1/jobs/{}", text_at(&job, "/id")?);
    until(&mut connection, &path, "completed")?;
    let took = began.elapsed();

    let began = Instant::now();
    answered(&connection.post(&format!("{path}/undo"), &Value::Null)?)?;
    until(&mut connection, &path, "undone")?;
    let back = began.elapsed();

    let goal = 15.0 * count(n) / 100_000.0;
    Ok(Measurement {
        what: format!("a tag for {n} leads of {}, with its audit rows", plan.leads),
        goal: format!("at most {goal:.1} s, 15 s for 100000"),
        found: format!("{:.1} s", took.as_secs_f64()),
        met: n > 0 && took.as_secs_f64() <= goal,
        details: vec![
            format!(
                "{:.2} s of it until the leads were written down and the start was answered",
                answer.as_secs_f64()
            ),
            format!("its undo: {:.1} s", back.as_secs_f64()),
        ],
    })
}

fn answered(answer: &Answer) -> Result<Value, Failure> {
    if matches!(answer.status, 200 | 202) {
        parsed(&answer.body)
    } else {
        let text = String::from_utf8_lossy(&answer.body);
        Err(Failure::new(format!("the answer is {}: {text}", answer.status)))
    }
}

fn until(connection: &mut Connection, path: &str, wanted: &str) -> Result<(), Failure> {
    loop {
        let job = parsed(&connection.get(path)?.body)?;
        let state = text_at(&job, "/data/state")?;
        if state == wanted {
            return Ok(());
        }
        if state == "failed" {
            return Err(Failure::new(format!("the bulk change failed: {job}")));
        }
        thread::park_timeout(LOOK_EVERY);
    }
}
