//! The icons, drawn for this console on a 20 by 20 grid. They repeat a word, never replace it.

use leptos::prelude::*;

use crate::tab::Tab;

/// The outline of a tab's icon.
const fn outline(tab: Tab) -> &'static str {
    match tab {
        Tab::Command => "M3 10.5 10 4l7 6.5M5 9v7h10V9M8.5 16v-4h3v4",
        Tab::Leads => {
            "M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2 16.5c.4-3 2.6-4.5 5.500-4.500s5.100 1.500 5.500 4.500M13 4a2.700 2.700 0 0 1 0 5.300M15 12.400c1.700.600 2.700 2 3 4.100"
        }
        Tab::Campaigns => {
            "M3.500 8v4l2.500.300L12.500 16V4L6 7.700 3.500 8ZM15 7.500a3.500 3.500 0 0 1 0 5M6 12.300 7 17h2l-.700-3.500"
        }
        Tab::Diagnostics => "M2.500 10.500H6L8 5l4 10.500 2-5h3.500",
        Tab::Account => {
            "M10 10a3.300 3.300 0 1 0 0-6.600 3.300 3.300 0 0 0 0 6.600ZM3.500 17c.600-3.300 3-5 6.500-5s5.900 1.700 6.500 5"
        }
    }
}

/// The icon of a tab.
#[component]
pub fn TabIcon(
    /// The tab.
    tab: Tab,
) -> impl IntoView {
    view! {
        <svg
            class="icon"
            viewBox="0 0 20 20"
            width="20"
            height="20"
            fill="none"
            stroke="currentColor"
            stroke-width="1.6"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
            focusable="false"
        >
            <path d=outline(tab)></path>
        </svg>
    }
}
