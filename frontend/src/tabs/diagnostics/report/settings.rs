//! Every setting with its source and its redacted value.

use aicmo_shared::diagnostics::{SettingReport, SettingSource};
use leptos::prelude::*;

use super::report;
use crate::components::panel::Panel;
use crate::components::pill::{Pill, Tone};
use crate::components::table::{Column, Table};

/// The panel.
#[component]
pub fn Settings() -> impl IntoView {
    view! {
        <Panel name="settings" title="Settings" data=report() skeleton=10 flush=true let:reading>
            {move || {
                let unknown = reading.with(|report| report.unknown_settings.clone());
                (!unknown.is_empty()).then(|| view! {
                    <p class="card__alert diagnostics__unknown">
                        <span class="card__shape" aria-hidden="true"></span>
                        <span>"Not known, and without effect: " <code>{unknown.join(", ")}</code></span>
                    </p>
                })
            }}
            <Table
                caption="Settings with source and value"
                columns=vec![
                    Column::text("Setting"),
                    Column::text("Value"),
                    Column::text("Source"),
                    Column::text("What it does").wide(),
                ]
            >
                <For
                    each=move || reading.with(|report| report.settings.clone())
                    key=|setting| (setting.key.clone(), setting.value.clone())
                    let:setting
                >
                    <SettingRow setting />
                </For>
            </Table>
        </Panel>
    }
}

#[component]
fn SettingRow(setting: SettingReport) -> impl IntoView {
    let tone = match setting.source {
        SettingSource::Default => Tone::Neutral,
        SettingSource::File | SettingSource::Environment | SettingSource::Flag => Tone::Accent,
    };
    let value = match (setting.set, setting.value) {
        (true, Some(value)) => view! { <code>{value}</code> }.into_any(),
        (true, None) => "set".into_any(),
        (false, _) => view! { <span class="diagnostics__unset">"not set"</span> }.into_any(),
    };
    view! {
        <tr>
            <td><code>{setting.key}</code></td>
            <td>{value}</td>
            <td><Pill tone word=setting.source.as_str() /></td>
            <td class="table__cell--wide">{setting.help}</td>
        </tr>
    }
}
