//! The database and the services that stand on it.

use aicmo_shared::control::ControlFlag;
use aicmo_shared::status::{ServiceHealth, ServiceState};
use leptos::prelude::*;

use super::{mark, number, report};
use crate::app::ShellState;
use crate::components::figure::Quantity;
use crate::components::panel::Panel;
use crate::components::pill::{Pill, Tone};
use crate::components::table::{Column, Table};
use crate::format;

/// The database.
#[component]
pub fn Database() -> impl IntoView {
    view! {
        <Panel name="database" title="Database" data=report() skeleton=7 let:reading>
            {move || {
                let database = reading.with(|report| report.database.clone());
                let of = reading.provenance();
                let schema = database.schema_version.clone().unwrap_or_else(|| "not known".to_owned());
                let is_current = database.schema_version.as_deref() == Some(&database.schema_expected);
                let size = database.size_bytes.map(Quantity::Bytes);
                let latency = database.latency_ms.map(Quantity::Millis);
                let skew = database.clock_skew_ms.map(Quantity::Skew);
                let writable = match database.writable {
                    Some(writable) => mark(writable, "writable", "read only").into_any(),
                    None => "not known".into_any(),
                };
                view! {
                    <dl class="facts">
                        <dt>"State"</dt>
                        <dd>
                            {mark(database.reachable, "reachable", "not reachable")} " "
                            {database.why}
                        </dd>
                        <dt>"Kind"</dt>
                        <dd>{database.kind.as_str()}</dd>
                        <dt>"Address"</dt>
                        <dd><code>{database.address}</code></dd>
                        <dt>"Answers in"</dt>
                        <dd>{number(of, latency, "no answer")}</dd>
                        <dt>"Schema"</dt>
                        <dd>
                            <code>{schema}</code> " " {mark(is_current, "current", "not current")}
                            {(!is_current).then(|| view! {
                                " expected " <code>{database.schema_expected}</code>
                            })}
                        </dd>
                        <dt>"Writes"</dt>
                        <dd>{writable}</dd>
                        <dt>"Size"</dt>
                        <dd>{number(of, size, "not known")}</dd>
                        <dt>"Clock, database against server"</dt>
                        <dd>{number(of, skew, "none of its own")}</dd>
                    </dl>
                }
            }}
        </Panel>
    }
}

fn tone(state: ServiceState) -> Tone {
    match state {
        ServiceState::Up => Tone::Good,
        ServiceState::Degraded => Tone::Warn,
        ServiceState::Down => Tone::Bad,
        ServiceState::Off => Tone::Neutral,
    }
}

/// The services and the control flags.
#[component]
pub fn Services() -> impl IntoView {
    view! {
        <Panel name="services" title="Services" data=report() skeleton=7 flush=true let:reading>
            <Table
                caption="Services with their state"
                columns=vec![Column::text("Service"), Column::text("State"), Column::text("Since")]
            >
                <For
                    each=move || reading.with(|report| report.services.clone())
                    key=|health| (health.name, health.state, health.is_mock, health.why.clone())
                    let:health
                >
                    <ServiceRow health />
                </For>
            </Table>
            {move || {
                reading.with(|report| report.control.clone()).map(|control| {
                    let rows: Vec<_> = [
                        ("Killed", control.killed, Tone::Bad),
                        ("Paused", control.paused, Tone::Warn),
                        ("Proof mode", control.proof_mode, Tone::Accent),
                        ("Live sending", control.live_enabled, Tone::Warn),
                    ]
                    .into_iter()
                    .map(|(name, flag, tone)| view! { <dt>{name}</dt><dd>{flag_state(flag, tone)}</dd> })
                    .collect();
                    view! { <dl class="facts facts--padded">{rows}</dl> }
                })
            }}
        </Panel>
    }
}

fn flag_state(flag: ControlFlag, tone: Tone) -> impl IntoView {
    let told: Vec<String> = [
        flag.by.map(|by| format!("by {by}")),
        flag.reason,
        flag.at.map(format::moment),
    ]
    .into_iter()
    .flatten()
    .collect();
    view! {
        <Pill tone=if flag.on { tone } else { Tone::Neutral } word=if flag.on { "on" } else { "off" } />
        " "
        {told.join(", ")}
    }
}

#[component]
fn ServiceRow(health: ServiceHealth) -> impl IntoView {
    let shell = ShellState::expect();
    let since = health.since;
    view! {
        <tr>
            <td>{health.name.label()}</td>
            <td>
                <Pill tone=tone(health.state) word=health.state.as_str() />
                {health.is_mock.then(|| view! { " " <Pill tone=Tone::Mock word="MOCK" /> })}
                {health.why.map(|why| view! { <p class="diagnostics__why">{why}</p> })}
            </td>
            <td title=format::moment(since)>{move || format::age(since, shell.now())}</td>
        </tr>
    }
}
