//! The delivery log: every event on its way to this webhook, what the receiver answered, and the
//! way to send again.

use aicmo_shared::api::{DeliveryQuery, ListWebhookDeliveries, ReplayWebhook};
use aicmo_shared::webhook::{AttemptFault, DeliveryState, WebhookDelivery, WebhookReplay, WebhookReplayed};
use leptos::prelude::*;

use super::actions::write_block;
use crate::api::{self, Load, Reading};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::doing::{Doing, DoingFailed};
use crate::components::pager::{PageStack, Pager};
use crate::components::panel::Panel;
use crate::components::pill::{Pill, Tone};
use crate::components::still::{Still, StillRows};
use crate::format;

/// Rows of a page.
const PAGE: u32 = 25;

const HOUR: i64 = 60 * 60 * 1000;

/// How far back everything failed can be sent again, in words and hours.
const SPANS: &[(&str, i64)] = &[
    ("the last hour", 1),
    ("the last 24 hours", 24),
    ("the last 7 days", 7 * 24),
];

const fn tone_of(state: DeliveryState) -> Tone {
    match state {
        DeliveryState::Pending => Tone::Accent,
        DeliveryState::Delivered => Tone::Good,
        DeliveryState::Failed => Tone::Bad,
    }
}

/// The panel.
#[component]
pub fn Deliveries(
    /// The webhook's id, as the address has it.
    open: Memo<Option<String>>,
    /// Whether the webhook is being deleted.
    leaving: RwSignal<bool>,
) -> impl IntoView {
    let state = RwSignal::new(None::<DeliveryState>);
    let pages = RwSignal::new(PageStack::default());
    let of = Memo::new(move |_| {
        format!(
            "{} {}",
            open.get().unwrap_or_default(),
            state.get().map_or("", DeliveryState::as_str)
        )
    });
    let rows = Load::keyed(
        move || open.get().unwrap_or_default(),
        move |id: String| {
            let query = DeliveryQuery {
                state: state.get(),
                cursor: of.with(|of| pages.with(|pages| pages.cursor(of))),
                limit: Some(PAGE),
            };
            api::read::<ListWebhookDeliveries>(&[&id], &query)
        },
    )
    .rests_while(leaving);
    let replaying = Doing::default();
    view! {
        <Panel
            name="webhook-deliveries"
            title="Deliveries"
            data=rows
            skeleton=5
            flush=true
            toolbar=move || view! {
                <StateChips state />
                <ReplayFailed open replaying />
            }
            empty=move || view! {
                <p class="empty__title">
                    {move || match state.get() {
                        None => "Nothing has been sent yet".to_owned(),
                        Some(state) => format!("No delivery is {}", state.label().to_lowercase()),
                    }}
                </p>
                <p class="empty__why">"Send a test event to see how the receiver answers."</p>
            }
            let:reading
        >
            <Rows reading of pages open replaying />
            <Pager
                pages
                of
                page=Signal::derive(move || reading.page())
                rows=Signal::derive(move || reading.with(Vec::len))
                one="delivery"
                many="deliveries"
            />
        </Panel>
    }
}

#[component]
fn StateChips(state: RwSignal<Option<DeliveryState>>) -> impl IntoView {
    let chips: Vec<_> = std::iter::once(None)
        .chain(DeliveryState::ALL.iter().copied().map(Some))
        .map(|choice| {
            view! {
                <button
                    type="button"
                    class="chip"
                    aria-pressed=move || (state.get() == choice).to_string()
                    on:click=move |_| state.set(choice)
                >
                    {choice.map_or("All", DeliveryState::label)}
                </button>
            }
        })
        .collect();
    view! { <div class="chips" role="group" aria-label="Deliveries by state">{chips}</div> }
}

/// Sends again what a call asks for, and says how much that is.
fn replay(open: Memo<Option<String>>, replaying: Doing, what: &WebhookReplay) {
    let shell = ShellState::expect();
    let id = open.get_untracked().unwrap_or_default();
    replaying.run(
        api::command::<ReplayWebhook>(&[&id], what, None),
        move |done: WebhookReplayed| {
            shell.toasts.done(match done.n_deliveries {
                0 => "Nothing failed in that time, so nothing is sent again.".to_owned(),
                number => format!(
                    "{} sent again. The receiver knows a repetition by its webhook-id.{}",
                    format::counted(number, "delivery is", "deliveries are"),
                    if done.has_more {
                        " More failed; send again once more for the rest."
                    } else {
                        ""
                    }
                ),
            });
            shell.changed();
        },
    );
}

