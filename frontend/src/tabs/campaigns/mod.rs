//! Campaigns: create them, see where their leads stand, and start, pause or end them.
//!
//! Panels: `campaign-list`, `campaign-detail`. Pure: `address`, `draft`, `step`.

mod address;
mod create;
mod detail;
mod draft;
mod list;
mod step;
mod step_dialog;

pub use draft::reason_objection;

use aicmo_shared::access::Capability;
use aicmo_shared::status::ServiceName;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::dom;
use crate::keys;
use crate::session::Allowed;
use create::NewCampaignDialog;
use detail::CampaignPane;
use list::CampaignList;

/// Why no campaign can be created or moved on now.
fn write_block() -> Signal<Option<String>> {
    let shell = ShellState::expect();
    Signal::derive(move || shell.write_block(ServiceName::Campaigns))
}

/// The tab.
#[component]
pub fn CampaignsTab() -> impl IntoView {
    let query = use_query_map();
    let params = use_params_map();
    let asked = Memo::new(move |_| query.with(|query| address::read(query.get("status"))));
    let open = Memo::new(move |_| params.with(|params| params.get("id")).filter(|id| !id.is_empty()));
    let creating = RwSignal::new(false);
    let on_new = Callback::new(move |()| creating.set(true));
    keys::listen(|key| {
        key == "n" && dom::focus_first("#aicmo-campaign-new") && dom::press_first("#aicmo-campaign-new")
    });
    view! {
        <header class="page-head">
            <div>
                <h1 class="page-head__title">"Campaigns"</h1>
                <p class="page-head__text">"The containers of work: who is in them, and what they may do."</p>
            </div>
            <div class="page-head__actions">
                <Allowed needs=Capability::EditCampaigns>
                    <Button kind=ButtonKind::Primary id="aicmo-campaign-new" on_press=on_new blocked=write_block()>
                        "New campaign"
                    </Button>
                </Allowed>
            </div>
        </header>
        <div class="leads" class:leads--open=move || open.with(Option::is_some)>
            <div class="leads__list">
                <CampaignList asked open on_new />
            </div>
            <Show when=move || open.with(Option::is_some)>
                <CampaignPane open asked />
            </Show>
        </div>
        <NewCampaignDialog open=creating />
    }
}
