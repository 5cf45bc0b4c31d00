//! Diagnostics: proof of what is running, who may work with it, what was done, and who is told.
//!
//! The address says which part is shown. Each part is made of panels of its own; who may not see a
//! part does not see its name either, and the server refuses it in any case.

mod admin;
mod audit;
mod part;
mod report;
mod webhooks;

pub use audit::HistoryLink;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::components::settled::settled;
use crate::session::Allowed;
use part::Part;

/// The tab.
#[component]
pub fn DiagnosticsTab() -> impl IntoView {
    let params = use_params_map();
    let part = Memo::new(move |_| Part::of(params.with(|params| params.get("part")).as_deref()));
    let open = Memo::new(move |_| params.with(|params| params.get("id")).filter(|id| !id.is_empty()));
    let settled_part = settled(move || part.get());
    let body = move || match settled_part.get() {
        Part::Report => view! { <report::Report /> }.into_any(),
        Part::Audit => view! { <audit::Audit /> }.into_any(),
        Part::Webhooks => view! { <webhooks::Webhooks open /> }.into_any(),
    };
    let links = Part::ALL
        .iter()
        .copied()
        .map(|to| {
            view! {
                <Allowed needs=to.needs()>
                    <a class="subtabs__tab" href=to.path() aria-current=move || (part.get() == to).then_some("page")>
                        {to.title()}
                    </a>
                </Allowed>
            }
        })
        .collect::<Vec<_>>();
    view! {
        <header class="page-head">
            <div>
                <h1 class="page-head__title">"Diagnostics"</h1>
                <p class="page-head__text">{move || part.get().purpose()}</p>
            </div>
            <div class="page-head__actions">
                <nav class="subtabs" aria-label="Parts of Diagnostics">{links}</nav>
            </div>
        </header>
        {body}
    }
}
