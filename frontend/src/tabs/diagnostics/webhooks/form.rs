//! The form of a webhook: its address, what it is for, and the events by boxes.

use aicmo_shared::api::{CreateWebhook, PatchWebhook};
use aicmo_shared::event::EventKind;
use aicmo_shared::patch::Patch;
use aicmo_shared::webhook::{EventFilter, Webhook, WebhookDraft, WebhookPatch, WebhookWithSecret};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::choice::{Choice, groups, topic_title};
use super::list::PATH;
use super::secret::{ShownSecret, Why};
use crate::api::{Reading, command};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::dialog::Dialog;
use crate::components::doing::{Doing, DoingFailed};
use crate::components::dom;
use crate::components::field::{FieldKind, TextField};

/// The dialog for a new webhook.
#[component]
pub fn NewWebhookDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Shows the secret of the new one.
    secret: RwSignal<Option<ShownSecret>>,
) -> impl IntoView {
    view! {
        <Dialog open title="New webhook" wide=true>
            <NewForm open secret />
        </Dialog>
    }
}

#[component]
fn NewForm(open: RwSignal<bool>, secret: RwSignal<Option<ShownSecret>>) -> impl IntoView {
    let shell = ShellState::expect();
    let navigate = use_navigate();
    let doing = Doing::default();
    let texts = Texts::new(
        "",
        "",
        Choice {
            everything: true,
            kinds: Vec::new(),
        },
    );
    let submit = Callback::new(move |filter: EventFilter| {
        let description = texts.description.get_untracked().trim().to_owned();
        let draft = WebhookDraft {
            url: texts.url.get_untracked().trim().to_owned(),
            description: (!description.is_empty()).then_some(description),
            filter,
        };
        let navigate = navigate.clone();
        doing.run(
            command::<CreateWebhook>(&[], &draft, None),
            move |made: WebhookWithSecret| {
                open.set(false);
                shell.changed();
                navigate(&format!("{PATH}/{}", made.webhook.id), NavigateOptions::default());
                secret.set(Some(ShownSecret {
                    made,
                    why: Why::Created,
                }));
            },
        );
    });
    view! { <Fields texts doing submit open verb="Create webhook" /> }
}

/// The dialog for a change.
#[component]
pub fn EditWebhookDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// The webhook.
    reading: Reading<Webhook>,
) -> impl IntoView {
    view! {
        <Dialog open title="Edit the webhook" wide=true>
            <EditForm open reading />
        </Dialog>
    }
}

#[component]
fn EditForm(open: RwSignal<bool>, reading: Reading<Webhook>) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let before = untrack(|| reading.get());
    let texts = Texts::new(
        &before.url,
        before.description.as_deref().unwrap_or_default(),
        Choice::of(&before.filter),
    );
    let (id, version) = (before.id.to_string(), before.version);
    let submit = Callback::new(move |filter: EventFilter| {
        let description = texts.description.get_untracked().trim().to_owned();
        let patch = WebhookPatch {
            url: Some(texts.url.get_untracked().trim().to_owned()),
            description: if description.is_empty() {
                Patch::Clear
            } else {
                Patch::Set(description)
            },
            filter: Some(filter),
            active: None,
        };
        doing.run(
            command::<PatchWebhook>(&[&id], &patch, Some(version)),
            move |_: Webhook| {
                open.set(false);
                shell
                    .toasts
                    .done("The webhook is saved. Events from now on follow it.");
                shell.changed();
            },
        );
    });
    let changed = Memo::new(move |_| reading.with(|webhook| webhook.version) != version);
    view! {
        <Show when=move || changed.get()>
            <p class="notice notice--warn" role="status">
                <strong>"Changed by someone else. "</strong>
                "What you typed stays here and cannot be saved over it. Close this and open it again to see theirs."
            </p>
        </Show>
        <Fields texts doing submit open verb="Save" />
    }
}

/// What is on screen.
#[derive(Clone, Copy)]
struct Texts {
    url: RwSignal<String>,
    description: RwSignal<String>,
    choice: RwSignal<Choice>,
}

impl Texts {
    fn new(url: &str, description: &str, choice: Choice) -> Self {
        Self {
            url: RwSignal::new(url.to_owned()),
            description: RwSignal::new(description.to_owned()),
            choice: RwSignal::new(choice),
        }
    }
}

#[component]
fn Fields(
    texts: Texts,
    doing: Doing,
    submit: Callback<EventFilter>,
    open: RwSignal<bool>,
    verb: &'static str,
) -> impl IntoView {
    dom::focus_soon("aicmo-webhook-url");
    let nothing = RwSignal::new(false);
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let filter = texts.choice.with_untracked(Choice::filter);
        nothing.set(filter.is_none());
        if let Some(filter) = filter {
            submit.run(filter);
        }
    };
    view! {
        <form class="form" novalidate on:submit=send>
            <TextField
                id="aicmo-webhook-url"
                label="Address"
                value=texts.url
                kind=FieldKind::Url
                help="It must begin with https. An address inside a private network is never called."
                error=doing.field("url")
                required=true
            />
            <TextField
                id="aicmo-webhook-description"
                label="What it is for"
                value=texts.description
                error=doing.field("description")
            />
            <Boxes choice=texts.choice />
            <Show when=move || nothing.get()>
                <p class="field__error" role="alert">"Tick at least one event, or everything."</p>
            </Show>
            <DoingFailed doing />
            <div class="form__actions">
                <Button kind=ButtonKind::Primary submit=true busy=doing.busy() id="aicmo-webhook-submit">{verb}</Button>
                <Button on_press=move |()| open.set(false)>"Close"</Button>
            </div>
        </form>
    }
}

#[component]
fn Boxes(choice: RwSignal<Choice>) -> impl IntoView {
    let boxes = groups()
        .into_iter()
        .map(|(topic, kinds)| {
            let lines: Vec<_> = kinds.into_iter().map(|kind| kind_box(kind, choice)).collect();
            view! {
                <fieldset class="webhook__group">
                    <legend>{topic_title(topic)}</legend>
                    {lines}
                </fieldset>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <fieldset class="webhook__events">
            <legend class="field__label">"Events"</legend>
            <label class="webhook__box">
                <input
                    type="checkbox"
                    prop:checked=move || choice.with(|choice| choice.everything)
                    on:change=move |event| {
                        let ticked = event_target_checked(&event);
                        choice.update(|choice| choice.everything = ticked);
                    }
                />
                <span>
                    "Everything"
                    <span class="webhook__means">"Every event there is, and those that later versions bring."</span>
                </span>
            </label>
            <div class="webhook__groups" class:webhook__groups--off=move || choice.with(|choice| choice.everything)>
                {boxes}
            </div>
        </fieldset>
    }
}

fn kind_box(kind: EventKind, choice: RwSignal<Choice>) -> impl IntoView {
    view! {
        <label class="webhook__box">
            <input
                type="checkbox"
                disabled=move || choice.with(|choice| choice.everything)
                prop:checked=move || choice.with(|choice| choice.everything || choice.kinds.contains(&kind))
                on:change=move |event| {
                    let ticked = event_target_checked(&event);
                    choice.update(|choice| choice.tick(kind, ticked));
                }
            />
            <span>
                <code>{kind.as_str()}</code>
                <span class="webhook__means">{kind.meaning()}</span>
            </span>
        </label>
    }
}
