//! The header: the product, the mode, the connection, the theme, the keys and the person.

use aicmo_shared::status::Status;
use leptos::prelude::*;

use super::connection::{PERIOD, Standing};
use super::theme::ThemeSwitch;
use crate::app::ShellState;
use crate::boot;
use crate::components::pill::{Pill, Tone};
use crate::format;
use crate::session::UserMenu;
use crate::tab::Tab;

/// The header.
#[component]
pub fn Header(
    /// Whether the help with the keys is open.
    help: RwSignal<bool>,
) -> impl IntoView {
    let shell = ShellState::expect();
    view! {
        <header class="head">
            <Brand />
            <div class="head__gap"></div>
            {move || shell.status.with(|status| status.as_ref().map(mode))}
            <ConnectionMark />
            <ThemeSwitch />
            <button
                class="button button--quiet button--icon"
                type="button"
                aria-label="Keyboard shortcuts (?)"
                title="Keyboard shortcuts (?)"
                on:click=move |_| help.set(true)
            >
                <kbd aria-hidden="true">"?"</kbd>
            </button>
            <UserMenu />
        </header>
    }
}

/// The product's mark, name and caption; leads to the first tab.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href=Tab::Command.path()>
            <svg class="brand__mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
                <rect class="brand__ground" width="32" height="32" rx="8"></rect>
                <path class="brand__letter" d="M8.5 23 16 8l7.5 15M11.5 18.500h9"></path>
            </svg>
            <span class="brand__words">
                <span class="brand__name">"AICMO Operator"</span>
                <span class="brand__caption">"Find, qualify, plan, approve, execute, learn"</span>
            </span>
        </a>
    }
}

/// Whether figures are real, and whether anything may leave the house.
fn mode(status: &Status) -> impl IntoView + use<> {
    let (tone, word, title) = match status.mock_reason {
        Some(reason) => (Tone::Mock, "MOCK DATA", reason.sentence()),
        None => (
            Tone::Good,
            "LIVE DATA",
            "Figures are computed from this server's database.",
        ),
    };
    let delivery = status.control.as_ref().map(|control| {
        if control.live_enabled.on {
            view! {
                <Pill tone=Tone::Warn word="LIVE ENABLED" title="Approved live campaigns may send for real." />
            }
        } else {
            view! { <Pill tone=Tone::Accent word="DRY RUN" title="Nothing leaves the house: sending is rehearsed only." /> }
        }
    });
    view! {
        <span class="head__mode">
            <Pill tone word title />
            {delivery}
        </span>
    }
}

/// Whether the server still answers, and how: live, asked, lost; when lost, of when the screen is.
#[component]
fn ConnectionMark() -> impl IntoView {
    let shell = ShellState::expect();
    let standing = Memo::new(move |_| {
        shell.tick.track();
        let is_live = shell.live.is_up().get();
        shell
            .connection
            .with(|connection| connection.standing(is_live, boot::now()))
    });
    let why = move || {
        let reason = shell
            .connection
            .with(|connection| connection.why().map(str::to_owned));
        reason.unwrap_or_else(|| explained(standing.get()).to_owned())
    };
    view! {
        <span class=move || class_of(standing.get()) title=why data-connection=move || word_of(standing.get())>
            <span class="connection__shape" aria-hidden="true"></span>
            <span class="connection__word" role="status">{move || said(standing.get())}</span>
            {move || match standing.get() {
                Standing::Stale { age, .. } => Some(view! {
                    <span class="connection__age">{format!(", {} old", format::duration(age))}</span>
                }),
                _ => None,
            }}
        </span>
    }
}

const fn class_of(standing: Standing) -> &'static str {
    match standing {
        Standing::Connecting => "connection connection--wait",
        Standing::Live | Standing::Asking => "connection connection--up",
        Standing::Unanswered | Standing::Reconnecting { .. } | Standing::Stale { .. } => {
            "connection connection--lost"
        }
    }
}

/// The word in `data-connection`.
const fn word_of(standing: Standing) -> &'static str {
    match standing {
        Standing::Connecting => "connecting",
        Standing::Live => "live",
        Standing::Asking => "asking",
        Standing::Unanswered | Standing::Reconnecting { .. } => "reconnecting",
        Standing::Stale { .. } => "stale",
    }
}

/// What stands in the header. It changes only when the standing does, so that it is read out once.
fn said(standing: Standing) -> String {
    match standing {
        Standing::Connecting => "Connecting".to_owned(),
        Standing::Unanswered => "No answer yet".to_owned(),
        Standing::Live => "Connected".to_owned(),
        Standing::Asking => format!("Connected, every {PERIOD} s"),
        Standing::Reconnecting { at } => format!("Reconnecting, as of {}", format::clock(at)),
        Standing::Stale { at, .. } => format!("Stale, as of {}", format::clock(at)),
    }
}

const fn explained(standing: Standing) -> &'static str {
    match standing {
        Standing::Connecting => "The server has not answered yet.",
        Standing::Live => "Changes appear as they happen.",
        Standing::Asking => {
            "The event stream does not answer. This page asks the server every few seconds and goes back to the stream by itself."
        }
        Standing::Unanswered | Standing::Reconnecting { .. } | Standing::Stale { .. } => {
            "The server does not answer. This page keeps asking."
        }
    }
}
