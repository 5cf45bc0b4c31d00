//! The imports so far, newest first.

use aicmo_shared::api::{ImportQuery, ListImports};
use aicmo_shared::import::Import;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::super::place::Place;
use super::stage::tone_of_state;
use crate::api::{self, Load, Reading};
use crate::app::ShellState;
use crate::components::dom;
use crate::components::figure::{Figure, Provenance, Quantity};
use crate::components::pager::{PageStack, Pager};
use crate::components::panel::Panel;
use crate::components::pill::Pill;
use crate::components::table::{CELL_NUMBER, CELL_WIDE, Column, Table};
use crate::format;

/// Rows of a page.
const PAGE: u32 = 20;

/// The panel of the imports.
#[component]
pub fn ImportList() -> impl IntoView {
    let pages = RwSignal::new(PageStack::default());
    let imports = Load::new(move || {
        let cursor = pages.with(|pages| pages.cursor(""));
        api::read::<ListImports>(
            &[],
            &ImportQuery {
                cursor,
                limit: Some(PAGE),
            },
        )
    });
    view! {
        <Panel
            name="import-list"
            title="Imports so far"
            data=imports
            skeleton=5
            flush=true
            empty=|| view! {
                <p class="empty__title">"Nothing has been imported yet"</p>
                <p class="empty__why">"Each import of a CSV file stays here with its counts and its rows."</p>
            }
            let:reading
        >
            <Imports reading />
            <Pager
                pages
                of=Signal::stored(String::new())
                page=Signal::derive(move || reading.page())
                rows=Signal::derive(move || reading.with(Vec::len))
                one="import"
                many="imports"
            />
        </Panel>
    }
}

#[component]
fn Imports(reading: Reading<Vec<Import>>) -> impl IntoView {
    let columns = vec![
        Column::text("File"),
        Column::text("State"),
        Column::number("Rows"),
        Column::number("New").wide(),
        Column::number("Merged").wide(),
        Column::number("Invalid").wide(),
        Column::text("By").wide(),
        Column::text("When"),
    ];
    view! {
        <Table caption="Imports, newest first" columns>
            <For
                each=move || reading.get()
                key=|import| (import.id, import.version, import.committed)
                children=move |import| row(&import, reading.provenance())
            />
        </Table>
    }
}

fn row(import: &Import, provenance: Provenance) -> impl IntoView + use<> {
    let shell = ShellState::expect();
    let address = Place::Import(import.id).address();
    let navigate = use_navigate();
    let target = address.clone();
    let press = move |event: web_sys::MouseEvent| {
        if !dom::is_on_control(&event) {
            navigate(&target, NavigateOptions::default());
        }
    };
    let number = move |count| view! { <Figure value=provenance.figure(Quantity::Count(count)) /> };
    let counts = import.counts;
    let at = import.created_at;
    view! {
        <tr class="lead" on:click=press>
            <th scope="row" class="table__cell">
                <a class="lead__name" href=address>{import.file_name.clone()}</a>
                <span class="lead__line">{format::bytes(import.size_bytes)}</span>
            </th>
            <td class="table__cell">
                <Pill
                    tone=tone_of_state(import.state)
                    word=import.state.as_str()
                    title=import.state.label().to_owned()
                />
            </td>
            <td class=format!("table__cell {CELL_NUMBER}")>{number(counts.total)}</td>
            <td class=format!("table__cell {CELL_NUMBER} {CELL_WIDE}")>{number(counts.new)}</td>
            <td class=format!("table__cell {CELL_NUMBER} {CELL_WIDE}")>{number(counts.merged)}</td>
            <td class=format!("table__cell {CELL_NUMBER} {CELL_WIDE}")>{number(counts.invalid)}</td>
            <td class=format!("table__cell {CELL_WIDE}")>{import.uploaded_by.clone()}</td>
            <td class="table__cell">
                <time datetime=format::machine(at) title=format::moment(at)>
                    {move || format::age(at, shell.now())}
                </time>
            </td>
        </tr>
    }
}
