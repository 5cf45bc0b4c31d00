//! Diagnostics: proof of what is running.

use leptos::prelude::*;

/// The tab.
#[component]
pub fn DiagnosticsTab() -> impl IntoView {
    view! { <h1>"Diagnostics"</h1> }
}
