// Included by the build scripts of the server and of the console, and by xtask, so that all carry one marker.
// A file and not a crate: a build dependency would be compiled twice for the sake of twenty lines.

fn git(args: &[&str]) -> Option<String> {
    let output = std::process::Command::new("git").args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

/// The marker and the short commit. Outside a git checkout they say `unknown`, which is the truth.
fn marker_and_commit() -> (String, String) {
    let commit = git(&["rev-parse", "--short=7", "HEAD"]).unwrap_or_else(|| "unknown".to_owned());
    let date = git(&["log", "-1", "--format=%cd", "--date=format:%Y_%m_%d"])
        .unwrap_or_else(|| "0000_00_00".to_owned());
    (format!("AICMO_DASH_V3_{date}_{commit}"), commit)
}

/// Prints `cargo:rustc-env=AICMO_BUILD_MARKER=…` and its companions.
fn emit_build_marker() {
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"])
        && std::path::Path::new(&log).exists()
    {
        println!("cargo:rerun-if-changed={log}");
    }
    let (marker, commit) = marker_and_commit();
    println!("cargo:rustc-env=AICMO_BUILD_MARKER={marker}");
    println!("cargo:rustc-env=AICMO_GIT_COMMIT={commit}");
}
