//! The screens behind the routes. Each is made of panels; a panel never fetches for another.

mod campaigns;
mod command;
mod diagnostics;
mod leads;

use leptos::prelude::*;

use crate::app::ShellState;
use crate::tab::Tab;

/// A tab on its route. One that crashed is an error card until the operator asks for it again.
#[component]
pub fn TabScreen(
    /// The tab.
    tab: Tab,
) -> impl IntoView {
    let _shell = ShellState::expect();
    view! {
        <div class="tab" data-tab=tab.slug()>
            {match tab {
                Tab::Command => view! { <command::CommandTab /> }.into_any(),
                Tab::Leads => view! { <leads::LeadsTab /> }.into_any(),
                Tab::Campaigns => view! { <campaigns::CampaignsTab /> }.into_any(),
                Tab::Diagnostics => view! { <diagnostics::DiagnosticsTab /> }.into_any(),
            }}
        </div>
    }
}

/// An address that leads nowhere.
#[component]
pub fn NoSuchPage() -> impl IntoView {
    view! { <h1>"There is no such page"</h1> }
}
