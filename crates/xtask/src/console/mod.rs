//! `cargo xtask build-ui`: the console as the server embeds it, in `frontend/dist`.
//!
//! trunk builds into the target directory; what it made is kept there with a stamp over everything
//! it was made from. `dist` is then filled from that: the build marker goes into `index.html`,
//! `console.json` lists every file with its hash, and compressed twins stand beside the rest. So a
//! new commit costs a copy and not a compile, and a failed build leaves the last console alone.

mod dist;
mod freshness;
mod sizes;

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Because, Failure};
use crate::job::Job;
use crate::narrator::Step;
use crate::places;
use crate::tools::cargo_tools::{TRUNK, WASM_BINDGEN};
use crate::tools::node;
use crate::tools::wasm::{self, WasmCompiler};

pub use dist::{compressed_size, files_with_sizes, is_whole};
pub use sizes::first_screen_size;

/// The most that all the first screen needs may weigh, brotli-compressed: page, styles, loader,
/// glue and module of the small size.
pub const BUDGET_BYTES: u64 = 300 * 1024;

/// Builds the console unless what stands in `dist` is already it. `force` compiles in any case.
pub fn build(step: &mut Step, force: bool) -> Result<(), Failure> {
    let raw = raw_folder();
    let fresh = match wasm::find() {
        Some(compiler) if !force => {
            freshness::matches(&raw, &freshness::stamp_of_sources(&compiler.version())?)
        }
        _ => false,
    };
    if fresh {
        step.note("nothing changed since the last build");
    } else {
        let compiler = wasm::ensure(step)?;
        compile(step, &compiler, &raw)?;
    }
    dist::fill(&raw, &places::dist())?;
    step.note(format!(
        "{} KB compressed for the first screen, {} KB in all",
        first_screen_size(&places::dist())?.div_ceil(1024),
        compressed_size(&places::dist())?.div_ceil(1024)
    ));
    Ok(())
}

/// Where the console as trunk made it is kept.
fn raw_folder() -> PathBuf {
    places::target().join("console")
}

fn empty_folder(path: PathBuf) -> Result<PathBuf, Failure> {
    if path.exists() {
        fs::remove_dir_all(&path).because(|| format!("cannot remove {}", path.display()))?;
    }
    fs::create_dir_all(&path).because(|| format!("cannot create {}", path.display()))?;
    Ok(path)
}

/// Runs trunk once per size into folders beside the last result, and puts the two in place only when
/// both are there.
fn compile(step: &mut Step, compiler: &WasmCompiler, raw: &Path) -> Result<(), Failure> {
    let trunk = TRUNK.ensure(step)?;
    let wasm_bindgen = WASM_BINDGEN.ensure(step)?;
    let programs = node::packages(step)?;
    let stamp = freshness::stamp_of_sources(&compiler.version())?;

    Job::cargo("fetch")
        .args(["fetch", "--locked"])
        .advice("cargo could not download the dependencies of Cargo.lock: look at its message above")
        .run(step)?;

    let first = empty_folder(raw.with_extension("new"))?;
    let whole = empty_folder(raw.with_extension("whole"))?;
    let path = places::path_with(&[programs, wasm_bindgen, trunk.clone()]);
    for (title, features, to) in [
        ("the whole console", None, &whole),
        ("the first screen", Some("--no-default-features"), &first),
    ] {
        step.say(&format!("compiling {title}"));
        let mut job = Job::new(trunk.join("trunk"), "trunk")
            .args([
                "build",
                "--release",
                "--offline",
                "--locked",
                "--skip-version-check",
                "--color",
                "never",
            ])
            .args(features)
            .args(["--dist"])
            .args([to])
            .dir(&places::root().join("frontend"))
            .env("PATH", path.clone())
            .env("CARGO_TARGET_DIR", places::target().join("wasm"))
            // A general RUSTFLAGS would silence the one that names the sysroot; NO_COLOR=1 is no trunk value.
            .without_env("RUSTFLAGS")
            .without_env("CARGO_ENCODED_RUSTFLAGS")
            .without_env("NO_COLOR")
            .env("RUST_BACKTRACE", "0")
            .advice("the console could not be built: mend what trunk says above and run this again");
        for (key, value) in compiler.environment() {
            job = job.env(key, value);
        }
        job.run(step)?;
    }
    sizes::join(&whole, &first)?;
    fs::remove_dir_all(&whole).because(|| format!("cannot remove {}", whole.display()))?;
    let fresh = first;
    dist::compress_all(&fresh)?;
    freshness::keep(&fresh, &stamp)?;
    if raw.exists() {
        fs::remove_dir_all(raw).because(|| format!("cannot remove {}", raw.display()))?;
    }
    fs::rename(&fresh, raw).because(|| format!("cannot move the console to {}", raw.display()))
}
