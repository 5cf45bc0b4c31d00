//! The commit while it runs, the way on where it stands still; and what came of it.

use aicmo_shared::access::Capability;
use aicmo_shared::api::{CommitImport, PauseImport, ResumeImport};
use aicmo_shared::import::{Import, ImportState};
use leptos::prelude::*;

use super::super::place::Place;
use super::dry_run::Verdicts;
use super::progress::Progress;
use crate::api::{Load, Reading, command};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::doing::{Doing, DoingFailed};
use crate::format;
use crate::session::Allowed;

/// The bar, the pace and the way on where it stands still.
#[component]
pub fn CommitProgress(
    /// The import.
    reading: Reading<Import>,
    /// Asks for it again.
    import: Load<Import>,
) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let runs = Memo::new(move |_| reading.with(|import| import.state == ImportState::Committing));
    let settled = Memo::new(move |_| reading.with(|import| (import.committed, import.counts.total)));
    let is_paused = Memo::new(move |_| reading.with(|import| import.state == ImportState::Paused));
    let id = move || untrack(|| reading.with(|import| import.id.to_string()));
    let go_on = move |()| {
        let call = if is_paused.get_untracked() {
            command::<ResumeImport>(&[&id()], &(), None)
        } else {
            command::<CommitImport>(&[&id()], &(), None)
        };
        doing.run(call, move |_: Import| shell.changed());
    };
    let pause = move |()| {
        doing.run_or(
            command::<PauseImport>(&[&id()], &(), None),
            move |_: Import| shell.changed(),
            // It may have ended while the button was pressed; what is read anew says so.
            move |error| {
                shell.changed();
                Some(error)
            },
        );
    };
    let stands = move || {
        if is_paused.get() {
            "The commit is paused. Rows that were written stay written."
        } else {
            "The commit stands still. Rows that were written stay written."
        }
    };
    view! {
        <div class="commit">
            <Progress settled runs look=move |()| import.refetch() what="Rows settled" done="settled" />
            <Show
                when=move || runs.get()
                fallback=move || view! {
                    <p class="drop__text">{stands}</p>
                    <Allowed needs=Capability::RunImports>
                        <Button kind=ButtonKind::Primary on_press=go_on busy=doing.busy() blocked=super::write_block()>
                            {move || if is_paused.get() { "Resume" } else { "Go on" }}
                        </Button>
                    </Allowed>
                }
            >
                <p class="drop__text">
                    "It goes on when you leave this page, and after a restart of the server. No row is written twice."
                </p>
                <Allowed needs=Capability::RunImports>
                    <Button on_press=pause busy=doing.busy()>"Pause"</Button>
                </Allowed>
            </Show>
            <DoingFailed doing />
        </div>
    }
}

/// What came of it.
#[component]
pub fn CommitResult(
    /// The import.
    reading: Reading<Import>,
) -> impl IntoView {
    let text = move || {
        reading.with(|import| {
            format!(
                "{} of {} are settled.",
                format::count(import.committed),
                format::counted(import.counts.total, "row", "rows")
            )
        })
    };
    view! {
        <p class="outcome__word" role="status">{move || reading.with(|import| import.state.label())}</p>
        <p class="outcome__text">{text}</p>
        <Verdicts reading />
        <div class="form__actions">
            <a class=ButtonKind::Primary.class() href="/leads?source=csv&sort=newest">"See the imported leads"</a>
            <Allowed needs=Capability::RunImports>
                <a class=ButtonKind::Secondary.class() href=Place::Imports.address()>"Import another file"</a>
            </Allowed>
        </div>
    }
}
