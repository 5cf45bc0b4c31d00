//! Two edits met: what the lead was, what you typed, what the server has now, and your choice.

use aicmo_shared::lead::Lead;
use leptos::prelude::*;

use super::super::edit_form::{LeadEdit, LeadField, LeadTexts};
use crate::components::button::{Button, ButtonKind};
use crate::components::dialog::Dialog;

/// One field of the comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    field: LeadField,
    base: String,
    mine: String,
    theirs: String,
    collides: bool,
}

/// The fields that either side changed.
fn rows(edit: &LeadEdit, theirs: &LeadTexts) -> Vec<Row> {
    let mine = edit.mine.changed_from(&edit.base);
    let other = theirs.changed_from(&edit.base);
    let collisions = edit.collisions(theirs);
    LeadField::ALL
        .iter()
        .copied()
        .filter(|field| mine.contains(field) || other.contains(field))
        .map(|field| Row {
            field,
            base: edit.base.get(field).to_owned(),
            mine: edit.mine.get(field).to_owned(),
            theirs: theirs.get(field).to_owned(),
            collides: collisions.contains(&field),
        })
        .collect()
}

/// The dialog; open while `theirs` holds the lead as the server has it.
#[component]
pub fn ConflictDialog(
    /// What is typed now.
    edit: Memo<LeadEdit>,
    /// The lead as the server has it.
    theirs: RwSignal<Option<Lead>>,
    /// Takes the edit on top of the server's version.
    on_rebased: Callback<LeadEdit>,
    /// Gives the edit up.
    on_discard: Callback<()>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let theirs_win = RwSignal::new(Vec::<LeadField>::new());
    Effect::new(move || {
        let is_open = theirs.with(Option::is_some);
        if is_open {
            theirs_win.set(Vec::new());
        }
        open.set(is_open);
    });
    Effect::new(move |before: Option<bool>| {
        let now = open.get();
        if before == Some(true) && !now {
            theirs.set(None);
        }
        now
    });
    let table = move || {
        theirs.with(|lead| {
            lead.as_ref().map(|lead| {
                let texts = LeadTexts::of(lead);
                edit.with(|edit| rows(edit, &texts))
                    .into_iter()
                    .map(|row| compared(&row, theirs_win))
                    .collect::<Vec<_>>()
            })
        })
    };
    let save = move |()| {
        if let Some(lead) = theirs.get_untracked() {
            on_rebased.run(edit.get_untracked().rebased(&lead, &theirs_win.get_untracked()));
        }
    };
    view! {
        <Dialog open title="Someone else changed this lead first" wide=true>
            <div class="form">
                <p class="form__consequence">
                    "Nothing was saved. Fields that only one side changed are kept as changed; where both did, choose."
                </p>
                <div class="table__scroll" role="region" aria-label="Both sides" tabindex="0">
                    <table class="table conflict">
                        <caption class="unseen">"Your text and the server's, field by field"</caption>
                        <thead>
                            <tr>
                                <th scope="col" class="table__cell">"Field"</th>
                                <th scope="col" class="table__cell">"You started from"</th>
                                <th scope="col" class="table__cell">"Yours"</th>
                                <th scope="col" class="table__cell">"Theirs"</th>
                            </tr>
                        </thead>
                        <tbody>{table}</tbody>
                    </table>
                </div>
                <div class="form__actions">
                    <Button kind=ButtonKind::Primary on_press=save>"Save with these choices"</Button>
                    <Button on_press=move |()| open.set(false)>"Back to the form"</Button>
                    <Button kind=ButtonKind::Danger on_press=on_discard>"Discard my changes"</Button>
                </div>
            </div>
        </Dialog>
    }
}

fn compared(row: &Row, theirs_win: RwSignal<Vec<LeadField>>) -> impl IntoView + use<> {
    let field = row.field;
    let wins = move || theirs_win.with(|fields| fields.contains(&field));
    let collides = row.collides;
    let side = move |text: &str, is_theirs: bool| {
        let shown = if text.trim().is_empty() {
            "empty".to_owned()
        } else {
            text.to_owned()
        };
        if collides {
            view! {
                <label class="conflict__choice">
                    <input
                        type="radio"
                        name=format!("conflict-{}", field.wire_name())
                        prop:checked=move || wins() == is_theirs
                        on:change=move |_| {
                            theirs_win.update(|fields| {
                                fields.retain(|known| *known != field);
                                if is_theirs {
                                    fields.push(field);
                                }
                            });
                        }
                    />
                    <span>{shown}</span>
                </label>
            }
            .into_any()
        } else {
            shown.into_any()
        }
    };
    view! {
        <tr>
            <th scope="row" class="table__cell">{field.label()}</th>
            <td class="table__cell nothing">{row.base.clone()}</td>
            <td class="table__cell">{side(&row.mine, false)}</td>
            <td class="table__cell">{side(&row.theirs, true)}</td>
        </tr>
    }
}
