//! Where things stand: the clone, cargo's target directory and the cache that outlives both.

use std::env;
use std::path::{Path, PathBuf};

/// The directory of the workspace. cargo tells it at run time, so a shared target directory is no trap.
pub fn root() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest
        .ancestors()
        .nth(2)
        .map_or_else(|| manifest.clone(), Path::to_path_buf)
}

/// cargo's target directory for native builds: `CARGO_TARGET_DIR`, else `target`.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(dir) if !dir.is_empty() => root().join(dir),
        _ => root().join("target"),
    }
}

/// Tools and the private standard library: they survive `cargo clean` and serve every clone.
pub fn cache() -> PathBuf {
    let base = match env::var_os("XDG_CACHE_HOME") {
        Some(dir) if !dir.is_empty() => PathBuf::from(dir),
        _ => env::var_os("HOME")
            .map_or_else(env::temp_dir, PathBuf::from)
            .join(".cache"),
    };
    base.join("aicmo-build")
}

/// Where cargo keeps the sources of other people's crates; cargo tells it at run time.
pub fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME")
        .filter(|dir| !dir.is_empty())
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")))
}

/// The console as the server embeds it.
pub fn dist() -> PathBuf {
    root().join("frontend/dist")
}

/// Where children's output is kept.
pub fn logs() -> PathBuf {
    target().join("xtask")
}

/// Finds an executable in `PATH`.
pub fn in_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|dir| dir.join(name))
        .find(|file| file.is_file())
}

/// `PATH` with `dirs` before everything else.
pub fn path_with(dirs: &[PathBuf]) -> std::ffi::OsString {
    let rest = env::var_os("PATH").unwrap_or_default();
    let all = dirs.iter().cloned().chain(env::split_paths(&rest));
    env::join_paths(all).unwrap_or(rest)
}
