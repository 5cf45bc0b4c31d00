//! A compiler with a standard library for wasm32, in one of two ways.
//!
//! rustup's target is the normal way. Where rustup cannot download, a Debian has a second compiler
//! with library sources: from these a private sysroot is built once into the cache and stamped with
//! the compiler's version. Only the child that compiles the console sees either.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Because, Failure};
use crate::job::Job;
use crate::narrator::Step;
use crate::places;
use crate::tools::debian;

const TARGET: &str = "wasm32-unknown-unknown";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_SOURCES: &str = "/usr/lib/rustlib/src/rust/library";
/// Leptos boxes every component's view instead of compiling its whole type: a sixth less to download.
const ERASED_VIEWS: &str = "--cfg erase_components";
const DEBIAN_PACKAGES: &[&str] = &["rustc-web", "rust-web-src", "rust-web-llvm", "lld-22"];

/// What compiles the console.
#[derive(Debug, PartialEq, Eq)]
pub enum WasmCompiler {
    /// The toolchain of this directory, with rustup's target.
    Rustup,
    /// Debian's compiler with the private sysroot.
    Debian { sysroot: PathBuf },
}

impl WasmCompiler {
    /// The variables that make cargo use it. The flags are those of the target alone, so that build
    /// scripts and macros keep the native sysroot.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        let mut flags = OsString::from(ERASED_VIEWS);
        if let Some(renamed) = renamed_registry() {
            flags.push(" ");
            flags.push(renamed);
        }
        let mut variables = Vec::new();
        if let Self::Debian { sysroot } = self {
            flags.push(" --sysroot=");
            flags.push(sysroot);
            variables.push(("RUSTC", DEBIAN_RUSTC.into()));
        }
        variables.push(("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags));
        variables
    }

    /// The version in full and the flags; part of what makes a built console stale.
    pub fn version(&self) -> String {
        match self {
            Self::Rustup => version_of("rustc"),
            Self::Debian { .. } => version_of(DEBIAN_RUSTC),
        }
        .unwrap_or_default()
            + ERASED_VIEWS
            + &renamed_registry().unwrap_or_default()
    }
}

/// Keeps the home of whoever builds out of the places that panics name. Flags are split at spaces, so
/// a home with one stays as it is.
fn renamed_registry() -> Option<String> {
    let home = places::cargo_home()?.to_str()?.to_owned();
    (!home.contains(char::is_whitespace)).then(|| format!("--remap-path-prefix={home}=cargo"))
}

/// What is there already, without installing anything.
pub fn find() -> Option<WasmCompiler> {
    let choice = std::env::var("XTASK_WASM").unwrap_or_default();
    (choice != "debian" && rustup_target_is_installed())
        .then_some(WasmCompiler::Rustup)
        .or_else(|| (choice != "rustup").then(private_sysroot).flatten())
}

/// Finds a compiler for wasm32 or sets one up. `XTASK_WASM=rustup` or `debian` insists on one way.
pub fn ensure(step: &mut Step) -> Result<WasmCompiler, Failure> {
    if let Some(found) = find() {
        return Ok(found);
    }
    let choice = std::env::var("XTASK_WASM").unwrap_or_default();
    if choice != "debian" && places::in_path("rustup").is_some() {
        step.say("adding the wasm32 target with rustup");
        let added = Job::new("rustup", "rustup-target")
            .args(["target", "add", TARGET])
            .attempt(step)?;
        if added.fine && rustup_target_is_installed() {
            step.note("rustup added the wasm32 target");
            return Ok(WasmCompiler::Rustup);
        }
        if choice == "rustup" {
            return Err(
                added.into_failure("rustup could not add the wasm32 target: look at its message above")
            );
        }
    }
    step.say("rustup has no wasm32 target to offer; using Debian's compiler beside it");
    set_up_debian(step)?;
    private_sysroot()
        .ok_or_else(|| {
            Failure::new(format!(
                "the private standard library in {} is incomplete: remove it and run this again",
                sysroot_folder().display()
            ))
        })
        .inspect(|_| step.note("built a standard library for wasm32"))
}

fn rustup_target_is_installed() -> bool {
    Job::new("rustc", "rustc")
        .args(["--print", "sysroot"])
        .answer()
        .is_some_and(|sysroot| has_standard_library(Path::new(&sysroot)))
}

/// Whether a sysroot holds a compiled `std` for wasm32.
fn has_standard_library(sysroot: &Path) -> bool {
    fs::read_dir(sysroot.join(format!("lib/rustlib/{TARGET}/lib"))).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            let name = entry.file_name();
            let path = Path::new(&name);
            name.to_string_lossy().starts_with("libstd-")
                && path.extension().is_some_and(|extension| extension == "rlib")
        })
    })
}

