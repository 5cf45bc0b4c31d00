//! Programs that cargo installs: trunk, wasm-bindgen, nextest. Each at one version.

use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::job::Job;
use crate::narrator::{Step, spelled};
use crate::places;

/// A program from crates.io at one version.
pub struct CargoTool {
    package: &'static str,
    binary: &'static str,
    version: &'static str,
    /// Flags of `cargo install`.
    flags: &'static [&'static str],
    /// How its version is asked for.
    question: &'static [&'static str],
    /// Any version will do when one is there already.
    any_version: bool,
    minutes: u32,
}

/// Builds the console. It stays at this version: the next line wants a newer compiler than ours.
pub const TRUNK: CargoTool = CargoTool {
    package: "trunk",
    binary: "trunk",
    version: "0.21.14",
    flags: &["--locked", "--no-default-features"],
    question: &["--version"],
    any_version: false,
    minutes: 4,
};

/// Must be the version of the `wasm-bindgen` crate in Cargo.lock. Without `--locked`, because its own
/// lock file pins a version that a registry may not serve yet.
pub const WASM_BINDGEN: CargoTool = CargoTool {
    package: "wasm-bindgen-cli",
    binary: "wasm-bindgen",
    version: "0.2.130",
    flags: &[],
    question: &["--version"],
    any_version: false,
    minutes: 3,
};

/// Runs the tests, one process each.
pub const NEXTEST: CargoTool = CargoTool {
    package: "cargo-nextest",
    binary: "cargo-nextest",
    version: "0.9.151",
    flags: &[
        "--locked",
        "--no-default-features",
        "--features",
        "default-no-update",
    ],
    question: &["nextest", "--version"],
    any_version: true,
    minutes: 4,
};

impl CargoTool {
    /// Finds the tool, or installs it into the cache; answers the folder that holds it.
    pub fn ensure(&self, step: &mut Step) -> Result<PathBuf, Failure> {
        let folder = places::cache().join(format!("tools/{}-{}", self.binary, self.version));
        let bin = folder.join("bin");
        if self.answers(&bin.join(self.binary)) {
            return Ok(bin);
        }
        if let Some(found) = places::in_path(self.binary)
            && self.answers(&found)
            && let Some(parent) = found.parent()
        {
            return Ok(parent.to_path_buf());
        }
        self.install(step, &folder)?;
        if self.answers(&bin.join(self.binary)) {
            Ok(bin)
        } else {
            Err(Failure::new(format!(
                "{} was installed but does not answer with version {}: remove {} and run this again",
                self.binary,
                self.version,
                folder.display()
            )))
        }
    }

    fn answers(&self, program: &Path) -> bool {
        program.is_file()
            && Job::new(program, "version")
                .args(self.question)
                .answer()
                .is_some_and(|text| {
                    self.any_version || text.split_whitespace().any(|word| word == self.version)
                })
    }

    fn install(&self, step: &mut Step, folder: &Path) -> Result<(), Failure> {
        let started = std::time::Instant::now();
        step.say(&format!(
            "installing {} {}, about {} minutes, once",
            self.package, self.version, self.minutes
        ));
        // The overrides make the tool a little slower and its build much faster; they are set on this
        // child only, because they would change the release profile of the product.
        Job::cargo(&format!("install-{}", self.binary))
            .args(["install", self.package, "--version", self.version])
            .args(self.flags)
            .args(["--force", "--root"])
            .args([folder])
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .without_env("CARGO_TARGET_DIR")
            .without_env("RUSTFLAGS")
            .dir(&std::env::temp_dir())
            .advice(&format!(
                "{} {} could not be installed: look at cargo's message above, then run this again",
                self.package, self.version
            ))
            .run(step)?;
        step.note(format!(
            "installed {} in {}",
            self.binary,
            spelled(started.elapsed())
        ));
        Ok(())
    }
}
