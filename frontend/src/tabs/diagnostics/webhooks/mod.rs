//! Webhooks out: who outside is told of which events, and how telling them went.
//!
//! Owns the panels `webhook-list`, `webhook-detail` and `webhook-deliveries`. Pure: `choice`.

mod actions;
mod choice;
mod deliveries;
mod detail;
mod form;
mod list;
mod secret;

use leptos::prelude::*;

use crate::components::dom;
use crate::keys;
use detail::WebhookPane;
use form::NewWebhookDialog;
use list::WebhookList;
use secret::{SecretDialog, ShownSecret};

/// The part.
#[component]
pub fn Webhooks(
    /// The webhook that is open, as the address has it.
    open: Memo<Option<String>>,
) -> impl IntoView {
    let creating = RwSignal::new(false);
    let secret = RwSignal::new(None::<ShownSecret>);
    let on_new = Callback::new(move |()| creating.set(true));
    keys::listen(|key| {
        key == "n" && dom::focus_first("#aicmo-webhook-new") && dom::press_first("#aicmo-webhook-new")
    });
    view! {
        <div class="leads" class:leads--open=move || open.with(Option::is_some)>
            <div class="leads__list">
                <WebhookList open on_new />
            </div>
            <Show when=move || open.with(Option::is_some)>
                <WebhookPane open secret />
            </Show>
        </div>
        <NewWebhookDialog open=creating secret />
        <SecretDialog secret />
    }
}
