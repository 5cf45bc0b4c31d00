//! Leads.

use leptos::prelude::*;

/// The tab.
#[component]
pub fn LeadsTab() -> impl IntoView {
    view! { <h1>"Leads"</h1> }
}
