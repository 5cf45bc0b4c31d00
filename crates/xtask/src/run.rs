//! `cargo xtask run`: sets up what is missing, builds console and server, and becomes the server.

use std::convert::Infallible;
use std::process::Command;

use crate::failure::Failure;
use crate::narrator::Narrator;
use crate::{console, server};

/// Does not come back when all goes well: the server takes the place of this process, so signals
/// and the exit code are its own, and its ready line is the next thing printed.
pub fn run(release: bool, verbose: bool, args: &[String]) -> Result<Infallible, Failure> {
    let mut narrator = Narrator::new(2, verbose);
    narrator.step("building the console", |step| console::build(step, false))?;
    let binary = narrator.step("building the server", |step| server::build(step, release))?;
    println!("starting: {} serve {}", binary.display(), args.join(" "));
    let mut command = Command::new(&binary);
    command.arg("serve").args(args);
    become_process(command)
}

#[cfg(unix)]
fn become_process(mut command: Command) -> Result<Infallible, Failure> {
    use std::os::unix::process::CommandExt;
    let cause = command.exec();
    Err(Failure::new(format!("the server could not be started: {cause}")))
}

#[cfg(not(unix))]
fn become_process(mut command: Command) -> Result<Infallible, Failure> {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(cause) => Err(Failure::new(format!("the server could not be started: {cause}"))),
    }
}
