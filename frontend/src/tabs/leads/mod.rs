//! Leads: find, triage, correct and bring in people.
//!
//! The address decides what is shown (`place`, `address`). Panels: `lead-list`, `lead-detail`,
//! `lead-consent`, `lead-timeline`, `import-list`, `import-detail`, `import-rows`, `job-list`, `job-detail`, `job-items`. Decisions are in the modules
//! marked pure and tested on the host; the others draw.

mod address;
mod bulk;
mod count;
mod create;
mod create_form;
mod detail;
mod edit_form;
mod export;
mod filters;
mod further;
mod import;
mod list;
mod place;
mod rows;
mod rows_cursor;

pub use address::leads_of_campaign;

use aicmo_shared::access::Capability;
use aicmo_shared::api::{CampaignQuery, ListCampaigns, MAX_LIMIT};
use aicmo_shared::status::ServiceName;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};

use crate::api::{self, Load};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::dom;
use crate::components::settled::settled;
use crate::keys;
use crate::session::Allowed;
use address::LeadAddress;
use bulk::{ChangePage, ChangesPage};
use create::NewLeadDialog;
use detail::LeadPane;
use import::{ImportPage, ImportsPage};
use list::LeadList;
use place::Place;

/// The parts of the tab.
const PARTS: [(&str, Place); 3] = [
    ("People", Place::People),
    ("Imports", Place::Imports),
    ("Bulk changes", Place::Changes),
];

/// Why no lead can be written now.
fn write_block() -> Signal<Option<String>> {
    let shell = ShellState::expect();
    Signal::derive(move || shell.write_block(ServiceName::Leads))
}

/// The tab.
#[component]
pub fn LeadsTab() -> impl IntoView {
    let query = use_query_map();
    let params = use_params_map();
    let address = Memo::new(move |_| query.with(|query| LeadAddress::read(|name| query.get(name))));
    let place = Memo::new(move |_| query.with(|query| Place::read(|name| query.get(name))));
    let open = Memo::new(move |_| params.with(|params| params.get("id")).filter(|id| !id.is_empty()));
    let creating = RwSignal::new(false);
    let campaigns = Load::new(|| {
        let query = CampaignQuery {
            limit: Some(MAX_LIMIT),
            ..CampaignQuery::default()
        };
        api::read::<ListCampaigns>(&[], &query)
    });
    let on_new = Callback::new(move |()| creating.set(true));
    let navigate = use_navigate();
    keys::listen(move |key| match key {
        "n" => dom::focus_first("#aicmo-lead-new") && dom::press_first("#aicmo-lead-new"),
        "i" => {
            navigate(&Place::Imports.address(), NavigateOptions::default());
            true
        }
        "/" => dom::focus_first("#aicmo-lead-search"),
        _ => false,
    });
    let settled_place = settled(move || place.get());
    let part = move || match settled_place.get() {
        Place::People => view! { <People address open campaigns on_new /> }.into_any(),
        Place::Imports => view! { <ImportsPage /> }.into_any(),
        Place::Import(id) => view! { <ImportPage id campaigns /> }.into_any(),
        Place::Changes => view! { <ChangesPage /> }.into_any(),
        Place::Change(id) => view! { <ChangePage id /> }.into_any(),
    };
    view! {
        <header class="page-head">
            <div>
                <h1 class="page-head__title">"Leads"</h1>
                <p class="page-head__text">"Find, triage, correct and bring in people."</p>
            </div>
            <div class="page-head__actions">
                <nav class="subtabs" aria-label="Parts of Leads">
                    {PARTS.map(|(word, to)| view! {
                        <a
                            class="subtabs__tab"
                            href=to.address()
                            aria-current=move || (place.get().part() == to).then_some("page")
                        >
                            {word}
                        </a>
                    })}
                </nav>
                <Allowed needs=Capability::EditLeads>
                    <Button kind=ButtonKind::Primary id="aicmo-lead-new" on_press=on_new blocked=write_block()>
                        "New lead"
                    </Button>
                </Allowed>
            </div>
        </header>
        {part}
        <NewLeadDialog open=creating campaigns />
    }
}

#[component]
fn People(
    address: Memo<LeadAddress>,
    open: Memo<Option<String>>,
    campaigns: Load<Vec<aicmo_shared::campaign::Campaign>>,
    on_new: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="leads" class:leads--open=move || open.with(Option::is_some)>
            <div class="leads__list">
                <LeadList address open campaigns on_new />
            </div>
            <Show when=move || open.with(Option::is_some)>
                <LeadPane open address campaigns />
            </Show>
        </div>
    }
}
