//! Draws a panel. The generic part is thin; the frame is made once for all types of data.

use std::sync::Arc;

use aicmo_shared::problem::ErrorCode;
use aicmo_shared::{MockReason, Timestamp};
use leptos::prelude::*;

use super::failure::ErrorCard;
use super::state::{PanelData, PanelState};
use crate::api::{ClientError, Load, Reading};
use crate::app::ShellState;
use crate::components::pill::{Pill, Tone};
use crate::components::settled::{settled, silenced};
use crate::format;

/// One block of data and the boundary around it: what fails in here is not felt outside.
///
/// The children are drawn once per value that appears and stay while later values arrive: they get a
/// `Reading`, which is read in closures. Nothing in them may fetch for another panel.
#[component]
pub fn Panel<T, V, F>(
    /// Its `data-panel`, by which tests and support speak of it.
    name: &'static str,
    /// The heading.
    #[prop(into)]
    title: Signal<String>,
    /// What fills it.
    data: Load<T>,
    /// Stands right in the head, beside the age.
    #[prop(optional, into)]
    aside: Option<ViewFn>,
    /// Stands above the body in every state: filters, actions.
    #[prop(optional, into)]
    toolbar: Option<ViewFn>,
    /// Why it is empty, and one next action.
    #[prop(optional, into)]
    empty: Option<ViewFn>,
    /// How many lines the skeleton has.
    #[prop(default = 3)]
    skeleton: u8,
    /// Leaves the padding of the body to the children: tables and feeds.
    #[prop(optional)]
    flush: bool,
    /// Draws the value.
    children: F,
) -> impl IntoView
where
    T: PanelData,
    V: IntoView + 'static,
    F: Fn(Reading<T>) -> V + Send + Sync + 'static,
{
    let facts: Arc<dyn Fn() -> Option<Facts> + Send + Sync> = Arc::new(move || {
        data.with_sourced(|sourced| Facts {
            is_empty: sourced.data().is_empty(),
            mock: sourced.mock_reason(),
            at: sourced.generated_at(),
        })
    });
    let held = Held::new(facts, data.failure(), data.busy());
    let body: Body = Arc::new(move || {
        data.reading()
            .map(|reading| children(reading).into_any())
            .into_any()
    });
    view! {
        <Frame
            name
            title
            held
            skeleton
            flush
            aside
            toolbar
            empty
            on_retry=Callback::new(move |()| data.refetch())
            body
        />
    }
}

type Body = Arc<dyn Fn() -> AnyView + Send + Sync>;

/// What the frame needs to know of a value.
#[derive(Clone, Copy, PartialEq)]
struct Facts {
    is_empty: bool,
    mock: Option<MockReason>,
    at: Timestamp,
}

/// What the frame needs to know, without the type of the data.
#[derive(Clone, Copy)]
struct Held {
    state: Memo<PanelState>,
    has_value: Memo<bool>,
    has_nothing: Signal<bool>,
    error: Signal<Option<ClientError>>,
    busy: Signal<bool>,
    mock: Memo<Option<MockReason>>,
    at: Memo<Option<Timestamp>>,
}

impl Held {
    fn new(
        facts: Arc<dyn Fn() -> Option<Facts> + Send + Sync>,
        error: Signal<Option<ClientError>>,
        busy: Signal<bool>,
    ) -> Self {
        let facts = Memo::new(move |_| facts());
        let is_empty = move || facts.with(|facts| facts.as_ref().map(|facts| facts.is_empty));
        Self {
            state: Memo::new(move |_| error.with(|error| PanelState::of(error.as_ref(), is_empty()))),
            has_value: Memo::new(move |_| is_empty().is_some()),
            has_nothing: settled(move || is_empty() == Some(true)),
            error,
            busy,
            mock: Memo::new(move |_| facts.with(|facts| facts.as_ref().and_then(|facts| facts.mock))),
            at: Memo::new(move |_| facts.with(|facts| facts.as_ref().map(|facts| facts.at))),
        }
    }
}

