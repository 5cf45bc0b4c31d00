//! Finds the console that is embedded, and stamps the build marker.
//!
//! `AICMO_CONSOLE_DIST` names the folder that `http::console` embeds: `frontend/dist` once
//! `cargo xtask build-ui` has filled it, else a folder with one page that says what is missing.

use std::path::PathBuf;
use std::{env, fs, io};

include!("../shared/build_from_git.rs");

/// What is served instead of a console that was not built.
const NOT_BUILT: &str = r#"<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>AICMO Operator: console not built</title></head>
<body>
<main data-console="not-built">
<h1>The console is not part of this binary</h1>
<p>This binary was compiled before the console was built. The API works under /api/v1.</p>
<p>Run <code>cargo xtask run</code> to build both and start again.</p>
</main>
</body>
</html>
"#;

fn main() -> io::Result<()> {
    emit_build_marker();
    let dist = console_folder()?;
    println!("cargo:rustc-env=AICMO_CONSOLE_DIST={}", dist.display());
    Ok(())
}

/// The folder to embed.
fn console_folder() -> io::Result<PathBuf> {
    let manifest = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let dist = manifest.join("../frontend/dist");
    // Watching a path that is not there would run this script, and compile the server, every time.
    fs::create_dir_all(&dist)?;
    println!("cargo:rerun-if-changed={}", dist.display());
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=../shared/build_from_git.rs");
    if dist.join("index.html").is_file() {
        return dist.canonicalize();
    }
    let stand_in = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?).join("console-not-built");
    fs::create_dir_all(&stand_in)?;
    fs::write(stand_in.join("index.html"), NOT_BUILT)?;
    Ok(stand_in)
}
