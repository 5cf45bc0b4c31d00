//! One import: the file, the way it has come, and the step it stands at.

use aicmo_shared::ImportId;
use aicmo_shared::access::Capability;
use aicmo_shared::api::{CancelImport, GetImport, NoQuery};
use aicmo_shared::campaign::Campaign;
use aicmo_shared::import::{Import, ImportState};
use leptos::prelude::*;

use super::super::place::Place;
use super::commit::{CommitProgress, CommitResult};
use super::dry_run::DryRun;
use super::mapping::MappingForm;
use super::rows::ImportRows;
use super::stage::{Stage, can_cancel, tone_of_state};
use super::undo::{Undo, UndoProgress, UndoResult};
use crate::api::{self, Load, Reading, command};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::doing::{Doing, DoingFailed};
use crate::components::panel::Panel;
use crate::components::pill::Pill;
use crate::components::settled::settled;
use crate::format;
use crate::session::Allowed;

/// The panels of one import.
#[component]
pub fn ImportDetail(
    /// Which.
    id: ImportId,
    /// The campaigns to choose from.
    campaigns: Load<Vec<Campaign>>,
) -> impl IntoView {
    let key = id.to_string();
    let import = Load::new(move || api::read::<GetImport>(&[&key], &NoQuery {}));
    let title = Signal::derive(move || {
        import
            .with(|import| import.file_name.clone())
            .unwrap_or_else(|| "Import".to_owned())
    });
    // A failure of this panel leaves the rows alone: whether there are any is then theirs to say.
    let has_rows = Memo::new(move |_| {
        import
            .with(|import| import.counts.total > 0)
            .unwrap_or_else(|| import.error().is_some())
    });
    view! {
        <Panel
            name="import-detail"
            title
            data=import
            skeleton=8
            aside=move || view! {
                {move || import.with(|import| import.state).map(|state| view! {
                    <Pill tone=tone_of_state(state) word=state.as_str() title=state.label().to_owned() />
                })}
            }
            let:reading
        >
            <ImportBody reading import campaigns />
        </Panel>
        <Show when=move || has_rows.get()>
            <ImportRows id import />
        </Show>
    }
}

#[component]
fn ImportBody(
    reading: Reading<Import>,
    import: Load<Import>,
    campaigns: Load<Vec<Campaign>>,
) -> impl IntoView {
    let state = Memo::new(move |_| reading.with(|import| import.state));
    let has_counts = Memo::new(move |_| reading.with(|import| import.counts.total > 0));
    let session = ShellState::expect().session;
    let may_run = untrack(|| session.shows(Capability::RunImports));
    let remapping = RwSignal::new(false);
    Effect::new(move || {
        if state.get() != ImportState::Previewed {
            remapping.set(false);
        }
    });
    let stage = Memo::new(move |_| {
        if remapping.get() {
            Stage::Mapping
        } else {
            Stage::of(state.get(), has_counts.get())
        }
    });
    let standing = settled(move || (stage.get(), state.get()));
    let step = move || {
        match standing.get() {
        (Stage::Mapping, _) if !may_run => {
            view! { <p class="drop__text">"What each column becomes has not been decided yet."</p> }.into_any()
        }
        (Stage::Mapping, _) => view! { <MappingForm reading remapping campaigns /> }.into_any(),
        (Stage::DryRun, _) => view! { <DryRun reading remapping /> }.into_any(),
        (_, ImportState::Failed) => view! { <Failed reading import /> }.into_any(),
        (Stage::Commit, _) => view! { <CommitProgress reading import /> }.into_any(),
        (Stage::Result, ImportState::Cancelled) => view! {
            <p class="outcome__word">"Cancelled"</p>
            <p class="outcome__text">"This import was given up. No further row is written."</p>
            <Allowed needs=Capability::RunImports>
                <div class="form__actions">
                    <a class=ButtonKind::Secondary.class() href=Place::Imports.address()>"Import another file"</a>
                </div>
            </Allowed>
        }
        .into_any(),
        (Stage::Result, ImportState::Undoing) => view! { <UndoProgress reading import /> }.into_any(),
        (Stage::Result, ImportState::Undone) => view! { <UndoResult reading /> }.into_any(),
        (Stage::Result, _) => view! { <CommitResult reading /> }.into_any(),
        (Stage::File, _) => {
            view! { <p class="drop__text" role="status">"The file is being read."</p> }.into_any()
        }
    }
    };
    view! {
        <FileFacts reading />
        <Show when=move || state.get() != ImportState::Cancelled><Way stage /></Show>
        {step}
        <Cancel reading />
        <Undo reading />
    }
}

