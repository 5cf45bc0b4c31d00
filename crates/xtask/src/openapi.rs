//! `cargo xtask openapi`: moves what is kept of the OpenAPI document, and attacks a server by it.
//!
//! `--accept` writes the released document, which a release does; `--examples` writes the examples
//! anew from a running server; `--attack` lets schemathesis invent requests, which `attack.rs` does.

use std::fs;

use serde_json::Value;

use crate::attack::attack;
use crate::failure::{Because, Failure};
use crate::job::Job;
use crate::narrator::{Narrator, Step};
use crate::{places, server};

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
    const ADVICE: &str = "the examples could not be written: look at what the test says above";
    // The whole workspace, so that nothing is compiled with other features than the suite has.
    let printed = Job::cargo("examples")
        .args(["test", "--locked", "--workspace", "--test", "api", "--"])
        .args([
            "openapi_examples::every_example_is_what_a_running_server_takes_and_answers::sqlite",
            "--exact",
        ])
        .env("AICMO_WRITE_EXAMPLES", "1")
        .advice(ADVICE)
        .run(step)?;
    // A test that has another name by now is no failure to the runner, and writes nothing.
    if printed.lines.iter().any(|line| line.contains("1 passed")) {
        Ok(())
    } else {
        Err(printed.into_failure(ADVICE))
    }
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
