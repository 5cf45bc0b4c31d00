//! What the dependency graph must not contain.
//!
//! The vocabulary stays free of IO, so that it compiles to wasm32; one TLS stack and one crypto
//! provider stand in the whole graph. cargo-deny says more (licences, sources) where it is there.

use crate::failure::Failure;
use crate::job::Job;
use crate::narrator::Step;
use crate::places;

/// Never below the vocabulary.
const NOT_IN_SHARED: &[&str] = &[
    "sea-orm",
    "sqlx",
    "sqlx-core",
    "actix-web",
    "actix-http",
    "tokio",
    "reqwest",
    "hyper",
    "rustls",
];

/// Never anywhere: a second crypto provider, the system's TLS.
const NOWHERE: &[&str] = &["aws-lc-rs", "aws-lc-sys", "native-tls", "openssl", "openssl-sys"];

/// Looks at the vocabulary's tree and at the whole workspace's.
pub fn check(step: &mut Step) -> Result<(), Failure> {
    let shared = names_in_tree(step, &["--package", "aicmo-shared", "--features", "openapi"])?;
    refuse(&shared, NOT_IN_SHARED, "aicmo-shared")?;
    let all = names_in_tree(step, &["--workspace", "--target", "all"])?;
    refuse(&all, NOWHERE, "the workspace")
}

fn names_in_tree(step: &mut Step, of: &[&str]) -> Result<Vec<String>, Failure> {
    let printed = Job::cargo("tree")
        .args([
            "tree",
            "--locked",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .args(of)
        .advice("cargo could not list the dependencies: look at its message above")
        .run(step)?;
    Ok(printed
        .lines
        .iter()
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .collect())
}

fn refuse(names: &[String], forbidden: &[&str], whose: &str) -> Result<(), Failure> {
    match forbidden
        .iter()
        .find(|name| names.iter().any(|found| found == *name))
    {
        Some(name) => Err(Failure::new(format!(
            "{name} stands in the dependencies of {whose}: find the way in with `cargo tree -i {name}` and close it"
        ))),
        None => Ok(()),
    }
}

/// Runs cargo-deny where it is installed. It is not set up here: its build costs minutes and its
/// advisories need the network; what it would find is said by the other checks or by hand.
pub fn deny(step: &mut Step) -> Result<(), Failure> {
    if places::in_path("cargo-deny").is_none() {
        step.note("SKIPPED: cargo-deny is not installed; licences and sources were not checked");
        return Ok(());
    }
    Job::cargo("deny")
        .args(["deny", "--offline", "check", "bans", "licenses", "sources"])
        .advice("cargo-deny found something: change the dependency, or add a reasoned entry to deny.toml")
        .run(step)
        .map(|_| ())
}
