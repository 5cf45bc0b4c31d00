//! The webhooks: where they lead, whether they are told anything, and how the last telling went.

use aicmo_shared::api::{ListWebhooks, NoQuery};
use aicmo_shared::webhook::{Webhook, WebhookState};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::choice::in_words;
use crate::api::{self, Load, Reading};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::dom;
use crate::components::figure::{Figure, Provenance, Quantity};
use crate::components::panel::Panel;
use crate::components::pill::{Pill, Tone};
use crate::components::still::{Still, StillRows};
use crate::components::table::{CELL_NUMBER, CELL_WIDE, Column, Table};
use crate::format;
use crate::keys;

/// Where the webhooks are.
pub const PATH: &str = "/diagnostics/webhooks";

/// The tone of a webhook's state.
pub const fn tone_of(state: WebhookState) -> Tone {
    match state {
        WebhookState::Active => Tone::Good,
        WebhookState::Paused => Tone::Neutral,
        WebhookState::Disabled => Tone::Bad,
    }
}

/// The panel.
#[component]
pub fn WebhookList(
    /// The webhook that is open beside the list.
    open: Memo<Option<String>>,
    /// Opens the form for a new one.
    on_new: Callback<()>,
) -> impl IntoView {
    let webhooks = Load::new(|| api::read::<ListWebhooks>(&[], &NoQuery {}));
    view! {
        <Panel
            name="webhook-list"
            title="Webhooks"
            data=webhooks
            skeleton=5
            flush=true
            aside=move || view! {
                <Button kind=ButtonKind::Primary id="aicmo-webhook-new" on_press=on_new blocked=super::actions::write_block()>
                    "New webhook"
                </Button>
            }
            empty=|| view! {
                <p class="empty__title">"Nobody outside is told of anything"</p>
                <p class="empty__why">
                    "A webhook sends events to an address of yours, signed, as they happen. It never sends what is in a lead."
                </p>
            }
            let:reading
        >
            <Disabled reading />
            <Rows reading open />
        </Panel>
    }
}

/// Says which ones the server has switched off by itself.
#[component]
fn Disabled(reading: Reading<Vec<Webhook>>) -> impl IntoView {
    move || {
        let disabled = reading.with(|rows| {
            rows.iter()
                .filter(|row| row.state == WebhookState::Disabled)
                .map(|row| (format!("{PATH}/{}", row.id), row.url.clone()))
                .collect::<Vec<_>>()
        });
        (!disabled.is_empty()).then(|| {
            let links: Vec<_> = disabled
                .into_iter()
                .map(|(href, url)| view! { <a href=href>{url}</a> })
                .collect();
            view! {
                <p class="notice notice--warn webhook__notice" role="alert">
                    <strong>"Switched off by the server: "</strong>
                    {links}
                    " Nothing is sent there until a person switches it on again."
                </p>
            }
        })
    }
}

/// The id of a row's link, by which the keyboard moves.
pub fn row_id(webhook: &str) -> String {
    format!("webhook-row-{webhook}")
}

#[component]
fn Rows(reading: Reading<Vec<Webhook>>, open: Memo<Option<String>>) -> impl IntoView {
    let still = Still::new(reading, |row: &Webhook| row.id, || (), Signal::stored(false));
    let step = move |down: bool| {
        let ids: Vec<String> = still
            .rows
            .with_untracked(|rows| rows.iter().map(|row| row.id.to_string()).collect());
        let place = ids.iter().position(|id| dom::has_focus(&row_id(id)));
        let target = match (place, down) {
            (None, _) => 0,
            (Some(place), true) => (place + 1).min(ids.len().saturating_sub(1)),
            (Some(place), false) => place.saturating_sub(1),
        };
        ids.get(target).map(|id| dom::focus(&row_id(id))).is_some()
    };
    let navigate = use_navigate();
    keys::listen(move |key| match key {
        "j" | "ArrowDown" => step(true),
        "k" | "ArrowUp" => step(false),
        "Escape" if open.with_untracked(Option::is_some) => {
            navigate(PATH, NavigateOptions::default());
            true
        }
        _ => false,
    });
    let columns = vec![
        Column::text("Address"),
        Column::text("State"),
        Column::text("Told of").wide(),
        Column::text("Last delivery"),
        Column::number("Failed in a row").wide(),
    ];
    view! {
        <StillRows holding=still.holding>
            <Table caption="Webhooks, newest first" columns>
                <For
                    each=move || still.rows.get()
                    key=|row| (row.id, row.version, row.failed_in_a_row, row.last_success_at, row.last_failure_at)
                    children=move |webhook| row(&webhook, reading.provenance(), open)
                />
            </Table>
        </StillRows>
    }
}

fn row(webhook: &Webhook, provenance: Provenance, open: Memo<Option<String>>) -> impl IntoView + use<> {
    let id = webhook.id.to_string();
    let href = format!("{PATH}/{id}");
    let target = href.clone();
    let link_id = row_id(&id);
    let navigate = use_navigate();
    let press = move |event: web_sys::MouseEvent| {
        if !dom::is_on_control(&event) {
            navigate(&target, NavigateOptions::default());
        }
    };
    let is_open = move || open.with(|open| open.as_deref() == Some(id.as_str()));
    let failed = provenance.figure(Quantity::Count(u64::from(webhook.failed_in_a_row)));
    view! {
        <tr class="lead" class:lead--open=is_open on:click=press>
            <th scope="row" class="table__cell">
                <a class="lead__name webhook__url" id=link_id href=href>{webhook.url.clone()}</a>
                <span class="lead__line">{webhook.description.clone()}</span>
            </th>
            <td class="table__cell">
                <Pill tone=tone_of(webhook.state) word=webhook.state.label() />
            </td>
            <td class=format!("table__cell {CELL_WIDE}")>{in_words(&webhook.filter)}</td>
            <td class="table__cell">{last_delivery(webhook)}</td>
            <td class=format!("table__cell {CELL_NUMBER} {CELL_WIDE}")><Figure value=failed /></td>
        </tr>
    }
}

/// How the last delivery that ended went, and when.
pub fn last_delivery(webhook: &Webhook) -> AnyView {
    let shell = ShellState::expect();
    let (tone, word, at) = match (webhook.last_success_at, webhook.last_failure_at) {
        (None, None) => return view! { <span class="nothing">"none yet"</span> }.into_any(),
        (Some(success), failure) if failure.is_none_or(|failure| failure <= success) => {
            (Tone::Good, "Delivered", success)
        }
        (_, Some(failure)) => (Tone::Bad, "Failed", failure),
        (Some(success), None) => (Tone::Good, "Delivered", success),
    };
    view! {
        <Pill tone word /> " "
        <time datetime=format::machine(at) title=format::moment(at)>{move || format::age(at, shell.now())}</time>
    }
    .into_any()
}
