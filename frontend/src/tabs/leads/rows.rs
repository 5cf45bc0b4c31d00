//! The rows of the lead list. On a phone a row is a card: its lines stand below each other.

use std::collections::BTreeSet;

use aicmo_shared::LeadId;
use aicmo_shared::lead::{ConsentStatus, LeadRow};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::list::row_id;
use super::rows_cursor::RowKey;
use crate::app::ShellState;
use crate::components::dom;
use crate::components::figure::{Figure, Provenance, Quantity};
use crate::components::pill::{Pill, Tone};
use crate::format;

/// The headings with the classes by which narrow screens leave columns out.
const HEADINGS: &[(&str, &str)] = &[
    ("Status", "lead__status"),
    ("Grade", "lead__grade"),
    ("Score", "lead__score table__cell--number"),
    ("Consent", "lead__consent"),
    ("Source", "lead__source"),
    ("Campaign", "lead__campaign"),
    ("Last touch", "lead__touch"),
    ("Review", "lead__review"),
];

/// The table.
#[component]
pub fn LeadTable(
    /// The rows on screen.
    rows: RwSignal<Vec<LeadRow>>,
    /// Where their numbers come from.
    provenance: Signal<Provenance>,
    /// Filter and order, kept in the links.
    search: Memo<String>,
    /// The lead that is open.
    open: Memo<Option<String>>,
    /// The selected rows.
    selected: RwSignal<BTreeSet<LeadId>>,
    /// The row that the keyboard stands on.
    cursor: RwSignal<Option<LeadId>>,
    /// Selects a row, or a range.
    on_toggle: Callback<(LeadId, RowKey)>,
) -> impl IntoView {
    let table = TableState {
        provenance,
        search,
        open,
        selected,
        cursor,
        on_toggle,
    };
    let headings: Vec<_> = HEADINGS
        .iter()
        .map(|(title, class)| view! { <th scope="col" class=format!("table__cell {class}")>{*title}</th> })
        .collect();
    view! {
        <div class="table__scroll" role="region" aria-label="Leads" tabindex="0">
            <table class="table leads__table">
                <caption class="unseen">"Leads under the filter, in the chosen order"</caption>
                <thead>
                    <tr>
                        <th scope="col" class="table__cell lead__select">
                            <span class="unseen">"Selected"</span>
                        </th>
                        <th scope="col" class="table__cell lead__who">"Name"</th>
                        {headings}
                    </tr>
                </thead>
                <tbody>
                    <For
                        each=move || rows.get()
                        key=|row| (row.id, row.version, row.last_touch_at)
                        children=move |row| view! { <Row row table /> }
                    />
                </tbody>
            </table>
        </div>
    }
}

#[derive(Clone, Copy)]
struct TableState {
    provenance: Signal<Provenance>,
    search: Memo<String>,
    open: Memo<Option<String>>,
    selected: RwSignal<BTreeSet<LeadId>>,
    cursor: RwSignal<Option<LeadId>>,
    on_toggle: Callback<(LeadId, RowKey)>,
}

#[component]
fn Row(row: LeadRow, table: TableState) -> impl IntoView {
    let TableState {
        provenance,
        search,
        open,
        selected,
        cursor,
        on_toggle,
    } = table;
    let id = row.id;
    let is_selected = move || selected.with(|selected| selected.contains(&id));
    let is_open = move || open.with(|open| open.as_deref() == Some(id.to_string().as_str()));
    let href = move || search.with(|search| format!("/leads/{id}{search}"));
    let navigate = use_navigate();
    let press = move |event: web_sys::MouseEvent| {
        if !dom::is_on_control(&event) {
            navigate(&untrack(href), NavigateOptions::default());
        }
    };
    let select = move |event: web_sys::MouseEvent| {
        on_toggle.run((
            id,
            if event.shift_key() {
                RowKey::SelectRange
            } else {
                RowKey::Select
            },
        ));
    };
    let touched = row.last_touch_at;
    let shell = ShellState::expect();
    let age = move || format::age(touched, shell.now());
    let campaign = row.campaign.as_ref().map(|campaign| campaign.name.clone());
    let grade = row.grade.map(|grade| {
        view! { <Pill tone=Tone::of_grade(grade) word=grade.as_str() /> }
    });
    let score = row.lead_score;
    let score_cell = move || {
        view! { <Figure value=provenance.get().figure(Quantity::score(score)) /> }
    };
    view! {
        <tr
            class="lead"
            class:lead--selected=is_selected
            class:lead--open=is_open
            class:lead--cursor=move || cursor.get() == Some(id)
            on:click=press
        >
            <td class="table__cell lead__select">
                <input
                    type="checkbox"
                    aria-label=format!("Select {}", row.name)
                    prop:checked=is_selected
                    on:focus=move |_| cursor.set(Some(id))
                    on:click=select
                />
            </td>
            <th scope="row" class="table__cell lead__who">
                <a
                    class="lead__name"
                    id=row_id(id)
                    href=href
                    aria-current=move || is_open().then_some("true")
                    on:focus=move |_| cursor.set(Some(id))
                >
                    {row.name.clone()}
                </a>
                {row.name_derived.then(|| view! {
                    <span class="lead__derived" title="The record had no name; this one was made from company or e-mail.">
                        "derived"
                    </span>
                })}
                <span class="lead__line">{job_line(&row)}</span>
            </th>
            <td class="table__cell lead__status">
                <Pill
                    tone=Tone::of_lead(row.status)
                    word=row.status.as_str()
                    title=row.status.meaning().to_owned()
                />
            </td>
            <td class="table__cell lead__grade">
                {grade.map_or_else(|| view! { <span class="nothing">"not graded"</span> }.into_any(), IntoAny::into_any)}
            </td>
            <td class="table__cell table__cell--number lead__score">{score_cell}</td>
            <td class="table__cell lead__consent">{consent_mark(row.consent_status)}</td>
            <td class="table__cell lead__source">{row.source.label()}</td>
            <td class="table__cell lead__campaign">
                {campaign.map_or_else(|| view! { <span class="nothing">"none"</span> }.into_any(), IntoAny::into_any)}
            </td>
            <td class="table__cell lead__touch">
                <time datetime=format::machine(touched) title=format::moment(touched)>{age}</time>
            </td>
            <td class="table__cell lead__review">{review_line(&row)}</td>
        </tr>
    }
}

/// Title and company, or the address when neither is known.
fn job_line(row: &LeadRow) -> String {
    match (&row.title, &row.company) {
        (Some(title), Some(company)) => format!("{title} · {company}"),
        (Some(only), None) | (None, Some(only)) => only.clone(),
        (None, None) => row.email.clone().unwrap_or_default(),
    }
}

/// The mark of a consent: a word in a tone; no mark while nothing is known.
pub fn consent_mark(consent: ConsentStatus) -> AnyView {
    match consent {
        ConsentStatus::Unknown => view! { <span class="nothing">"unknown"</span> }.into_any(),
        known => view! {
            <Pill tone=Tone::of_consent(known) word=known.as_str() title=known.label().to_owned() />
        }
        .into_any(),
    }
}

/// Why a lead waits for a person.
fn review_line(row: &LeadRow) -> AnyView {
    if row.requires_human_review {
        let reason = row
            .review_reason
            .clone()
            .unwrap_or_else(|| "no reason given".to_owned());
        view! {
            <span class="lead__flag">
                <span class="lead__flag-shape" aria-hidden="true"></span>
                {format!("Flagged: {reason}")}
            </span>
        }
        .into_any()
    } else {
        row.review_reason.clone().into_any()
    }
}
