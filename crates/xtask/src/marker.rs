//! The build marker, by the very code that the build scripts of server and console use.

#![expect(dead_code, reason = "emitting cargo directives is for build scripts")]

include!("../../../shared/build_from_git.rs");

/// The marker of the commit that is checked out.
pub fn of_checkout() -> String {
    marker_and_commit().0
}
