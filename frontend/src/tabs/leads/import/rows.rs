//! The rows of an import with their verdicts and reasons, one verdict at a time or all.

use aicmo_shared::ImportId;
use aicmo_shared::api::{Endpoint, GetFailedRows, ImportRowQuery, ListImportRows};
use aicmo_shared::import::{FieldChange, Import, ImportRow, RowUndo, RowVerdict};
use leptos::prelude::*;

use super::stage::{count_of, count_of_undo, tone_of_undo, tone_of_verdict};
use crate::api::{self, Load, Reading};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::pager::{PageStack, Pager};
use crate::components::panel::Panel;
use crate::components::pill::Pill;
use crate::components::table::{CELL_NUMBER, Column, Table};
use crate::format;

/// Rows of a page.
const PAGE: u32 = 50;

/// The panel of the rows.
#[component]
pub fn ImportRows(
    /// Which import.
    id: ImportId,
    /// The import, for the counts beside the choices.
    import: Load<Import>,
) -> impl IntoView {
    let verdict = RwSignal::new(None::<RowVerdict>);
    let undo = RwSignal::new(None::<RowUndo>);
    let pages = RwSignal::new(PageStack::default());
    let of = Signal::derive(move || {
        let undo = undo.get().map_or("", RowUndo::as_str);
        format!("{}{undo}", verdict.get().map_or("", RowVerdict::as_str))
    });
    let key = id.to_string();
    let rows = Load::new(move || {
        let cursor = of.with(|of| pages.with(|pages| pages.cursor(of)));
        let query = ImportRowQuery {
            verdict: verdict.get(),
            undo: undo.get(),
            cursor,
            limit: Some(PAGE),
        };
        api::read::<ListImportRows>(&[&key], &query)
    });
    view! {
        <Panel
            name="import-rows"
            title="Rows"
            data=rows
            skeleton=8
            flush=true
            toolbar=move || view! {
                <VerdictChips verdict import />
                <UndoChips undo import />
                <FailedRows import />
            }
            empty=move || view! {
                <p class="empty__title">"No row is like that"</p>
                <Button on_press=move |()| {
                    verdict.set(None);
                    undo.set(None);
                }>"Show all rows"</Button>
            }
            let:reading
        >
            <Rows reading />
            <Pager
                pages
                of
                page=Signal::derive(move || reading.page())
                rows=Signal::derive(move || reading.with(Vec::len))
                one="row"
                many="rows"
            />
        </Panel>
    }
}

#[component]
fn VerdictChips(verdict: RwSignal<Option<RowVerdict>>, import: Load<Import>) -> impl IntoView {
    let choices = std::iter::once(None).chain(RowVerdict::ALL.iter().copied().map(Some));
    let chips: Vec<_> = choices
        .map(|choice| {
            let count = move || {
                import.with(|import| choice.map_or(import.counts.total, |v| count_of(&import.counts, v)))
            };
            view! {
                <button
                    type="button"
                    class="chip"
                    title=choice.map_or("Every row of the file", RowVerdict::meaning)
                    aria-pressed=move || (verdict.get() == choice).to_string()
                    on:click=move |_| verdict.set(choice)
                >
                    {choice.map_or("all", RowVerdict::as_str)}
                    <span class="chip__count">{move || count().map(format::count)}</span>
                </button>
            }
        })
        .collect();
    view! { <div class="chips" role="group" aria-label="Rows by verdict">{chips}</div> }
}

/// What an undo did with the rows, once there is one; a second press shows all again.
#[component]
fn UndoChips(undo: RwSignal<Option<RowUndo>>, import: Load<Import>) -> impl IntoView {
    let is_there = Memo::new(move |_| import.with(|import| import.undo.is_some()).unwrap_or(false));
    let chips = move || {
        RowUndo::ALL
            .iter()
            .copied()
            .map(|choice| {
                let count = move || {
                    import
                        .with(|import| import.undo.as_ref().map(|undo| count_of_undo(undo, choice)))
                        .flatten()
                };
                let press =
                    move |_| undo.update(|chosen| *chosen = (*chosen != Some(choice)).then_some(choice));
                view! {
                    <button
                        type="button"
                        class="chip"
                        title=choice.meaning()
                        aria-pressed=move || (undo.get() == Some(choice)).to_string()
                        on:click=press
                    >
                        {format::spaced(choice.as_str())}
                        <span class="chip__count">{move || count().map(format::count)}</span>
                    </button>
                }
            })
            .collect::<Vec<_>>()
    };
    view! {
        <Show when=move || is_there.get()>
            <div class="chips" role="group" aria-label="Rows by what the undo did">{chips}</div>
        </Show>
    }
}

