//! The report: proof of what is running, from where, with which settings.
//!
//! Each panel asks for itself. The report is built from the server's memory, so most of it is there
//! even when the database is not.

mod checks;
mod entry_points;
mod integrity;
mod process;
mod settings;
mod storage;

use aicmo_shared::api::{GetDiagnostics, NoQuery, RunDiagnostics};
use aicmo_shared::diagnostics::Diagnostics;
use leptos::prelude::*;

use self::checks::Checks;
use self::entry_points::EntryPoints;
use self::integrity::Integrity;
use self::process::Process;
use self::settings::Settings;
use self::storage::{Database, Services};
use super::admin::Administration;
use crate::api::{self, Load};
use crate::app::ShellState;
use crate::boot;
use crate::components::button::{Button, ButtonKind};
use crate::components::doing::{Doing, DoingFailed};
use crate::components::{dom, figure, pill};
use crate::keys;

fn report() -> Load<Diagnostics> {
    Load::new(|| api::read::<GetDiagnostics>(&[], &NoQuery {}))
}

/// The part.
#[component]
pub fn Report() -> impl IntoView {
    let shell = ShellState::expect();
    let running = Doing::default();
    let copying = Doing::default();
    let run = Callback::new(move |()| {
        running.run(api::command::<RunDiagnostics>(&[], &(), None), move |report| {
            shell.toasts.tell(outcome(&report));
            shell.changed();
        });
    });
    let copy = Callback::new(move |()| {
        copying.run(api::read::<GetDiagnostics>(&[], &NoQuery {}), move |answer| {
            match serde_json::to_string_pretty(&as_copied(shell, answer.data())) {
                Ok(text) => {
                    let file = text.clone();
                    dom::copy(&text, move |is_there| {
                        if is_there {
                            shell.toasts.done("The redacted report is on the clipboard.");
                        } else {
                            dom::download("aicmo-diagnostics.json", &file);
                            shell
                                .toasts
                                .tell(format!("{} The report comes as a file.", dom::NOT_COPIED));
                        }
                    });
                }
                Err(error) => shell
                    .toasts
                    .failed(format!("The report could not be written: {error}")),
            }
        });
    });
    keys::listen(move |key| match key {
        "r" => {
            run.run(());
            true
        }
        "c" => {
            copy.run(());
            true
        }
        _ => false,
    });
    view! {
        <div class="diagnostics__actions">
            <Button on_press=copy busy=copying.busy()>"Copy as JSON"</Button>
            <Button kind=ButtonKind::Primary on_press=run busy=running.busy()>"Run checks"</Button>
        </div>
        <DoingFailed doing=running />
        <DoingFailed doing=copying />
        <div class="diagnostics">
            <div class="diagnostics__column">
                <Process />
                <Checks />
            </div>
            <div class="diagnostics__column">
                <Database />
                <Services />
                <Integrity />
            </div>
            <Administration />
            <Settings />
            <EntryPoints />
        </div>
    }
}

/// The run in one sentence.
fn outcome(report: &Diagnostics) -> String {
    use aicmo_shared::diagnostics::CheckOutcome;
    let failed = report
        .checks
        .iter()
        .filter(|check| check.outcome == CheckOutcome::Fail)
        .count();
    let all = report.checks.len();
    if failed == 0 {
        format!("All {all} checks passed.")
    } else {
        format!("{failed} of {all} checks failed.")
    }
}

/// The report with what only this browser knows.
fn as_copied(shell: ShellState, report: &Diagnostics) -> serde_json::Value {
    let skew = shell
        .connection
        .with_untracked(crate::shell::connection::Connection::offset);
    serde_json::json!({
        "report": report,
        "console": {
            "build": boot::build(),
            "matches_server": boot::build() == report.build,
            "clock_skew_ms": skew,
        },
    })
}

/// A word in a tone for something that should be so.
fn mark(is_fine: bool, fine: &'static str, not_fine: &'static str) -> impl IntoView {
    let (tone, word) = if is_fine {
        (pill::Tone::Good, fine)
    } else {
        (pill::Tone::Bad, not_fine)
    };
    view! { <pill::Pill tone word /> }
}

/// A number of the report, or why there is none.
fn number(of: figure::Provenance, quantity: Option<figure::Quantity>, absent: &'static str) -> AnyView {
    match quantity {
        Some(quantity) => view! { <figure::Figure value=of.figure(quantity) /> }.into_any(),
        None => absent.into_any(),
    }
}
