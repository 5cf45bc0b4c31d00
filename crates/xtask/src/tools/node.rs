//! Node and the packages of `e2e/`: the wasm optimiser of the console build, and what journeys need.

use std::fs;
use std::path::PathBuf;

use crate::digest::sha256_hex;
use crate::failure::{Because, Failure};
use crate::job::Job;
use crate::narrator::Step;
use crate::places;
use crate::tools::debian;

/// Makes `e2e/node_modules` equal its lock file; answers the folder of its programs.
pub fn packages(step: &mut Step) -> Result<PathBuf, Failure> {
    let e2e = places::root().join("e2e");
    let modules = e2e.join("node_modules");
    let lock = e2e.join("package-lock.json");
    let wanted = fs::read(&lock).because(|| format!("cannot read {}", lock.display()))?;
    let wanted = sha256_hex(&wanted);
    let stamp = modules.join(".lock-sha256");
    let bin = modules.join(".bin");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) && bin.join("wasm-opt").exists() {
        return Ok(bin);
    }
    require(step)?;
    Job::new("npm", "npm-ci")
        .args(["ci", "--no-audit", "--no-fund"])
        .dir(&e2e)
        .advice("npm could not install the packages of e2e/: look at its message above, then run this again")
        .run(step)?;
    fs::write(&stamp, wanted).because(|| format!("cannot write {}", stamp.display()))?;
    step.note("installed the packages of e2e/");
    Ok(bin)
}

/// Node itself, version 20 or newer.
pub fn require(step: &mut Step) -> Result<(), Failure> {
    let advice = "Node and npm are missing: install Node 20 or newer";
    if places::in_path("npm").is_none() || places::in_path("node").is_none() {
        debian::install(step, &["nodejs", "npm"], advice)?;
    }
    let version = Job::new("node", "node").args(["--version"]).answer();
    let major = version.as_deref().and_then(|text| {
        text.trim_start_matches('v')
            .split('.')
            .next()?
            .parse::<u32>()
            .ok()
    });
    match major {
        Some(20..) => Ok(()),
        Some(18..) => {
            step.note("Node is older than 20: the console can be built, journeys may not run");
            Ok(())
        }
        _ => Err(Failure::new(format!(
            "Node {} is too old: install Node 20 or newer",
            version.as_deref().unwrap_or("of unknown version")
        ))),
    }
}