fn sysroot_folder() -> PathBuf {
    places::cache().join("wasm-sysroot")
}

/// The private sysroot, when it was built by the compiler that is installed now.
fn private_sysroot() -> Option<WasmCompiler> {
    let sysroot = sysroot_folder();
    let stamp = fs::read_to_string(sysroot.join("stamp")).ok()?;
    let version = version_of(DEBIAN_RUSTC)?;
    (stamp.trim() == version.trim() && has_standard_library(&sysroot))
        .then_some(WasmCompiler::Debian { sysroot })
}

fn version_of(rustc: &str) -> Option<String> {
    Job::new(rustc, "rustc").args(["-vV"]).answer()
}

fn set_up_debian(step: &mut Step) -> Result<(), Failure> {
    let missing = !Path::new(DEBIAN_RUSTC).is_file()
        || !Path::new(DEBIAN_SOURCES).is_dir()
        || places::in_path("rust-lld").is_none();
    if missing {
        debian::install(
            step,
            DEBIAN_PACKAGES,
            "there is no standard library for wasm32: run `rustup target add wasm32-unknown-unknown` and this again",
        )?;
    }
    let version = version_of(DEBIAN_RUSTC).ok_or_else(|| {
        Failure::new(format!(
            "{DEBIAN_RUSTC} does not run: reinstall the package rustc-web and run this again"
        ))
    })?;
    build_sysroot(step, &version)
}

/// Compiles the standard library from an empty crate and collects the rlibs. About a minute.
fn build_sysroot(step: &mut Step, version: &str) -> Result<(), Failure> {
    let work = tempfile::Builder::new()
        .prefix("aicmo-wasm-std-")
        .tempdir()
        .because(|| "cannot create a temporary directory".to_owned())?;
    let empty = work.path().join("empty");
    fs::create_dir_all(empty.join("src")).because(|| format!("cannot create {}", empty.display()))?;
    let manifest = "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\
                    [workspace]\n[profile.release]\npanic = \"abort\"\n";
    for (file, text) in [("Cargo.toml", manifest), ("src/lib.rs", "")] {
        fs::write(empty.join(file), text)
            .because(|| format!("cannot write {file} in {}", empty.display()))?;
    }
    step.say("building a standard library for wasm32, about a minute, once");
    let target = work.path().join("target");
    Job::cargo("wasm-std")
        .args(["build", "--release", "--target", TARGET])
        .args(["-Zbuild-std=std,panic_abort,proc_macro"])
        .dir(&empty)
        .env("RUSTC", DEBIAN_RUSTC)
        // Lets a stable cargo build the standard library; without bitcode, fat LTO fails later.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env("CARGO_TARGET_DIR", target.as_os_str())
        .without_env("CARGO_ENCODED_RUSTFLAGS")
        .advice("the standard library for wasm32 could not be built: look at cargo's message above")
        .run(step)?;
    collect(&target.join(format!("{TARGET}/release/deps")), version)
}

/// Puts the rlibs where rustc looks for them, and the stamp last: a sysroot with a stamp is whole.
fn collect(deps: &Path, version: &str) -> Result<(), Failure> {
    let sysroot = sysroot_folder();
    let what = || format!("cannot write {}", sysroot.display());
    if sysroot.exists() {
        fs::remove_dir_all(&sysroot).because(what)?;
    }
    let lib = sysroot.join(format!("lib/rustlib/{TARGET}/lib"));
    fs::create_dir_all(&lib).because(what)?;
    for entry in fs::read_dir(deps).because(|| format!("cannot read {}", deps.display()))? {
        let path = entry
            .because(|| format!("cannot read {}", deps.display()))?
            .path();
        let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else {
            continue;
        };
        if path.extension().is_some_and(|extension| extension == "rlib") && !name.starts_with("libempty") {
            fs::copy(&path, lib.join(&name)).because(what)?;
        }
    }
    fs::write(sysroot.join("stamp"), version).because(what)
}
