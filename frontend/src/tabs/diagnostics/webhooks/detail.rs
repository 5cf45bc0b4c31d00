//! One webhook: where it leads, how it stands, what can be done with it, and its deliveries.

use aicmo_shared::api::{GetWebhook, NoQuery};
use aicmo_shared::webhook::Webhook;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::actions::Actions;
use super::choice::in_words;
use super::deliveries::Deliveries;
use super::list::{PATH, last_delivery, row_id, tone_of};
use super::secret::ShownSecret;
use crate::api::{self, Load, Reading};
use crate::components::button::{Button, ButtonKind};
use crate::components::dom;
use crate::components::figure::{Figure, Quantity};
use crate::components::panel::Panel;
use crate::components::pill::Pill;
use crate::format;

/// The pane of the open webhook.
#[component]
pub fn WebhookPane(
    /// Its id, as the address has it.
    open: Memo<Option<String>>,
    /// Shows a new secret.
    secret: RwSignal<Option<ShownSecret>>,
) -> impl IntoView {
    let id = move || open.get().unwrap_or_default();
    let leaving = RwSignal::new(false);
    let webhook =
        Load::keyed(id, |id: String| api::read::<GetWebhook>(&[&id], &NoQuery {})).rests_while(leaving);
    let navigate = use_navigate();
    let close = Callback::new(move |()| {
        let row = open.get_untracked().map(|id| row_id(&id));
        navigate(PATH, NavigateOptions::default());
        request_animation_frame(move || {
            if let Some(row) = row {
                dom::focus(&row);
            }
        });
    });
    view! {
        <aside class="leads__pane" aria-label="Webhook">
            <Panel
                name="webhook-detail"
                title="Webhook"
                data=webhook
                skeleton=8
                aside=move || view! {
                    <Button kind=ButtonKind::Quiet on_press=close label="Close the webhook">"Close"</Button>
                }
                let:reading
            >
                <Body reading secret leaving />
            </Panel>
            <Deliveries open leaving />
        </aside>
    }
}

#[component]
fn Body(
    reading: Reading<Webhook>,
    secret: RwSignal<Option<ShownSecret>>,
    leaving: RwSignal<bool>,
) -> impl IntoView {
    let state = move || reading.with(|webhook| webhook.state);
    let notice = move || {
        reading.with(|webhook| {
            webhook
                .disabled_reason
                .map(|reason| (reason.sentence(), webhook.disabled_at))
        })
    };
    view! {
        <p class="webhook__where">
            <Pill
                tone=Signal::derive(move || tone_of(state()))
                word=Signal::derive(move || state().label().to_owned())
            />
            <code class="webhook__url">{move || reading.with(|webhook| webhook.url.clone())}</code>
        </p>
        {move || notice().map(|(sentence, at)| view! {
            <p class="notice notice--warn" role="alert">
                <strong>
                    {match at {
                        Some(at) => format!("Switched off by the server, {}. ", format::moment(at)),
                        None => "Switched off by the server. ".to_owned(),
                    }}
                </strong>
                {sentence}
            </p>
        })}
        <Actions reading secret leaving />
        <dl class="facts">
            <dt>"What it is for"</dt>
            <dd>
                {move || match reading.with(|webhook| webhook.description.clone()) {
                    Some(text) => text.into_any(),
                    None => view! { <span class="nothing">"not said"</span> }.into_any(),
                }}
            </dd>
            <dt>"Told of"</dt>
            <dd>{move || reading.with(|webhook| in_words(&webhook.filter))}</dd>
            <dt>"Last delivery"</dt>
            <dd>{move || reading.with(last_delivery)}</dd>
            <dt>"Failed in a row"</dt>
            <dd><Figure value=reading.figure(|webhook| Quantity::Count(u64::from(webhook.failed_in_a_row))) /></dd>
            <dt>"Secret"</dt>
            <dd>
                {move || match reading.with(|webhook| webhook.old_secret_until) {
                    Some(until) => format!("two sign now: the old one until {}", format::moment(until)),
                    None => "one signs; it is not shown again".to_owned(),
                }}
            </dd>
            <dt>"Created"</dt>
            <dd>
                {move || reading.with(|webhook| {
                    format!("{} by {}", format::moment(webhook.created_at), webhook.created_by)
                })}
            </dd>
        </dl>
    }
}
