//! The retired entry points and their refusals.
//!
//! Owns: the table of names that once started a console, what to use instead of each, and the one
//! line and exit code of a refusal. Does not own: printing, exiting or answering HTTP; the program
//! and its HTTP skin do that with what stands here. Nothing in this crate reads a setting, so no
//! setting can open a retired door again.

use aicmo_shared::inventory::{EntryPoint, EntryPointKind, EntryPointState};

/// What a retired subcommand or program exits with.
pub const EXIT_CODE: u8 = 64;

/// What a retired route answers.
pub const HTTP_STATUS: u16 = 410;

/// A name that once was a way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retired {
    /// The name, as subcommand, program and first segment of a route.
    pub name: &'static str,
    /// The command that took its place, and where in the console its job is done now.
    pub replacement: &'static str,
}

/// Every retired name.
pub const RETIRED: &[Retired] = &[
    Retired {
        name: "ops_shell",
        replacement: "aicmo doctor (screen Diagnostics and Admin)",
    },
    Retired {
        name: "cam_engine_ui",
        replacement: "aicmo serve (Campaigns)",
    },
    Retired {
        name: "operator_qc",
        replacement: "aicmo serve (War Room and operator mode)",
    },
    Retired {
        name: "app",
        replacement: "aicmo serve (Command)",
    },
    Retired {
        name: "launch_operator",
        replacement: "aicmo serve (Command)",
    },
    Retired {
        name: "streamlit_app",
        replacement: "aicmo serve (Command)",
    },
];

/// The retired entry point of that name; the comparison is exact.
pub fn find(name: &str) -> Option<&'static Retired> {
    RETIRED.iter().find(|retired| retired.name == name)
}

/// The retired entry point that a command line asks for: by the program's own name (directory and
/// extension do not count) or by its first argument.
pub fn find_in_arguments<'a>(mut arguments: impl Iterator<Item = &'a str>) -> Option<&'static Retired> {
    let program = arguments
        .next()
        .and_then(|path| std::path::Path::new(path).file_stem())
        .and_then(std::ffi::OsStr::to_str);
    program.and_then(find).or_else(|| arguments.next().and_then(find))
}

/// The one line that a refusal prints; `None` for a name that is not retired.
pub fn refusal_line(name: &str) -> Option<String> {
    find(name).map(Retired::refusal_line)
}

impl Retired {
    /// The one line that a refusal prints.
    pub fn refusal_line(&self) -> String {
        format!("RETIRED_ENTRYPOINT {}: use {}", self.name, self.replacement)
    }
}

/// Every retired door, three for each name: subcommand, program and route.
pub fn entry_points() -> Vec<EntryPoint> {
    RETIRED
        .iter()
        .flat_map(|retired| {
            let door = |name: String, kind, refusal| EntryPoint {
                name,
                kind,
                state: EntryPointState::Retired,
                purpose: format!("Retired; use {}", retired.replacement),
                replacement: Some(retired.replacement.to_owned()),
                refusal: Some(refusal),
                starts_console: false,
            };
            [
                door(
                    format!("aicmo {}", retired.name),
                    EntryPointKind::Subcommand,
                    u16::from(EXIT_CODE),
                ),
                door(
                    retired.name.to_owned(),
                    EntryPointKind::Program,
                    u16::from(EXIT_CODE),
                ),
                door(format!("/{}", retired.name), EntryPointKind::Route, HTTP_STATUS),
            ]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_the_six_names_is_refused_with_one_line() {
        let names: Vec<_> = RETIRED.iter().map(|retired| retired.name).collect();
        assert_eq!(
            names,
            [
                "ops_shell",
                "cam_engine_ui",
                "operator_qc",
                "app",
                "launch_operator",
                "streamlit_app"
            ]
        );
        assert_eq!(
            refusal_line("ops_shell").as_deref(),
            Some("RETIRED_ENTRYPOINT ops_shell: use aicmo doctor (screen Diagnostics and Admin)")
        );
        assert!(
            RETIRED
                .iter()
                .all(|retired| !retired.refusal_line().contains('\n'))
        );
    }

    #[test]
    fn a_name_counts_as_program_and_as_first_argument_only() {
        let asked = |line: &[&str]| find_in_arguments(line.iter().copied()).map(|found| found.name);
        assert_eq!(asked(&["/opt/bin/app"]), Some("app"));
        assert_eq!(asked(&["streamlit_app.py", "serve"]), Some("streamlit_app"));
        assert_eq!(asked(&["aicmo", "operator_qc", "--help"]), Some("operator_qc"));
        assert_eq!(asked(&["aicmo", "serve", "app"]), None);
        assert_eq!(asked(&["aicmo", "App"]), None);
        assert_eq!(asked(&["/srv/app/aicmo"]), None);
        assert_eq!(asked(&[]), None);
    }

    #[test]
    fn every_name_has_three_closed_doors_and_none_starts_the_console() {
        let doors = entry_points();
        assert_eq!(doors.len(), 3 * RETIRED.len());
        assert!(
            doors
                .iter()
                .all(|door| !door.starts_console && door.replacement.is_some())
        );
    }
}
