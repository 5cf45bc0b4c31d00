//! What can be done with the selected leads, or with all that match the filter.

use std::collections::BTreeSet;

use aicmo_shared::LeadId;
use aicmo_shared::access::Capability;
use aicmo_shared::campaign::Campaign;
use aicmo_shared::job::LeadSelection;
use leptos::prelude::*;

use super::super::address::LeadAddress;
use super::dialog::BulkDialog;
use super::draft::Kind;
use crate::api::Load;
use crate::components::button::{Button, ButtonKind};
use crate::format;
use crate::session::Allowed;

/// One button for each kind of change, and the choice of all that match.
#[component]
pub fn BulkBar(
    /// The selected rows.
    selected: RwSignal<BTreeSet<LeadId>>,
    /// Filter and order of the list.
    address: Memo<LeadAddress>,
    /// The campaigns to choose from.
    campaigns: Load<Vec<Campaign>>,
) -> impl IntoView {
    let every = RwSignal::new(false);
    let asked = RwSignal::new(None::<Kind>);
    let blocked = super::super::write_block();
    let selection = Callback::new(move |()| {
        if every.get_untracked() {
            LeadSelection {
                leads: None,
                filter: Some(
                    address.with_untracked(|address| address.query(format::day_begins, None, 1).filter()),
                ),
            }
        } else {
            LeadSelection {
                leads: Some(selected.with_untracked(|ids| ids.iter().copied().collect())),
                filter: None,
            }
        }
    });
    let who = move || match (every.get(), address.with(LeadAddress::is_narrowed)) {
        (false, _) => format!("{} selected", selected.with(BTreeSet::len)),
        (true, true) => "Every lead that matches the filter is selected".to_owned(),
        (true, false) => "Every lead is selected".to_owned(),
    };
    let widen = move || {
        if every.get() {
            "Only the selected rows"
        } else {
            "Select all that match"
        }
    };
    let buttons = move || {
        Kind::ALL.map(|kind| {
            let look = if kind == Kind::DoNotContact { ButtonKind::Danger } else { ButtonKind::Secondary };
            view! { <Button kind=look on_press=move |()| asked.set(Some(kind)) blocked>{kind.label()}</Button> }
        })
    };
    view! {
        <span class="leads__selected" role="status">{who}</span>
        <Allowed needs=Capability::EditLeads>
            <Button kind=ButtonKind::Quiet on_press=move |()| every.update(|every| *every = !*every)>
                {widen}
            </Button>
            <div class="leads__changes" role="group" aria-label="Change the selected leads">{buttons}</div>
            <BulkDialog asked selection campaigns />
        </Allowed>
    }
}
