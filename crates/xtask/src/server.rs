//! Builds the binary `aicmo` with the console in it.

use std::path::PathBuf;

use crate::failure::{Because, Failure};
use crate::job::Job;
use crate::narrator::Step;
use crate::places;

/// Compiles the server; answers the path of its binary.
pub fn build(step: &mut Step, release: bool) -> Result<PathBuf, Failure> {
    let mut job = Job::cargo("server").args([
        "build",
        "--locked",
        "--package",
        "aicmo-backend",
        "--bin",
        "aicmo",
    ]);
    if release {
        job = job.args(["--release"]);
    }
    job.advice("the server could not be built: mend what the compiler says above and run this again")
        .run(step)?;
    path(release)
}

/// Where the binary stands once it is compiled.
pub fn path(release: bool) -> Result<PathBuf, Failure> {
    let folder = if release { "release" } else { "debug" };
    let binary = places::target()
        .join(folder)
        .join(format!("aicmo{}", std::env::consts::EXE_SUFFIX));
    binary
        .canonicalize()
        .because(|| format!("cargo built the server but {} is not there", binary.display()))
}
