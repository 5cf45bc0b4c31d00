//! `aicmo inventory` and `aicmo openapi`: what there is, without opening anything.

use aicmo_shared::inventory::{EntryPoint, EntryPointKind, EntryPointState};
use clap::CommandFactory as _;

use super::output::{print_json, print_text};
use super::{Arguments, table};
use crate::http::BESIDE;
use crate::process::{Exit, Stop};

/// The command that starts the console.
const STARTS_CONSOLE: &str = "serve";

/// Doors that are addresses of a running server, with what is behind them.
const ROUTES: &[(&str, &str)] = &[("/", "The console"), ("/api/v1", "The JSON API")];

/// Every way in: the commands as the parser knows them, the routes, and the retired doors.
pub fn entry_points() -> Vec<EntryPoint> {
    let open = |name: String, kind, purpose: String, starts_console| EntryPoint {
        name,
        kind,
        state: EntryPointState::Active,
        purpose,
        replacement: None,
        refusal: None,
        starts_console,
    };
    let commands = Arguments::command();
    let commands = commands.get_subcommands().map(|command| {
        open(
            format!("aicmo {}", command.get_name()),
            EntryPointKind::Subcommand,
            command.get_about().map(ToString::to_string).unwrap_or_default(),
            command.get_name() == STARTS_CONSOLE,
        )
    });
    let routes = ROUTES.iter().chain(BESIDE).map(|(path, purpose)| {
        open(
            (*path).to_owned(),
            EntryPointKind::Route,
            (*purpose).to_owned(),
            false,
        )
    });
    commands
        .chain(routes)
        .chain(aicmo_legacy_guard::entry_points())
        .collect()
}

pub(super) fn print(json: bool) -> Result<Exit, Stop> {
    let doors = entry_points();
    if json {
        return print_json(&doors);
    }
    let rows: Vec<Vec<String>> = doors
        .into_iter()
        .map(|door| {
            let what = if door.starts_console {
                format!("{} (starts the console)", door.purpose)
            } else {
                door.purpose
            };
            vec![door.name, door.kind.to_string(), door.state.to_string(), what]
        })
        .collect();
    print_text(&table::draw(&["entry point", "kind", "state", "purpose"], &rows))
}

pub(super) fn print_openapi() -> Result<Exit, Stop> {
    print_json(&crate::http::openapi::document())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_way_in_starts_the_console_and_it_is_open() {
        let doors = entry_points();
        let starts: Vec<_> = doors.iter().filter(|door| door.starts_console).collect();
        assert_eq!(starts.len(), 1);
        assert_eq!(starts[0].name, "aicmo serve");
        assert_eq!(starts[0].state, EntryPointState::Active);
    }

    #[test]
    fn every_open_door_says_what_it_is_for_and_no_retired_name_is_a_command() {
        for door in entry_points() {
            assert!(!door.purpose.is_empty(), "{}", door.name);
        }
        for command in Arguments::command().get_subcommands() {
            assert!(aicmo_legacy_guard::find(command.get_name()).is_none());
        }
        Arguments::command().debug_assert();
    }
}
