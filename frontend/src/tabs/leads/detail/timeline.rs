//! The lead's past, newest first.

use aicmo_shared::lead::{LeadEvent, LeadEventKind};
use leptos::prelude::*;

use crate::api::Reading;
use crate::app::ShellState;
use crate::format;

/// One line per event.
#[component]
pub fn Timeline(
    /// The events.
    reading: Reading<Vec<LeadEvent>>,
) -> impl IntoView {
    let shell = ShellState::expect();
    let lines = move || {
        reading.with(|events| {
            events
                .iter()
                .map(|event| {
                    let at = event.at;
                    view! {
                        <li class=format!("timeline__event timeline__event--{}", event.kind)>
                            <span class="timeline__kind">{kind_label(event.kind)}</span>
                            <div class="timeline__text">
                                <span class="timeline__title">{event.title.clone()}</span>
                                {event.detail.clone().map(|detail| view! {
                                    <span class="timeline__detail">{detail}</span>
                                })}
                                <span class="timeline__when">
                                    <time datetime=format::machine(at) title=format::moment(at)>
                                        {move || format::age(at, shell.now())}
                                    </time>
                                    {format!(" · {}", event.actor)}
                                </span>
                            </div>
                        </li>
                    }
                })
                .collect::<Vec<_>>()
        })
    };
    view! { <ol class="timeline">{lines}</ol> }
}

const fn kind_label(kind: LeadEventKind) -> &'static str {
    match kind {
        LeadEventKind::Touch => "Touch",
        LeadEventKind::Status => "Status",
        LeadEventKind::Edit => "Edit",
    }
}
