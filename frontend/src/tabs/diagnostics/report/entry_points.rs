//! Every way in, and whether it still opens.

use aicmo_shared::api::{ListEntryPoints, NoQuery};
use aicmo_shared::inventory::{EntryPoint, EntryPointState};
use leptos::prelude::*;

use crate::api::{self, Load};
use crate::components::panel::Panel;
use crate::components::pill::{Pill, Tone};
use crate::components::table::{Column, Table};

/// The panel.
#[component]
pub fn EntryPoints() -> impl IntoView {
    let entries = Load::new(|| api::read::<ListEntryPoints>(&[], &NoQuery {}));
    view! {
        <Panel name="entry-points" title="Entry points" data=entries skeleton=8 flush=true let:reading>
            <Table
                caption="Entry points"
                columns=vec![
                    Column::text("Name"),
                    Column::text("State"),
                    Column::text("Kind").wide(),
                    Column::text("What it does, or what to use instead"),
                ]
            >
                <For
                    each=move || reading.get()
                    key=|entry| (entry.kind, entry.name.clone(), entry.state)
                    let:entry
                >
                    <EntryRow entry />
                </For>
            </Table>
        </Panel>
    }
}

#[component]
fn EntryRow(entry: EntryPoint) -> impl IntoView {
    let tone = match entry.state {
        EntryPointState::Active => Tone::Good,
        EntryPointState::Retired => Tone::Neutral,
    };
    let instead = entry.replacement.map(|replacement| {
        view! { <p class="diagnostics__why">"Use " <code>{replacement}</code> " instead"</p> }
    });
    view! {
        <tr>
            <td>
                <code>{entry.name}</code>
                {entry.starts_console.then(|| view! { " " <Pill tone=Tone::Accent word="starts the console" /> })}
            </td>
            <td><Pill tone word=entry.state.as_str() /></td>
            <td class="table__cell--wide">{entry.kind.as_str()}</td>
            <td>{entry.purpose} {instead}</td>
        </tr>
    }
}
