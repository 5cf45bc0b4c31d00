//! Debian packages, where we are root on a Debian and may install them.

use crate::failure::Failure;
use crate::job::Job;
use crate::narrator::Step;
use crate::places;
use crate::tools;

/// Installs `packages`, or fails with `otherwise`, which says what to do by hand.
pub fn install(step: &mut Step, packages: &[&str], otherwise: &str) -> Result<(), Failure> {
    if places::in_path("apt-get").is_none() {
        return Err(Failure::new(otherwise));
    }
    let list = packages.join(" ");
    if !tools::is_root() {
        return Err(Failure::new(format!(
            "{otherwise} (on Debian, as root: apt-get install {list})"
        )));
    }
    step.say(&format!("installing Debian packages: {list}"));
    let advice = format!("apt-get could not install {list}: look at its message above; {otherwise}");
    apt(&["update"]).advice(&advice).run(step)?;
    apt(&["install", "-y", "--no-install-recommends"])
        .args(packages)
        .advice(&advice)
        .run(step)?;
    Ok(())
}

fn apt(args: &[&str]) -> Job {
    Job::new("apt-get", "apt")
        .args(["-o", "DPkg::Lock::Timeout=300"])
        .args(args)
        .env("DEBIAN_FRONTEND", "noninteractive")
}
