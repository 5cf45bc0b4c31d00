//! Do not contact: said before it is done, because nothing lifts it again.

use aicmo_shared::api::PatchLead;
use aicmo_shared::lead::{ConsentStatus, Lead, LeadPatch};
use leptos::prelude::*;

use crate::api::{Reading, command};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::dialog::Dialog;
use crate::components::doing::{Doing, DoingFailed};

/// The button and its dialog; a fact where it has been done.
#[component]
pub fn DoNotContact(
    /// The lead.
    reading: Reading<Lead>,
) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let open = RwSignal::new(false);
    let blocked = super::super::write_block();
    let is_dnc = Memo::new(move |_| reading.with(|lead| lead.row.consent_status == ConsentStatus::Dnc));
    let name = Memo::new(move |_| reading.with(|lead| lead.row.name.clone()));
    let save = move |()| {
        let (id, version) = untrack(|| reading.with(|lead| (lead.row.id.to_string(), lead.row.version)));
        let patch = LeadPatch {
            consent_status: Some(ConsentStatus::Dnc),
            ..LeadPatch::default()
        };
        let call = command::<PatchLead>(&[&id], &patch, Some(version));
        doing.run_or(
            call,
            move |lead: Lead| {
                open.set(false);
                shell.toasts.done(format!(
                    "{} will not be contacted. Nothing can lift this.",
                    lead.row.name
                ));
                shell.changed();
            },
            move |error| {
                shell.changed();
                Some(error)
            },
        );
    };
    let title = Signal::derive(move || format!("Stop all contact with {}?", name.get()));
    view! {
        <Show
            when=move || !is_dnc.get()
            fallback=|| view! { <p class="nothing">"Do not contact: this is final."</p> }
        >
            <Button
                kind=ButtonKind::Danger
                id="aicmo-lead-dnc-toggle"
                blocked=blocked
                on_press=move |()| {
                    doing.forget();
                    open.set(true);
                }
            >
                "Do not contact…"
            </Button>
        </Show>
        <Dialog open title>
            <div class="form">
                <p class="form__consequence">
                    "Consent becomes DNC. Nobody can lift it again: no edit, no import, no merge. The lead stays in the list with its history and is never sent anything."
                </p>
                <DoingFailed doing />
                <div class="form__actions">
                    <Button kind=ButtonKind::Danger id="aicmo-lead-dnc-save" on_press=save busy=doing.busy()>
                        "Do not contact"
                    </Button>
                    <Button on_press=move |()| open.set(false)>"Keep contact allowed"</Button>
                </div>
            </div>
        </Dialog>
    }
}