/// The file: size, when, by whom, its fingerprint, and whether it was here before.
#[component]
fn FileFacts(reading: Reading<Import>) -> impl IntoView {
    let facts = move || {
        reading.with(|import| {
            let fingerprint: String = import.sha256.chars().take(12).collect();
            format!(
                "{} · uploaded {} by {} · sha256 {fingerprint}",
                format::bytes(import.size_bytes),
                format::moment(import.created_at),
                import.uploaded_by
            )
        })
    };
    let seen = move || reading.with(|import| import.same_file_as);
    view! {
        <p class="import__facts">{facts}</p>
        {move || seen().map(|earlier| view! {
            <p class="notice notice--warn" role="note">
                "The very same file was imported before. The dry run shows what importing it again would change. "
                <a href=Place::Import(earlier).address()>"Look at the earlier import"</a>
            </p>
        })}
    }
}

/// The steps, with the present one marked.
#[component]
fn Way(stage: Memo<Stage>) -> impl IntoView {
    let steps: Vec<_> = Stage::ALL
        .iter()
        .map(|step| {
            let step = *step;
            view! {
                <li
                    class="way__step"
                    class:way__step--done=move || step < stage.get()
                    aria-current=move || (step == stage.get()).then_some("step")
                >
                    {step.label()}
                    <Show when=move || step < stage.get()>
                        <span class="unseen">" (done)"</span>
                    </Show>
                </li>
            }
        })
        .collect();
    view! { <ol class="way" aria-label="Steps of the import">{steps}</ol> }
}

/// Why it failed, and the way on where there is one.
#[component]
fn Failed(reading: Reading<Import>, import: Load<Import>) -> impl IntoView {
    let why = move || {
        reading
            .with(|import| import.error.clone())
            .unwrap_or_else(|| "The server gave no reason.".to_owned())
    };
    let begun = Memo::new(move |_| reading.with(|import| import.counts.total > 0));
    view! {
        <div class="failure failure--inline" role="alert">
            <p class="failure__title">"This import failed"</p>
            <p class="failure__detail">{why}</p>
            <p class="failure__hint">
                {move || if begun.get() {
                    "Rows that were written stay written. Going on writes the rest, none of them twice."
                } else {
                    "No lead was written. Correct the file and import it again."
                }}
            </p>
        </div>
        <Show
            when=move || begun.get()
            fallback=|| view! {
                <Allowed needs=Capability::RunImports>
                    <a class=ButtonKind::Primary.class() href=Place::Imports.address()>"Choose a file"</a>
                </Allowed>
            }
        >
            <CommitProgress reading import />
        </Show>
    }
}

/// Gives the import up, while that is still possible.
#[component]
fn Cancel(reading: Reading<Import>) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let possible = Memo::new(move |_| reading.with(can_cancel));
    let press = move |()| {
        let id = untrack(|| reading.with(|import| import.id.to_string()));
        doing.run(
            command::<CancelImport>(&[&id], &(), None),
            move |import: Import| {
                shell.toasts.done(match import.committed {
                    0 => format!(
                        "The import of {} is cancelled. No lead was written.",
                        import.file_name
                    ),
                    rows => format!(
                        "The import of {} is cancelled. {} stay written.",
                        import.file_name,
                        format::counted(rows, "row", "rows")
                    ),
                });
                shell.changed();
            },
        );
    };
    view! {
        <Show when=move || possible.get()>
            <Allowed needs=Capability::RunImports>
                <div class="import__cancel">
                    <Button kind=ButtonKind::Quiet on_press=press busy=doing.busy() blocked=super::write_block()>
                        "Cancel this import"
                    </Button>
                    <DoingFailed doing />
                </div>
            </Allowed>
        </Show>
    }
}
