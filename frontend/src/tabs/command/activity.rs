//! The activity feed: newest first, by kind, more on demand, still under a cursor.

use aicmo_shared::activity::{ActivityEvent, ActivityKind};
use aicmo_shared::api::{ActivityQuery, ListActivity};
use leptos::prelude::*;

use super::super::subject::subject_href;
use super::feed::Feed;
use crate::api::{self, Load, Reading};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::doing::{Doing, DoingFailed};
use crate::components::panel::Panel;
use crate::components::still::{Holding, StillRows, release_when_left};
use crate::format;

/// Lines of a page.
const PAGE: u32 = 25;

fn query(kind: Option<ActivityKind>, cursor: Option<String>) -> ActivityQuery {
    ActivityQuery {
        kind,
        cursor,
        limit: Some(PAGE),
    }
}

/// The feed.
#[component]
pub fn Activity() -> impl IntoView {
    let kind = RwSignal::new(None::<ActivityKind>);
    let newest = Load::keyed(
        move || kind.get(),
        |kind| api::read::<ListActivity>(&[], &query(kind, None)),
    );
    view! {
        <Panel
            name="activity"
            title="Activity"
            data=newest
            flush=true
            skeleton=8
            toolbar=move || view! { <KindFilter kind /> }
            empty=move || view! { <NothingYet kind /> }
            let:reading
        >
            <Lines reading kind />
        </Panel>
    }
}

/// One choice of the kinds.
#[component]
fn KindFilter(kind: RwSignal<Option<ActivityKind>>) -> impl IntoView {
    let choices: Vec<_> = std::iter::once(None)
        .chain(ActivityKind::ALL.iter().copied().map(Some))
        .map(|choice| {
            view! {
                <button
                    class="chip"
                    type="button"
                    aria-pressed=move || if kind.get() == choice { "true" } else { "false" }
                    on:click=move |_| kind.set(choice)
                >
                    {choice.map_or("All", ActivityKind::label)}
                </button>
            }
        })
        .collect();
    view! { <div class="chips" role="group" aria-label="Kind of activity">{choices}</div> }
}

#[component]
fn NothingYet(kind: RwSignal<Option<ActivityKind>>) -> impl IntoView {
    move || match kind.get() {
        None => view! {
            <p>"Nothing has happened yet."</p>
            <a class=ButtonKind::Secondary.class() href="/leads?show=imports">"Import leads"</a>
        }
        .into_any(),
        Some(chosen) => view! {
            <p>"Nothing of this kind has happened: "{chosen.label()}"."</p>
            <Button on_press=move |()| kind.set(None)>"Show everything"</Button>
        }
        .into_any(),
    }
}

/// The lines. While a pointer or the focus is among them, new ones wait behind a button.
#[component]
fn Lines(reading: Reading<Vec<ActivityEvent>>, kind: RwSignal<Option<ActivityKind>>) -> impl IntoView {
    let newest = move || (reading.get(), reading.page().and_then(|page| page.next_cursor));
    let (page, next) = untrack(newest);
    let shown = RwSignal::new(Feed::default().with_newest(page, next));
    let holding = Holding::new(Signal::stored(false));
    Effect::new(move |released: Option<u32>| {
        let release = holding.release().get();
        let (page, next) = newest();
        let merged = shown.get_untracked().with_newest(page, next);
        let is_asked = released.is_some_and(|before| before != release);
        let unseen = shown.with_untracked(|shown| shown.unseen(&merged));
        if !is_asked && unseen.is_some() && untrack(|| holding.is_held()) {
            holding.waiting().set(unseen);
        } else {
            holding.waiting().set(None);
            holding.keep_focus();
            shown.set(merged);
        }
        release
    });
    release_when_left(holding);
    let doing = Doing::default();
    let older = Callback::new(move |()| {
        let cursor = shown.with_untracked(|shown| shown.next.clone());
        let call = api::read::<ListActivity>(&[], &query(kind.get_untracked(), cursor));
        doing.run(call, move |answer| {
            let next = answer.page().and_then(|page| page.next_cursor.clone());
            let _ =
                shown.try_update(|shown| *shown = std::mem::take(shown).with_older(answer.into_data(), next));
        });
    });
    view! {
        <div class="feed" tabindex="-1">
            <StillRows holding>
                <ol class="feed__list">
                    <For
                        each=move || shown.with(|shown| shown.events.clone())
                        key=|event| event.id.clone()
                        let:event
                    >
                        <Line event />
                    </For>
                </ol>
            </StillRows>
            <DoingFailed doing />
            <Show when=move || shown.with(|shown| shown.next.is_some())>
                <div class="feed__more">
                    <Button on_press=older busy=doing.busy()>"Load more"</Button>
                </div>
            </Show>
        </div>
    }
}

#[component]
fn Line(event: ActivityEvent) -> impl IntoView {
    let shell = ShellState::expect();
    let at = event.at;
    let when = Memo::new(move |_| format::hour_or_day(at, shell.now()));
    let title = match subject_href(event.subject_type, event.subject_id.as_deref()) {
        Some(href) => view! { <a class="feed__title" href=href>{event.title}</a> }.into_any(),
        None => view! { <span class="feed__title">{event.title}</span> }.into_any(),
    };
    view! {
        <li class="feed__line">
            <time class="feed__time" datetime=format::machine(at) title=format::moment(at)>
                {move || when.get()}
            </time>
            <div class="feed__what">
                {title}
                {event.detail.map(|detail| view! { <span class="feed__detail">{detail}</span> })}
            </div>
            <span class="feed__kind">{event.kind.label()}</span>
            <span class="feed__actor">{event.actor}</span>
        </li>
    }
}