/// The rows that could not be used, to take away and correct; there are none of invented imports.
#[component]
fn FailedRows(import: Load<Import>) -> impl IntoView {
    let shell = ShellState::expect();
    let address = Memo::new(move |_| {
        import
            .with(|import| {
                (import.counts.invalid > 0).then(|| GetFailedRows::SPEC.path_with(&[&import.id.to_string()]))
            })
            .flatten()
            .filter(|_| shell.mock_reason().is_none())
    });
    move || {
        address.get().map(|address| {
            view! {
                <a class=ButtonKind::Secondary.class() href=address download="" rel="external">
                    "Download the failed rows"
                </a>
            }
        })
    }
}

#[component]
fn Rows(reading: Reading<Vec<ImportRow>>) -> impl IntoView {
    let columns = vec![
        Column::number("Row"),
        Column::text("Verdict"),
        Column::text("Name"),
        Column::text("E-mail"),
        Column::text("Company").wide(),
        Column::text("Why, or what changes"),
    ];
    let lines = move || reading.with(|rows| rows.iter().map(line).collect::<Vec<_>>());
    view! { <Table caption="Rows of the file, in file order" columns>{lines}</Table> }
}

fn line(row: &ImportRow) -> impl IntoView + use<> {
    let name = row.name.clone().unwrap_or_default();
    let name = match row.lead {
        Some(lead) => view! { <a class="lead__name" href=format!("/leads/{lead}")>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    let notes: Vec<_> = row
        .notes
        .iter()
        .map(|note| {
            let place = note
                .column
                .as_ref()
                .map(|column| format!("{column}: "))
                .unwrap_or_default();
            let value = note
                .value
                .as_ref()
                .map(|value| format!(" ({value})"))
                .unwrap_or_default();
            let word = if note.is_warning { "Left out: " } else { "" };
            view! {
                <li class="row-note" class:row-note--warning=note.is_warning>
                    <code>{note.reason.as_str()}</code>
                    {format!(" {word}{place}{}{value}", note.message)}
                </li>
            }
        })
        .collect();
    // Once it is known what a row changed, that says more than which fields it filled.
    let fills = (!row.fills.is_empty() && row.changes.is_empty()).then(|| {
        view! { <p class="row-fills">{format!("Fills {}", format::spaced(&row.fills.join(", ")))}</p> }
    });
    let changes: Vec<_> = row
        .changes
        .iter()
        .map(|change| view! { <li class="row-fills">{change_text(change)}</li> })
        .collect();
    let undone = row.undo.map(|undo| {
        let kept: Vec<&str> = row.kept.iter().map(|reason| reason.sentence()).collect();
        view! {
            <p class="row-fills">
                <Pill
                    tone=tone_of_undo(undo)
                    word=format::spaced(undo.as_str())
                    title=undo.meaning().to_owned()
                />
                {format!(" {}", kept.join(" "))}
            </p>
        }
    });
    view! {
        <tr>
            <td class=format!("table__cell {CELL_NUMBER}")>{format::count(row.row_number)}</td>
            <td class="table__cell">
                <Pill
                    tone=tone_of_verdict(row.verdict)
                    word=row.verdict.as_str()
                    title=row.verdict.meaning().to_owned()
                />
            </td>
            <td class="table__cell">{name}</td>
            <td class="table__cell">{row.email.clone()}</td>
            <td class="table__cell table__cell--wide">{row.company.clone()}</td>
            <td class="table__cell import-row__why">
                {(!notes.is_empty()).then(|| view! { <ul class="row-notes">{notes}</ul> })}
                {fills}
                {(!changes.is_empty()).then(|| view! { <ul class="row-notes">{changes}</ul> })}
                {undone}
            </td>
        </tr>
    }
}

/// A change as a line: `company: empty, now Acme`.
fn change_text(change: &FieldChange) -> String {
    let said = |value: &Option<String>| value.clone().unwrap_or_else(|| "empty".to_owned());
    format!(
        "{}: {}, now {}",
        format::spaced(&change.field),
        said(&change.before),
        said(&change.after)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_says_what_was_and_what_is() {
        let change = FieldChange {
            field: "phone_e164".to_owned(),
            before: None,
            after: Some("+4930123".to_owned()),
        };
        assert_eq!(change_text(&change), "phone e164: empty, now +4930123");
    }
}
