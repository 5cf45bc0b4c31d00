//! Campaigns.

use leptos::prelude::*;

/// The tab.
#[component]
pub fn CampaignsTab() -> impl IntoView {
    view! { <h1>"Campaigns"</h1> }
}
