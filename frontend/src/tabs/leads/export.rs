//! The leads of the view as a file in the downloads.

use aicmo_shared::access::Capability;
use aicmo_shared::api::ExportLeads;
use aicmo_shared::lead::LeadFileFormat;
use leptos::prelude::*;

use super::address::LeadAddress;
use crate::api;
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::doing::{Doing, DoingFailed};
use crate::components::dom;
use crate::format;
use crate::session::Allowed;

/// The two forms of the file, and why there is none.
#[component]
pub fn ExportLeadsMenu(
    /// Filter and order.
    address: Memo<LeadAddress>,
) -> impl IntoView {
    let shell = ShellState::expect();
    let exporting = Doing::default();
    let export = move |format: LeadFileFormat| {
        let body = address.with_untracked(|address| address.export(format::day_begins, format));
        exporting.run(api::download::<ExportLeads>(&[], &body), move |file| {
            dom::save(&format!("leads.{format}"), &file);
            shell.toasts.done("The leads of this view are in your downloads.");
        });
    };
    let blocked = super::write_block();
    view! {
        <Allowed needs=Capability::ExportLeads>
        <div class="leads__export">
            <Button
                kind=ButtonKind::Quiet
                id="aicmo-export-leads-csv"
                on_press=move |()| export(LeadFileFormat::Csv)
                busy=exporting.busy()
                blocked
            >
                "Export CSV"
            </Button>
            <Button
                kind=ButtonKind::Quiet
                id="aicmo-export-leads-ndjson"
                on_press=move |()| export(LeadFileFormat::Ndjson)
                busy=exporting.busy()
                blocked
            >
                "NDJSON"
            </Button>
            <DoingFailed doing=exporting />
        </div>
        </Allowed>
    }
}
