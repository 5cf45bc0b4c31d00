//! Taking an import back: the button with its reason, the way there, and what stays and why.

use aicmo_shared::access::Capability;
use aicmo_shared::api::UndoImport;
use aicmo_shared::import::{Import, ImportState, ImportUndo, ImportUndoRequest, RowUndo};
use leptos::prelude::*;

use super::super::place::Place;
use super::progress::Progress;
use super::stage::{count_of_undo, tone_of_undo};
use crate::api::{Load, Reading, command};
use crate::app::ShellState;
use crate::components::bars::{Bar, Bars};
use crate::components::button::{Button, ButtonKind};
use crate::components::dialog::Dialog;
use crate::components::doing::{Doing, DoingFailed};
use crate::components::dom;
use crate::components::field::{FieldKind, TextField};
use crate::format;
use crate::session::Allowed;
use crate::tabs::campaigns::reason_objection;

const REASON: &str = "aicmo-import-undo-reason";

/// The button that asks for the reason, while there is something to take back.
#[component]
pub fn Undo(
    /// The import.
    reading: Reading<Import>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let until = Memo::new(move |_| reading.with(|import| import.undo_until));
    let shell = ShellState::expect();
    let possible = Memo::new(move |_| until.get().is_some_and(|until| shell.now() <= until));
    let title = Signal::derive(move || {
        format!(
            "Undo the import of {}?",
            reading.with(|import| import.file_name.clone())
        )
    });
    view! {
        <Show when=move || possible.get()>
            <Allowed needs=Capability::RunImports>
                <div class="import__cancel">
                    <Button on_press=move |()| open.set(true) blocked=super::write_block()>
                        "Undo this import…"
                    </Button>
                    <span class="drop__text">
                        {move || until.get().map(|until| format!("Possible until {}", format::moment(until)))}
                    </span>
                </div>
            </Allowed>
        </Show>
        <Dialog open title>
            <UndoForm reading open />
        </Dialog>
    }
}

#[component]
fn UndoForm(reading: Reading<Import>, open: RwSignal<bool>) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let reason = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<String>);
    dom::focus_soon(REASON);
    let server = doing.field("reason");
    let error = Signal::derive(move || wrong.get().or_else(|| server.get()));
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let text = reason.get_untracked().trim().to_owned();
        let objection = reason_objection(&text);
        wrong.set(objection.map(str::to_owned));
        if objection.is_some() {
            return;
        }
        let id = untrack(|| reading.with(|import| import.id.to_string()));
        let body = ImportUndoRequest { reason: Some(text) };
        doing.run_or(
            command::<UndoImport>(&[&id], &body, None),
            move |_: Import| {
                open.set(false);
                shell.changed();
            },
            move |error| {
                shell.changed();
                Some(error)
            },
        );
    };
    let counts = Memo::new(move |_| reading.with(|import| import.counts));
    view! {
        <form class="form" novalidate on:submit=submit>
            <p class="form__consequence">
                {move || counts.with(|counts| format!(
                    "Takes back {} and puts back the fields of {}, unless somebody has worked on them since. What \
                     stays is listed with the reason. Opt-outs stay known.",
                    format::counted(counts.new, "created lead", "created leads"),
                    format::counted(counts.merged, "filled lead", "filled leads"),
                ))}
            </p>
            <TextField
                id=REASON
                label="Reason"
                value=reason
                kind=FieldKind::Area
                help="3 to 500 characters; kept in the record with your name."
                error
                required=true
                max=500_u32
            />
            <DoingFailed doing />
            <div class="form__actions">
                <Button kind=ButtonKind::Danger submit=true busy=doing.busy()>"Undo the import"</Button>
                <Button on_press=move |()| open.set(false)>"Keep it"</Button>
            </div>
        </form>
    }
}

/// The undo while it runs, and the way on where it stands still.
#[component]
pub fn UndoProgress(
    /// The import.
    reading: Reading<Import>,
    /// Asks for it again.
    import: Load<Import>,
) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let why = Memo::new(move |_| reading.with(|import| import.error.clone()));
    let runs = Memo::new(move |_| {
        reading.with(|import| import.state == ImportState::Undoing && import.error.is_none())
    });
    let settled = Memo::new(move |_| {
        reading.with(|import| {
            import
                .undo
                .as_ref()
                .map_or((0, 0), |undo| (undo.done(), undo.total))
        })
    });
    let go_on = move |()| {
        let (id, reason) = untrack(|| {
            reading.with(|import| {
                (
                    import.id.to_string(),
                    import.undo.as_ref().map(|undo| undo.reason.clone()),
                )
            })
        });
        doing.run(
            command::<UndoImport>(&[&id], &ImportUndoRequest { reason }, None),
            move |_: Import| shell.changed(),
        );
    };
    view! {
        <div class="commit">
            <Progress settled runs look=move |()| import.refetch() what="Rows taken back" done="taken back" />
            {move || why.get().map(|why| view! {
                <div class="failure failure--inline" role="alert">
                    <p class="failure__title">"The undo stands still"</p>
                    <p class="failure__detail">{why}</p>
                </div>
                <Allowed needs=Capability::RunImports>
                    <Button kind=ButtonKind::Primary on_press=go_on busy=doing.busy() blocked=super::write_block()>
                        "Go on"
                    </Button>
                </Allowed>
            })}
            <Show when=move || runs.get()>
                <p class="drop__text">"It goes on when you leave this page, and after a restart of the server."</p>
            </Show>
            <DoingFailed doing />
        </div>
    }
}

/// What went, what is as it was, and what stays.
#[component]
pub fn UndoResult(
    /// The import.
    reading: Reading<Import>,
) -> impl IntoView {
    let undo = Memo::new(move |_| reading.with(|import| import.undo.clone()));
    let bars = Signal::derive(move || {
        undo.get().map_or_else(Vec::new, |undo| {
            RowUndo::ALL
                .iter()
                .map(|outcome| Bar {
                    word: outcome.as_str().to_owned(),
                    meaning: outcome.meaning().to_owned(),
                    count: count_of_undo(&undo, *outcome),
                    tone: tone_of_undo(*outcome),
                    href: None,
                })
                .collect()
        })
    });
    let text = move || undo.get().map(|undo| sentence(&undo));
    view! {
        <p class="outcome__word" role="status">"Undone"</p>
        <p class="outcome__text">{text}</p>
        <Bars
            title="Rows by what became of them"
            word_title="Outcome"
            count_title="Rows"
            bars
            mock=Signal::derive(move || reading.mock_reason().is_some())
        />
        <div class="form__actions">
            <Allowed needs=Capability::RunImports>
                <a class=ButtonKind::Secondary.class() href=Place::Imports.address()>"Import another file"</a>
            </Allowed>
        </div>
    }
}

fn sentence(undo: &ImportUndo) -> String {
    let stays = match undo.kept {
        0 => "Nothing of it stays.".to_owned(),
        kept => format!(
            "Something stays of {}; choose \u{201c}kept\u{201d} below to see why.",
            format::counted(kept, "row", "rows")
        ),
    };
    format!("{stays} Reason: {}", undo.reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_says_whether_anything_stays() {
        let undo = |kept| ImportUndo {
            reason: "the wrong file".to_owned(),
            total: 5,
            taken_back: 5 - kept,
            restored: 0,
            kept,
        };
        assert_eq!(sentence(&undo(0)), "Nothing of it stays. Reason: the wrong file");
        assert!(sentence(&undo(2)).starts_with("Something stays of 2 rows;"));
    }
}
