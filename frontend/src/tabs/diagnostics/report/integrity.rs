//! Damaged rows, and counters against the rows they count.

use aicmo_shared::diagnostics::{CorruptRow, CounterCheck, Diagnostics};
use leptos::prelude::*;

use super::{number, report};
use crate::api::Reading;
use crate::app::ShellState;
use crate::components::figure::{Figure, Quantity};
use crate::components::panel::Panel;
use crate::components::table::{CELL_NUMBER, Column, Table};
use crate::format;

/// The panel.
#[component]
pub fn Integrity() -> impl IntoView {
    view! {
        <Panel name="integrity" title="Integrity" data=report() skeleton=4 let:reading>
            <dl class="facts">
                <dt>"Damaged rows"</dt>
                <dd>
                    {move || {
                        let total = reading.with(|report| report.corrupt_total).map(Quantity::Count);
                        number(reading.provenance(), total, "not known: the database did not answer")
                    }}
                </dd>
                <dt>"Counters"</dt>
                <dd>{move || counters(reading)}</dd>
            </dl>
            <CorruptRows reading />
            <Mismatches reading />
        </Panel>
    }
}

fn counters(reading: Reading<Diagnostics>) -> AnyView {
    let shell = ShellState::expect();
    let of = reading.provenance();
    match reading.with(|report| report.counters.clone()) {
        None => "not compared since this process started".into_any(),
        Some(CounterCheck {
            checked_at,
            compared,
            mismatches,
        }) => view! {
            <Figure value=of.figure(Quantity::Count(compared)) /> " compared with their rows "
            {move || format::age(checked_at, shell.now())} ", "
            <Figure value=of.figure(Quantity::Count(mismatches.len() as u64)) /> " differ"
        }
        .into_any(),
    }
}

#[component]
fn CorruptRows(reading: Reading<Diagnostics>) -> impl IntoView {
    let rows = move || reading.with(|report| report.corrupt_rows.clone());
    view! {
        <Show when=move || reading.with(|report| !report.corrupt_rows.is_empty())>
            <p class="card__note">
                "A value that no list of legal values has. These rows are left out of figures; correct them in the database."
            </p>
            <Table
                caption="Damaged rows"
                columns=vec![Column::text("Table"), Column::text("Column"), Column::text("Row"), Column::text("Value")]
            >
                <For each=rows key=|row| (row.table.clone(), row.column.clone(), row.id.clone()) let:row>
                    <CorruptLine row />
                </For>
            </Table>
        </Show>
    }
}

#[component]
fn CorruptLine(row: CorruptRow) -> impl IntoView {
    view! {
        <tr>
            <td>{row.table}</td>
            <td>{row.column}</td>
            <td><code>{row.id}</code></td>
            <td><code>{row.value}</code></td>
        </tr>
    }
}

#[component]
fn Mismatches(reading: Reading<Diagnostics>) -> impl IntoView {
    let rows = move || {
        reading.with(|report| {
            report
                .counters
                .as_ref()
                .map(|check| check.mismatches.clone())
                .unwrap_or_default()
        })
    };
    view! {
        <Show when=move || !rows().is_empty()>
            <Table
                caption="Counters that differ from their rows"
                columns=vec![Column::text("Counter"), Column::number("Counted"), Column::number("Rows")]
            >
                <For each=rows key=|row| row.counter.clone() let:row>
                    <tr>
                        <td><code>{row.counter.clone()}</code></td>
                        <td class=CELL_NUMBER>{row.counted}</td>
                        <td class=CELL_NUMBER>{row.rows}</td>
                    </tr>
                </For>
            </Table>
        </Show>
    }
}
