//! Command: what needs the operator now.
//!
//! The cards, the work of the day, the feed, and a checklist until the workspace is in use. Every
//! figure of leads leads to the list of exactly the rows it counts.

mod activity;
mod cards;
mod feed;
mod start;

use leptos::prelude::*;

use self::activity::Activity;
use self::cards::{Approvals, Execution, Triage, Work};
use self::start::GettingStarted;
use crate::components::dom;
use crate::keys;

/// The cards in the order of their keys, `1` to `4`.
const CARDS: [&str; 4] = ["triage", "approvals", "execution", "my-work"];

/// The tab.
#[component]
pub fn CommandTab() -> impl IntoView {
    keys::listen(|key| match key {
        "f" => dom::focus_first("[data-panel=activity] .feed, [data-panel=activity]"),
        digit => digit
            .parse::<usize>()
            .ok()
            .and_then(|number| CARDS.get(number.checked_sub(1)?))
            .is_some_and(|card| {
                dom::press_first(&format!("[data-panel={card}] [data-card-action]"))
                    || dom::focus_first(&format!("[data-panel={card}]"))
            }),
    });
    view! {
        <header class="page-head">
            <div>
                <h1 class="page-head__title">"Command"</h1>
                <p class="page-head__text">"What needs you now."</p>
            </div>
        </header>
        <div class="cards">
            <Triage />
            <Approvals />
            <Execution />
        </div>
        <div class="command__below">
            <Activity />
            <div class="command__side">
                <GettingStarted />
                <Work />
            </div>
        </div>
    }
}
