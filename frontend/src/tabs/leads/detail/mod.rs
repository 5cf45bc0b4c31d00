//! One lead beside the list: who it is, where it stands, what may happen next, and its past.
//!
//! Owns the panels `lead-detail`, `lead-consent` and `lead-timeline`. Every change but
//! do-not-contact is sent with the version that was on screen.

mod conflict;
mod consent;
mod edit;
mod facts;
mod identity;
mod review;
mod status;
mod timeline;

use aicmo_shared::access::Capability;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::api::{GetLead, ListLeadConsent, ListLeadEvents, NoQuery};
use aicmo_shared::campaign::Campaign;
use aicmo_shared::lead::Lead;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::address::LeadAddress;
use super::list::row_id;
use crate::api::{self, Load, Reading};
use crate::app::ShellState;
use crate::boot;
use crate::components::button::{Button, ButtonKind};
use crate::components::dom;
use crate::components::panel::Panel;
use crate::session::Allowed;
use crate::tabs::diagnostics::HistoryLink;
use consent::{ConsentHistory, DoNotContact};
use edit::EditForm;
pub use edit::campaign_options;
use facts::Facts;
use identity::Identity;
use review::Review;
use status::StatusSteps;
use timeline::Timeline;

/// The pane of the open lead.
#[component]
pub fn LeadPane(
    /// The lead's id, as the address has it.
    open: Memo<Option<String>>,
    /// Filter and order, to go back to.
    address: Memo<LeadAddress>,
    /// The campaigns to choose from.
    campaigns: Load<Vec<Campaign>>,
) -> impl IntoView {
    let id = move || open.get().unwrap_or_default();
    let lead = Load::keyed(id, |id: String| api::read::<GetLead>(&[&id], &NoQuery {}));
    let events = Load::keyed(id, |id: String| api::read::<ListLeadEvents>(&[&id], &NoQuery {}));
    let consent = Load::keyed(id, |id: String| api::read::<ListLeadConsent>(&[&id], &NoQuery {}));
    let title = Signal::derive(move || {
        lead.with(|lead| lead.row.name.clone())
            .unwrap_or_else(|| "Lead".to_owned())
    });
    let navigate = use_navigate();
    let close = Callback::new(move |()| {
        let row = open.get_untracked().and_then(|id| id.parse().ok()).map(row_id);
        navigate(
            &format!("/leads{}", address.with_untracked(LeadAddress::search)),
            NavigateOptions::default(),
        );
        request_animation_frame(move || {
            if let Some(row) = row {
                dom::focus(&row);
            }
        });
    });
    view! {
        <aside class="leads__pane" aria-label="Lead">
            <Panel
                name="lead-detail"
                title
                data=lead
                skeleton=10
                aside=move || view! {
                    <HistoryLink of=SubjectType::Lead id=Signal::derive(id) />
                    <Button kind=ButtonKind::Quiet on_press=close label="Close the lead">"Close"</Button>
                }
                let:reading
            >
                <LeadBody reading campaigns />
            </Panel>
            <Panel
                name="lead-consent"
                title="Consent"
                data=consent
                skeleton=2
                empty=|| view! {
                    <p class="empty__title">"Nothing is known about consent"</p>
                    <p class="empty__why">
                        "Nobody has agreed to contact, and nobody has refused it. Each step appears here with what it rests on."
                    </p>
                }
                let:reading
            >
                <ConsentHistory reading />
            </Panel>
            <Panel
                name="lead-timeline"
                title="Timeline"
                data=events
                skeleton=4
                empty=|| view! {
                    <p class="empty__title">"Nothing has happened yet"</p>
                    <p class="empty__why">"Touches, changes of status and edits appear here."</p>
                }
                let:reading
            >
                <Timeline reading />
            </Panel>
        </aside>
    }
}

#[component]
fn LeadBody(reading: Reading<Lead>, campaigns: Load<Vec<Campaign>>) -> impl IntoView {
    let id = untrack(|| reading.with(|lead| lead.row.id));
    let key = edit::draft_key(id);
    let session = ShellState::expect().session;
    let may_edit = untrack(|| session.shows(Capability::EditLeads));
    let editing = RwSignal::new(may_edit && boot::draft(&key).is_some());
    let blocked = super::write_block();
    view! {
        <Identity reading />
        <StatusSteps reading />
        <Allowed needs=Capability::EditLeads>
            {move || blocked.get().map(|why| view! { <p class="blocked">{why}</p> })}
        </Allowed>
        <Review reading />
        <Show
            when=move || editing.get()
            fallback=move || view! {
                <Facts reading />
                <Allowed needs=Capability::EditLeads>
                    <div class="lead-detail__actions">
                        <Button on_press=move |()| editing.set(true) blocked=blocked id="aicmo-lead-edit">"Edit"</Button>
                        <DoNotContact reading />
                    </div>
                </Allowed>
            }
        >
            <EditForm reading editing campaigns />
        </Show>
    }
}
