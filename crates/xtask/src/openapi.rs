//! `cargo xtask openapi`: moves what is kept of the OpenAPI document, and attacks a server by it.
//!
//! `--accept` writes the released document, which a release does; `--examples` writes the examples
//! anew from a running server; `--attack` lets schemathesis invent requests against a server on
//! either database. Attacking is not part of the suite: it downloads a tool and takes minutes.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::bench::served::Served;
use crate::cluster::Cluster;
use crate::failure::{Because, Failure};
use crate::job::Job;
use crate::narrator::{Narrator, Step};
use crate::{places, server};

/// The version of schemathesis that the expectations below were written for.
const SCHEMATHESIS: &str = "4.32.5";

/// An administrator's key for the attacked server, which lives as long as the attack.
const KEY: &str = "an-administrator-for-as-long-as-the-attack-takes";

/// What to do.
#[derive(clap::Args)]
pub struct Options {
    /// Make the document of this build the released one.
    #[arg(long)]
    accept: bool,
    /// Write the examples anew.
    #[arg(long)]
    examples: bool,
    /// Let schemathesis attack a server on either database.
    #[arg(long)]
    attack: bool,
    /// How many requests are invented per operation.
    #[arg(long, default_value_t = 40)]
    max_examples: u32,
}

/// Does what the options say; answers whether all was well.
pub fn run(options: &Options, verbose: bool) -> Result<bool, Failure> {
    let steps = [options.examples, options.accept, options.attack];
    if !steps.contains(&true) {
        return Err(Failure::new(
            "say what to do: --accept, --examples or --attack; `aicmo openapi` prints the document",
        ));
    }
    let mut narrator = Narrator::new(steps.iter().filter(|wanted| **wanted).count(), verbose);
    if options.examples {
        narrator.step("writing the examples from a running server", write_examples)?;
    }
    if options.accept {
        narrator.step("writing docs/openapi.json", accept)?;
    }
    if options.attack {
        return narrator.step("letting schemathesis attack", |step| {
            attack(step, options.max_examples)
        });
    }
    Ok(true)
}

fn write_examples(step: &mut Step) -> Result<(), Failure> {
    Job::cargo("examples")
        .args(["test", "--package", "aicmo-backend", "--test", "api", "--"])
        .args([
            "every_example_is_what_a_running_server_takes_and_answers::sqlite",
            "--exact",
        ])
        .env("AICMO_WRITE_EXAMPLES", "1")
        .advice("the examples could not be written: look at what the test says above")
        .run(step)
        .map(drop)
}

fn accept(step: &mut Step) -> Result<(), Failure> {
    let binary = server::build(step, false)?;
    let printed = Job::new(&binary, "openapi")
        .args(["openapi"])
        .answer()
        .ok_or_else(|| Failure::new("`aicmo openapi` printed nothing: run it and look"))?;
    let mut document: Value =
        serde_json::from_str(&printed).because(|| "`aicmo openapi` printed no JSON".to_owned())?;
    strip(&mut document);
    let text = serde_json::to_string_pretty(&document).because(|| "cannot write JSON".to_owned())?;
    let path = places::root().join("docs/openapi.json");
    fs::write(&path, text + "\n").because(|| format!("cannot write {}", path.display()))
}

/// Takes out what promises nothing: sentences and examples.
fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            // A property may be called description; a sentence is a text.
            fields.retain(|name, field| {
                !(matches!(name.as_str(), "description" | "summary") && field.is_string()
                    || matches!(name.as_str(), "example" | "examples")
                        && !field.get("type").is_some_and(Value::is_string))
            });
            fields.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

fn attack(step: &mut Step, max_examples: u32) -> Result<bool, Failure> {
    let schemathesis = schemathesis(step)?;
    let binary = server::build(step, false)?;
    let cluster = Cluster::start(step)?;
    let mut fine = true;
    for (database, url) in [("sqlite", None), ("postgres", Some(cluster.url()))] {
        let folder = places::target().join(format!("xtask/attack-{database}"));
        if folder.exists() {
            fs::remove_dir_all(&folder).because(|| format!("cannot empty {}", folder.display()))?;
        }
        fs::create_dir_all(&folder).because(|| format!("cannot create {}", folder.display()))?;
        let mut environment = vec![
            ("AICMO_BOOTSTRAP_ADMIN_KEY", KEY),
            ("AICMO_READS_PER_MINUTE", "0"),
            ("AICMO_WRITES_PER_MINUTE", "0"),
            ("AICMO_SIGN_INS_PER_MINUTE", "0"),
        ];
        if let Some(url) = &url {
            environment.push(("DATABASE_URL", url));
        }
        let served = Served::start_with(&binary, &folder, &environment)?;
        for (who, key) in [("an administrator", Some(KEY)), ("nobody", None)] {
            step.say(&format!("attacking {database} as {who}"));
            fine &= attack_as(step, &schemathesis, &folder, &served.host, key, max_examples)?;
        }
    }
    Ok(fine)
}

/// One run with every check there is.
fn attack_as(
    step: &mut Step,
    schemathesis: &Path,
    folder: &Path,
    host: &str,
    key: Option<&str>,
    max_examples: u32,
) -> Result<bool, Failure> {
    let mut job = Job::new(schemathesis, "schemathesis")
        .args(["--config-file"])
        .args([places::root().join("crates/xtask/src/schemathesis.toml")])
        .args(["run", &format!("http://{host}/api/v1/openapi.json")])
        .args(["--checks", "all", "--continue-on-failure", "--workers", "2"])
        // A stream has no end, so no answer of it can be looked at.
        .args(["--exclude-operation-id", "OpenStream"])
        .args(["--max-examples", &max_examples.to_string()])
        .dir(folder);
    if let Some(key) = key {
        // It would change the cookie and take the key, which stays good, for what it changed.
        job = job.args(["--exclude-checks", "ignored_auth"]);
        job = job.args(["--header", &format!("Authorization: Bearer {key}")]);
    }
    let printed = job.attempt(step)?;
    if printed.fine {
        return Ok(true);
    }
    println!(
        "{}",
        printed.into_failure("schemathesis found something: make it a failing test first, then mend it")
    );
    Ok(false)
}

/// schemathesis in a virtual environment of its own, in the cache.
fn schemathesis(step: &mut Step) -> Result<PathBuf, Failure> {
    let folder = places::cache().join(format!("tools/schemathesis-{SCHEMATHESIS}"));
    let program = folder.join("bin/schemathesis");
    if program.is_file() {
        return Ok(program);
    }
    step.say("installing schemathesis, once");
    Job::new("python3", "venv")
        .args(["-m", "venv"])
        .args([&folder])
        .advice("Python's venv is missing: install Python 3.11 or newer with venv")
        .run(step)?;
    Job::new(folder.join("bin/pip"), "pip")
        .args(["install", "--quiet", &format!("schemathesis=={SCHEMATHESIS}")])
        .advice("schemathesis could not be installed: look at pip's message above, then run this again")
        .run(step)?;
    Ok(program)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sentences_and_examples_are_left_out_and_fields_of_those_names_are_kept() {
        let mut document = json!({
            "description": "A sentence.", "summary": "Another.", "example": { "a": 1 },
            "schema": { "examples": ["x"], "properties": {
                "description": { "type": "string", "description": "A sentence." },
                "example": { "type": "string" },
            } },
        });
        strip(&mut document);
        assert_eq!(
            document,
            json!({ "schema": { "properties": { "description": { "type": "string" }, "example": { "type": "string" } } } })
        );
    }
}