#[component]
fn Frame(
    name: &'static str,
    title: Signal<String>,
    held: Held,
    skeleton: u8,
    flush: bool,
    aside: Option<ViewFn>,
    toolbar: Option<ViewFn>,
    empty: Option<ViewFn>,
    on_retry: Callback<()>,
    body: Body,
) -> impl IntoView {
    let shell = ShellState::expect();
    let drawing_failed = RwSignal::new(false);
    let state = Memo::new(move |_| match held.state.get() {
        PanelState::Ready if drawing_failed.get() => PanelState::Error,
        other => other,
    });
    let lost = Memo::new(move |_| {
        shell
            .connection
            .with(crate::shell::connection::Connection::is_lost)
    });
    let stale =
        Memo::new(move |_| held.at.get().is_some() && (held.error.with(Option::is_some) || lost.get()));
    let heading = format!("panel-{name}");
    let heading_id = heading.clone();
    let shows_body = move || {
        held.has_value.get()
            && !held.has_nothing.get()
            && !matches!(held.state.get(), PanelState::Disabled | PanelState::Forbidden)
    };
    let body = StoredValue::new(body);
    let empty = StoredValue::new(empty);
    view! {
        <section
            class="panel"
            class:panel--flush=flush
            class:panel--failed=move || state.get() == PanelState::Error
            aria-labelledby=heading
            aria-busy=move || held.busy.get().then_some("true")
            tabindex="-1"
            data-panel=name
            data-state=move || state.get().as_str()
            data-mock=move || if held.mock.get().is_some() { "true" } else { "false" }
            data-stale=move || stale.get().then_some("true")
        >
            <header class="panel__head">
                <h2 class="panel__title" id=heading_id>{move || title.get()}</h2>
                <div class="panel__aside">
                    {aside.map(|aside| aside.run())}
                    <Age held stale />
                    {move || held.mock.get().map(|reason| view! {
                        <Pill tone=Tone::Mock word="MOCK" title=reason.sentence().to_owned() />
                    })}
                </div>
            </header>
            {toolbar.map(|toolbar| view! { <div class="panel__toolbar">{toolbar.run()}</div> })}
            {move || match state.get() {
                PanelState::Error => held.error.get().map(|error| {
                    let note = held.at.get_untracked().map(|at| {
                        format!("The last values stand below, as of {}.", format::clock(at))
                    });
                    view! { <ErrorCard error on_retry busy=held.busy note=note.unwrap_or_default() /> }
                }).into_any(),
                PanelState::Disabled | PanelState::Forbidden => {
                    held.error.get().map(|error| view! { <SwitchedOff error /> }).into_any()
                }
                PanelState::Loading => view! { <Skeleton lines=skeleton /> }.into_any(),
                PanelState::Empty => view! {
                    <div class="panel__empty">
                        {empty.with_value(|empty| match empty {
                            Some(empty) => empty.run(),
                            None => view! { <p>"There is nothing here yet."</p> }.into_any(),
                        })}
                    </div>
                }.into_any(),
                PanelState::Ready => ().into_any(),
            }}
            <Show when=shows_body>
                <div class="panel__body" class:panel__body--stale=move || stale.get()>
                    {silenced(move || view! {
                        <ErrorBoundary fallback=move |errors| view! {
                            <DrawingFailed errors drawing_failed on_retry />
                        }>{untrack(|| body.with_value(|body| body()))}</ErrorBoundary>
                    })}
                </div>
            </Show>
        </section>
    }
}

/// How old the value is; once it is no longer current, of when it is.
#[component]
fn Age(held: Held, stale: Memo<bool>) -> impl IntoView {
    let shell = ShellState::expect();
    move || {
        held.at.get().map(|at| {
            let text = if stale.get() {
                format!("as of {}", format::clock(at))
            } else {
                format::age(at, shell.now())
            };
            view! { <time class="panel__age" datetime=format::machine(at)>{text}</time> }
        })
    }
}

/// The lines that stand where the value will be; CSS shows them after 300 ms.
#[component]
fn Skeleton(lines: u8) -> impl IntoView {
    let lines: Vec<_> = (0..lines)
        .map(|_| view! { <span class="skeleton__line"></span> })
        .collect();
    view! {
        <div class="skeleton">
            <span class="unseen">"Loading"</span>
            {lines}
        </div>
    }
}

/// A feature that a setting has switched off: not broken, not empty.
#[component]
fn SwitchedOff(error: ClientError) -> impl IntoView {
    let setting = error
        .problem()
        .and_then(|problem| problem.extras.get("setting"))
        .and_then(|setting| setting.as_str())
        .map(str::to_owned);
    let title = match error.error_code() {
        Some(ErrorCode::FeatureDisabled) => "Switched off".to_owned(),
        _ => error.title(),
    };
    view! {
        <div class="panel__off">
            <p class="panel__off-title">{title}</p>
            <p>{error.detail()}</p>
            <p class="panel__off-hint">
                {match setting {
                    Some(setting) => view! { "Setting: " <code>{setting}</code> }.into_any(),
                    None => error.hint().into_any(),
                }}
            </p>
        </div>
    }
}

/// What stands in place of children that could not draw their value.
#[component]
fn DrawingFailed(
    errors: ArcRwSignal<Errors>,
    drawing_failed: RwSignal<bool>,
    on_retry: Callback<()>,
) -> impl IntoView {
    drawing_failed.set(true);
    on_cleanup(move || {
        let _ = drawing_failed.try_set(false);
    });
    let lines = move || {
        errors.with(|errors| {
            errors
                .iter()
                .map(|(_, error)| view! { <li>{error.to_string()}</li> })
                .collect::<Vec<_>>()
        })
    };
    view! {
        <div class="failure" role="alert">
            <p class="failure__title">"This block could not be drawn"</p>
            <ul>{lines}</ul>
            <div class="failure__actions">
                <button class="button button--secondary" type="button" on:click=move |_| on_retry.run(())>
                    "Retry"
                </button>
            </div>
        </div>
    }
}
