//! Changing many leads at once: from a selection to what became of each, and back.
//!
//! Owns the panels `job-list`, `job-detail` and `job-items`, and the bar over the selection of the lead
//! list. Does not own the selection itself, nor what a change does. Pure: `draft`.

mod bar;
mod detail;
mod dialog;
mod draft;
mod items;
mod list;

pub use bar::BulkBar;

use aicmo_shared::JobId;
use aicmo_shared::job::JobState;
use leptos::prelude::*;

use crate::components::pill::Tone;
use detail::JobDetail;
use list::JobList;

/// The bulk changes so far.
#[component]
pub fn ChangesPage() -> impl IntoView {
    view! { <div class="imports"><JobList /></div> }
}

/// One bulk change.
#[component]
pub fn ChangePage(
    /// Which.
    id: JobId,
) -> impl IntoView {
    view! { <div class="imports"><JobDetail id /></div> }
}

/// The tone of a state.
const fn tone_of_state(state: JobState) -> Tone {
    match state {
        JobState::Completed => Tone::Good,
        JobState::Failed => Tone::Bad,
        JobState::Cancelled => Tone::Warn,
        JobState::Undone => Tone::Neutral,
        JobState::Running | JobState::Undoing => Tone::Accent,
    }
}
