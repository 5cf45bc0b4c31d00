//! What can be done with a webhook. Each command is sent with the version that was on screen.

use aicmo_shared::api::{DeleteWebhook, PatchWebhook, RotateWebhookSecret, TestWebhook};
use aicmo_shared::webhook::{
    OVERLAP_HOURS, Webhook, WebhookDelivery, WebhookPatch, WebhookState, WebhookWithSecret,
};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::form::EditWebhookDialog;
use super::list::PATH;
use super::secret::{ShownSecret, Why};
use crate::api::{Reading, command};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::dialog::Dialog;
use crate::components::doing::{Doing, DoingFailed};

/// Why no webhook can be changed now.
pub fn write_block() -> Signal<Option<String>> {
    let shell = ShellState::expect();
    Signal::derive(move || shell.mock_reason().map(|reason| reason.sentence().to_owned()))
}

/// The buttons.
#[component]
pub fn Actions(
    /// The webhook.
    reading: Reading<Webhook>,
    /// Shows a new secret.
    secret: RwSignal<Option<ShownSecret>>,
    /// Says that the webhook is being deleted.
    leaving: RwSignal<bool>,
) -> impl IntoView {
    let shell = ShellState::expect();
    let blocked = write_block();
    let doing = Doing::default();
    let (editing, rotating, deleting) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let is_on = Memo::new(move |_| reading.with(|webhook| webhook.state == WebhookState::Active));
    let id = move || untrack(|| reading.with(|webhook| webhook.id.to_string()));
    let version = move || untrack(|| reading.with(|webhook| webhook.version));
    let switch = move |()| {
        let patch = WebhookPatch {
            active: Some(!is_on.get_untracked()),
            ..WebhookPatch::default()
        };
        doing.run(
            command::<PatchWebhook>(&[&id()], &patch, Some(version())),
            move |webhook: Webhook| {
                shell.toasts.done(match webhook.state {
                    WebhookState::Active => {
                        "The webhook is on. Events from now on are sent; replay what was missed."
                    }
                    WebhookState::Paused | WebhookState::Disabled => {
                        "The webhook is off. Nothing is sent there."
                    }
                });
                shell.changed();
            },
        );
    };
    let test = move |()| {
        doing.run(
            command::<TestWebhook>(&[&id()], &(), None),
            move |_: WebhookDelivery| {
                shell
                    .toasts
                    .done("A test event is on its way. Its delivery is in the log below.");
                shell.changed();
            },
        );
    };
    view! {
        <div class="steps__buttons" role="group" aria-label="What can be done">
            <Button on_press=move |()| editing.set(true) blocked=blocked>"Edit…"</Button>
            <Button on_press=switch busy=doing.busy() blocked=blocked>
                {move || if is_on.get() { "Switch off" } else { "Switch on" }}
            </Button>
            <Button on_press=test busy=doing.busy() blocked=blocked>"Send a test event"</Button>
            <Button on_press=move |()| rotating.set(true) blocked=blocked>"Rotate the secret…"</Button>
            <Button kind=ButtonKind::Danger on_press=move |()| deleting.set(true) blocked=blocked>"Delete…"</Button>
        </div>
        <DoingFailed doing />
        <EditWebhookDialog open=editing reading />
        <Dialog open=rotating title="Rotate the secret?">
            <Rotate open=rotating reading secret />
        </Dialog>
        <Dialog open=deleting title="Delete the webhook?">
            <Delete open=deleting reading leaving />
        </Dialog>
    }
}

#[component]
fn Rotate(
    open: RwSignal<bool>,
    reading: Reading<Webhook>,
    secret: RwSignal<Option<ShownSecret>>,
) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let press = move |()| {
        let id = untrack(|| reading.with(|webhook| webhook.id.to_string()));
        doing.run(
            command::<RotateWebhookSecret>(&[&id], &(), None),
            move |made: WebhookWithSecret| {
                open.set(false);
                shell.changed();
                secret.set(Some(ShownSecret {
                    made,
                    why: Why::Rotated,
                }));
            },
        );
    };
    view! {
        <div class="form">
            <p class="form__consequence">
                {format!(
                    "A new secret is made and shown once. For {OVERLAP_HOURS} hours messages carry both signatures, so the receiver can change over without losing one; then only the new one."
                )}
            </p>
            <DoingFailed doing />
            <div class="form__actions">
                <Button kind=ButtonKind::Primary on_press=press busy=doing.busy()>"Rotate the secret"</Button>
                <Button on_press=move |()| open.set(false)>"Keep the present one"</Button>
            </div>
        </div>
    }
}

#[component]
fn Delete(open: RwSignal<bool>, reading: Reading<Webhook>, leaving: RwSignal<bool>) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let navigate = use_navigate();
    let press = move |()| {
        let (id, version) = untrack(|| reading.with(|webhook| (webhook.id.to_string(), webhook.version)));
        let navigate = navigate.clone();
        // The server tells everybody of the end before it answers whoever asked for it.
        leaving.set(true);
        doing.run_or(
            command::<DeleteWebhook>(&[&id], &(), Some(version)),
            move |webhook: Webhook| {
                open.set(false);
                navigate(PATH, NavigateOptions::default());
                shell.toasts.done(format!(
                    "The webhook to {} is deleted. What was on its way there is not sent.",
                    webhook.url
                ));
                shell.changed();
            },
            move |error| {
                leaving.set(false);
                Some(error)
            },
        );
    };
    view! {
        <div class="form">
            <p class="form__consequence">
                "Nothing more is sent there, deliveries that wait are dropped, and the delivery log goes with it. The audit trail keeps who deleted it. This cannot be taken back; to stop it for a while, switch it off instead."
            </p>
            <DoingFailed doing />
            <div class="form__actions">
                <Button kind=ButtonKind::Danger on_press=press busy=doing.busy()>"Delete the webhook"</Button>
                <Button on_press=move |()| open.set(false)>"Keep it"</Button>
            </div>
        </div>
    }
}
