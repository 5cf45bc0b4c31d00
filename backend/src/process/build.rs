//! Which build this is.

use aicmo_shared::build_marker::BuildMarker;

/// The marker that the build script took from git.
pub fn marker() -> BuildMarker {
    BuildMarker::new(env!("AICMO_BUILD_MARKER"))
}

/// The short commit; `unknown` outside a git checkout.
pub const GIT_COMMIT: &str = env!("AICMO_GIT_COMMIT");

/// The version of the package.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
