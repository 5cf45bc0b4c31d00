//! Checks 2 to 7: each retired name refuses, as subcommand, as program and as route.

use std::path::Path;
use std::process::Command;

use aicmo_legacy_guard::{EXIT_CODE, HTTP_STATUS, Retired};
use aicmo_shared::{ErrorCode, Problem};

use super::check::{Ground, Verdict};
use super::server::{command, run_to_end};

pub async fn check(ground: &Ground, retired: &Retired) -> Verdict {
    let untouched = ground.scratch.join(format!("{}-data", retired.name));
    let data_dir = untouched
        .to_str()
        .ok_or("the temporary directory has no UTF-8 name")?;
    let environment = [("AICMO_DATA_DIR", data_dir), ("AICMO_BIND", "127.0.0.1:0")];

    let mut subcommand = command(&ground.binary, &environment);
    subcommand.arg(retired.name);
    refuses(subcommand, retired, &untouched, "as a subcommand")?;

    let program = ground.scratch.join(retired.name);
    std::os::unix::fs::symlink(&ground.binary, &program)
        .map_err(|cause| format!("the program name cannot be tried: {cause}"))?;
    let mut as_program = command(&program, &environment);
    as_program.arg("serve");
    refuses(as_program, retired, &untouched, "as a program")?;

    let client = ground.server()?.client()?;
    for path in [format!("/{}", retired.name), format!("/{}/deeper", retired.name)] {
        let answer = client
            .get(&path)
            .send()
            .await
            .map_err(|_| format!("{path} does not answer"))?;
        let status = answer.status().as_u16();
        let problem: Problem = answer
            .json()
            .await
            .map_err(|_| format!("{path} answers HTTP {status} without a problem document"))?;
        let named = problem.extras.get("replacement").and_then(|value| value.as_str());
        if status != HTTP_STATUS
            || problem.code != ErrorCode::EntryPointRetired
            || named != Some(retired.replacement)
        {
            return Err(format!("{path} answers HTTP {status} with code {}", problem.code));
        }
    }
    Ok(format!(
        "exit {EXIT_CODE} and HTTP {HTTP_STATUS}, use {}",
        retired.replacement
    ))
}

/// Exit code, the one line, nothing on stdout, and no file made.
fn refuses(command: Command, retired: &Retired, untouched: &Path, how: &str) -> Result<(), String> {
    let ended = run_to_end(command)?;
    if ended.status.code() != Some(i32::from(EXIT_CODE)) {
        return Err(format!("{how} it ends with {}", ended.status));
    }
    if ended.stderr != format!("{}\n", retired.refusal_line()) || !ended.stdout.is_empty() {
        return Err(format!("{how} it says something else than its one line"));
    }
    if untouched.exists() {
        return Err(format!("{how} it wrote to the data directory"));
    }
    Ok(())
}