#[component]
fn ReplayFailed(open: Memo<Option<String>>, replaying: Doing) -> impl IntoView {
    let shell = ShellState::expect();
    let hours = RwSignal::new(24_i64);
    let options: Vec<_> = SPANS
        .iter()
        .map(|(word, span)| {
            let span = *span;
            view! { <option value=span.to_string() selected=move || hours.get() == span>{*word}</option> }
        })
        .collect();
    let press = move |()| {
        let since = untrack(|| shell.now()).plus_millis(-hours.get_untracked() * HOUR);
        replay(
            open,
            replaying,
            &WebhookReplay {
                delivery: None,
                failed_since: Some(since),
            },
        );
    };
    view! {
        <div class="webhook__replay">
            <label class="filter">
                <span class="filter__label">"Failed since"</span>
                <select
                    class="field__input field__input--select"
                    on:change=move |event| {
                        if let Ok(span) = event_target_value(&event).parse() {
                            hours.set(span);
                        }
                    }
                >
                    {options}
                </select>
            </label>
            <Button on_press=press busy=replaying.busy() blocked=write_block()>"Send all failed again"</Button>
        </div>
        <DoingFailed doing=replaying />
    }
}

#[component]
fn Rows(
    reading: Reading<Vec<WebhookDelivery>>,
    of: Memo<String>,
    pages: RwSignal<PageStack>,
    open: Memo<Option<String>>,
    replaying: Doing,
) -> impl IntoView {
    let place = move || (of.get(), of.with(|of| pages.with(|pages| pages.cursor(of))));
    let still = Still::new(
        reading,
        |row: &WebhookDelivery| row.id,
        place,
        Signal::stored(false),
    );
    view! {
        <StillRows holding=still.holding>
            <ol class="deliveries" aria-label="Deliveries, newest first">
                <For
                    each=move || still.rows.get()
                    key=|row| (row.id, row.state, row.attempts, row.next_attempt_at)
                    children=move |delivery| line(&delivery, open, replaying)
                />
            </ol>
        </StillRows>
    }
}

fn line(delivery: &WebhookDelivery, open: Memo<Option<String>>, replaying: Doing) -> impl IntoView + use<> {
    let shell = ShellState::expect();
    let (id, created) = (delivery.id, delivery.created_at);
    let next = delivery.next_attempt_at;
    let again = (delivery.state != DeliveryState::Pending).then(|| {
        let press = move |()| {
            let what = WebhookReplay {
                delivery: Some(id),
                failed_since: None,
            };
            replay(open, replaying, &what);
        };
        view! {
            <Button
                kind=ButtonKind::Quiet
                id=format!("delivery-again-{id}")
                label=format!("Send again: {}", delivery.kind)
                on_press=press
                busy=replaying.busy()
                blocked=write_block()
            >
                "Send again"
            </Button>
        }
    });
    let subject = match delivery.event_seq {
        Some(seq) => format!("Event {}", format::count(seq)),
        None => "A test".to_owned(),
    };
    let attempts = format::counted(u64::from(delivery.attempts), "attempt", "attempts");
    view! {
        <li class="deliveries__one" data-delivery=id.to_string()>
            <div class="deliveries__head">
                <code>{delivery.kind.as_str()}</code>
                <Pill tone=tone_of(delivery.state) word=delivery.state.label() />
                {again}
            </div>
            <p class="audit__note">
                {subject} ", "
                <time datetime=format::machine(created) title=format::moment(created)>
                    {move || format::age(created, shell.now())}
                </time>
                {format!(", {attempts}")}
                {next.map(|at| view! {
                    <span title=format::moment(at)>{move || format!(", next {}", format::until(at, shell.now()))}</span>
                })}
            </p>
            {answer(delivery)}
        </li>
    }
}

/// What the receiver said last: status, time, the beginning of its words, or why there are none.
fn answer(delivery: &WebhookDelivery) -> AnyView {
    if delivery.attempts == 0 {
        return view! { <p class="nothing">"Not tried yet"</p> }.into_any();
    }
    let took = delivery
        .last_duration_ms
        .map(|millis| format!(" in {} ms. ", format::count(millis)))
        .unwrap_or_default();
    let status = delivery
        .last_status
        .map(|status| view! { "Answered " <code>{status.to_string()}</code> {took} });
    let fault = delivery.last_fault.map(AttemptFault::sentence);
    let words = delivery
        .last_answer
        .clone()
        .filter(|answer| !answer.is_empty())
        .map(|answer| {
            view! {
                <details class="webhook__words">
                    <summary>"Answer"</summary>
                    <pre>{answer}</pre>
                </details>
            }
        });
    view! {
        <p class="deliveries__answer">{status} {fault}</p>
        {words}
    }
    .into_any()
}
